// IncrementalAlterConfigs: changes single options of a resource.

import { bool, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** What to do with one option. */
export const CONFIG_SET = 0
export const CONFIG_DELETE = 1
export const CONFIG_APPEND = 2
export const CONFIG_SUBTRACT = 3

/** IncrementalAlterConfigs, 0 and 1. */
export const IncrementalAlterConfigs = api(
  44,
  'IncrementalAlterConfigs',
  { min: 0, max: 1, flexible: 1 },
  {
    resources: array(
      structure({
        resourceType: int8(),
        resourceName: string(),
        configs: array(structure({ name: string(), configOperation: int8(), value: nullableString() })),
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
