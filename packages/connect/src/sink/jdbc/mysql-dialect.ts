// MySQL and MariaDB as a target: rows travel as literals in one statement.
import { escape as literalOf } from 'mysql2'
import { CdcError } from '../../base/errors.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import type { ColumnType, Dialect, Rows, TargetTable, WrittenColumn } from './dialect.ts'
import {
  allowedValues,
  bitsLength,
  bitsText,
  decimalText,
  geometryOf,
  hexText,
  nanoseconds,
  variableDecimalText,
  vectorText,
} from './field-values.ts'
import type { JdbcConfig } from './jdbc-config.ts'
import { openMysql } from './mysql-session.ts'
import { dateText, timestampText, timeText } from './temporal-text.ts'

const SOURCE_LENGTH = '__debezium.source.column.length'
const SOURCE_TYPE = '__debezium.source.column.type'

/** Makes the dialect. */
export function mysqlDialect(_config: JdbcConfig): Dialect {
  return {
    open: openMysql,
    name: (name) => name,
    columnType: mysqlType,
    async table(session, table) {
      const [database, name] = table.includes('.') ? table.split('.', 2) : [null, table]
      const { rows } = await session.query(
        'SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION',
        [database!, name!],
      )
      if (rows.length === 0) return null
      return { columns: new Map(rows.map(({ name, type }) => [String(name), String(type)])), hasIdentity: false }
    },
    createTable(table, columns) {
      const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => quoted(name))
      const lines = columns.map((column) => `${quoted(column.name)} ${definition(column)}`)
      if (keys.length > 0) lines.push(`PRIMARY KEY (${keys.join(', ')})`)
      return `CREATE TABLE IF NOT EXISTS ${tableName(table)} (${lines.join(', ')})`
    },
    addColumns(table, columns) {
      const parts = columns.map((column) => `ADD COLUMN ${quoted(column.name)} ${definition(column)}`)
      return `ALTER TABLE ${tableName(table)} ${parts.join(', ')}`
    },
    write,
    delete: (table, _target, columns, rows) => {
      const names = columns.map(({ name }) => quoted(name)).join(', ')
      return { text: `DELETE FROM ${tableName(table)} WHERE (${names}) IN (${tuples(rows)})`, parameters: [] }
    },
    truncate: (table) => `TRUNCATE TABLE ${tableName(table)}`,
    createOffsets: (table) =>
      `CREATE TABLE IF NOT EXISTS ${tableName(table)} (connector varchar(191), topic varchar(249), topic_partition int, next_offset bigint NOT NULL, PRIMARY KEY (connector, topic, topic_partition))`,
    addOffset: (table) => `INSERT IGNORE INTO ${tableName(table)} VALUES (?, ?, ?, ?)`,
    readOffsets: (table) => `SELECT topic, topic_partition, next_offset FROM ${tableName(table)} WHERE connector = ?`,
    takeOffset: (table) =>
      `UPDATE ${tableName(table)} SET next_offset = ? WHERE connector = ? AND topic = ? AND topic_partition = ? AND next_offset = ?`,
  }
}

function write(
  mode: JdbcConfig['insertMode'],
  table: string,
  _target: TargetTable,
  columns: readonly WrittenColumn[],
  rows: Rows,
) {
  const names = columns.map(({ name }) => quoted(name)).join(', ')
  const others = columns.filter(({ isKey }) => !isKey)
  const keys = columns.filter(({ isKey }) => isKey)
  if (mode === 'update') {
    if (others.length === 0) return { text: 'SELECT 1', parameters: [] }
    const first = columns.map(({ name }) => `? AS ${quoted(name)}`)
    const selects = rows.map(
      (row, i) =>
        `SELECT ${row.map((cell, c) => (i === 0 ? first[c]!.replace('?', () => cell ?? 'NULL') : (cell ?? 'NULL'))).join(', ')}`,
    )
    const on = keys.map(({ name }) => `t.${quoted(name)} = r.${quoted(name)}`).join(' AND ')
    const sets = others.map(({ name }) => `t.${quoted(name)} = r.${quoted(name)}`).join(', ')
    const text = `UPDATE ${tableName(table)} AS t JOIN (${selects.join(' UNION ALL ')}) AS r ON ${on} SET ${sets}`
    return { text, parameters: [] }
  }
  let text = `INSERT INTO ${tableName(table)} (${names}) VALUES ${tuples(rows)}`
  if (mode === 'upsert') {
    const written = others.length === 0 ? keys : others
    text += ` ON DUPLICATE KEY UPDATE ${written.map(({ name }) => `${quoted(name)} = VALUES(${quoted(name)})`).join(', ')}`
  }
  return { text, parameters: [] }
}

function tuples(rows: Rows): string {
  return rows.map((row) => `(${row.map((cell) => cell ?? 'NULL').join(', ')})`).join(', ')
}

const number = (sqlType: string): ColumnType => ({ sqlType, text: (value) => String(value) })
const string = (sqlType: string): ColumnType => ({ sqlType, text: (value) => literalOf(String(value)) })

/** The type for a schema; texts are SQL literals. */
function mysqlType(schema: ConnectSchema, isKey: boolean): ColumnType {
  return byName(schema) ?? byKind(schema, isKey)
}

