// CreateAcls: allows or denies.

import { int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** CreateAcls, 1 to 3. */
export const CreateAcls = api(
  30,
  'CreateAcls',
  { min: 1, max: 3, flexible: 2 },
  {
    creations: array(
      structure({
        resourceType: int8(),
        resourceName: string(),
        resourcePatternType: int8({ or: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    results: array(structure({ errorCode: int16(), errorMessage: nullableString({ or: null }) })),
  },
)
