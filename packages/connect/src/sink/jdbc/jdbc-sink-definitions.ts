// Options of the JDBC sink. Names, types and defaults are those of Debezium's documentation; the texts are ours.
import { type ConfigDefinition, type ConfigType, define, type Importance } from '../../config/definition.ts'

type Line = readonly [name: string, type: ConfigType, value: string | null, importance: Importance, text: string]

const NAMING = 'io.debezium.sink.naming.DefaultCollectionNamingStrategy'
const COLUMN_NAMING = 'io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategy'

const LINES: readonly Line[] = [
  ['connection.url', 'STRING', null, 'HIGH', 'JDBC URL of the target database.'],
  ['connection.username', 'STRING', null, 'HIGH', 'Name of the database user.'],
  ['connection.password', 'PASSWORD', null, 'HIGH', 'Password of the database user.'],
  [
    'connection.pool.min_size',
    'INT',
    '5',
    'LOW',
    'Fewest connections in the pool. Millrace has one connection for a task.',
  ],
  [
    'connection.pool.max_size',
    'INT',
    '32',
    'LOW',
    'Most connections in the pool. Millrace has one connection for a task.',
  ],
  ['connection.pool.timeout', 'LONG', '1800', 'LOW', 'Seconds until an unused connection is closed.'],
  [
    'connection.restart.on.errors',
    'BOOLEAN',
    'false',
    'LOW',
    'Whether a lost connection is opened again. Millrace always does.',
  ],
  ['insert.mode', 'STRING', 'insert', 'HIGH', 'How rows are written: insert, upsert or update.'],
  [
    'delete.enabled',
    'BOOLEAN',
    'false',
    'MEDIUM',
    'Whether deletes and tombstones delete rows. Needs primary.key.mode=record_key.',
  ],
  ['truncate.enabled', 'BOOLEAN', 'false', 'MEDIUM', 'Whether truncate events empty their table.'],
  [
    'primary.key.mode',
    'STRING',
    'none',
    'HIGH',
    'Where key columns come from: none, kafka, record_key, record_value or record_header.',
  ],
  [
    'primary.key.fields',
    'STRING',
    null,
    'HIGH',
    'Key columns, separated by commas; its meaning depends on primary.key.mode.',
  ],
  [
    'schema.evolution',
    'STRING',
    'none',
    'HIGH',
    'none: tables stay as they are; basic: missing tables and columns are created.',
  ],
  ['quote.identifiers', 'BOOLEAN', 'false', 'MEDIUM', 'Whether names keep their case in databases that fold it.'],
  [
    'collection.name.format',
    'STRING',
    '${topic}',
    'MEDIUM',
    'Name of the target table; ${topic} and ${source.<field>} are replaced.',
  ],
  ['collection.naming.strategy', 'CLASS', NAMING, 'MEDIUM', 'Class that names tables.'],
  ['column.naming.strategy', 'CLASS', COLUMN_NAMING, 'MEDIUM', 'Class that names columns.'],
  ['use.time.zone', 'STRING', 'UTC', 'MEDIUM', 'Time zone of the session for values with a time zone.'],
  ['batch.size', 'INT', '500', 'MEDIUM', 'Most rows in one statement, from 1 to 10000.'],
  [
    'use.reduction.buffer',
    'BOOLEAN',
    'false',
    'LOW',
    'Keep only the last change of a key in a batch. Millrace always does, except in mode insert.',
  ],
  [
    'field.include.list',
    'STRING',
    null,
    'MEDIUM',
    'Fields to write: expressions for topic:field, separated by commas.',
  ],
  [
    'field.exclude.list',
    'STRING',
    null,
    'MEDIUM',
    'Fields to leave out: expressions for topic:field, separated by commas.',
  ],
  ['flush.max.retries', 'INT', '5', 'LOW', 'How often a write is tried again after an error that may pass.'],
  ['flush.retry.delay.ms', 'LONG', '1000', 'LOW', 'Milliseconds between two tries.'],
  ['dialect.postgres.postgis.schema', 'STRING', 'public', 'LOW', 'Schema of the PostGIS extension.'],
  [
    'dialect.postgres.unnest.insert.enabled',
    'BOOLEAN',
    'false',
    'LOW',
    'Write many rows by UNNEST. Millrace always does.',
  ],
  ['dialect.sqlserver.identity.insert', 'BOOLEAN', 'false', 'LOW', 'For SQL Server, which Millrace does not write to.'],
]

/** The connector's own options. */
export const jdbcSinkDefinitions: readonly ConfigDefinition[] = LINES.map(([name, type, value, importance, text], i) =>
  define(name, type, name === 'connection.url', value, importance, null, i, 'MEDIUM', name, text),
)
