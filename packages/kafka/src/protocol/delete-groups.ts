// DeleteGroups.

import { int16, int32, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DeleteGroups, 0 to 2. */
export const DeleteGroups = api(
  42,
  'DeleteGroups',
  { min: 0, max: 2, flexible: 2 },
  { groupsNames: array(string()) },
  {
    throttleTimeMs: int32({ or: 0 }),
    results: array(structure({ groupId: string(), errorCode: int16() })),
  },
)
