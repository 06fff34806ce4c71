// PostgreSQL as a target. Rows travel as one array of texts per column and are taken apart by UNNEST: one statement text for any number of rows,
// parsed and planned once; each column is cast to the type that the table has.
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import type { Dialect, Rows, Statement, TargetTable, WrittenColumn } from './dialect.ts'
import type { JdbcConfig } from './jdbc-config.ts'
import { openPostgres } from './postgres-session.ts'
import { arrayText, postgresType } from './postgres-types.ts'

const COLUMNS = `SELECT a.attname AS name, format_type(a.atttypid, -1) AS type, a.attidentity <> '' AS identity
  FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

/** Makes the dialect. */
export function postgresDialect(config: JdbcConfig): Dialect {
  return {
    open: openPostgres,
    // Unquoted names are lower case in PostgreSQL.
    name: (name) => (config.quotesIdentifiers ? name : name.toLowerCase()),
    columnType: (schema) => postgresType(schema, config.postgisSchema),
    async table(session, table) {
      const { rows } = await session.query(COLUMNS, [tableName(table)])
      if (rows.length === 0) return null
      const columns = new Map(rows.map(({ name, type }) => [String(name), String(type)]))
      return { columns, hasIdentity: rows.some(({ identity }) => identity === true) }
    },
    createTable(table, columns) {
      const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => quoted(name))
      const lines = columns.map((column) => `${quoted(column.name)} ${definition(column)}`)
      if (keys.length > 0) lines.push(`PRIMARY KEY (${keys.join(', ')})`)
      return `CREATE TABLE IF NOT EXISTS ${tableName(table)} (${lines.join(', ')})`
    },
    addColumns(table, columns) {
      const parts = columns.map((column) => `ADD COLUMN IF NOT EXISTS ${quoted(column.name)} ${definition(column)}`)
      return `ALTER TABLE ${tableName(table)} ${parts.join(', ')}`
    },
    write,
    delete: (table, target, columns, rows) =>
      statement(
        `DELETE FROM ${tableName(table)} AS t USING ${source(columns)} WHERE ${matches(target, columns)}`,
        columns,
        rows,
      ),
    truncate: (table) => `TRUNCATE TABLE ${tableName(table)}`,
    createOffsets: (table) =>
      `CREATE TABLE IF NOT EXISTS ${tableName(table)} (connector text, topic text, topic_partition integer, next_offset bigint NOT NULL, PRIMARY KEY (connector, topic, topic_partition))`,
    addOffset: (table) =>
      `INSERT INTO ${tableName(table)} VALUES ($1, $2, $3::integer, $4::bigint) ON CONFLICT DO NOTHING`,
    readOffsets: (table) => `SELECT topic, topic_partition, next_offset FROM ${tableName(table)} WHERE connector = $1`,
    takeOffset: (table) =>
      `UPDATE ${tableName(table)} SET next_offset = $1::bigint WHERE connector = $2 AND topic = $3 AND topic_partition = $4::integer AND next_offset = $5::bigint`,
  }
}

function write(
  mode: JdbcConfig['insertMode'],
  table: string,
  target: TargetTable,
  columns: readonly WrittenColumn[],
  rows: Rows,
): Statement {
  const keys = columns.filter(({ isKey }) => isKey)
  const others = columns.filter(({ isKey }) => !isKey)
  if (mode === 'update') {
    const sets = others.map((column) => `${quoted(column.name)} = ${cast(target, columns, column)}`).join(', ')
    // Nothing but keys: there is nothing to set.
    const text =
      others.length === 0
        ? 'SELECT'
        : `UPDATE ${tableName(table)} AS t SET ${sets} FROM ${source(columns)} WHERE ${matches(target, columns)}`
    return others.length === 0 ? { text: 'SELECT 1', parameters: [] } : statement(text, columns, rows)
  }
  const names = columns.map(({ name }) => quoted(name)).join(', ')
  const values = columns.map((column) => cast(target, columns, column)).join(', ')
  const overriding = target.hasIdentity ? ' OVERRIDING SYSTEM VALUE' : ''
  let text = `INSERT INTO ${tableName(table)} (${names})${overriding} SELECT ${values} FROM ${source(columns)}`
  if (mode === 'upsert') {
    const sets = others.map(({ name }) => `${quoted(name)} = EXCLUDED.${quoted(name)}`).join(', ')
    const conflict = keys.map(({ name }) => quoted(name)).join(', ')
    text += ` ON CONFLICT (${conflict}) DO ${others.length === 0 ? 'NOTHING' : `UPDATE SET ${sets}`}`
  }
  return statement(text, columns, rows)
}

function statement(text: string, columns: readonly WrittenColumn[], rows: Rows): Statement {
  const parameters = columns.map((_column, i) => arrayText(rows.map((row) => row[i] as string | null)))
  return { text, parameters }
}

/** `unnest($1::text[], …) AS r(c0, …)`. */
function source(columns: readonly WrittenColumn[]): string {
  const arrays = columns.map((_column, i) => `$${i + 1}::text[]`).join(', ')
  return `unnest(${arrays}) AS r(${columns.map((_column, i) => `c${i}`).join(', ')})`
}

function cast(target: TargetTable, columns: readonly WrittenColumn[], column: WrittenColumn): string {
  return `r.c${columns.indexOf(column)}::${target.columns.get(column.name) ?? column.type.sqlType}`
}

function matches(target: TargetTable, columns: readonly WrittenColumn[]): string {
  const keys = columns.filter(({ isKey }) => isKey)
  return keys.map((column) => `t.${quoted(column.name)} = ${cast(target, columns, column)}`).join(' AND ')
}

function definition({ schema, type, isKey }: WrittenColumn): string {
  const notNull = schema.optional && !isKey ? '' : ' NOT NULL'
  return `${type.sqlType}${defaultClause(schema, type.text)}${notNull}`
}

function defaultClause(schema: ConnectSchema, text: (value: unknown) => string): string {
  const value = schema.default ?? null
  // A moment of the past is no default that anybody meant: Debezium gives CURRENT_TIMESTAMP as 1970.
  if (value === null || schema.name === LOGICAL.timestamp) return ''
  return ` DEFAULT '${text(value).replaceAll("'", "''")}'`
}

/** `schema.table`, both quoted. */
function tableName(table: string): string {
  const dot = table.indexOf('.')
  return dot < 0 ? quoted(table) : `${quoted(table.slice(0, dot))}.${quoted(table.slice(dot + 1))}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
