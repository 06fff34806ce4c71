// The consumer of a sink task: Kafka's option names (`consumer.*` of the worker, `consumer.override.*` of the connector) to ours.
import { type GroupConsumerOptions, type LinkFactory, parseBootstrap } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { compileJavaRegex } from '../config/java-regex.ts'
import type { StoredConfig } from '../store/store.ts'

/** What decides how a sink task consumes. */
export interface ConsumerSettings {
  readonly connector: string
  readonly task: number
  readonly config: StoredConfig
  readonly settings: Readonly<Record<string, string>>
  readonly openLink: LinkFactory
  readonly log: Logger
}

const KNOWN = new Set([
  'allow.auto.create.topics',
  'auto.offset.reset',
  'client.id',
  'fetch.max.bytes',
  'fetch.max.wait.ms',
  'fetch.min.bytes',
  'group.id',
  'group.instance.id',
  'heartbeat.interval.ms',
  'isolation.level',
  'max.partition.fetch.bytes',
  'max.poll.interval.ms',
  'max.poll.records',
  'metadata.max.age.ms',
  'session.timeout.ms',
])
const OVERRIDE = 'consumer.override.'

/** The consumer group of a sink connector: `connect-<name>`, or the `group.id` that it overrides. */
export function sinkGroup(connector: string, config: StoredConfig): string {
  return config[`${OVERRIDE}group.id`]?.trim() || `connect-${connector}`
}

/** Options of the consumer, and how many records one `put` gets at most. Errors: CDC_CONFIG_INVALID. */
export function consumerOptions(given: ConsumerSettings): GroupConsumerOptions & { readonly maxPollRecords: number } {
  const { connector, task, config, settings, openLink, log } = given
  const text = (name: string): string | undefined => {
    return config[`${OVERRIDE}${name}`]?.trim() || settings[`consumer.${name}`]?.trim() || undefined
  }
  const number = (name: string, fallback: number, min = 1): number => {
    const value = text(name)
    if (value === undefined) return fallback
    if (/^\d+$/.test(value) && Number(value) >= min) return Number(value)
    throw new CdcError('CDC_CONFIG_INVALID', `Invalid value ${value} for configuration ${name}`)
  }
  const unknown = Object.keys(config).filter(
    (key) => key.startsWith(OVERRIDE) && !KNOWN.has(key.slice(OVERRIDE.length)),
  )
  if (unknown.length > 0) log.warn({ options: unknown }, 'these options of the consumer have no effect')
  const reset = text('auto.offset.reset') ?? 'earliest'
  if (reset !== 'earliest' && reset !== 'latest' && reset !== 'none')
    throw new CdcError('CDC_CONFIG_INVALID', `Invalid value ${reset} for configuration auto.offset.reset`)
  return {
    cluster: {
      bootstrap: parseBootstrap(settings['bootstrap.servers']!),
      open: openLink,
      clientId: text('client.id') ?? `connector-consumer-${connector}-${task}`,
    },
    groupId: sinkGroup(connector, config),
    instanceId: text('group.instance.id') ?? null,
    topics: sinkTopics(config),
    reset,
    isReadCommitted: text('isolation.level') === 'read_committed',
    sessionTimeoutMs: number('session.timeout.ms', 45_000),
    heartbeatIntervalMs: number('heartbeat.interval.ms', 3000),
    rebalanceTimeoutMs: number('max.poll.interval.ms', 300_000),
    fetchMaxBytes: number('fetch.max.bytes', 50 * 1024 * 1024),
    partitionMaxBytes: number('max.partition.fetch.bytes', 1024 * 1024),
    fetchMinBytes: number('fetch.min.bytes', 1),
    fetchMaxWaitMs: number('fetch.max.wait.ms', 500),
    metadataMaxAgeMs: number('metadata.max.age.ms', 300_000),
    allowsCreation: text('allow.auto.create.topics') !== 'false',
    maxPollRecords: number('max.poll.records', 500),
  }
}

function sinkTopics(config: StoredConfig): GroupConsumerOptions['topics'] {
  const pattern = config['topics.regex']?.trim() ?? ''
  if (pattern === '') {
    const names = (config.topics ?? '').split(',').map((name) => name.trim())
    return [...new Set(names.filter((name) => name !== ''))]
  }
  const expression = compileJavaRegex(pattern, { isFullMatch: true })
  return (topic) => expression.test(topic)
}
