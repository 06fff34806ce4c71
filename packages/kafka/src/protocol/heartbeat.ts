// Heartbeat: a member is alive and asks whether the group rebalances.

import { int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'

/** Heartbeat, 0 to 4. */
export const Heartbeat = api(
  12,
  'Heartbeat',
  { min: 0, max: 4, flexible: 4 },
  {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: nullableString({ since: 3, or: null }),
  },
  { throttleTimeMs: int32({ since: 1, or: 0 }), errorCode: int16() },
)
