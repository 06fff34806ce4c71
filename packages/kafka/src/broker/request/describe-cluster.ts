// DescribeCluster and DescribeTopicPartitions: what the newer admin clients ask in place of Metadata.

import { errorNumber } from '../../error.ts'
import type { DescribeCluster } from '../../protocol/describe-cluster.ts'
import type { DescribeTopicPartitions } from '../../protocol/describe-topic-partitions.ts'
import { ZERO_UUID } from '../../protocol/field.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore, RequestContext } from '../core.ts'

const BROKERS = 1
const CLUSTER_OPERATIONS = 0b1_1111_1010_0000
const TOPIC_OPERATIONS = 0b1101_1111_1000
/** Most partitions in one answer, whatever the client asks (Kafka: max.request.partition.size.limit). */
const MAX_PARTITIONS = 2000

type TopicAnswer = ResponseInput<typeof DescribeTopicPartitions>['topics'][number]

/** Answers DescribeCluster. Only brokers can be described, not controllers. */
export function answerDescribeCluster(
  core: BrokerCore,
  request: RequestOf<typeof DescribeCluster>,
  { advertised }: RequestContext,
): ResponseInput<typeof DescribeCluster> {
  const { nodeId } = core.options
  const answer = { errorCode: 0, clusterId: core.clusterId, controllerId: nodeId, brokers: [] }
  if (request.endpointType !== BROKERS) {
    const errorMessage =
      'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
    return { ...answer, controllerId: -1, errorCode: errorNumber('MISMATCHED_ENDPOINT_TYPE'), errorMessage }
  }
  const operations = request.includeClusterAuthorizedOperations && { clusterAuthorizedOperations: CLUSTER_OPERATIONS }
  return { ...answer, brokers: [{ brokerId: nodeId, ...advertised }], ...operations }
}

/** Answers DescribeTopicPartitions, topics in order of their names, from the cursor on, up to the limit. */
export function answerDescribeTopicPartitions(
  core: BrokerCore,
  request: RequestOf<typeof DescribeTopicPartitions>,
): ResponseInput<typeof DescribeTopicPartitions> {
  const asked =
    request.topics.length > 0 ? request.topics.map(({ name }) => name) : core.topics.all().map(({ name }) => name)
  const names = [...new Set(asked)].sort()
  const { cursor } = request
  let room = Math.max(1, Math.min(request.responsePartitionLimit, MAX_PARTITIONS))
  const topics: TopicAnswer[] = []
  for (const name of names) {
    if (cursor !== null && name < cursor.topicName) continue
    const from = cursor?.topicName === name ? Math.max(0, cursor.partitionIndex) : 0
    if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: from } }
    const answer = describeTopic(core, name, from, from + room)
    topics.push(answer)
    room -= answer.partitions.length
    const total = core.topics.get(name)?.partitions.length ?? 0
    const next = from + answer.partitions.length
    if (next < total) return { topics, nextCursor: { topicName: name, partitionIndex: next } }
  }
  return { topics }
}

function describeTopic(core: BrokerCore, name: string, from: number, to: number): TopicAnswer {
  const topic = core.topics.get(name)
  if (topic === undefined) {
    return { errorCode: errorNumber('UNKNOWN_TOPIC_OR_PARTITION'), name, topicId: ZERO_UUID, partitions: [] }
  }
  const { nodeId } = core.options
  return {
    errorCode: 0,
    name,
    topicId: topic.id,
    isInternal: topic.isInternal,
    partitions: topic.partitions.slice(from, to).map(({ index }) => ({
      errorCode: 0,
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch: 0,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      // empty, not null: Kafka's admin client does not bear null here
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })),
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  }
}
