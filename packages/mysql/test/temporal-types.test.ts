import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MysqlDataError, MysqlUnsupportedError } from '../src/error.ts'
import type { ValueOptions } from '../src/type/column-type.ts'
import { bothForms, cellOf, columnOf, hex, logged, optionsOf, selected } from './column-cases.ts'
import { dateText, type Parts, packDate, packDatetime2, packTime2, packTimestamp2, timeText } from './packed-cells.ts'

const MODES: ValueOptions['timePrecision'][] = [
  'adaptive_time_microseconds',
  'connect',
  'isostring',
  'microseconds',
  'nanoseconds',
]
const DATETIME2 = 18
const TIME2 = 19
const TIMESTAMP2 = 17
const DATE = 10

const FSP = fc.integer({ min: 0, max: 6 })

/** A moment with `fsp` fraction digits, in Java's reach of Date. */
const MOMENT = fc.record({
  fsp: FSP,
  ms: fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59) }),
  micros: fc.integer({ min: 0, max: 999_999 }),
})

function partsOf(ms: number, micros: number, fsp: number): Parts {
  const date = new Date(ms)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micros: micros - (micros % 10 ** (6 - fsp)),
  }
}

const trimmed = (micros: number): string =>
  micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`

describe('DATETIME', () => {
  test.each(MODES)('%s: both forms agree with the calendar', (timePrecision) => {
    const options = optionsOf({ timePrecision })
    fc.assert(
      fc.property(MOMENT, ({ fsp, ms, micros }) => {
        const parts = partsOf(ms, micros, fsp)
        const column = columnOf('DATETIME', { length: fsp === 0 ? null : fsp })
        const text = `${dateText(parts)} ${timeText(parts, fsp)}`
        const cell = { typeCode: DATETIME2, meta: fsp, cell: packDatetime2(parts, fsp) }
        const { value } = bothForms(column, cell, text, options)
        const wholeMs = BigInt(Math.floor(ms / 1000) * 1000)
        const us = wholeMs * 1000n + BigInt(parts.micros)
        const inNanos = ms >= -9223372036000 && ms < 9223372036000
        const expected = {
          adaptive_time_microseconds: fsp > 3 ? us : wholeMs + BigInt(Math.floor(parts.micros / 1000)),
          connect: wholeMs + BigInt(Math.floor(parts.micros / 1000)),
          microseconds: us,
          nanoseconds: inNanos ? us * 1000n : null,
          isostring: `${dateText(parts)}T${timeText(parts, 0)}${trimmed(parts.micros)}Z`,
        }[timePrecision]
        expect(value).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('schema names follow mode and fraction digits', () => {
    const name = (mode: ValueOptions['timePrecision'], length: number | null): string | undefined =>
      selected(columnOf('DATETIME', { length }), optionsOf({ timePrecision: mode })).schema.name
    expect(name('adaptive_time_microseconds', 3)).toBe('io.debezium.time.Timestamp')
    expect(name('adaptive_time_microseconds', 4)).toBe('io.debezium.time.MicroTimestamp')
    expect(name('connect', 6)).toBe('org.apache.kafka.connect.data.Timestamp')
    expect(name('microseconds', null)).toBe('io.debezium.time.MicroTimestamp')
    expect(name('nanoseconds', null)).toBe('io.debezium.time.NanoTimestamp')
    expect(name('isostring', null)).toBe('io.debezium.time.IsoTimestamp')
  })

  test('the old packed form of eight bytes is read', () => {
    const cell = Buffer.alloc(8)
    cell.writeBigUInt64LE(20240229010203n)
    expect(cellOf(logged(columnOf('DATETIME'), 12), cell).json).toBe(String(Date.UTC(2024, 1, 29, 1, 2, 3)))
  })

  test('days that the calendar does not have are refused, values stay out of the message', () => {
    const parts = { year: 2021, month: 2, day: 31, hour: 0, minute: 0, second: 0, micros: 0 }
    expect(() => cellOf(logged(columnOf('DATETIME'), DATETIME2), packDatetime2(parts, 0))).toThrow(MysqlDataError)
    expect(() => cellOf(selected(columnOf('DATETIME')), '2021-02-31 00:00:00')).toThrow(/Column c: a stored date/)
  })
})

describe('zero dates and years', () => {
  const zero = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros: 0 }
  const partly = { ...zero, year: 2024, month: 0, day: 1, hour: 1 }
  test.each([zero, partly, { ...zero, month: 1, day: 1 }])('%o', (parts) => {
    const required = { isNullable: false }
    const datetime = { typeCode: DATETIME2, cell: packDatetime2(parts, 0) }
    const text = `${dateText(parts)} ${timeText(parts, 0)}`
    expect(bothForms(columnOf('DATETIME'), datetime, text).value).toBeNull()
    expect(bothForms(columnOf('DATETIME', required), datetime, text).value).toBe(0n)
    const date = { typeCode: DATE, cell: packDate(parts) }
    expect(bothForms(columnOf('DATE'), date, dateText(parts)).value).toBeNull()
    expect(bothForms(columnOf('DATE', required), date, dateText(parts)).value).toBe(0)
    const iso = optionsOf({ timePrecision: 'isostring' })
    expect(bothForms(columnOf('DATE', required), date, dateText(parts), iso).value).toBe('1970-01-01Z')
    expect(bothForms(columnOf('DATETIME', required), datetime, text, iso).value).toBe('1970-01-01T00:00:00Z')
    const withDefault = { isNullable: false, hasDefault: true, defaultExpression: '2020-01-02' }
    expect(bothForms(columnOf('DATE', withDefault), date, dateText(parts)).value).toBe(18263)
  })

  test('the zero timestamp', () => {
    const cell = { typeCode: TIMESTAMP2, cell: hex('00000000') }
    expect(bothForms(columnOf('TIMESTAMP'), cell, '0000-00-00 00:00:00').value).toBeNull()
    expect(bothForms(columnOf('TIMESTAMP', { isNullable: false }), cell, '0000-00-00 00:00:00').value).toBe(
      '1970-01-01T00:00:00Z',
    )
  })

  test('two-digit years move only with the adjuster', () => {
    const parts = { ...zero, year: 69, month: 12, day: 31 }
    const cell = { typeCode: DATE, cell: packDate(parts) }
    expect(bothForms(columnOf('DATE'), cell, '0069-12-31').value).toBe(Date.UTC(2069, 11, 31) / 86_400_000)
    const off = optionsOf({ enableTimeAdjuster: false })
    expect(bothForms(columnOf('DATE'), cell, '0069-12-31', off).value).toBe(-693_961)
    const later = { typeCode: DATE, cell: packDate({ ...parts, year: 70, month: 1, day: 1 }) }
    expect(bothForms(columnOf('DATE'), later, '0070-01-01').value).toBe(0)
  })

  test('YEAR', () => {
    const column = columnOf('YEAR')
    expect(bothForms(column, { typeCode: 13, cell: hex('ff') }, '2155').json).toBe('2155')
    expect(bothForms(column, { typeCode: 13, cell: hex('01') }, '1901').json).toBe('1901')
    expect(bothForms(column, { typeCode: 13, cell: hex('00') }, '0000').json).toBe('1900')
    const withDefault = columnOf('YEAR', { hasDefault: true, defaultExpression: '0' })
    expect(selected(withDefault).schema).toMatchObject({ name: 'io.debezium.time.Year', default: 2000 })
  })
})

describe('DATE', () => {
  test.each(MODES)('%s: every day from 1000 to 9999', (timePrecision) => {
    const options = optionsOf({ timePrecision })
    fc.assert(
      fc.property(fc.integer({ min: -354_285, max: 2_932_896 }), (days) => {
        const parts = partsOf(days * 86_400_000, 0, 0)
        const { value } = bothForms(
          columnOf('DATE'),
          { typeCode: DATE, cell: packDate(parts) },
          dateText(parts),
          options,
        )
        expect(value).toBe(timePrecision === 'isostring' ? `${dateText(parts)}Z` : days)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('TIME', () => {
  const durations = fc.record({
    fsp: FSP,
    isNegative: fc.boolean(),
    hour: fc.integer({ min: 0, max: 838 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
    micros: fc.integer({ min: 0, max: 999_999 }),
  })
  test.each(MODES)('%s: both forms agree with arithmetic', (timePrecision) => {
    const options = optionsOf({ timePrecision })
    fc.assert(
      fc.property(durations, ({ fsp, isNegative, ...clock }) => {
        const micros = clock.micros - (clock.micros % 10 ** (6 - fsp))
        const parts = { year: 0, month: 0, day: 0, ...clock, micros }
        const total = BigInt((clock.hour * 3600 + clock.minute * 60 + clock.second) * 1_000_000 + micros)
        const negative = isNegative && total > 0n
        const us = negative ? -total : total
        const isInDay = us >= 0n && us < 86_400_000_000n
        const expected = {
          adaptive_time_microseconds: us,
          microseconds: us,
          nanoseconds: us * 1000n,
          connect: isInDay ? Number(us / 1000n) : null,
          isostring: isInDay ? `${timeText(parts, 0)}${trimmed(micros)}Z` : null,
        }[timePrecision]
        const cell = { typeCode: TIME2, meta: fsp, cell: packTime2(parts, negative, fsp) }
        const text = `${negative ? '-' : ''}${timeText(parts, fsp)}`
        const column = columnOf('TIME', { length: fsp })
        expect(bothForms(column, cell, text, options).value).toBe(expected)
      }),
      { numRuns: 1000 },
    )
  })

  test('outside one day a required time of day is midnight', () => {
    const required = columnOf('TIME', { isNullable: false })
    expect(cellOf(selected(required, optionsOf({ timePrecision: 'connect' })), '-01:00:00').json).toBe('0')
    expect(cellOf(selected(required, optionsOf({ timePrecision: 'isostring' })), '24:00:00').json).toBe('"00:00:00Z"')
  })

  test('the old packed form of three bytes is read', () => {
    expect(cellOf(logged(columnOf('TIME'), 11), hex('40e201')).json).toBe(String(45_296_000_000))
    expect(cellOf(logged(columnOf('TIME'), 11), hex('c01dfe')).json).toBe(String(-45_296_000_000))
  })
})

describe('TIMESTAMP', () => {
  const instants = fc.record({
    fsp: FSP,
    seconds: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    micros: fc.integer({ min: 0, max: 999_999 }),
  })
  test('the log prints all fraction digits, a snapshot as many as are needed', () => {
    fc.assert(
      fc.property(instants, ({ fsp, seconds, micros }) => {
        const parts = partsOf(seconds * 1000, micros, fsp)
        const column = columnOf('TIMESTAMP', { length: fsp })
        const head = `${dateText(parts)}T${timeText(parts, 0)}`
        const log = cellOf(logged(column, TIMESTAMP2, fsp), packTimestamp2(seconds, parts.micros, fsp))
        expect(log.value).toBe(`${dateText(parts)}T${timeText(parts, fsp)}Z`)
        const text = cellOf(selected(column), `${dateText(parts)} ${timeText(parts, fsp)}`)
        expect(text.value).toBe(`${head}${trimmed(parts.micros)}Z`)
      }),
    )
  })

  test.each([
    ['+09:00', '2024-07-01 12:00:00.5', '2024-07-01T03:00:00.5Z'],
    ['-03:30', '2024-12-31 23:00:00', '2025-01-01T02:30:00Z'],
    ['Asia/Tokyo', '2024-07-01 12:00:00', '2024-07-01T03:00:00Z'],
    ['Europe/Istanbul', '2012-07-01 12:00:00', '2012-07-01T09:00:00Z'],
    ['Europe/Berlin', '2024-10-27 02:30:00', '2024-10-27T00:30:00Z'],
    ['Europe/Berlin', '2024-10-27 03:30:00', '2024-10-27T02:30:00Z'],
    ['Europe/Berlin', '2024-03-31 02:30:00', '2024-03-31T01:30:00Z'],
    ['America/New_York', '2024-11-03 01:30:00', '2024-11-03T05:30:00Z'],
    ['UTC', '2024-11-03 01:30:00', '2024-11-03T01:30:00Z'],
  ])('text in zone %s: %s is %s', (connectionTimeZone, text, expected) => {
    const type = selected(columnOf('TIMESTAMP', { length: 1 }), optionsOf({ connectionTimeZone }))
    expect(cellOf(type, text).value).toBe(expected)
  })

  test('an unknown zone is refused by name', () => {
    expect(() => selected(columnOf('TIMESTAMP'), optionsOf({ connectionTimeZone: 'Mars/Olympus' }))).toThrow(
      MysqlUnsupportedError,
    )
  })
})

describe('defaults', () => {
  const defaultOf = (typeName: string, text: string, length: number | null = null, isNullable = false): unknown =>
    selected(columnOf(typeName, { length, isNullable, hasDefault: true, defaultExpression: text })).schema.default
  test('are converted by type, zero and CURRENT_TIMESTAMP are the epoch', () => {
    expect(defaultOf('DATE', '2024-02-29')).toBe(19782)
    expect(defaultOf('DATE', '0000-00-00')).toBe(0)
    expect(defaultOf('DATE', '0000-00-00', null, true)).toBeUndefined()
    expect(defaultOf('DATETIME', '2024-02-29 01:02:03.456', 3)).toBe(1709168523456n)
    expect(defaultOf('DATETIME', '1970-01-01 00:00:00', 6)).toBe(0n)
    expect(defaultOf('DATETIME', 'CURRENT_TIMESTAMP(6)', 6, true)).toBe(0n)
    expect(defaultOf('TIMESTAMP', '1970-01-01 00:00:00')).toBe('1970-01-01T00:00:00Z')
    expect(defaultOf('TIMESTAMP', 'CURRENT_TIMESTAMP', null, true)).toBeUndefined()
    expect(defaultOf('TIMESTAMP', '2020-01-01 00:00:00', 6)).toBe('2020-01-01T00:00:00.000000Z')
    expect(defaultOf('TIME', '-01:02:03')).toBe(-3723000000n)
    expect(defaultOf('TIME', '01:02:03.004', 3)).toBe(3723004000n)
  })
})
