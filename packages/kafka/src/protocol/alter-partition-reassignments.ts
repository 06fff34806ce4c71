// AlterPartitionReassignments: on which brokers the replicas of partitions shall be.

import { bool, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** AlterPartitionReassignments, 0 and 1. `replicas` null cancels a move. */
export const AlterPartitionReassignments = api(
  45,
  'AlterPartitionReassignments',
  { min: 0, max: 1, flexible: 0 },
  {
    timeoutMs: int32({ or: 60000 }),
    allowReplicationFactorChange: bool({ since: 1, or: true }),
    topics: array(
      structure({
        name: string(),
        partitions: array(structure({ partitionIndex: int32(), replicas: nullableArray(int32()) })),
      }),
    ),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    allowReplicationFactorChange: bool({ since: 1, or: true }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    responses: array(
      structure({
        name: string(),
        partitions: array(
          structure({ partitionIndex: int32(), errorCode: int16(), errorMessage: nullableString({ or: null }) }),
        ),
      }),
    ),
  },
)
