// ListGroups.

import { int16, int32, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** ListGroups, 0 to 5. Empty filters let every group pass. */
export const ListGroups = api(
  16,
  'ListGroups',
  { min: 0, max: 5, flexible: 3 },
  { statesFilter: array(string(), { since: 4, or: [] }), typesFilter: array(string(), { since: 5, or: [] }) },
  {
    throttleTimeMs: int32({ since: 1, or: 0 }),
    errorCode: int16(),
    groups: array(
      structure({
        groupId: string(),
        protocolType: string(),
        groupState: string({ since: 4, or: '' }),
        groupType: string({ since: 5, or: '' }),
      }),
    ),
  },
)
