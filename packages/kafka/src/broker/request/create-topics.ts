// CreateTopics, DeleteTopics and CreatePartitions.

import { KafkaError } from '../../error.ts'
import type { CreatePartitions } from '../../protocol/create-partitions.ts'
import type { CreateTopics } from '../../protocol/create-topics.ts'
import type { DeleteTopics } from '../../protocol/delete-topics.ts'
import { ZERO_UUID } from '../../protocol/field.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import { checkTopicConfig, describeTopicConfigs, type TopicOverrides } from '../topic/topic-config.ts'
import { unknownTopic } from '../topic/topic-registry.ts'
import { checkReplicas } from './replicas.ts'

type CreateRequest = RequestOf<typeof CreateTopics>
type CreateAnswer = ResponseInput<typeof CreateTopics>['topics'][number]
type Wanted = CreateRequest['topics'][number]

/** The numbers of DescribeConfigs' `configSource`. */
const SOURCE_TOPIC = 1
const SOURCE_DEFAULT = 5

/** Answers CreateTopics. Each topic succeeds or fails for itself. */
export async function answerCreateTopics(
  core: BrokerCore,
  request: CreateRequest,
): Promise<ResponseInput<typeof CreateTopics>> {
  const topics: Promise<CreateAnswer>[] = []
  const seen = new Map<string, number>()
  for (const { name } of request.topics) seen.set(name, (seen.get(name) ?? 0) + 1)
  const told = new Set<string>()
  for (const wanted of request.topics) {
    const isRepeated = (seen.get(wanted.name) ?? 0) > 1
    if (told.has(wanted.name)) continue
    told.add(wanted.name)
    // begun one after the other, carried out together
    topics.push(createOne(core, wanted, isRepeated, request.validateOnly))
  }
  return { topics: await Promise.all(topics) }
}

async function createOne(
  core: BrokerCore,
  wanted: Wanted,
  isRepeated: boolean,
  validateOnly: boolean,
): Promise<CreateAnswer> {
  const { name } = wanted
  try {
    if (isRepeated) throw new KafkaError('INVALID_REQUEST', 'Duplicate topic name.')
    const partitions = partitionCount(core, wanted)
    const configs: Record<string, string> = {}
    for (const { name: option, value } of wanted.configs) {
      checkTopicConfig(option, value)
      configs[option] = value
    }
    core.topics.checkCreate(name, partitions)
    const topicId = validateOnly ? ZERO_UUID : (await core.topics.create(name, partitions, configs)).id
    const answer = { name, topicId, errorCode: 0, numPartitions: partitions, replicationFactor: 1 }
    return { ...answer, configs: describe(core, configs) }
  } catch (error) {
    const { number, message } = KafkaError.from(error)
    return { name, errorCode: number, errorMessage: message, configs: [] }
  }
}

function describe(core: BrokerCore, configs: TopicOverrides): CreateAnswer['configs'] {
  return describeTopicConfigs(configs, core.options.limits.messageMaxBytes).map(({ name, value, isDefault }) => ({
    name,
    value,
    readOnly: false,
    configSource: isDefault ? SOURCE_DEFAULT : SOURCE_TOPIC,
    isSensitive: false,
  }))
}

/** Number of partitions from count or assignment; this broker is the only replica there can be. */
function partitionCount(core: BrokerCore, { numPartitions, replicationFactor, assignments }: Wanted): number {
  if (assignments.length > 0) {
    const set = replicationFactor !== -1 ? 'replication factor' : numPartitions !== -1 ? 'numPartitions' : undefined
    if (set !== undefined)
      throw new KafkaError(
        'INVALID_REQUEST',
        `A manual partition assignment was specified, but ${set} was not set to -1.`,
      )
    const indexes = assignments.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b)
    if (indexes.some((index, at) => index !== at)) {
      throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
    }
    for (const { brokerIds } of assignments) checkReplicas(core, brokerIds)
    return assignments.length
  }
  if (replicationFactor !== -1 && replicationFactor !== 1) {
    const detail =
      replicationFactor < 1
        ? 'Replication factor must be larger than 0, or -1 to use the default value.'
        : `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.`
    throw new KafkaError('INVALID_REPLICATION_FACTOR', detail)
  }
  return numPartitions === -1 ? core.options.defaultPartitions : numPartitions
}

/** Answers DeleteTopics. */
export async function answerDeleteTopics(
  core: BrokerCore,
  request: RequestOf<typeof DeleteTopics>,
  { version }: RequestContext,
): Promise<ResponseInput<typeof DeleteTopics>> {
  const asked = version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  const responses: ResponseInput<typeof DeleteTopics>['responses'][number][] = []
  for (const { name, topicId } of asked) {
    const topic = name === null ? core.topics.byId(topicId) : core.topics.get(name)
    const about = { name: topic?.name ?? name, topicId: topic?.id ?? topicId }
    try {
      if (topic === undefined)
        throw name === null
          ? new KafkaError('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.')
          : unknownTopic()
      if (topic.isInternal)
        throw new KafkaError('INVALID_TOPIC_EXCEPTION', `Topic ${topic.name} is internal and stays.`)
      await core.topics.delete(topic.name)
      responses.push({ ...about, errorCode: 0 })
    } catch (error) {
      const { number, message } = KafkaError.from(error)
      responses.push({ ...about, errorCode: number, errorMessage: message })
    }
  }
  return { responses }
}

/** Answers CreatePartitions. */
export async function answerCreatePartitions(
  core: BrokerCore,
  request: RequestOf<typeof CreatePartitions>,
): Promise<ResponseInput<typeof CreatePartitions>> {
  const results: ResponseInput<typeof CreatePartitions>['results'][number][] = []
  for (const { name, count, assignments } of request.topics) {
    try {
      for (const { brokerIds } of assignments ?? []) checkReplicas(core, brokerIds)
      const added = count - (core.topics.get(name)?.partitions.length ?? count)
      if (assignments !== null && added > 0 && assignments.length !== added) {
        const detail = `Attempted to add ${added} additional partition(s), but only ${assignments.length} assignment(s) were specified.`
        throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', detail)
      }
      await core.topics.addPartitions(name, count, request.validateOnly)
      results.push({ name, errorCode: 0 })
    } catch (error) {
      const { code, number, message } = KafkaError.from(error)
      results.push({ name, errorCode: number, errorMessage: code === 'UNKNOWN_TOPIC_OR_PARTITION' ? null : message })
    }
  }
  return { results }
}
