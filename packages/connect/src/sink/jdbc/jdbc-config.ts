// The options of the JDBC sink, typed. Names, values and defaults are Debezium's; two of our own begin with `millrace.`.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex } from '../../config/java-regex.ts'
import { OptionReader } from '../../config/option-reader.ts'
import { jdbcSinkDefinitions } from './jdbc-sink-definitions.ts'
import { type JdbcUrl, parseJdbcUrl } from './jdbc-url.ts'

/** How rows are written. */
export type InsertMode = 'insert' | 'upsert' | 'update'

/** Where key columns come from. */
export type KeyMode = 'none' | 'kafka' | 'record_key' | 'record_value' | 'record_header'

/** Options of one task. */
export interface JdbcConfig {
  readonly url: JdbcUrl
  readonly user: string
  readonly password: string
  readonly insertMode: InsertMode
  readonly keyMode: KeyMode
  /** Empty = all that the mode gives. */
  readonly keyFields: readonly string[]
  readonly deletes: boolean
  readonly truncates: boolean
  readonly evolves: boolean
  readonly quotesIdentifiers: boolean
  /** Target name; `${topic}` and `${source.<field>}` are replaced. */
  readonly collectionFormat: string
  readonly timeZone: string
  /** Most rows in one statement. */
  readonly batchRows: number
  /** Whether a field of a topic is written. */
  readonly takesField: (topic: string, field: string) => boolean
  readonly maxRetries: number
  readonly retryDelayMs: number
  /** Schema of PostGIS. */
  readonly postgisSchema: string
  /** Ours, `millrace.exactly.once`: offsets are kept in the target, in the transaction of their rows. */
  readonly isExactlyOnce: boolean
  /** Ours, `millrace.offsets.table`. */
  readonly offsetsTable: string
}

const DEFAULT_COLLECTION = 'io.debezium.sink.naming.DefaultCollectionNamingStrategy'
const NAMINGS = [DEFAULT_COLLECTION, 'io.debezium.connector.jdbc.naming.DefaultCollectionNamingStrategy']

/** Reads the options. Errors: CDC_CONFIG_INVALID with every fault; CDC_UNSUPPORTED for a database that is not built. */
export function parseJdbcConfig(given: Readonly<Record<string, string>>): JdbcConfig {
  const config = withAliases(given)
  const reader = new OptionReader(config, jdbcSinkDefinitions)
  const insertMode = reader.choice('insert.mode', ['insert', 'upsert', 'update'] as const, 'insert')
  const keyModes = ['none', 'kafka', 'record_key', 'record_value', 'record_header'] as const
  const keyMode = reader.choice('primary.key.mode', keyModes, 'none')
  if (insertMode !== 'insert' && keyMode === 'none')
    reader.fault('primary.key.mode', `When using ${insertMode} mode, primary.key.mode must not be none.`)
  const evolution = reader.choice('schema.evolution', ['none', 'basic'] as const, 'none')
  const naming = reader.text('collection.naming.strategy')
  if (naming !== null && !NAMINGS.includes(naming))
    reader.fault('collection.naming.strategy', `collection.naming.strategy ${naming} is not supported`)
  const columnNaming = config['column.naming.strategy']
  if (columnNaming !== undefined && !columnNaming.endsWith('.DefaultColumnNamingStrategy'))
    reader.fault('column.naming.strategy', `column.naming.strategy ${columnNaming} is not supported`)
  const deletes = reader.boolean('delete.enabled', false)
  if (deletes && keyMode !== 'record_key')
    reader.fault(
      'delete.enabled',
      "When 'delete.enabled' is set to 'true', 'primary.key.mode' must be set to 'record_key'",
    )
  const parsed = {
    url: parseJdbcUrl(reader.requiredText('connection.url') || 'jdbc:postgresql://localhost/'),
    user: reader.optionalText('connection.username') ?? '',
    password: config['connection.password'] ?? '',
    insertMode,
    keyMode,
    keyFields: list(reader.optionalText('primary.key.fields')),
    deletes,
    truncates: reader.boolean('truncate.enabled', false),
    evolves: evolution === 'basic',
    quotesIdentifiers: reader.boolean('quote.identifiers', false),
    collectionFormat: reader.optionalText('collection.name.format') ?? '${topic}',
    timeZone: reader.optionalText('use.time.zone') ?? 'UTC',
    batchRows: reader.integer('batch.size', 500, 1, 10_000),
    takesField: fieldFilter(list(config['field.include.list']), list(config['field.exclude.list'])),
    maxRetries: reader.integer('flush.max.retries', 5, 0),
    retryDelayMs: reader.integer('flush.retry.delay.ms', 1000, 0),
    postgisSchema: reader.optionalText('dialect.postgres.postgis.schema') ?? 'public',
    isExactlyOnce: config['millrace.exactly.once']?.trim().toLowerCase() === 'true',
    offsetsTable: config['millrace.offsets.table']?.trim() || 'millrace_sink_offsets',
  }
  reader.check()
  return parsed
}

const ALIASES: Readonly<Record<string, string>> = {
  'table.name.format': 'collection.name.format',
  'table.naming.strategy': 'collection.naming.strategy',
  'database.time_zone': 'use.time.zone',
}

function withAliases(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const config: Record<string, string> = { ...given }
  for (const [alias, name] of Object.entries(ALIASES))
    if (config[alias] !== undefined && config[name] === undefined) config[name] = config[alias]
  return config
}

function fieldFilter(includes: readonly string[], excludes: readonly string[]): JdbcConfig['takesField'] {
  if (includes.length > 0 && excludes.length > 0)
    throw new CdcError('CDC_CONFIG_INVALID', 'field.include.list and field.exclude.list cannot be used together')
  if (includes.length === 0 && excludes.length === 0) return () => true
  const patterns = (includes.length > 0 ? includes : excludes).map((text) =>
    compileJavaRegex(text, { isFullMatch: true, ignoreCase: true }),
  )
  const wanted = includes.length > 0
  return (topic, field) =>
    patterns.some((pattern) => pattern.test(`${topic}:${field}`) || pattern.test(field)) === wanted
}

function list(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
