import type { ColumnModel } from '@millrace/mysql'
import { expect, test } from 'vitest'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import type { CellColumn } from '../../../src/data/change-row.ts'
import { GrowingBytes } from '../../../src/data/growing-bytes.ts'
import { OPTIONAL_STRING } from '../../../src/data/schema-builder.ts'
import { javaSerialized, mappedColumn } from '../../../src/source/mysql/column-mapper.ts'

const given = {
  ...{ name: 'c', 'database.hostname': 'h', 'database.user': 'u', 'database.server.id': '1', 'topic.prefix': 't' },
  'schema.history.internal.kafka.topic': 'h',
  'schema.history.internal.kafka.bootstrap.servers': 'b:1',
}
const model = (typeName: string, length: number | null): ColumnModel => ({
  ...{ name: 'c', typeName, length, scale: null, charset: 'utf8mb4', collation: null, isNullable: true },
  ...{ isAutoIncremented: false, isGenerated: false, enumValues: [], hasDefault: true, defaultExpression: null },
  comment: 'said',
})
const compiled: CellColumn = {
  ...{ name: 'c', cell: 0, schema: OPTIONAL_STRING },
  read: (bytes, start, end) => bytes.toString('utf8', start, end),
  writeJson: () => {
    throw new Error('the raw value must not be written')
  },
}

function mapped(options: Record<string, string>, typeName = 'VARCHAR', length: number | null = 50): CellColumn {
  const { config } = parseMysqlConfig({ ...given, ...options })
  return mappedColumn(compiled, { database: 'app', name: 'p' }, model(typeName, length), config.columns)
}

function outcome(column: CellColumn, text: string) {
  const bytes = Buffer.from(text)
  const value = column.read(bytes, 0, bytes.length)
  const sink = new GrowingBytes()
  column.writeJson(bytes, 0, bytes.length, sink)
  expect(sink.bytes.toString('utf8', 0, sink.pos)).toBe(JSON.stringify(value))
  return value
}

test('a truncated column keeps its first characters and says how many', () => {
  const column = mapped({ 'column.truncate.to.4.chars': 'app.p.c' })
  expect(outcome(column, 'a "longer" text')).toBe('a "l')
  expect(outcome(column, 'ok')).toBe('ok')
  expect(column.schema.parameters).toEqual({ truncateLength: '4' })
  expect(mapped({ 'column.truncate.to.4.chars': 'app.p.c' }, 'VARCHAR', 3)).toBe(compiled)
})

test('a mask hides every value, NULL as well', () => {
  const column = mapped({ 'column.mask.with.5.chars': 'app.p.c' })
  expect(outcome(column, 'secret')).toBe('*****')
  expect(column.nullValue).toBe('*****')
  expect(column.schema.parameters).toEqual({ masked: 'true' })
  const number = mapped({ 'column.mask.with.5.chars': 'app.p.c' }, 'INT', null)
  expect(number.read).toBe(compiled.read)
  expect(number.schema.parameters).toEqual({ masked: 'true' })
})

test('hashes are those that Debezium 3.6.1 recorded, cut to the column', () => {
  const first = mapped({ 'column.mask.hash.SHA-256.with.salt.CzQMA0cB5K': 'app.p.c' })
  expect(outcome(first, 'hash me')).toBe('3c341f915eb5a3cd3b23f6971feb9c44a9bfc6493bf8c08c24')
  expect(first.nullValue).toBeUndefined()
  const second = mapped({ 'column.mask.hash.v2.SHA-512.with.salt.abc': 'app.p.c' }, 'TEXT', null)
  expect(outcome(second, 'hash me too')).toMatch(/^a24520adbc8ca99c434482b431fbd376[0-9a-f]{96}$/)
  expect(() => mapped({ 'column.mask.hash.NOPE.with.salt.x': 'app.p.c' })).toThrow('NOPE MessageDigest not available')
})

test('strings are serialized as Java does it', () => {
  expect(javaSerialized('aü\0').toString('hex')).toBe('aced0005740005' + '61c3bcc080')
  expect(javaSerialized('x'.repeat(70_000)).subarray(4, 13).toString('hex')).toBe('7c0000000000011170')
})

test('source types are parameters, by column or by type; the first rule that matches wins', () => {
  const at = '__debezium.source.column'
  const parameters = {
    [`${at}.type`]: 'VARCHAR',
    [`${at}.length`]: '50',
    [`${at}.name`]: 'c',
    [`${at}.comment`]: 'said',
  }
  expect(mapped({ 'column.propagate.source.type': 'app.p.c' }).schema.parameters).toEqual(parameters)
  expect(mapped({ 'datatype.propagate.source.type': '.+\\.VARCHAR' }).schema.parameters).toEqual(parameters)
  expect(mapped({ 'datatype.propagate.source.type': '.+\\.TEXT' })).toBe(compiled)
  const both = { 'column.propagate.source.type': '.*', 'column.mask.with.1.chars': '.*' }
  expect(mapped(both).schema.parameters).toEqual({ masked: 'true' })
})
