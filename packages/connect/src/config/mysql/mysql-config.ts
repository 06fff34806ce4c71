// The configuration of the MySQL connector as one typed, immutable object: what source/mysql works with.
import { mariadbDefinitions } from '../definitions/mariadb.generated.ts'
import { mysqlDefinitions } from '../definitions/mysql.generated.ts'
import { presentNames } from '../former-names.ts'
import { OptionReader } from '../option-reader.ts'
import { type ColumnRules, columnRules } from './column-rules.ts'
import { type CaptureFilters, captureFilters, matcherOf, type NameMatcher } from './filters.ts'
import { type NotificationConfig, notificationConfig, type SignalConfig, signalConfig } from './signal-config.ts'
import { type SnapshotConfig, snapshotConfig } from './snapshot-config.ts'
import { type HistoryConfig, historyConfig, type TopicConfig, topicConfig } from './topic-config.ts'
import { mysqlUndeclared } from './undeclared.ts'
import { type ValueConfig, valueConfig } from './value-config.ts'

/** How the server is reached. Times in milliseconds unless the name says otherwise. */
export interface ConnectionConfig {
  readonly hostname: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly connectTimeoutMs: number
  readonly queryTimeoutMs: number
  /** Statements run on every query connection, not on the replication connection. */
  readonly initialStatements: readonly string[]
  /** `driver.connectionTimeZone` or `database.connectionTimeZone`; null = ask the server. */
  readonly timeZone: string | null
  readonly ssl: {
    readonly mode: 'disabled' | 'preferred' | 'required' | 'verify_ca' | 'verify_identity'
    readonly keystore: string | null
    readonly keystorePassword: string | null
    readonly truststore: string | null
    readonly truststorePassword: string | null
  }
  /** What a password may be encrypted by where there is no TLS: a key that the server names, null = only this machine's, or one of a file. */
  readonly publicKey: { readonly mayFetch: boolean | null; readonly file: string | null }
  readonly keepsAlive: boolean
  readonly keepAliveIntervalMs: number
  readonly netWriteTimeoutS: number
  readonly netReadTimeoutS: number
}

/** What is done about an event or a table that cannot be processed. */
export type FailureHandling = 'fail' | 'warn' | 'skip'

/** Which servers a connector reads, by the word that its records call it. */
export type FlavourName = 'mysql' | 'mariadb'

/** The whole configuration. */
export interface MysqlConnectorConfig {
  readonly flavour: FlavourName
  readonly connectorName: string
  /** `database.server.id`: the replica id of the replication connection. */
  readonly serverId: number
  readonly topicPrefix: string
  readonly connection: ConnectionConfig
  readonly filters: CaptureFilters
  readonly columns: ColumnRules
  readonly values: ValueConfig
  readonly topics: TopicConfig
  readonly history: HistoryConfig
  readonly snapshot: SnapshotConfig
  readonly signals: SignalConfig
  readonly notifications: NotificationConfig
  readonly tombstonesOnDelete: boolean
  readonly includeSchemaChanges: boolean
  readonly includeSchemaComments: boolean
  readonly includeQuery: boolean
  readonly extendedHeaders: boolean
  readonly providesTransactionMetadata: boolean
  readonly skipsMessagesWithoutChange: boolean
  /** Letters of `c u d t r`. */
  readonly skippedOperations: ReadonlySet<string>
  readonly maxBatchSize: number
  readonly maxQueueSize: number
  readonly pollIntervalMs: number
  readonly heartbeat: { readonly intervalMs: number; readonly actionQuery: string | null }
  readonly onProcessingFailure: FailureHandling
  readonly onInconsistentSchema: FailureHandling
  readonly gtid: {
    readonly includes: NameMatcher | null
    readonly excludes: NameMatcher | null
    readonly filtersDml: boolean
    readonly ignoredOnRecovery: boolean
  }
  readonly checksLogPosition: boolean
  /** Retries of retriable errors; -1 = without end. */
  readonly maxRetries: number
  readonly retryWaitMs: number
  readonly usesLegacyDdlParser: boolean
  /** The configuration in present names, for options that have no member here. */
  readonly options: Readonly<Record<string, string>>
}

