// What a ConsumerGroupHeartbeat must say, and whether its member is who it claims to be: Kafka's checks, with its messages.

import { KafkaError } from '../../error.ts'
import {
  type ConsumerGroupHeartbeat,
  EPOCH_JOIN,
  EPOCH_LEAVE,
  EPOCH_STATIC_LEAVE,
} from '../../protocol/consumer-group-heartbeat.ts'
import type { RequestOf } from '../../protocol/message.ts'
import { CONSUMER_ASSIGNORS } from './consumer-assignors.ts'
import type { ConsumerMember } from './consumer-member.ts'
import { isPartitionSubset, partitionSet } from './partition-set.ts'

/** A heartbeat as it came. */
export type Heartbeat = RequestOf<typeof ConsumerGroupHeartbeat>

/** First version in which a member draws its own id. */
const OWN_ID_SINCE = 1

/** Throws `INVALID_REQUEST` or `UNSUPPORTED_ASSIGNOR` for a heartbeat that no group could answer. */
export function checkHeartbeat(request: Heartbeat, version: number): void {
  const { memberEpoch } = request
  const isBlank = (text: string | null): boolean => text !== null && text.trim() === ''
  const needsId = version >= OWN_ID_SINCE || memberEpoch > EPOCH_JOIN || memberEpoch === EPOCH_LEAVE
  if (needsId && isBlank(request.memberId)) throw invalid("MemberId can't be empty.")
  if (isBlank(request.groupId)) throw invalid("GroupId can't be empty.")
  if (isBlank(request.instanceId)) throw invalid("InstanceId can't be empty.")
  if (isBlank(request.rackId)) throw invalid("RackId can't be empty.")
  if (memberEpoch === EPOCH_JOIN) {
    if (request.rebalanceTimeoutMs === -1) throw invalid('RebalanceTimeoutMs must be provided in first request.')
    if (request.topicPartitions === null || request.topicPartitions.length > 0)
      throw invalid('TopicPartitions must be empty when (re-)joining.')
    if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null)
      throw invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.')
  } else if (memberEpoch === EPOCH_STATIC_LEAVE) {
    if (request.instanceId === null) throw invalid("InstanceId can't be null.")
  } else if (memberEpoch < EPOCH_STATIC_LEAVE) {
    throw invalid('MemberEpoch is invalid.')
  }
  const { serverAssignor } = request
  if (serverAssignor !== null && !CONSUMER_ASSIGNORS.has(serverAssignor)) {
    const known = [...CONSUMER_ASSIGNORS.keys()].join(', ')
    const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${known}.`
    throw new KafkaError('UNSUPPORTED_ASSIGNOR', message)
  }
}

/**
 * Throws `FENCED_MEMBER_EPOCH` unless the epoch is the member's, or its last one and it has nothing that it should not have. A member may
 * always join anew: it then has nothing.
 */
export function checkEpoch(member: ConsumerMember, request: Pick<Heartbeat, 'memberEpoch' | 'topicPartitions'>): void {
  const { memberEpoch: received, topicPartitions } = request
  if (received === member.epoch || received === EPOCH_JOIN) return
  if (received === member.previousEpoch) {
    // the answer that told the new epoch may have been lost
    if (topicPartitions !== null && isPartitionSubset(partitionSet(topicPartitions), member.assigned)) return
  }
  const size = received > member.epoch ? 'greater' : 'smaller'
  const message = `The consumer group member has a ${size} member epoch (${received}) than the one known by the group coordinator (${member.epoch}). The member must abandon all its partitions and rejoin.`
  throw new KafkaError('FENCED_MEMBER_EPOCH', message)
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', message)
}
