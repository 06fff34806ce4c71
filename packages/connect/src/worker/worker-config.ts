// The worker's options under Kafka Connect's names, with Connect's defaults, and what follows from them.
import { CdcError } from '../base/errors.ts'
import { readOverridePolicy } from '../config/validation/override-policy.ts'
import type { StateTopicOptions } from '../store/state-topic.ts'
import { type Listener, readListeners } from './listeners.ts'

/** Worker settings by Connect's names: `bootstrap.servers`, `listeners`, `key.converter`, `offset.flush.interval.ms` and so on. */
export type WorkerSettings = Readonly<Record<string, string>>

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

/** Settings that apply unless given. With the embedded broker offsets are stored every second instead of every minute: it costs little there. */
const defaults: WorkerSettings = {
  'group.id': 'millrace',
  'config.storage.topic': 'connect-configs',
  'offset.storage.topic': 'connect-offsets',
  'status.storage.topic': 'connect-status',
  'config.storage.replication.factor': '3',
  'offset.storage.replication.factor': '3',
  'status.storage.replication.factor': '3',
  'offset.storage.partitions': '25',
  'status.storage.partitions': '5',
  'key.converter': JSON_CONVERTER,
  'value.converter': JSON_CONVERTER,
  'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  listeners: 'http://127.0.0.1:8083',
  'offset.flush.interval.ms': '60000',
  'offset.flush.timeout.ms': '5000',
  'task.shutdown.graceful.timeout.ms': '5000',
  'topic.creation.enable': 'true',
  'topic.tracking.enable': 'true',
  'topic.tracking.allow.reset': 'true',
  'inter.worker.key.ttl.ms': '3600000',
}

const embeddedDefaults: WorkerSettings = {
  'config.storage.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
  'offset.flush.interval.ms': '1000',
}

/** The worker's settings, read. */
export interface WorkerConfig {
  /** Everything that is set, defaults included. */
  readonly settings: WorkerSettings
  readonly groupId: string
  readonly configTopic: StateTopicOptions
  readonly offsetTopic: StateTopicOptions
  readonly statusTopic: StateTopicOptions
  /** Where the REST interface listens; at least one. */
  readonly listeners: readonly Listener[]
  /** Where the resources for administrators are; null: with all others; none: nowhere. */
  readonly adminListeners: readonly Listener[] | null
  /** host:port under which others reach this worker; port 0 until it listens. */
  readonly advertisedHost: string
  readonly advertisedPort: number
  readonly offsetFlushIntervalMs: number
  readonly shutdownTimeoutMs: number
  readonly isTopicTrackingEnabled: boolean
  readonly isTopicResetAllowed: boolean
  readonly isTopicCreationEnabled: boolean
  readonly sessionKeyTtlMs: number
  /** The file of source offsets of a standalone worker; null: all state is kept in topics. */
  readonly offsetFile: string | null
}

/**
 * Reads worker settings.
 * Errors: CDC_CONFIG_INVALID with the setting's name for a number, flag or listener that cannot be read.
 */
export function readWorkerConfig(given: WorkerSettings, isEmbedded: boolean, isStandalone = false): WorkerConfig {
  const settings: WorkerSettings = { ...defaults, ...(isEmbedded ? embeddedDefaults : {}), ...given }
  const text = (name: string): string => settings[name] ?? ''
  const number = (name: string, min: number): number => {
    const value = Number(text(name))
    if (text(name).trim() === '' || !Number.isInteger(value) || value < min)
      throw invalid(name, text(name), `an integer of at least ${min} is expected`)
    return value
  }
  const flag = (name: string): boolean => {
    const value = text(name).trim().toLowerCase()
    if (value !== 'true' && value !== 'false') throw invalid(name, text(name), 'true or false is expected')
    return value === 'true'
  }
  const topic = (kind: 'config' | 'offset' | 'status', partitions: number): StateTopicOptions => {
    const name = text(`${kind}.storage.topic`)
    if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name)) throw invalid(`${kind}.storage.topic`, name, 'this is no topic name')
    return { topic: name, partitions, replicationFactor: number(`${kind}.storage.replication.factor`, -1) }
  }
  const listeners = readListeners('listeners', text('listeners'))
  const protocol = settings['rest.advertised.listener']?.trim().toLowerCase() ?? 'http'
  const listener = listeners.find(({ isTls }) => isTls === (protocol === 'https')) ?? listeners[0]
  if (listener === undefined) throw invalid('listeners', text('listeners'), 'a listener is missing')
  const admin = settings['admin.listeners']
  readOverridePolicy(settings) // a policy that does not exist ends the start
  const advertised = settings['rest.advertised.port']
  return {
    settings,
    groupId: text('group.id'),
    configTopic: topic('config', 1),
    offsetTopic: topic('offset', number('offset.storage.partitions', -1)),
    statusTopic: topic('status', number('status.storage.partitions', -1)),
    listeners,
    adminListeners: admin === undefined ? null : readListeners('admin.listeners', admin),
    advertisedHost:
      settings['rest.advertised.host.name'] ?? (listener.host === '0.0.0.0' ? '127.0.0.1' : listener.host),
    advertisedPort: advertised === undefined ? 0 : number('rest.advertised.port', 1),
    offsetFlushIntervalMs: number('offset.flush.interval.ms', 0),
    shutdownTimeoutMs: number('task.shutdown.graceful.timeout.ms', 0),
    isTopicTrackingEnabled: flag('topic.tracking.enable'),
    isTopicResetAllowed: flag('topic.tracking.allow.reset'),
    isTopicCreationEnabled: flag('topic.creation.enable'),
    sessionKeyTtlMs: number('inter.worker.key.ttl.ms', 0),
    offsetFile: isStandalone ? offsetFileOf(settings) : null,
  }
}

function offsetFileOf(settings: WorkerSettings): string {
  const name = 'offset.storage.file.filename'
  const file = settings[name]?.trim() ?? ''
  if (file !== '') return file
  throw new CdcError('CDC_CONFIG_INVALID', `Missing required configuration "${name}" which has no default value.`, {
    hint: 'A standalone worker keeps the source offsets of its connectors in a file of this name.',
  })
}

function invalid(name: string, value: string, reason: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', `Invalid value ${value} for configuration ${name}: ${reason}`)
}
