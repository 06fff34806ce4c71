import { type ColumnModel, columnType, type ValueOptions } from '@millrace/mysql'
import { describe, expect, test } from 'vitest'
import { unsupportedConverters, valueConverters } from '../../../src/config/mysql/value-converters.ts'
import type { CellColumn } from '../../../src/data/change-row.ts'
import { GrowingBytes } from '../../../src/data/growing-bytes.ts'
import { convertedColumn, type Recompile } from '../../../src/source/mysql/converted-column.ts'

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
  return convertedColumn(compiled, { database: 'app', name: 't' }, column, converters, () => compiled)
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

const SINK_TYPE = 'io.debezium.connector.binlog.converters.JdbcSinkDataTypesConverter'
const ZERO_TYPE = 'io.debezium.connector.binlog.converters.ZeroDateFallbackConverter'
const OPTIONS: ValueOptions = {
  ...{ decimalHandling: 'precise', timePrecision: 'adaptive_time_microseconds', bigintUnsignedHandling: 'long' },
  ...{ binaryHandling: 'bytes', enableTimeAdjuster: true, connectionTimeZone: '+00:00' },
}
const COLUMN: ColumnModel = {
  ...{
    name: 'c',
    typeName: 'DATE',
    length: null,
    scale: null,
    isNullable: true,
    charset: null,
    enumValues: [],
    comment: null,
  },
  ...{ hasDefault: false, defaultExpression: null },
} as unknown as ColumnModel

/** Text cells of a column under a converter: what `read` answers and what `writeJson` writes. */
function through(column: Partial<ColumnModel>, options: Record<string, string>) {
  const model = { ...COLUMN, ...column }
  const recompile: Recompile = (other, changed) => ({
    ...{ name: 'c', cell: 0 },
    ...columnType(other, 'text', { ...OPTIONS, ...changed }),
  })
  const table = { database: 'app', name: 't' }
  const built = convertedColumn(recompile(model, {}), table, model, valueConverters(options), recompile)
  return {
    schema: built.schema,
    nullValue: built.nullValue,
    of(text: string) {
      const sink = new GrowingBytes()
      const bytes = Buffer.from(text)
      built.writeJson(bytes, 0, bytes.length, sink)
      return [built.read(bytes, 0, bytes.length), sink.bytes.toString('utf8', 0, sink.pos)]
    },
  }
}

describe('JdbcSinkDataTypesConverter', () => {
  const options = {
    ...{ converters: 'j', 'j.type': SINK_TYPE },
    ...{ 'j.selector.boolean': 'app.t.b', 'j.selector.real': 'app.t.r', 'j.selector.string': 'app.t.s' },
  }

  test('booleans are int16', () => {
    const column = through({ name: 'b', typeName: 'BOOLEAN', hasDefault: true, defaultExpression: '1' }, options)
    expect(column.schema).toEqual({ kind: 'int16', optional: true, default: 1 })
    expect([column.of('1'), column.of('0')]).toEqual([
      [1, '1'],
      [0, '0'],
    ])
    expect(through({ name: 'b', typeName: 'TINYINT', isNullable: false }, options).of('-3')).toEqual([0, '0'])
  })

  test('numbers are float64, or float32 where asked for', () => {
    expect(through({ name: 'r', typeName: 'REAL' }, options).schema).toEqual({ kind: 'float64', optional: true })
    expect(through({ name: 'r', typeName: 'DECIMAL', length: 9, scale: 2 }, options).of('12.50')).toEqual([
      12.5,
      '12.5',
    ])
    const single = through({ name: 'r', typeName: 'DOUBLE' }, { ...options, 'j.treat.real.as.double': 'false' })
    expect(single.schema.kind).toBe('float32')
    expect(single.of('0.1')).toEqual([Math.fround(0.1), '0.1'])
  })

  test('texts have their character set as a parameter; what is no text keeps its type', () => {
    const column = through({ name: 's', typeName: 'VARCHAR', length: 5, charset: 'latin1' }, options)
    expect(column.schema.parameters).toEqual({ '__debezium.source.column.character_set': 'latin1' })
    expect(column.of('é')).toEqual(['é', '"é"'])
    expect(through({ name: 's', typeName: 'DECIMAL', length: 9, scale: 2 }, options).of('-0.50')).toEqual([
      '-0.50',
      '"-0.50"',
    ])
    expect(through({ name: 's', typeName: 'BLOB' }, options).schema.kind).toBe('bytes')
  })
})

