// Options of a topic: Kafka's names, types, defaults and checks, in one table from which creation, changes and descriptions are served.

import { KafkaError } from '../../error.ts'

/** Kind of a value; the numbers are those of DescribeConfigs' `configType`. */
const TYPE_NUMBER = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const
type ConfigType = keyof typeof TYPE_NUMBER

interface ConfigEntry {
  readonly type: ConfigType
  readonly fallback: string
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  /** Name of the broker option that gives the default. */
  readonly broker?: string
}

const LONG_MAX = '9223372036854775807'

const TABLE: Readonly<Record<string, ConfigEntry>> = {
  'cleanup.policy': { type: 'list', fallback: 'delete', choices: ['compact', 'delete'], broker: 'log.cleanup.policy' },
  'compression.gzip.level': { type: 'int', fallback: '-1', min: -1, max: 9, broker: 'compression.gzip.level' },
  'compression.lz4.level': { type: 'int', fallback: '9', min: 1, max: 17, broker: 'compression.lz4.level' },
  'compression.type': {
    type: 'string',
    fallback: 'producer',
    choices: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    broker: 'compression.type',
  },
  'compression.zstd.level': { type: 'int', fallback: '3', min: -131_072, max: 22, broker: 'compression.zstd.level' },
  'delete.retention.ms': { type: 'long', fallback: '86400000', min: 0, broker: 'log.cleaner.delete.retention.ms' },
  'file.delete.delay.ms': { type: 'long', fallback: '60000', min: 0, broker: 'log.segment.delete.delay.ms' },
  'flush.messages': { type: 'long', fallback: LONG_MAX, min: 1, broker: 'log.flush.interval.messages' },
  'flush.ms': { type: 'long', fallback: LONG_MAX, min: 0, broker: 'log.flush.interval.ms' },
  'follower.replication.throttled.replicas': { type: 'list', fallback: '' },
  'index.interval.bytes': { type: 'int', fallback: '4096', min: 0, broker: 'log.index.interval.bytes' },
  'leader.replication.throttled.replicas': { type: 'list', fallback: '' },
  'local.retention.bytes': { type: 'long', fallback: '-2', min: -2, broker: 'log.local.retention.bytes' },
  'local.retention.ms': { type: 'long', fallback: '-2', min: -2, broker: 'log.local.retention.ms' },
  'max.compaction.lag.ms': { type: 'long', fallback: LONG_MAX, min: 1, broker: 'log.cleaner.max.compaction.lag.ms' },
  'max.message.bytes': { type: 'int', fallback: '1048588', min: 0, broker: 'message.max.bytes' },
  'message.timestamp.after.max.ms': {
    type: 'long',
    fallback: '3600000',
    min: 0,
    broker: 'log.message.timestamp.after.max.ms',
  },
  'message.timestamp.before.max.ms': {
    type: 'long',
    fallback: LONG_MAX,
    min: 0,
    broker: 'log.message.timestamp.before.max.ms',
  },
  'message.timestamp.type': {
    type: 'string',
    fallback: 'CreateTime',
    choices: ['CreateTime', 'LogAppendTime'],
    broker: 'log.message.timestamp.type',
  },
  'min.cleanable.dirty.ratio': {
    type: 'double',
    fallback: '0.5',
    min: 0,
    max: 1,
    broker: 'log.cleaner.min.cleanable.ratio',
  },
  'min.compaction.lag.ms': { type: 'long', fallback: '0', min: 0, broker: 'log.cleaner.min.compaction.lag.ms' },
  'min.insync.replicas': { type: 'int', fallback: '1', min: 1, broker: 'min.insync.replicas' },
  preallocate: { type: 'boolean', fallback: 'false', broker: 'log.preallocate' },
  'remote.log.copy.disable': { type: 'boolean', fallback: 'false' },
  'remote.log.delete.on.disable': { type: 'boolean', fallback: 'false' },
  'remote.storage.enable': { type: 'boolean', fallback: 'false' },
  'retention.bytes': { type: 'long', fallback: '-1', min: -1, broker: 'log.retention.bytes' },
  'retention.ms': { type: 'long', fallback: '604800000', min: -1 },
  'segment.bytes': { type: 'int', fallback: '1073741824', min: 1_048_576, broker: 'log.segment.bytes' },
  'segment.index.bytes': { type: 'int', fallback: '10485760', min: 4, broker: 'log.index.size.max.bytes' },
  'segment.jitter.ms': { type: 'long', fallback: '0', min: 0 },
  'segment.ms': { type: 'long', fallback: '604800000', min: 1 },
  'unclean.leader.election.enable': { type: 'boolean', fallback: 'false', broker: 'unclean.leader.election.enable' },
}

