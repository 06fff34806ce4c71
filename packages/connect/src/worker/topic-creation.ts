// How a source task's topics are created (KIP-158): the `topic.creation.*` options of its connector, else the broker's defaults.
import { CdcError } from '../base/errors.ts'
import { compileJavaRegex } from '../config/java-regex.ts'
import type { StoredConfig } from '../store/store.ts'

/** A topic to create. -1 = the broker's default. */
export interface NewTopic {
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

const PREFIX = 'topic.creation.'

/**
 * Makes the function that gives a topic its settings.
 * Errors: CDC_CONFIG_INVALID for a number that cannot be read or an expression that cannot be compiled.
 */
export function topicCreation(config: StoredConfig): (topic: string) => NewTopic {
  const brokerDefaults: NewTopic = { partitions: -1, replicationFactor: -1, configs: {} }
  if (!Object.keys(config).some((key) => key.startsWith(PREFIX))) return () => brokerDefaults
  const fallback = group(config, 'default', brokerDefaults)
  const groups = list(config[`${PREFIX}groups`])
    .filter((name) => name !== 'default')
    .map((name) => {
      const includes = patterns(config[`${PREFIX}${name}.include`])
      const excludes = patterns(config[`${PREFIX}${name}.exclude`])
      const isIn = (topic: string) =>
        includes.some((pattern) => pattern.test(topic)) && !excludes.some((pattern) => pattern.test(topic))
      return { isIn, settings: group(config, name, fallback) }
    })
  return (topic) => groups.find(({ isIn }) => isIn(topic))?.settings ?? fallback
}

function group(config: StoredConfig, name: string, fallback: NewTopic): NewTopic {
  const prefix = `${PREFIX}${name}.`
  const configs: Record<string, string> = {}
  let { partitions, replicationFactor } = fallback
  for (const [key, value] of Object.entries(config)) {
    if (!key.startsWith(prefix) || value === null) continue
    const setting = key.slice(prefix.length)
    if (setting === 'include' || setting === 'exclude') continue
    if (setting === 'partitions') partitions = count(key, value)
    else if (setting === 'replication.factor') replicationFactor = count(key, value)
    else configs[setting] = value
  }
  return { partitions, replicationFactor, configs }
}

function count(key: string, value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && (number === -1 || number > 0)) return number
  throw new CdcError(
    'CDC_CONFIG_INVALID',
    `Invalid value ${value} for configuration ${key}: Value must be -1 or positive`,
  )
}

function patterns(value: string | null | undefined): RegExp[] {
  return list(value).map((pattern) => compileJavaRegex(pattern, { isFullMatch: true }))
}

function list(value: string | null | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
