import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConnectSchema } from '../../../../src/data/schema.ts'
import { quotedText, valueLiteral } from '../../../../src/source/mysql/reselect/value-literal.ts'

const schema = (kind: ConnectSchema['kind'], name?: string, parameters?: Record<string, string>): ConnectSchema => ({
  kind,
  optional: false,
  ...(name === undefined ? {} : { name }),
  ...(parameters === undefined ? {} : { parameters }),
})
const decimal = schema('bytes', 'org.apache.kafka.connect.data.Decimal', { scale: '2' })

test.each<[string, ConnectSchema, unknown, string]>([
  ['int', schema('int32'), -7, '-7'],
  ['bigint', schema('int64'), 9_223_372_036_854_775_807n, '9223372036854775807'],
  ['text', schema('string'), "it's", "'it''s'"],
  ['text with a backslash', schema('string'), 'a\\b', "_utf8mb4 x'615c62'"],
  ['bytes', schema('bytes'), Buffer.from([0, 255]), "x'00ff'"],
  ['decimal', decimal, Buffer.from([0xff, 0x85]), '-1.23'],
  ['small decimal', decimal, Buffer.from([5]), '0.05'],
  ['bits', schema('bytes', 'io.debezium.data.Bits'), Buffer.from([1, 2]), '513'],
  ['date', schema('int32', 'io.debezium.time.Date'), -1, "'1969-12-31'"],
  ['timestamp', schema('int64', 'io.debezium.time.Timestamp'), 1_704_067_200_123n, "'2024-01-01 00:00:00.123000'"],
  ['before 1970', schema('int64', 'io.debezium.time.MicroTimestamp'), -1n, "'1969-12-31 23:59:59.999999'"],
  ['time', schema('int64', 'io.debezium.time.MicroTime'), -3_600_000_001n, "'-01:00:00.000001'"],
  ['zoned', schema('string', 'io.debezium.time.ZonedTimestamp'), '2024-01-01T00:00:00Z', "'2024-01-01 00:00:00'"],
])('%s', (_name, of, value, literal) => {
  expect(valueLiteral(of, value)).toBe(literal)
})

test('no text leaves its literal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const literal = quotedText(text)
      const quoted = /^'((?:[^'\\]|'')*)'$/.exec(literal)
      const hex = /^_utf8mb4 x'([0-9a-f]*)'$/.exec(literal)
      const read = quoted === null ? Buffer.from(hex![1]!, 'hex').toString() : quoted[1]!.replaceAll("''", "'")
      expect(read).toBe(text)
    }),
  )
}, 60_000)
