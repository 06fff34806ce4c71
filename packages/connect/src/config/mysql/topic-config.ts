// Options of topic names and of the schema history.
import type { OptionReader } from '../option-reader.ts'

/** How topics are named. */
export interface TopicConfig {
  readonly delimiter: string
  /** Class name of `topic.naming.strategy`. */
  readonly namingStrategy: string
  readonly transactionTopic: string
  readonly heartbeatPrefix: string
  /** Replaces the whole heartbeat topic name. */
  readonly heartbeatName: string | null
  readonly regex: string | null
  readonly replacement: string | null
  readonly keyEnforcesUniqueness: boolean
  readonly keyFieldName: string
  readonly keyFieldRegex: string | null
  readonly keyFieldReplacement: string | null
}

/** Where the schema history is kept and what goes into it. */
export interface HistoryConfig {
  readonly className: string
  readonly kafkaTopic: string | null
  readonly kafkaBootstrapServers: string | null
  readonly kafkaQueryTimeoutMs: number
  readonly kafkaCreateTimeoutMs: number
  readonly kafkaRecoveryAttempts: number
  readonly kafkaRecoveryPollMs: number
  /** `schema.history.internal.producer.*` and `.consumer.*`, prefixes removed. */
  readonly producer: Readonly<Record<string, string>>
  readonly consumer: Readonly<Record<string, string>>
  readonly skipsUnparseableDdl: boolean
  readonly storesOnlyCapturedTables: boolean
  readonly storesOnlyCapturedDatabases: boolean
  readonly prefersDdl: boolean
  /** Comma list of regular expressions that replaces the built-in DDL filter; null = the built-in one. */
  readonly ddlFilter: string | null
}

/** Reads the topic options. */
export function topicConfig(reader: OptionReader): TopicConfig {
  const former = reader.optionalText('heartbeat.topics.prefix')
  const prefix = reader.text('topic.heartbeat.prefix') as string
  return {
    delimiter: reader.text('topic.delimiter') as string,
    namingStrategy: reader.text('topic.naming.strategy') as string,
    transactionTopic: reader.text('topic.transaction') as string,
    heartbeatPrefix: prefix === '__debezium-heartbeat' && former !== null ? former : prefix,
    heartbeatName: reader.optionalText('topic.heartbeat.name'),
    regex: reader.optionalText('topic.regex'),
    replacement: reader.text('topic.replacement'),
    keyEnforcesUniqueness: reader.boolean('topic.key.enforce.uniqueness', true),
    keyFieldName: reader.text('topic.key.field.name') as string,
    keyFieldRegex: reader.optionalText('topic.key.field.regex'),
    keyFieldReplacement: reader.text('topic.key.field.replacement'),
  }
}

/** Reads the history options; faults go to the reader. */
export function historyConfig(reader: OptionReader): HistoryConfig {
  const at = 'schema.history.internal'
  return {
    className: reader.text(at) as string,
    kafkaTopic: reader.optionalText(`${at}.kafka.topic`),
    kafkaBootstrapServers: reader.optionalText(`${at}.kafka.bootstrap.servers`),
    kafkaQueryTimeoutMs: reader.integer(`${at}.kafka.query.timeout.ms`, 3000, 1),
    kafkaCreateTimeoutMs: reader.integer(`${at}.kafka.create.timeout.ms`, 30_000, 1),
    kafkaRecoveryAttempts: reader.integer(`${at}.kafka.recovery.attempts`, 100, 0),
    kafkaRecoveryPollMs: reader.integer(`${at}.kafka.recovery.poll.interval.ms`, 100, 1),
    producer: reader.withPrefix(`${at}.producer.`),
    consumer: reader.withPrefix(`${at}.consumer.`),
    skipsUnparseableDdl: reader.boolean(`${at}.skip.unparseable.ddl`, false),
    storesOnlyCapturedTables: reader.boolean(`${at}.store.only.captured.tables.ddl`, false),
    storesOnlyCapturedDatabases: reader.boolean(`${at}.store.only.captured.databases.ddl`, false),
    prefersDdl: reader.boolean(`${at}.prefer.ddl`, false),
    ddlFilter: reader.optionalText('internal.schema.history.internal.ddl.filter'),
  }
}
