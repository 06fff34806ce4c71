// ElectLeaders: makes the preferred replica (type 0) or any (type 1) the leader.

import { int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** ElectLeaders, 0 to 2. `topicPartitions` null asks for all partitions. */
export const ElectLeaders = api(
  43,
  'ElectLeaders',
  { min: 0, max: 2, flexible: 2 },
  {
    electionType: int8({ since: 1, or: 0 }),
    topicPartitions: nullableArray(structure({ topic: string(), partitions: array(int32()) })),
    timeoutMs: int32({ or: 60000 }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16({ since: 1, or: 0 }),
    replicaElectionResults: array(
      structure({
        topic: string(),
        partitionResult: array(
          structure({ partitionId: int32(), errorCode: int16(), errorMessage: nullableString({ or: null }) }),
        ),
      }),
    ),
  },
)
