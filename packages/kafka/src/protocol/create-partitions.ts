// CreatePartitions: more partitions for existing topics.

import { bool, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** CreatePartitions, 0 to 3. `count` is the new total. */
export const CreatePartitions = api(
  37,
  'CreatePartitions',
  { min: 0, max: 3, flexible: 2 },
  {
    topics: array(
      structure({
        name: string(),
        count: int32(),
        assignments: nullableArray(structure({ brokerIds: array(int32()) })),
      }),
    ),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    results: array(structure({ name: string(), errorCode: int16(), errorMessage: nullableString({ or: null }) })),
  },
)