describe('ZeroDateFallbackConverter', () => {
  const options = { converters: 'z', 'z.type': ZERO_TYPE }

  test('without fallback a zero date is null, and the schema optional', () => {
    const column = through({ isNullable: false, hasDefault: true, defaultExpression: '2020-01-01' }, options)
    expect(column.schema).toEqual({ kind: 'int32', optional: true, name: 'io.debezium.time.Date', version: 1 })
    expect(column.of('0000-00-00')).toEqual([null, 'null'])
    expect(column.of('1970-01-03')).toEqual([2, '2'])
    expect(column.nullValue).toBeUndefined()
  })

  test('a fallback stands for zero dates, NULL and any stated default', () => {
    const column = through(
      {
        typeName: 'DATETIME',
        length: 6,
        isNullable: false,
        hasDefault: true,
        defaultExpression: '2020-01-01 00:00:00',
      },
      { ...options, 'z.fallback.datetime': '1971-01-01 00:00:00' },
    )
    const schema = { kind: 'int64', optional: false, name: 'io.debezium.time.Timestamp', version: 1 }
    expect(column.schema).toEqual({ ...schema, default: 31_536_000_000n })
    expect(column.of('2024-00-01 00:00:00.000000')).toEqual([31_536_000_000n, '31536000000'])
    expect(column.of('1970-01-01 00:00:01.234567')).toEqual([1234n, '1234'])
    expect(column.nullValue).toBe(31_536_000_000n)
  })

  test('a fallback of one column; types and columns that are not meant', () => {
    const own = {
      ...options,
      'z.column.app.t.c.fallback': '2000-01-01T02:00:00.500+02:00',
      'z.target.types': 'timestamp',
    }
    const column = through({ typeName: 'TIMESTAMP', length: 6 }, own)
    expect(column.of('0000-00-00 00:00:00.000000')).toEqual(['2000-01-01T00:00:00.5Z', '"2000-01-01T00:00:00.5Z"'])
    for (const [text, expected] of [
      ['2024-01-01 00:00:00.120000', '2024-01-01T00:00:00.12Z'],
      ['2024-01-01 00:00:00.000000', '2024-01-01T00:00:00Z'],
    ] as const) {
      expect(column.of(text)).toEqual([expected, `"${expected}"`])
    }
    expect(through({ isNullable: false }, own).of('0000-00-00')).toEqual([0, '0'])
    expect(
      through({}, { ...options, 'z.selector': 'app.t.other', 'z.fallback.date': '2000-01-01' }).of('0000-00-00'),
    ).toEqual([null, 'null'])
  })

  test.each([
    ['z.fallback.datetime', '1971-01-01T00:00:00'],
    ['z.fallback.date', '2021-02-30'],
    ['z.fallback.date', 'soon'],
    ['z.fallback.timestamp', '1971-01-01 00:00:00'],
  ])('%s=%s is refused', (name, value) => {
    expect(() => valueConverters({ ...options, [name]: value })).toThrow(`Text '${value}' could not be parsed`)
  })
})

test('other classes are named', () => {
  expect(unsupportedConverters({ converters: 'a, b', 'a.type': 'com.example.Mine', 'b.type': type })).toEqual([
    'com.example.Mine',
  ])
  expect(unsupportedConverters({ converters: 'a' })).toEqual(['a.type'])
  expect(() => valueConverters({ converters: 'a' })).toThrow('not supported')
  expect(unsupportedConverters({})).toEqual([])
})
