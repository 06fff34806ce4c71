// SyncGroup: the leader hands in the assignment, every member takes its own.

import { bytes, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** SyncGroup, 0 to 5. */
export const SyncGroup = api(
  14,
  'SyncGroup',
  { min: 0, max: 5, flexible: 4 },
  {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: nullableString({ since: 3, or: null }),
    protocolType: nullableString({ since: 5, or: null }),
    protocolName: nullableString({ since: 5, or: null }),
    assignments: array(structure({ memberId: string(), assignment: bytes() })),
  },
  {
    throttleTimeMs: int32({ since: 1, or: 0 }),
    errorCode: int16(),
    protocolType: nullableString({ since: 5, or: null }),
    protocolName: nullableString({ since: 5, or: null }),
    assignment: bytes(),
  },
)
