// DescribeTopicPartitions: partitions of topics, page by page.

import { bool, int16, int32, nullableString, string, uuid } from './field.ts'
import { api } from './message.ts'
import { OPERATIONS_NOT_REQUESTED } from './metadata.ts'
import { array, nullableArray, nullableStructure, structure } from './structure.ts'

const cursor = { topicName: string(), partitionIndex: int32() }

/** DescribeTopicPartitions, 0. An empty topic list asks for all. */
export const DescribeTopicPartitions = api(
  75,
  'DescribeTopicPartitions',
  { min: 0, max: 0, flexible: 0 },
  {
    topics: array(structure({ name: string() })),
    responsePartitionLimit: int32({ or: 2000 }),
    cursor: nullableStructure(cursor),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({
        errorCode: int16(),
        name: nullableString(),
        topicId: uuid(),
        isInternal: bool({ or: false }),
        partitions: array(
          structure({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ or: -1 }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            eligibleLeaderReplicas: nullableArray(int32()),
            lastKnownElr: nullableArray(int32()),
            offlineReplicas: array(int32(), { or: [] }),
          }),
        ),
        topicAuthorizedOperations: int32({ or: OPERATIONS_NOT_REQUESTED }),
      }),
    ),
    nextCursor: nullableStructure(cursor),
  },
)
