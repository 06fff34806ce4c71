import type { ColumnModel } from '@millrace/mysql'
import { expect, test } from 'vitest'
import { unsupportedConverters, valueConverters } from '../../../src/config/mysql/value-converters.ts'
import type { CellColumn } from '../../../src/data/change-row.ts'
import { GrowingBytes } from '../../../src/data/growing-bytes.ts'
import { convertedColumn } from '../../../src/source/mysql/converted-column.ts'

const type = 'io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter'
const compiled: CellColumn = {
  ...{ name: 'c', cell: 0, schema: { kind: 'int16', optional: true, default: 1 } },
  read: (bytes, start) => bytes.readInt8(start),
  writeJson: () => {
    throw new Error('the raw value must not be written')
  },
}

function converted(typeName: string, length: number | null, options: Record<string, string> = {}): CellColumn {
  const column = { name: 'c', typeName, length } as ColumnModel
  const converters = valueConverters({ converters: 'b', 'b.type': type, ...options })
  return convertedColumn(compiled, { database: 'app', name: 't' }, column, converters)
}

test('TINYINT(1) is a boolean, true above zero, its default too', () => {
  const column = converted('TINYINT', 1)
  expect(column.schema).toEqual({ kind: 'boolean', optional: true, default: true })
  for (const [value, expected] of [
    [1, true],
    [0, false],
    [-5, false],
    [7, true],
  ] as const) {
    const bytes = Buffer.from(Int8Array.of(value).buffer)
    const sink = new GrowingBytes()
    column.writeJson(bytes, 0, 1, sink)
    expect(column.read(bytes, 0, 1)).toBe(expected)
    expect(sink.bytes.toString('utf8', 0, sink.pos)).toBe(String(expected))
  }
})

test('other columns stay: by type, by length, by selector', () => {
  expect(converted('INT', 1)).toBe(compiled)
  expect(converted('TINYINT', 4)).toBe(compiled)
  expect(converted('TINYINT', 4, { 'b.length.checker': 'false' })).not.toBe(compiled)
  expect(converted('TINYINT UNSIGNED', 1, { 'b.selector': 'app.t.d' })).toBe(compiled)
  expect(converted('TINYINT UNSIGNED', 1, { 'b.selector': 'app.t.d,app.t.c' })).not.toBe(compiled)
})

test('other classes are named', () => {
  expect(unsupportedConverters({ converters: 'a, b', 'a.type': 'com.example.Mine', 'b.type': type })).toEqual([
    'com.example.Mine',
  ])
  expect(unsupportedConverters({ converters: 'a' })).toEqual(['a.type'])
  expect(() => valueConverters({ converters: 'a' })).toThrow('not supported')
  expect(unsupportedConverters({})).toEqual([])
})
