// DescribeClientQuotas: limits of users, clients and addresses.

import { bool, float64, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** DescribeClientQuotas, 0 and 1. `matchType`: 0 the name given, 1 the default, 2 any name given. */
export const DescribeClientQuotas = api(
  48,
  'DescribeClientQuotas',
  { min: 0, max: 1, flexible: 1 },
  {
    components: array(structure({ entityType: string(), matchType: int8(), match: nullableString() })),
    strict: bool(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    entries: nullableArray(
      structure({
        entity: array(structure({ entityType: string(), entityName: nullableString() })),
        values: array(structure({ key: string(), value: float64() })),
      }),
    ),
  },
)
