// AlterConfigs: replaces all options of a resource. Older clients use it; newer ones use IncrementalAlterConfigs.

import { bool, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** AlterConfigs, 0 to 2. */
export const AlterConfigs = api(
  33,
  'AlterConfigs',
  { min: 0, max: 2, flexible: 2 },
  {
    resources: array(
      structure({
        resourceType: int8(),
        resourceName: string(),
        configs: array(structure({ name: string(), value: nullableString() })),
      }),
    ),
    validateOnly: bool(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    responses: array(
      structure({
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        resourceType: int8(),
        resourceName: string(),
      }),
    ),
  },
)
