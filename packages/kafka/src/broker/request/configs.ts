// DescribeConfigs, IncrementalAlterConfigs and AlterConfigs. Topics have options of their own; the broker shows its defaults, read only.

import { KafkaError } from '../../error.ts'
import type { AlterConfigs } from '../../protocol/alter-configs.ts'
import { type DescribeConfigs, RESOURCE_BROKER, RESOURCE_TOPIC } from '../../protocol/describe-configs.ts'
import {
  CONFIG_APPEND,
  CONFIG_DELETE,
  CONFIG_SET,
  CONFIG_SUBTRACT,
  type IncrementalAlterConfigs,
} from '../../protocol/incremental-alter-configs.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore } from '../core.ts'
import {
  checkTopicConfig,
  describeTopicConfigs,
  isListConfig,
  type TopicOverrides,
  topicConfig,
} from '../topic/topic-config.ts'
import { checkTopicName } from '../topic/topic-name.ts'
import { unknownTopic } from '../topic/topic-registry.ts'

type DescribeAnswer = ResponseInput<typeof DescribeConfigs>['results'][number]
type DescribedEntry = DescribeAnswer['configs'][number]
type AlterAnswer = ResponseInput<typeof IncrementalAlterConfigs>['responses'][number]

/** Kafka's numbers for kinds of things that have options. */
export const RESOURCE = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

/** Kafka's numbers for where a value comes from, and for the types that the broker's own options have. */
const SOURCE = { topic: 1, staticBroker: 4, fallback: 5 } as const
const TYPE = { boolean: 1, string: 2, int: 3 } as const

/** Answers DescribeConfigs. */
export function answerDescribeConfigs(
  core: BrokerCore,
  request: RequestOf<typeof DescribeConfigs>,
): ResponseInput<typeof DescribeConfigs> {
  return {
    results: request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
      const about = { resourceType, resourceName }
      try {
        const all = describeResource(core, resourceType, resourceName, request.includeSynonyms)
        const configs = configurationKeys === null ? all : all.filter(({ name }) => configurationKeys.includes(name))
        return { ...about, errorCode: 0, errorMessage: '', configs }
      } catch (error) {
        const { code, number, message } = KafkaError.from(error)
        const errorMessage = code === 'UNKNOWN_TOPIC_OR_PARTITION' ? '' : message
        return { ...about, errorCode: number, errorMessage, configs: [] }
      }
    }),
  }
}

