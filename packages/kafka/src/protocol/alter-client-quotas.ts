// AlterClientQuotas: sets or removes limits of users, clients and addresses.

import { bool, float64, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** AlterClientQuotas, 0 and 1. An `entityName` null stands for the default. */
export const AlterClientQuotas = api(
  49,
  'AlterClientQuotas',
  { min: 0, max: 1, flexible: 1 },
  {
    entries: array(
      structure({
        entity: array(structure({ entityType: string(), entityName: nullableString() })),
        ops: array(structure({ key: string(), value: float64(), remove: bool() })),
      }),
    ),
    validateOnly: bool(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    entries: array(
      structure({
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        entity: array(structure({ entityType: string(), entityName: nullableString() })),
      }),
    ),
  },
)