/** A parsed configuration and one warning per former name. */
export interface ParsedMysqlConfig {
  readonly config: MysqlConnectorConfig
  readonly warnings: readonly string[]
}

/**
 * Parses a connector configuration. Debezium 1.x names are accepted. Throws CDC_CONFIG_INVALID that lists every fault
 * (`details.options` = [{name, message}]).
 */
export function parseMysqlConfig(
  given: Readonly<Record<string, string | null>>,
  flavour: FlavourName = 'mysql',
): ParsedMysqlConfig {
  const present = presentNames(given)
  const definitions = flavour === 'mysql' ? mysqlDefinitions : mariadbDefinitions
  const reader = new OptionReader(present.config, [...mysqlUndeclared, ...definitions])
  const config: MysqlConnectorConfig = {
    flavour,
    connectorName: reader.text('name') ?? '',
    serverId: serverId(reader),
    topicPrefix: topicPrefix(reader),
    connection: connectionConfig(reader, flavour),
    filters: captureFilters(reader),
    columns: columnRules(reader),
    values: valueConfig(reader),
    topics: topicConfig(reader),
    history: historyConfig(reader),
    snapshot: snapshotConfig(reader),
    signals: signalConfig(reader),
    notifications: notificationConfig(reader),
    ...eventConfig(reader, flavour),
    options: present.config,
  }
  reader.check()
  return { config, warnings: present.warnings }
}

function serverId(reader: OptionReader): number {
  if (reader.requiredText('database.server.id') === '') return 0
  return reader.integer('database.server.id', 0, 1, 4_294_967_295)
}

function topicPrefix(reader: OptionReader): string {
  const prefix = reader.requiredText('topic.prefix')
  if (prefix !== '' && !/^[a-zA-Z0-9_.-]+$/.test(prefix)) {
    const reason = `${prefix} has invalid format (only the underscore, hyphen, dot and alphanumeric characters are allowed)`
    reader.fault('topic.prefix', `The 'topic.prefix' value is invalid: ${reason}`)
  }
  return prefix
}

function connectionConfig(reader: OptionReader, flavour: FlavourName): ConnectionConfig {
  return {
    hostname: reader.requiredText('database.hostname'),
    port: reader.integer('database.port', 3306, 0, 65_535),
    user: reader.requiredText('database.user'),
    password: reader.text('database.password') ?? '',
    connectTimeoutMs: reader.integer('connect.timeout.ms', 30_000, 1),
    queryTimeoutMs: reader.integer('database.query.timeout.ms', 600_000, 0),
    initialStatements: splitStatements(reader.text('database.initial.statements') ?? ''),
    timeZone: driverOption(reader, 'connectionTimeZone'),
    ssl: {
      mode: flavour === 'mysql' ? reader.choice('database.ssl.mode', SSL_MODES, 'preferred') : mariadbSslMode(reader),
      keystore: reader.optionalText('database.ssl.keystore'),
      keystorePassword: reader.optionalText('database.ssl.keystore.password'),
      truststore: reader.optionalText('database.ssl.truststore'),
      truststorePassword: reader.optionalText('database.ssl.truststore.password'),
    },
    publicKey: {
      mayFetch: flagOrNull(driverOption(reader, 'allowPublicKeyRetrieval')),
      file: driverOption(reader, 'serverRSAPublicKeyFile'),
    },
    keepsAlive: reader.boolean('connect.keep.alive', true),
    keepAliveIntervalMs: reader.integer('connect.keep.alive.interval.ms', 60_000, 1),
    netWriteTimeoutS: reader.integer('binlog.net.write.timeout', 0, 0),
    netReadTimeoutS: reader.integer('binlog.net.read.timeout', 0, 0),
  }
}

const SSL_MODES = ['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'] as const

/** Modes of the MariaDB connector, in the order in which its messages list them, as modes of the MySQL connector. */
export const MARIADB_SSL_MODES = {
  trust: 'required',
  disable: 'disabled',
  'verify-ca': 'verify_ca',
  'verify-full': 'verify_identity',
} as const