function describeResource(core: BrokerCore, type: number, name: string, hasSynonyms: boolean): DescribedEntry[] {
  if (type === RESOURCE_TOPIC) {
    const topic = core.topics.get(name)
    checkTopicName(name)
    if (topic === undefined) throw unknownTopic()
    return describeTopicConfigs(topic.overrides, core.options.limits.messageMaxBytes).map((config) => {
      const own = { name: config.name, value: config.value, source: SOURCE.topic }
      const fallback = { name: config.brokerName ?? config.name, value: config.fallback, source: SOURCE.fallback }
      return {
        name: config.name,
        value: config.value,
        readOnly: false,
        configSource: config.isDefault ? SOURCE.fallback : SOURCE.topic,
        isSensitive: false,
        synonyms: hasSynonyms ? [...(config.isDefault ? [] : [own]), ...(config.brokerName ? [fallback] : [])] : [],
        configType: config.type,
      }
    })
  }
  if (type === RESOURCE_BROKER) {
    if (!/^-?\d*$/.test(name))
      throw new KafkaError('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`)
    if (name !== '' && name !== String(core.options.nodeId)) {
      throw new KafkaError(
        'INVALID_REQUEST',
        `Unexpected broker id, expected ${core.options.nodeId} or empty string, but received ${name}`,
      )
    }
    return name === '' ? [] : describeBroker(core)
  }
  if (type === RESOURCE.group) return describeGroup(core)
  if (type === RESOURCE.brokerLogger || type === RESOURCE.clientMetrics) return []
  throw new KafkaError('INVALID_REQUEST', `Unsupported resource type: ${type}`)
}

/** Options of groups are the broker's own, for all groups alike. */
function describeGroup({ options }: BrokerCore): DescribedEntry[] {
  const entry = (name: string, value: number): DescribedEntry => ({
    name,
    value: String(value),
    readOnly: false,
    configSource: SOURCE.fallback,
    isSensitive: false,
    configType: TYPE.int,
  })
  return [
    entry('consumer.heartbeat.interval.ms', options.consumerHeartbeatIntervalMs),
    entry('consumer.session.timeout.ms', options.consumerSessionTimeoutMs),
  ]
}

function describeBroker(core: BrokerCore): DescribedEntry[] {
  const { options } = core
  const own = (name: string, value: string | number | boolean, configType: number): DescribedEntry => {
    return {
      name,
      value: String(value),
      readOnly: true,
      configSource: SOURCE.staticBroker,
      isSensitive: false,
      configType,
    }
  }
  const defaults = describeTopicConfigs({}, options.limits.messageMaxBytes)
    .filter(({ brokerName }) => brokerName !== undefined)
    .map(({ brokerName, value, type }) => {
      return {
        name: brokerName as string,
        value,
        readOnly: true,
        configSource: SOURCE.fallback,
        isSensitive: false,
        configType: type,
      }
    })
  const listed = [
    own('auto.create.topics.enable', options.autoCreateTopics, TYPE.boolean),
    own('broker.id', options.nodeId, TYPE.int),
    own('default.replication.factor', 1, TYPE.int),
    own('delete.topic.enable', true, TYPE.boolean),
    own('group.initial.rebalance.delay.ms', options.initialRebalanceDelayMs, TYPE.int),
    own('log.dirs', core.topics.folder, TYPE.string),
    own('node.id', options.nodeId, TYPE.int),
    own('num.partitions', options.defaultPartitions, TYPE.int),
    own('offsets.topic.num.partitions', options.offsetsPartitions, TYPE.int),
    own('offsets.topic.replication.factor', 1, TYPE.int),
    own('socket.request.max.bytes', options.limits.maxFrameBytes, TYPE.int),
  ]
  return [...listed, ...defaults].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Answers IncrementalAlterConfigs. */
export async function answerIncrementalAlterConfigs(
  core: BrokerCore,
  request: RequestOf<typeof IncrementalAlterConfigs>,
): Promise<ResponseInput<typeof IncrementalAlterConfigs>> {
  const responses: AlterAnswer[] = []
  for (const { resourceType, resourceName, configs } of request.resources) {
    const isRepeated = new Set(configs.map(({ name }) => name)).size < configs.length
    const apply = (current: TopicOverrides): TopicOverrides => {
      if (isRepeated) throw new KafkaError('INVALID_REQUEST', 'Error due to duplicate config keys')
      return configs.reduce(applyOne, current)
    }
    responses.push(await alter(core, resourceType, resourceName, apply, request.validateOnly))
  }
  return { responses }
}

/** Answers AlterConfigs: what is not named goes back to its default. */
export async function answerAlterConfigs(
  core: BrokerCore,
  request: RequestOf<typeof AlterConfigs>,
): Promise<ResponseInput<typeof AlterConfigs>> {
  const responses: AlterAnswer[] = []
  for (const { resourceType, resourceName, configs } of request.resources) {
    const apply = (): TopicOverrides => {
      const overrides: Record<string, string> = {}
      for (const { name, value } of configs) {
        checkTopicConfig(name, value)
        overrides[name] = value
      }
      return overrides
    }
    responses.push(await alter(core, resourceType, resourceName, apply, request.validateOnly))
  }
  return { responses }
}

async function alter(
  core: BrokerCore,
  resourceType: number,
  resourceName: string,
  apply: (current: TopicOverrides) => TopicOverrides,
  validateOnly: boolean,
): Promise<AlterAnswer> {
  try {
    if (!(Object.values(RESOURCE) as number[]).includes(resourceType))
      throw new KafkaError('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
    if (resourceType !== RESOURCE_TOPIC) {
      throw new KafkaError('INVALID_REQUEST', "The embedded broker's own options are set where it is started.")
    }
    const topic = core.topics.get(resourceName)
    if (topic === undefined)
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`)
    apply(topic.overrides)
    if (!validateOnly) await core.topics.alterConfigs(resourceName, apply)
    return { errorCode: 0, resourceType, resourceName }
  } catch (error) {
    const { number, message } = KafkaError.from(error)
    return { errorCode: number, errorMessage: message, resourceType, resourceName }
  }
}

type Change = RequestOf<typeof IncrementalAlterConfigs>['resources'][number]['configs'][number]

function applyOne(current: TopicOverrides, { name, configOperation, value }: Change): TopicOverrides {
  switch (configOperation) {
    case CONFIG_SET:
      if (value === null) throw new KafkaError('INVALID_REQUEST', `Null value not supported for : ${name}`)
      checkTopicConfig(name, value)
      return { ...current, [name]: value }
    case CONFIG_DELETE: {
      const { [name]: _removed, ...rest } = current
      return rest
    }
    case CONFIG_APPEND:
    case CONFIG_SUBTRACT: {
      if (!isListConfig(name)) {
        const what = configOperation === CONFIG_APPEND ? 'APPEND to' : 'SUBTRACT from'
        throw new KafkaError('INVALID_CONFIG', `Can't ${what} key ${name} because its type is not LIST.`)
      }
      const named = (value ?? '').split(',').map((one) => one.trim())
      const present = topicConfig(current, name, 0)
        .split(',')
        .filter((one) => one !== '' && !named.includes(one))
      const list = (configOperation === CONFIG_APPEND ? [...present, ...named] : present).join(',')
      checkTopicConfig(name, list)
      return { ...current, [name]: list }
    }
    default:
      throw new KafkaError('UNKNOWN_SERVER_ERROR', `Unknown operation ${configOperation} on ${name}`)
  }
}
