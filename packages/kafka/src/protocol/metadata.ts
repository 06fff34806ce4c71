// Metadata: brokers, topics and partition leaders.

import { bool, int16, int32, nullableString, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** No bit field of authorized operations was asked for. */
export const OPERATIONS_NOT_REQUESTED = -2_147_483_648

/** Metadata, 0 to 13. `topics` null (version 0: empty) asks for all topics. */
export const Metadata = api(
  3,
  'Metadata',
  { min: 0, max: 13, flexible: 9 },
  {
    topics: nullableArray(structure({ topicId: uuid({ since: 10, or: ZERO_UUID }), name: nullableString() })),
    allowAutoTopicCreation: bool({ since: 4, or: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10, or: false }),
    includeTopicAuthorizedOperations: bool({ since: 8, or: false }),
  },
  {
    throttleTimeMs: int32({ since: 3, or: 0 }),
    brokers: array(
      structure({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: nullableString({ since: 1, or: null }),
      }),
    ),
    clusterId: nullableString({ since: 2, or: null }),
    controllerId: int32({ since: 1, or: -1 }),
    topics: array(
      structure({
        errorCode: int16(),
        name: nullableString(),
        topicId: uuid({ since: 10, or: ZERO_UUID }),
        isInternal: bool({ since: 1, or: false }),
        partitions: array(
          structure({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ since: 7, or: -1 }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            offlineReplicas: array(int32(), { since: 5, or: [] }),
          }),
        ),
        topicAuthorizedOperations: int32({ since: 8, or: OPERATIONS_NOT_REQUESTED }),
      }),
    ),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, or: OPERATIONS_NOT_REQUESTED }),
    errorCode: int16({ since: 13, or: 0 }),
  },
)