function byName(schema: ConnectSchema): ColumnType | null {
  const digits = precision(schema)
  const time = (unit: bigint): ColumnType => ({
    sqlType: `time(${digits})`,
    text: (value) => `'${timeText(nanoseconds(unit)(value))}'`,
  })
  const timestamp = (unit: bigint): ColumnType => ({
    sqlType: `datetime(${digits})`,
    text: (value) => `'${timestampText(nanoseconds(unit)(value))}'`,
  })
  switch (schema.name) {
    case LOGICAL.decimal: {
      const scale = Number(schema.parameters?.scale ?? 0)
      const all = Number(schema.parameters?.['connect.decimal.precision'] ?? 65)
      return { sqlType: `decimal(${Math.min(all, 65)},${Math.min(scale, 30)})`, text: decimalText(scale) }
    }
    case 'io.debezium.data.VariableScaleDecimal':
      return { sqlType: 'double', text: variableDecimalText }
    case LOGICAL.date:
    case 'io.debezium.time.Date':
      return { sqlType: 'date', text: (value) => `'${dateText(Number(value))}'` }
    case LOGICAL.time:
    case 'io.debezium.time.Time':
      return time(1_000_000n)
    case 'io.debezium.time.MicroTime':
      return time(1000n)
    case 'io.debezium.time.NanoTime':
      return time(1n)
    case LOGICAL.timestamp:
    case 'io.debezium.time.Timestamp':
      return timestamp(1_000_000n)
    case 'io.debezium.time.MicroTimestamp':
      return timestamp(1000n)
    case 'io.debezium.time.NanoTimestamp':
      return timestamp(1n)
    case 'io.debezium.time.ZonedTimestamp':
      // MySQL reads an offset of hours and minutes, and no Z.
      return {
        sqlType: `timestamp(${digits})`,
        text: (value) => literalOf(String(value).replace('T', ' ').replace(/Z$/, '+00:00')),
      }
    case 'io.debezium.time.Year':
      return number('year')
    case 'io.debezium.data.Bits':
      return { sqlType: `bit(${bitsLength(schema)})`, text: (value) => `b'${bitsText(bitsLength(schema))(value)}'` }
    case 'io.debezium.data.Json':
      return string('json')
    case 'io.debezium.data.Enum':
      return string(
        `enum(${allowedValues(schema)
          .map((label) => literalOf(label))
          .join(',')})`,
      )
    case 'io.debezium.data.EnumSet':
      return string(
        `set(${allowedValues(schema)
          .map((label) => literalOf(label))
          .join(',')})`,
      )
    case 'io.debezium.data.Uuid':
      return string('varchar(36)')
    case 'io.debezium.data.FloatVector':
    case 'io.debezium.data.DoubleVector':
      return { sqlType: 'vector', text: (value) => `STRING_TO_VECTOR('${vectorText(value)}')` }
    case 'io.debezium.data.geometry.Geometry':
    case 'io.debezium.data.geometry.Point':
      return { sqlType: 'geometry', text: storedGeometry }
    default:
      return null
  }
}

function byKind(schema: ConnectSchema, isKey: boolean): ColumnType {
  switch (schema.kind) {
    case 'int8':
      return number('tinyint')
    case 'int16':
      return number('smallint')
    case 'int32':
      return number('int')
    case 'int64':
      return number('bigint')
    case 'float32':
      return number('float')
    case 'float64':
      return number('double')
    case 'boolean':
      return { sqlType: 'bit(1)', text: (value) => (value === true ? "b'1'" : "b'0'") }
    case 'string': {
      const length = Number(schema.parameters?.[SOURCE_LENGTH] ?? 0)
      const source = schema.parameters?.[SOURCE_TYPE]?.toUpperCase()
      if (length > 0 && (source === 'VARCHAR' || (source === 'CHAR' && length <= 255)))
        return string(`${source.toLowerCase()}(${length})`)
      return string(isKey ? 'varchar(255)' : 'longtext')
    }
    case 'bytes':
      return { sqlType: isKey ? 'varbinary(255)' : 'longblob', text: (value) => `X'${hexText(value)}'` }
    case 'array':
    case 'map':
    case 'struct':
      throw new CdcError('CDC_SINK_FAILED', `There is no MySQL type for ${schema.kind} ${schema.name ?? ''}`, {
        hint: 'Flatten it with a transform, or leave the field out with field.exclude.list.',
      })
  }
}

/** The form in which MySQL and MariaDB keep a geometry: SRID, then WKB. */
function storedGeometry(value: unknown): string {
  const { wkb, srid } = geometryOf(value)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(srid)
  return `X'${head.toString('hex')}${wkb.toString('hex')}'`
}

function precision(schema: ConnectSchema): number {
  const digits = Number(schema.parameters?.[SOURCE_LENGTH] ?? 6)
  return Number.isInteger(digits) && digits >= 0 && digits <= 6 ? digits : 6
}

function definition({ schema, type, isKey }: WrittenColumn): string {
  const value = schema.default ?? null
  const isTimestamp = type.sqlType.startsWith('timestamp') || type.sqlType.startsWith('datetime')
  const hasDefault = value !== null && !isTimestamp && !/^(longtext|longblob|json|geometry|vector)/.test(type.sqlType)
  const nullness = schema.optional && !isKey ? ' NULL' : ' NOT NULL'
  return `${type.sqlType}${nullness}${hasDefault ? ` DEFAULT ${type.text(value)}` : ''}`
}

function tableName(table: string): string {
  const dot = table.indexOf('.')
  return dot < 0 ? quoted(table) : `${quoted(table.slice(0, dot))}.${quoted(table.slice(dot + 1))}`
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
