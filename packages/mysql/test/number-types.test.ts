import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { javaDoubleText, javaFloatText } from '../src/text/java-float.ts'
import { bothForms, cellOf, columnOf, hex, logged, optionsOf, selected } from './column-cases.ts'
import { packDecimal } from './packed-cells.ts'

function plain(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function bigintOf(bytes: Buffer): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
}

const DECIMALS = fc.integer({ min: 1, max: 65 }).chain((precision) =>
  fc.record({
    precision: fc.constant(precision),
    scale: fc.integer({ min: 0, max: Math.min(precision, 30) }),
    unscaled: fc
      .tuple(fc.integer({ min: 0, max: precision }), fc.bigInt({ min: -(10n ** 65n), max: 10n ** 65n }))
      .map(([digits, value]) => value % 10n ** BigInt(digits)),
  }),
)

describe('DECIMAL', () => {
  test('agrees in both forms and all modes for every precision, scale and value', () => {
    fc.assert(
      fc.property(DECIMALS, ({ precision, scale, unscaled }) => {
        const column = columnOf('DECIMAL', { length: precision, scale })
        const cell = { typeCode: 246, meta: (precision << 8) | scale, cell: packDecimal(unscaled, precision, scale) }
        const text = plain(unscaled, scale)
        const precise = bothForms(column, cell, text).value as Buffer
        expect(bigintOf(precise)).toBe(unscaled)
        expect(precise.length === 1 || BigInt.asIntN(8 * (precise.length - 1), unscaled) !== unscaled).toBe(true)
        expect(bothForms(column, cell, text, optionsOf({ decimalHandling: 'string' })).value).toBe(text)
        expect(bothForms(column, cell, text, optionsOf({ decimalHandling: 'double' })).value).toBe(Number(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('schema and default', () => {
    const column = columnOf('DECIMAL', {
      length: 10,
      scale: 2,
      isNullable: false,
      hasDefault: true,
      defaultExpression: '1.505',
    })
    expect(selected(column).schema).toEqual({
      kind: 'bytes',
      optional: false,
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: '2', 'connect.decimal.precision': '10' },
      default: hex('0097'),
    })
    expect(selected(column, optionsOf({ decimalHandling: 'string' })).schema.default).toBe('1.51')
    expect(selected(column, optionsOf({ decimalHandling: 'double' })).schema.default).toBe(1.51)
    expect(selected(columnOf('NUMERIC')).schema.parameters?.['connect.decimal.precision']).toBe('10')
  })

  test('a scale that the log does not have is refused; ZEROFILL text is taken', () => {
    expect(() => logged(columnOf('DECIMAL', { length: 10, scale: 2 }), 246, (10 << 8) | 3)).toThrow(/type code 246/)
    const text = optionsOf({ decimalHandling: 'string' })
    expect(
      cellOf(selected(columnOf('DECIMAL UNSIGNED ZEROFILL', { length: 8, scale: 2 }), text), '000012.50').value,
    ).toBe('12.50')
    expect(
      cellOf(selected(columnOf('DECIMAL UNSIGNED ZEROFILL', { length: 8, scale: 2 }), text), '000000.50').value,
    ).toBe('0.50')
  })
})

describe('FLOAT and DOUBLE', () => {
  const doubleCell = (value: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    return bytes
  }
  const floatCell = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeFloatLE(value)
    return bytes
  }
  test('every finite double reads back from its text', () => {
    const column = columnOf('DOUBLE')
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { json } = bothForms(
          column,
          { typeCode: 5, cell: doubleCell(value) },
          Object.is(value, -0) ? '-0' : String(value),
        )
        expect(Number(json)).toBe(value === 0 ? Number(json) : value)
      }),
      { numRuns: 2000 },
    )
  })

  test('FLOAT is float32, with digits it is widened', () => {
    expect(logged(columnOf('FLOAT'), 4).schema.kind).toBe('float32')
    expect(logged(columnOf('FLOAT', { length: 24 }), 4).schema.kind).toBe('float32')
    expect(logged(columnOf('FLOAT', { length: 25 }), 5).schema.kind).toBe('float64')
    expect(bothForms(columnOf('FLOAT'), { typeCode: 4, cell: floatCell(1.2345) }, '1.2345').json).toBe('1.2345')
    const digits = columnOf('FLOAT', { length: 7, scale: 2 })
    expect(bothForms(digits, { typeCode: 4, cell: floatCell(12345.67) }, '12345.67').json).toBe('12345.669921875')
  })

  // Pairs printed by Java 17's Double.toString and Float.toString; several differ from the shortest text.
  test.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [100, '100.0'],
    [0.1, '0.1'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [9999999, '9999999.0'],
    [1e7, '1.0E7'],
    [1234567.891, '1234567.891'],
    [1e300, '1.0E300'],
    [2e23, '1.9999999999999998E23'],
    [8.41e21, '8.409999999999999E21'],
    [4.9e-324, '4.9E-324'],
    [1.7976931348623157e308, '1.7976931348623157E308'],
    [-1.5e-9, '-1.5E-9'],
    [Number('403018489792982720'), '4.0301848979298272E17'],
    [Number('59028721132322370'), '5.9028721132322368E16'],
    [2 ** 53, '9.007199254740992E15'],
    [Number('3.8189059803482716e25'), '3.8189059803482716E25'],
  ])('Double.toString of %d', (value, text) => {
    expect(javaDoubleText(value)).toBe(text)
  })
  test.each([
    [3.4e38, '3.4E38'],
    [1.4e-45, '1.4E-45'],
    [1.17549e-38, '1.17549E-38'],
    [16777216, '1.6777216E7'],
    [81930290, '8.1930288E7'],
    [3279196.3, '3279196.2'],
    [499244580, '4.99244576E8'],
    [0.1, '0.1'],
    [1e10, '1.0E10'],
    [1.5, '1.5'],
    [5.2134013e25, '5.2134012E25'],
  ])('Float.toString of %d', (value, text) => {
    expect(javaFloatText(Math.fround(value))).toBe(text)
  })
})
