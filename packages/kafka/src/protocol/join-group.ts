// JoinGroup: a member enters a group or its next generation.

import { bool, bytes, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** JoinGroup, 0 to 9. Without `rebalanceTimeoutMs` (version 0) the session timeout counts. */
export const JoinGroup = api(
  11,
  'JoinGroup',
  { min: 0, max: 9, flexible: 6 },
  {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: 1, or: -1 }),
    memberId: string(),
    groupInstanceId: nullableString({ since: 5, or: null }),
    protocolType: string(),
    protocols: array(structure({ name: string(), metadata: bytes() })),
    reason: nullableString({ since: 8, or: null }),
  },
  {
    throttleTimeMs: int32({ since: 2, or: 0 }),
    errorCode: int16(),
    generationId: int32({ or: -1 }),
    protocolType: nullableString({ since: 7, or: null }),
    protocolName: nullableString({ or: null }),
    leader: string({ or: '' }),
    skipAssignment: bool({ since: 9, or: false }),
    memberId: string(),
    members: array(
      structure({
        memberId: string(),
        groupInstanceId: nullableString({ since: 5, or: null }),
        metadata: bytes(),
      }),
      { or: [] },
    ),
  },
)
