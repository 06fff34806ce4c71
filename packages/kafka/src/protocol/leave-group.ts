// LeaveGroup: members leave without waiting for their session to end.

import { int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** LeaveGroup, 0 to 5: one `memberId` up to version 2, several `members` from 3 on. */
export const LeaveGroup = api(
  13,
  'LeaveGroup',
  { min: 0, max: 5, flexible: 4 },
  {
    groupId: string(),
    memberId: string({ until: 2, or: '' }),
    members: array(
      structure({
        memberId: string(),
        groupInstanceId: nullableString({ or: null }),
        reason: nullableString({ since: 5, or: null }),
      }),
      { since: 3, or: [] },
    ),
  },
  {
    throttleTimeMs: int32({ since: 1, or: 0 }),
    errorCode: int16(),
    members: array(
      structure({ memberId: string(), groupInstanceId: nullableString({ or: null }), errorCode: int16() }),
      { since: 3, or: [] },
    ),
  },
)
