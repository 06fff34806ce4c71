// Metadata: this one broker, its topics, itself as the leader of everything. Creates topics that are asked for where that is allowed.

import { KafkaError } from '../../error.ts'
import { ZERO_UUID } from '../../protocol/field.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { Metadata } from '../../protocol/metadata.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import type { Topic } from '../topic/topic.ts'
import { checkTopicName } from '../topic/topic-name.ts'

type Request = RequestOf<typeof Metadata>
type TopicAnswer = ResponseInput<typeof Metadata>['topics'][number]

/** Bit set of all operations on a cluster or topic: there is no authorisation, so all are allowed. */
const CLUSTER_OPERATIONS = 0b1_1111_1010_0000
const TOPIC_OPERATIONS = 0b1101_1111_1000

/** Answers Metadata. */
export async function answerMetadata(
  core: BrokerCore,
  request: Request,
  { version, advertised }: RequestContext,
): Promise<ResponseInput<typeof Metadata>> {
  const { nodeId } = core.options
  const asksAll = request.topics === null || (version === 0 && request.topics.length === 0)
  const topics: TopicAnswer[] = []
  if (asksAll) for (const topic of core.topics.all()) topics.push(present(topic, nodeId))
  else
    for (const asked of request.topics ?? [])
      topics.push(await answerTopic(core, asked, request.allowAutoTopicCreation))
  if (request.includeTopicAuthorizedOperations) {
    for (const topic of topics) if (topic.errorCode === 0) topic.topicAuthorizedOperations = TOPIC_OPERATIONS
  }
  return {
    brokers: [{ nodeId, ...advertised }],
    clusterId: core.clusterId,
    controllerId: nodeId,
    topics,
    ...(request.includeClusterAuthorizedOperations && { clusterAuthorizedOperations: CLUSTER_OPERATIONS }),
  }
}

async function answerTopic(
  core: BrokerCore,
  asked: { name: string | null; topicId: string },
  mayCreate: boolean,
): Promise<TopicAnswer> {
  const { name, topicId } = asked
  if (name === null) {
    const byId = core.topics.byId(topicId)
    return byId === undefined
      ? absent(null, topicId, new KafkaError('UNKNOWN_TOPIC_ID'))
      : present(byId, core.options.nodeId)
  }
  const existing = core.topics.get(name)
  if (existing !== undefined) return present(existing, core.options.nodeId)
  try {
    checkTopicName(name)
    if (!mayCreate || !core.options.autoCreateTopics) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    return present(await createOnDemand(core, name), core.options.nodeId)
  } catch (error) {
    return absent(name, ZERO_UUID, KafkaError.from(error))
  }
}

/** Two clients may ask for the same new topic at once: the second finds it made. */
async function createOnDemand(core: BrokerCore, name: string): Promise<Topic> {
  try {
    return await core.topics.create(name, core.options.defaultPartitions, {})
  } catch (error) {
    const made = core.topics.get(name)
    if (made === undefined) throw error
    return made
  }
}

function present(topic: Topic, nodeId: number): TopicAnswer {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.isInternal,
    partitions: topic.partitions.map(({ index }) => ({
      errorCode: 0,
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch: 0,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
    })),
  }
}

function absent(name: string | null, topicId: string, error: KafkaError): TopicAnswer {
  return { errorCode: error.number, name, topicId, partitions: [] }
}
