import fc from 'fast-check'
import { expect, test } from 'vitest'
import { humanDateTime } from '../src/time/django-format.ts'
import { civilOf, fromDatabaseText, microsOf, toDatabaseText, toIsoText } from '../src/time/micros.ts'

const MIN = fromDatabaseText('0001-01-01 00:00:00')
const MAX = fromDatabaseText('9999-12-31 23:59:59.999999')
const moments = fc.bigInt({ min: MIN, max: MAX })

test('every microsecond of years 1 to 9999 survives the database’s text', () => {
  fc.assert(
    fc.property(moments, (micros) => {
      expect(fromDatabaseText(toDatabaseText(micros))).toBe(micros)
      expect(microsOf(civilOf(micros))).toBe(micros)
    }),
  )
})

test('the calendar agrees with Date', () => {
  fc.assert(
    fc.property(moments, (micros) => {
      const ms = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n)
      expect(toIsoText(micros).slice(0, 23)).toBe(new Date(Number(ms)).toISOString().slice(0, 23))
    }),
  )
})

test('moments that do not exist are none', () => {
  const base = { year: 2026, month: 2, day: 28, hour: 0, minute: 0, second: 0, micro: 0 }
  expect(microsOf(base)).not.toBeNull()
  for (const change of [
    { day: 29 },
    { day: 0 },
    { month: 13 },
    { month: 0 },
    { hour: 24 },
    { minute: 60 },
    { second: 60 },
    { year: 0 },
    { year: 10_000 },
  ]) {
    expect(microsOf({ ...base, ...change }), JSON.stringify(change)).toBeNull()
  }
  expect(microsOf({ ...base, year: 2024, day: 29 })).not.toBeNull()
  expect(microsOf({ ...base, year: 1900, day: 29 })).toBeNull()
  expect(() => fromDatabaseText('0000-00-00 00:00:00')).toThrow('no point in time')
})

// printed by Django 3.2.25 with the format "N j, Y, P"
test.each([
  ['2026-11-20 10:11:00', 'Nov. 20, 2026, 10:11 a.m.'],
  ['2026-03-01 00:00:00', 'March 1, 2026, midnight'],
  ['2026-09-09 12:00:00', 'Sept. 9, 2026, noon'],
  ['2026-06-09 13:00:00', 'June 9, 2026, 1 p.m.'],
  ['2026-01-02 00:05:00', 'Jan. 2, 2026, 12:05 a.m.'],
  ['2026-12-31 12:30:00', 'Dec. 31, 2026, 12:30 p.m.'],
])('%s is shown as %s', (stored, shown) => {
  expect(humanDateTime(fromDatabaseText(stored))).toBe(shown)
})
