import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MysqlDataError, MysqlUnsupportedError } from '../src/error.ts'
import { bothForms, cellOf, columnOf, hex, logged, optionsOf, selected } from './column-cases.ts'
import { packInteger } from './packed-cells.ts'

const SIZES = [
  { word: 'TINYINT', size: 1, typeCode: 1, kinds: ['int16', 'int16'] },
  { word: 'SMALLINT', size: 2, typeCode: 2, kinds: ['int16', 'int32'] },
  { word: 'MEDIUMINT', size: 3, typeCode: 9, kinds: ['int32', 'int32'] },
  { word: 'INT', size: 4, typeCode: 3, kinds: ['int32', 'int64'] },
  { word: 'BIGINT', size: 8, typeCode: 8, kinds: ['int64', 'int64'] },
]

describe.each(SIZES)('$word', ({ word, size, typeCode, kinds }) => {
  const limit = 1n << BigInt(8 * size)
  test.each([
    { name: word, isUnsigned: false, min: -limit / 2n, max: limit / 2n - 1n },
    { name: `${word} UNSIGNED`, isUnsigned: true, min: 0n, max: limit - 1n },
  ])('$name reads and writes every value alike from both forms', ({ name, isUnsigned, min, max }) => {
    const column = columnOf(name)
    expect(logged(column, typeCode).schema.kind).toBe(kinds[isUnsigned ? 1 : 0])
    const edges = [min, max, 0n, 9n, 10n, 99n, 100n, 2n ** 31n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 10n ** 18n]
    const values = fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(...edges.filter((v) => v >= min && v <= max)))
    fc.assert(
      fc.property(values, (value) => {
        const { json } = bothForms(column, { typeCode, cell: packInteger(value, size) }, String(value))
        expect(json).toBe(String(BigInt.asIntN(64, value)))
      }),
      { numRuns: 500 },
    )
  })

  test('takes a zerofilled text cell', () => {
    expect(cellOf(selected(columnOf(`${word} UNSIGNED ZEROFILL`)), '0000000000').json).toBe('0')
    expect(cellOf(selected(columnOf(`${word} UNSIGNED ZEROFILL`)), '00042').json).toBe('42')
  })
})

describe('BIGINT UNSIGNED in precise mode', () => {
  const options = optionsOf({ bigintUnsignedHandling: 'precise' })
  const column = columnOf('BIGINT UNSIGNED')
  test('is a Decimal of scale 0', () => {
    expect(logged(column, 8, 0, options).schema).toEqual({
      kind: 'bytes',
      optional: true,
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: '0', 'connect.decimal.precision': '20' },
    })
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const { value: unscaled } = bothForms(
          column,
          { typeCode: 8, cell: packInteger(value, 8) },
          String(value),
          options,
        )
        const bytes = unscaled as Buffer
        expect(BigInt(`0x${bytes.toString('hex')}`)).toBe(value)
        expect(bytes[0]! < 0x80 && (bytes.length === 1 || bytes[0] !== 0 || bytes[1]! >= 0x80)).toBe(true)
      }),
    )
  })
})

describe('defaults and names', () => {
  const defaultOf = (typeName: string, text: string): unknown =>
    selected(columnOf(typeName, { hasDefault: true, defaultExpression: text })).schema.default
  test('are converted by type', () => {
    expect(defaultOf('INT', '7')).toBe(7)
    expect(defaultOf('INT', '1.5')).toBe(2)
    expect(defaultOf('TINYINT UNSIGNED ZEROFILL', '003')).toBe(3)
    expect(defaultOf('INT UNSIGNED', '4294967295')).toBe(4294967295n)
    expect(defaultOf('BIGINT', '-9223372036854775808')).toBe(-9223372036854775808n)
    expect(defaultOf('BIGINT UNSIGNED', '18446744073709551615')).toBe(9223372036854775807n)
    expect(defaultOf('TINYINT', 'TRUE')).toBe(1)
    expect(defaultOf('BOOLEAN', 'FALSE')).toBe(false)
    expect(defaultOf('INT', 'nonsense')).toBeUndefined()
    expect('default' in selected(columnOf('INT', { hasDefault: true })).schema).toBe(false)
  })

  test.each(['INT1', 'INT2', 'INT3', 'MIDDLEINT', 'INT4', 'INTEGER', 'INT8', 'SERIAL'])('%s is an integer', (name) => {
    expect(cellOf(selected(columnOf(name)), '5').json).toBe('5')
  })

  test('BOOL is a boolean of any number', () => {
    const column = columnOf('BOOL')
    expect(bothForms(column, { typeCode: 1, cell: hex('fb') }, '-5')).toEqual({ value: true, json: 'true' })
    expect(bothForms(column, { typeCode: 1, cell: hex('00') }, '0').json).toBe('false')
  })

  test('a log that holds another type, an unknown type and hostile names are refused by name', () => {
    expect(() => logged(columnOf('INT'), 15, 20)).toThrow(MysqlDataError)
    expect(() => logged(columnOf('BIGINT'), 3)).toThrow(/BIGINT.*type code 3/)
    for (const name of ['XMLTYPE', 'constructor', '__proto__', 'TOSTRING', '']) {
      expect(() => selected(columnOf(name)), name).toThrow(MysqlUnsupportedError)
    }
  })
})