/** Options set on a topic, by name; what is not in it has its default. */
export type TopicOverrides = Readonly<Record<string, string>>

/** One option as DescribeConfigs shows it. */
export interface DescribedConfig {
  name: string
  value: string
  isDefault: boolean
  /** The number of DescribeConfigs' `configType`. */
  type: number
  fallback: string
  brokerName: string | undefined
}

/** Throws KafkaError `INVALID_CONFIG` unless the option exists and the value is one of its values. */
export function checkTopicConfig(name: string, value: string | null): asserts value is string {
  const entry = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined
  if (entry === undefined) throw new KafkaError('INVALID_CONFIG', `Unknown topic config name: ${name}`)
  if (value === null) throw new KafkaError('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`)
  const problem = problemOf(entry, value)
  if (problem !== undefined) {
    throw new KafkaError('INVALID_CONFIG', `Invalid value ${value} for configuration ${name}: ${problem}`)
  }
}

/** Whether an option holds a list (to which values can be appended). Throws `INVALID_CONFIG` for an unknown name. */
export function isListConfig(name: string): boolean {
  const entry = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined
  if (entry === undefined) throw new KafkaError('INVALID_CONFIG', `Unknown topic config name: ${name}`)
  return entry.type === 'list'
}

/** Value of an option in force. `messageMaxBytes`: the broker's own default for max.message.bytes. */
export function topicConfig(overrides: TopicOverrides, name: string, messageMaxBytes: number): string {
  return overrides[name] ?? fallbackOf(name, messageMaxBytes)
}

/** Numeric value of an option in force; a long beyond 2^53 is rounded (they mean "never" there). */
export function numericConfig(overrides: TopicOverrides, name: string, messageMaxBytes: number): number {
  return Number(topicConfig(overrides, name, messageMaxBytes))
}

/** All options of a topic in alphabetical order. */
export function describeTopicConfigs(overrides: TopicOverrides, messageMaxBytes: number): DescribedConfig[] {
  return Object.entries(TABLE).map(([name, entry]) => {
    const fallback = fallbackOf(name, messageMaxBytes)
    return {
      name,
      value: overrides[name] ?? fallback,
      isDefault: overrides[name] === undefined,
      type: TYPE_NUMBER[entry.type],
      fallback,
      brokerName: entry.broker,
    }
  })
}

function fallbackOf(name: string, messageMaxBytes: number): string {
  return name === 'max.message.bytes' ? String(messageMaxBytes) : (TABLE[name] as ConfigEntry).fallback
}

function problemOf(entry: ConfigEntry, value: string): string | undefined {
  switch (entry.type) {
    case 'boolean':
      return /^(true|false)$/i.test(value) ? undefined : 'Expected value to be either true or false'
    case 'string':
      return entry.choices?.includes(value) === false ? `String must be one of: ${entry.choices.join(', ')}` : undefined
    case 'list': {
      const allowed = entry.choices
      const isEveryOneKnown = allowed === undefined || value.split(',').every((one) => allowed.includes(one.trim()))
      return isEveryOneKnown ? undefined : `String must be one of: ${allowed?.join(', ')}`
    }
    case 'double':
      return /^\d+(\.\d+)?$/.test(value) ? outOfRange(entry, Number(value)) : 'Not a number of type DOUBLE'
    default: {
      if (!/^-?\d{1,19}$/.test(value)) return `Not a number of type ${entry.type.toUpperCase()}`
      const limit = entry.type === 'int' ? 2_147_483_647n : BigInt(LONG_MAX)
      if (BigInt(value) > limit || BigInt(value) < -limit) return `Not a number of type ${entry.type.toUpperCase()}`
      return outOfRange(entry, Number(value))
    }
  }
}

function outOfRange(entry: ConfigEntry, value: number): string | undefined {
  if (entry.min !== undefined && value < entry.min) return `Value must be at least ${entry.min}`
  if (entry.max !== undefined && value > entry.max) return `Value must be no more than ${entry.max}`
  return undefined
}