function mariadbSslMode(reader: OptionReader): ConnectionConfig['ssl']['mode'] {
  const words = Object.keys(MARIADB_SSL_MODES) as (keyof typeof MARIADB_SSL_MODES)[]
  return MARIADB_SSL_MODES[reader.choice('database.ssl.mode', words, 'disable')]
}

/** An option of the JDBC driver, which Debezium hands through under either prefix. */
function driverOption(reader: OptionReader, name: string): string | null {
  return reader.optionalText(`driver.${name}`) ?? reader.optionalText(`database.${name}`)
}

function flagOrNull(text: string | null): boolean | null {
  return text === null ? null : text.trim().toLowerCase() === 'true'
}

/** Splits at `;`, where `;;` stands for one literal semicolon. */
export function splitStatements(text: string): string[] {
  return text
    .split(/(?<!;);(?!;)/)
    .map((statement) => statement.replaceAll(';;', ';').trim())
    .filter((statement) => statement !== '')
}

function failureHandling(reader: OptionReader, name: string, formerName?: string): FailureHandling {
  const choices = ['fail', 'warn', 'skip', 'ignore'] as const
  const former = formerName === undefined ? 'fail' : reader.choice(formerName, choices, 'fail')
  const chosen = reader.choice(name, choices, 'fail')
  const effective = chosen === 'fail' ? former : chosen
  return effective === 'ignore' ? 'skip' : effective
}

function eventConfig(reader: OptionReader, flavour: FlavourName) {
  return {
    tombstonesOnDelete: reader.boolean('tombstones.on.delete', true),
    includeSchemaChanges: reader.boolean('include.schema.changes', true),
    includeSchemaComments: reader.boolean('include.schema.comments', false),
    includeQuery: reader.boolean('include.query', false),
    extendedHeaders: reader.boolean('extended.headers.enabled', true),
    providesTransactionMetadata: reader.boolean('provide.transaction.metadata', false),
    skipsMessagesWithoutChange: reader.boolean('skip.messages.without.change', false),
    skippedOperations: skippedOperations(reader),
    maxBatchSize: reader.integer('max.batch.size', 2048, 1),
    maxQueueSize: reader.integer('max.queue.size', 8192, 1),
    pollIntervalMs: reader.integer('poll.interval.ms', 500, 1),
    heartbeat: {
      intervalMs: reader.integer('heartbeat.interval.ms', 0, 0),
      actionQuery: reader.optionalText('heartbeat.action.query'),
    },
    onProcessingFailure: failureHandling(
      reader,
      'event.processing.failure.handling.mode',
      'event.deserialization.failure.handling.mode',
    ),
    onInconsistentSchema: failureHandling(reader, 'inconsistent.schema.handling.mode'),
    gtid: {
      includes: matcherOf(reader, 'gtid.source.includes'),
      excludes: matcherOf(reader, 'gtid.source.excludes'),
      filtersDml: reader.boolean('gtid.source.filter.dml.events', true),
      ignoredOnRecovery: reader.boolean('gtid.ignore.on.recovery', false),
    },
    checksLogPosition: reader.boolean('internal.log.position.check.enable', true),
    maxRetries: reader.integer('errors.max.retries', -1, -1),
    retryWaitMs: reader.integer('retriable.restart.connector.wait.ms', 10_000, 1),
    usesLegacyDdlParser:
      flavour === 'mysql' && reader.choice('ddl.parser.type', ['default', 'legacy'], 'default') === 'legacy',
  }
}

function skippedOperations(reader: OptionReader): ReadonlySet<string> {
  const items = (reader.text('skipped.operations') ?? '').split(',').map((item) => item.trim().toLowerCase())
  const named = items.filter((item) => item !== '')
  if (named.includes('none')) {
    if (named.length > 1) {
      const reason = "'none' cannot be specified with other skipped operation types"
      reader.fault('skipped.operations', `The 'skipped.operations' value is invalid: ${reason}`)
    }
    return new Set()
  }
  if (named.some((item) => !/^[cudtr]$/.test(item))) {
    reader.fault('skipped.operations', "The 'skipped.operations' value is invalid: Invalid operation")
  }
  return new Set(named)
}
