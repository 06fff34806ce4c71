// ConsumerGroupHeartbeat: joining, living in and leaving a group whose partitions the broker assigns (KIP-848).

import { int16, int32, nullableString, string, uuid } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, nullableStructure, structure } from './structure.ts'

/** Epochs with a meaning of their own: a member that joins, leaves, or (static) leaves to come back. */
export const EPOCH_JOIN = 0
export const EPOCH_LEAVE = -1
export const EPOCH_STATIC_LEAVE = -2

const topicPartitions = structure({ topicId: uuid(), partitions: array(int32()) })

/** ConsumerGroupHeartbeat, 0 and 1. Null in the request: unchanged since the last heartbeat; -1 likewise for `rebalanceTimeoutMs`. */
export const ConsumerGroupHeartbeat = api(
  68,
  'ConsumerGroupHeartbeat',
  { min: 0, max: 1, flexible: 0 },
  {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: nullableString({ or: null }),
    rackId: nullableString({ or: null }),
    rebalanceTimeoutMs: int32({ or: -1 }),
    subscribedTopicNames: nullableArray(string()),
    subscribedTopicRegex: nullableString({ since: 1, or: null }),
    serverAssignor: nullableString({ or: null }),
    topicPartitions: nullableArray(topicPartitions),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    memberId: nullableString({ or: null }),
    memberEpoch: int32({ or: 0 }),
    heartbeatIntervalMs: int32({ or: 0 }),
    assignment: nullableStructure({ topicPartitions: array(topicPartitions) }),
  },
)
