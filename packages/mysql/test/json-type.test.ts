import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MysqlDataError, MysqlError } from '../src/error.ts'
import { BinaryJson } from '../src/json/binary-json.ts'
import { cellOf, columnOf, hex, logged, selected } from './column-cases.ts'
import { Opaque, type Packable, packJson } from './pack-json.ts'
import { packDecimal } from './packed-cells.ts'

const JSON_CODE = 245
const column = columnOf('JSON')

function textOf(document: Packable, isLarge = false): string {
  return cellOf(logged(column, JSON_CODE, 4), packJson(document, isLarge)).value as string
}

/** A packed DATETIME or DATE of a JSON document. */
function packedMoment(year: number, month: number, day: number, clock: number, micros: number): Buffer {
  const bytes = Buffer.alloc(8)
  const upper = BigInt(((year * 13 + month) << 5) | day)
  bytes.writeBigInt64LE((((upper << 17n) | BigInt(clock)) << 24n) | BigInt(micros))
  return bytes
}

function packedTime(hour: number, minute: number, second: number, micros: number, isNegative = false): Buffer {
  const bytes = Buffer.alloc(8)
  const value = (BigInt((hour << 12) | (minute << 6) | second) << 24n) | BigInt(micros)
  bytes.writeBigInt64LE(isNegative ? -value : value)
  return bytes
}

describe('binary JSON', () => {
  const documents = fc.letrec<{ document: Packable }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.integer({ min: -70_000, max: 70_000 }).map(BigInt),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.array(tie('document'), { maxLength: 6 }),
      fc.dictionary(fc.string({ unit: 'binary', maxLength: 10 }), tie('document'), {
        maxKeys: 6,
        noNullPrototype: true,
      }),
    ),
  })).document
  const bigints = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? 0) : value
  const same = (value: Packable): unknown =>
    JSON.parse(JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? String(v) : Object.is(v, -0) ? 0 : v)))
  const read = (text: string): unknown =>
    JSON.parse(text, (key, value, context?: { source?: string }) => {
      const parsed = bigints(key, value, context)
      return typeof parsed === 'bigint' ? String(parsed) : Object.is(parsed, -0) ? 0 : parsed
    })

  test('any document, small and large format, has the text of its value without spaces', () => {
    fc.assert(
      fc.property(documents, fc.boolean(), (document, isLarge) => {
        const text = textOf(document, isLarge)
        expect(normal(read(text))).toEqual(normal(same(document)))
      }),
      { numRuns: 1000 },
    )
  })

  /** Whole doubles above 2^53 print as integers: compared as numbers. */
  function normal(value: unknown): unknown {
    if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value)
    if (Array.isArray(value)) return value.map(normal)
    if (typeof value === 'object' && value !== null) {
      return Object.entries(value).map(([key, member]) => [key, normal(member)])
    }
    return value
  }

  test('numbers print as Debezium prints them', () => {
    expect(
      textOf([1n, -1n, 255n, -32768n, 65535n, -2147483648n, 4294967295n, 9223372036854775807n, 18446744073709551615n]),
    ).toBe('[1,-1,255,-32768,65535,-2147483648,4294967295,9223372036854775807,18446744073709551615]')
    expect(textOf([1, 0.1, 1e22, 1e21, -1.5e-9, 123456.789, 1e-7, -0])).toBe(
      '[1.0,0.1,10000000000000000000000,1000000000000000000000,' +
        '-0.0000000014999999999999999900248106175413252694195165304336114786565303802490234375,123456.789,' +
        '0.0000000999999999999999954748111825886258685613938723690807819366455078125,-0.0]',
    )
  })

  test('opaque values: decimals, dates, times, anything else', () => {
    const decimal = (unscaled: bigint, precision: number, scale: number): Opaque =>
      new Opaque(246, Buffer.concat([Buffer.from([precision, scale]), packDecimal(unscaled, precision, scale)]))
    expect(
      textOf([decimal(110n, 5, 2), decimal(-1n, 10, 3), decimal(99999999999999999999999n, 30, 3), decimal(0n, 5, 2)]),
    ).toBe('[1.10,-0.001,99999999999999999999.999,0.00]')
    expect(
      textOf([
        new Opaque(10, packedMoment(2024, 1, 2, 0, 0)),
        new Opaque(12, packedMoment(2024, 1, 2, (3 << 12) | (4 << 6) | 5, 678_901)),
        new Opaque(7, packedMoment(2024, 1, 2, (3 << 12) | (4 << 6) | 5, 0)),
        new Opaque(11, packedTime(1, 2, 3, 400_000)),
        new Opaque(11, packedTime(12, 34, 56, 500_000, true)),
        new Opaque(11, packedTime(838, 59, 59, 0, true)),
        new Opaque(253, Buffer.from('abc')),
        new Opaque(16, hex('03')),
        new Opaque(252, Buffer.alloc(0)),
      ]),
    ).toBe(
      '["2024-01-02","2024-01-02 03:04:05.678901","2024-01-02 03:04:05","01:02:03.4","-12:34:56.5","-838:59:59",' +
        '"YWJj","Aw==",""]',
    )
  })

  test('strings are escaped twice: as JSON, then inside the JSON string of the record', () => {
    const { json } = cellOf(logged(column, JSON_CODE, 4), packJson({ 'k"': '"\\\u0000\u001f\n/é😀' }))
    expect(json).toBe('"{\\"k\\\\\\"\\":\\"\\\\\\"\\\\\\\\\\\\u0000\\\\u001F\\\\n/é\\uD83D\\uDE00\\"}"')
  })

  test('documents larger than the pieces pass whole', () => {
    const document = { big: 'ab😀"'.repeat(40_000), list: Array.from({ length: 30_000 }, (_, i) => BigInt(i)) }
    const type = logged(column, JSON_CODE, 4)
    const { value, json } = cellOf(type, packJson(document, true))
    expect(JSON.parse(value as string)).toEqual({ big: document.big, list: document.list.map(Number) })
    expect(JSON.parse(json)).toBe(value)
  })

  test('damaged bytes end in a named error or in text, never in another failure', () => {
    const whole = packJson({ a: [1n, 'text', { b: 1.5 }], c: new Opaque(246, hex('0502 8001')) })
    const decoder = new BinaryJson()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const bytes = Buffer.from(whole.subarray(0, Math.max(length, 1)))
        if (at < bytes.length) bytes[at] = byte
        try {
          expect(typeof decoder.toText(bytes, 0, bytes.length)).toBe('string')
        } catch (error) {
          expect(error).toBeInstanceOf(MysqlError)
        }
      }),
      { numRuns: 3000 },
    )
    // A container whose only member is itself.
    expect(() => decoder.toText(hex('02 0100 0700 02 0000'), 0, 8)).toThrow(MysqlDataError)
  })
})

describe('JSON columns', () => {
  test('a snapshot keeps the text of the server', () => {
    expect(cellOf(selected(column), '{"a": 1, "b": [1, 2]}').value).toBe('{"a": 1, "b": [1, 2]}')
  })

  test('no bytes at all', () => {
    const required = columnOf('JSON', { isNullable: false })
    expect(cellOf(logged(column, JSON_CODE, 4), hex('')).value).toBeNull()
    expect(cellOf(logged(required, JSON_CODE, 4), hex('')).json).toBe('"{}"')
    expect(cellOf(selected(required), hex('')).json).toBe('"{}"')
  })
})
