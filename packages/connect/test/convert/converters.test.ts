import { expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.ts'
import { BinaryDataConverter, ByteArrayConverter } from '../../src/convert/bytes-converter.ts'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import { NumberConverter } from '../../src/convert/number-converter.ts'
import { SimpleHeaderConverter, StringConverter } from '../../src/convert/string-converter.ts'
import { bytesOfBigInt, javaDecimal, parseDecimal } from '../../src/data/java-number.ts'
import { javaToString } from '../../src/data/java-text.ts'
import type { ConnectSchema } from '../../src/data/schema.ts'
import {
  arrayOf,
  field,
  INT32,
  INT64,
  LOGICAL,
  mapOf,
  primitive,
  STRING,
  structOf,
} from '../../src/data/schema-builder.ts'
import { structFrom } from '../../src/data/struct.ts'
import { createConverter, createStages } from '../../src/plugins.ts'

const plain = new JsonConverter({ schemasEnable: false })
const json = (schema: ConnectSchema | null, value: unknown, converter = plain) =>
  Buffer.from(converter.fromConnect('t', schema, value) ?? []).toString()
const decimal = primitive('bytes', { name: LOGICAL.decimal, version: 1, parameters: { scale: '2' } })

const WRITTEN: readonly (readonly [schema: ConnectSchema, value: unknown, text: string])[] = [
  [INT64, -(2n ** 63n), '-9223372036854775808'],
  [primitive('float64'), 1e10, '1.0E10'],
  [primitive('float64'), -0, '-0.0'],
  [primitive('float64'), Number.NaN, '"NaN"'],
  [primitive('float64'), Number.NEGATIVE_INFINITY, '"-Infinity"'],
  [primitive('float32'), Math.fround(3.4), '3.4'],
  [primitive('boolean'), true, 'true'],
  [STRING, 'a"\\\n\u0001\u007fé日😀', '"a\\"\\\\\\n\\u0001\u007fé日\\uD83D\\uDE00"'],
  [primitive('bytes'), Buffer.from([255, 0]), '"/wA="'],
  [decimal, bytesOfBigInt(-12345n), '"z8c="'],
  [arrayOf(INT32), [1, 2], '[1,2]'],
  [mapOf(STRING, INT32), new Map([['a', 1]]), '{"a":1}'],
  [mapOf(INT32, STRING), new Map([[1, 'a']]), '[[1,"a"]]'],
  [structOf([]), { schema: structOf([]), values: [] }, '{}'],
]

test('values are written as Jackson does', () => {
  for (const [schema, value, text] of WRITTEN) expect(json(schema, value)).toBe(text)
})

test('decimals as numbers print as BigDecimal does', () => {
  const numeric = new JsonConverter({ schemasEnable: false, decimalFormat: 'NUMERIC' })
  expect(json(decimal, bytesOfBigInt(-12345n), numeric)).toBe('-123.45')
  expect(javaDecimal(bytesOfBigInt(1n), 8)).toBe('1E-8')
  expect(javaDecimal(bytesOfBigInt(12n), -3)).toBe('1.2E+4')
  expect(javaDecimal(bytesOfBigInt(0n), 2)).toBe('0.00')
  expect(parseDecimal('-123.4', 2)).toEqual(bytesOfBigInt(-12340n))
  expect(parseDecimal('1.234', 2)).toBeNull()
})

test('null is the default, null, or an error', () => {
  const withDefault = primitive('int32', { optional: true, default: 7 })
  expect(json(withDefault, null)).toBe('7')
  expect(json(withDefault, null, new JsonConverter({ schemasEnable: false, replaceNullWithDefault: false }))).toBe(
    'null',
  )
  expect(() => json(INT32, null)).toThrow('null value for field that is required and has no default value')
  expect(plain.fromConnect('t', null, null)).toBeNull()
})

test('without a schema the JSON says so; what is written is read back', () => {
  const converter = new JsonConverter()
  expect(json(null, new Map<string, unknown>([['a', [1n, 1.5, null, 'x', true]]]), converter)).toBe(
    '{"schema":null,"payload":{"a":[1,1.5,null,"x",true]}}',
  )
  const schema = structOf([field('i', INT64), field('d', decimal)])
  const value = { schema, values: [2n ** 62n, bytesOfBigInt(99n)] }
  const read = converter.toConnect('t', converter.fromConnect('t', schema, value))
  expect(read).toEqual({ schema, value })
  expect(() => converter.toConnect('t', Buffer.from('{"a":1}'))).toThrow('requires "schema" and "payload" fields')
  expect(() => converter.toConnect('t', Buffer.from('{'))).toThrow('Converting byte[] to Kafka Connect data failed')
})

test('StringConverter prints as Java does', () => {
  const schema = structOf([
    field('a', INT32),
    field('n', primitive('string', { optional: true })),
    field('l', arrayOf(STRING)),
    field('m', mapOf(STRING, primitive('float64'))),
    field('d', primitive('int32', { name: LOGICAL.date, version: 1 })),
    field('b', primitive('bytes')),
  ])
  const value = structFrom(schema, { a: 1, l: ['x', 'y'], m: new Map([['k', 2]]), d: 0, b: Buffer.from('abc') })
  expect(javaToString(schema, value)).toBe(
    'Struct{a=1,l=[x, y],m={k=2.0},d=Thu Jan 01 00:00:00 UTC 1970,b=java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]}',
  )
  expect(new StringConverter().fromConnect('t', null, null)).toBeNull()
  expect(new StringConverter().toConnect('t', Buffer.from('é')).value).toBe('é')
  expect(() => new StringConverter({ encoding: 'KOI8-R' })).toThrow('encoding KOI8-R is not supported')
})

test('headers are text of their values, structures JSON-like', () => {
  const key = structOf([field('id', INT32), field('s', STRING)])
  const header = { key: 'k', schema: key, value: structFrom(key, { id: 30, s: 'a"b\\' }) }
  const converter = new SimpleHeaderConverter()
  expect(Buffer.from(converter.fromConnectHeader('t', header) ?? []).toString()).toBe('{"id":30,"s":"a\\"b\\\\"}')
  expect(converter.fromConnectHeader('t', { key: 'k', schema: STRING, value: null })).toBeNull()
  const stamp = primitive('int64', { name: LOGICAL.timestamp, version: 1 })
  const text = converter.fromConnectHeader('t', { key: 'k', schema: stamp, value: 1_700_000_000_123n })
  expect(Buffer.from(text ?? []).toString()).toBe('2023-11-14T22:13:20.123Z')
})

test('byte converters pass bytes and refuse or delegate everything else', () => {
  const bytes = Buffer.from([1, 2])
  expect(new ByteArrayConverter().fromConnect('t', primitive('bytes'), bytes)).toBe(bytes)
  expect(() => new ByteArrayConverter().fromConnect('t', STRING, 'x')).toThrow(
    'Invalid schema type for ByteArrayConverter: STRING',
  )
  const delegating = createConverter('io.debezium.converters.BinaryDataConverter', {
    'delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
    'delegate.converter.type.schemas.enable': 'false',
  })
  expect(Buffer.from(delegating.fromConnect('t', STRING, 'x') ?? []).toString()).toBe('"x"')
  expect(() => new BinaryDataConverter({ delegate: null }).fromConnect('t', STRING, 'x')).toThrow(
    'no delegate converter',
  )
})

test('number converters write one fixed width', () => {
  expect(new NumberConverter('int32').fromConnect('t', INT32, -2)).toEqual(Buffer.from([255, 255, 255, 254]))
  expect(new NumberConverter('int64').toConnect('t', Buffer.alloc(8)).value).toBe(0n)
  expect(() => new NumberConverter('boolean').fromConnect('t', INT32, 1)).toThrow(
    'Invalid schema type for BooleanConverter: INT32',
  )
  expect(() => new NumberConverter('int16').fromConnect('t', STRING, 'x')).toThrow('Failed to serialize to int16')
})

test('the tutorial’s outbox registration gets its converter under today’s name, with a warning', () => {
  const former = {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.server.name': 'cdc-mysql',
    'value.converter': 'io.debezium.converters.ByteBufferConverter',
    'value.converter.schemas.enable': 'false',
    'value.converter.delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
    transforms: 'outbox',
    'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
  }
  const stages = createStages(former, { 'key.converter': 'org.apache.kafka.connect.json.JsonConverter' }, silentLogger)
  expect(stages.valueConverter).toBeInstanceOf(BinaryDataConverter)
  expect(stages.warnings.join('\n')).toContain("'io.debezium.converters.ByteBufferConverter'")
  const text = Buffer.from(stages.keyConverter.fromConnect('t', STRING, '1') ?? []).toString()
  expect(text).toBe('{"schema":{"type":"string","optional":false},"payload":"1"}')
  const { 'database.server.name': _former, ...present } = former
  expect(() => createStages(present, {}, silentLogger)).toThrow('ByteBufferConverter could not be found')
})
