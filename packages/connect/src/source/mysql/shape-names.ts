// Names of topics and schemas, as Debezium's default strategy makes them.
import { CdcError } from '../../base/errors.ts'
import type { TopicConfig } from '../../config/mysql/topic-config.ts'
import type { NameAdjustment } from '../../config/mysql/value-config.ts'
import { type KeyField, TopicRoute } from './topic-route.ts'

const MAX_TOPIC_LENGTH = 249
/** Naming strategies by the last part of their class name: how the joined name is made one that Kafka accepts. */
const STRATEGIES: Readonly<Record<string, (name: string) => string>> = {
  __proto__: null as unknown as () => string,
  DefaultTopicNamingStrategy: sanitisedTopic,
  SchemaTopicNamingStrategy: sanitisedTopic,
  DefaultUnicodeTopicNamingStrategy: unicodeTopic,
  SchemaUnicodeTopicNamingStrategy: unicodeTopic,
  DefaultRegexTopicNamingStrategy: sanitisedTopic,
  SchemaRegexTopicNamingStrategy: sanitisedTopic,
}

/** Names of one connector. Every answer is remembered: the same text object for the same table. */
export class TopicNames {
  readonly #prefix: string
  readonly #topics: TopicConfig
  readonly #sanitised: (name: string) => string
  readonly #route: TopicRoute | null
  readonly #data = new Map<string, string>()

  /** Throws CDC_UNSUPPORTED for a naming strategy that is not built. */
  constructor(prefix: string, topics: TopicConfig) {
    this.#prefix = prefix
    this.#topics = topics
    const strategy = topics.namingStrategy.split('.').at(-1) ?? ''
    const sanitised = STRATEGIES[strategy]
    if (sanitised === undefined)
      throw new CdcError('CDC_UNSUPPORTED', `topic.naming.strategy ${topics.namingStrategy} is not supported`)
    this.#sanitised = sanitised
    this.#route = strategy.endsWith('RegexTopicNamingStrategy') ? new TopicRoute(topics) : null
  }

  /** Topic of a table's changes: `<prefix>.<database>.<table>`. */
  dataTopic(database: string, table: string): string {
    const key = `${database}\u0000${table}`
    let topic = this.#data.get(key)
    if (topic === undefined) {
      const plain = this.#join(this.#prefix, database, table)
      topic = this.#route === null ? plain : sanitisedTopic(this.#route.topic(plain))
      this.#data.set(key, topic)
    }
    return topic
  }

  /** The field that keys of a table get to stay unique in a topic of several tables; null for none. */
  keyField(database: string, table: string): KeyField | null {
    return this.#route?.keyField(this.#join(this.#prefix, database, table)) ?? null
  }

  /** Topic of schema changes. */
  get schemaChangeTopic(): string {
    return this.#sanitised(this.#prefix)
  }

  /** Topic of transaction metadata. */
  get transactionTopic(): string {
    return this.#join(this.#prefix, this.#topics.transactionTopic)
  }

  /** Topic of heartbeats. */
  get heartbeatTopic(): string {
    const { heartbeatName, heartbeatPrefix } = this.#topics
    return heartbeatName === null ? this.#join(heartbeatPrefix, this.#prefix) : this.#sanitised(heartbeatName)
  }

  #join(...parts: string[]): string {
    return this.#sanitised(parts.filter((part) => part !== '').join(this.#topics.delimiter))
  }
}

/** A name that Kafka accepts as a topic: other characters become `_`, what is too long is cut. */
export function sanitisedTopic(name: string): string {
  if (name === '.') return '_'
  if (name === '..') return '__'
  return name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, MAX_TOPIC_LENGTH)
}

/** A name that Kafka accepts as a topic: other characters, and `_` itself, are written as `_u` and their number in hexadecimal. */
export function unicodeTopic(name: string): string {
  if (name === '.' || name === '..') return sanitisedTopic(name)
  return name.replace(/[^A-Za-z0-9.-]/g, (text) => text.split('').map(escaped).join('')).slice(0, MAX_TOPIC_LENGTH)
}

// Numbers of three digits have no leading zero, those of one and two have two: as Debezium writes them.
function escaped(unit: string): string {
  const hex = unit.charCodeAt(0).toString(16)
  return `_u${hex.length <= 2 ? '00' : ''}${hex}`
}

/** Makes the adjuster of schema names (`.` allowed) or of field names. */
export function nameAdjuster(mode: NameAdjustment, allowsDot: boolean): (name: string) => string {
  if (mode === 'none') return (name) => name
  const isFirst = (char: string) => /[A-Za-z_]/.test(char)
  const isOther = (char: string) => (allowsDot ? /[A-Za-z0-9_.]/ : /[A-Za-z0-9_]/).test(char)
  if (mode === 'avro') {
    return (name) => {
      const text = name
        .split('')
        .map((char) => (isOther(char) ? char : '_'))
        .join('')
      return /^[0-9]/.test(text) ? `_${text}` : text.replace(/^\./, '_')
    }
  }
  return (name) =>
    name
      .split('')
      .map((char, i) => (char !== '_' && (i === 0 ? isFirst(char) : isOther(char)) ? char : escaped(char)))
      .join('')
}
