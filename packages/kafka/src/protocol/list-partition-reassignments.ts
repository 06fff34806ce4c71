// ListPartitionReassignments: moves of replicas under way.

import { int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** ListPartitionReassignments, 0. `topics` null asks for all. */
export const ListPartitionReassignments = api(
  46,
  'ListPartitionReassignments',
  { min: 0, max: 0, flexible: 0 },
  {
    timeoutMs: int32({ or: 60000 }),
    topics: nullableArray(structure({ name: string(), partitionIndexes: array(int32()) })),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    topics: array(
      structure({
        name: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            replicas: array(int32()),
            addingReplicas: array(int32()),
            removingReplicas: array(int32()),
          }),
        ),
      }),
    ),
  },
)
