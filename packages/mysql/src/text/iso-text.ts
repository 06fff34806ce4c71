// Dates and times as ISO text, digit by digit.
import { putFour, putPadded, putTwo } from './json-digits.ts'
import type { Moment } from './moment.ts'

/** Writes `YYYY-MM-DD`; ten bytes must be free. */
export function putIsoDate(out: Buffer, pos: number, year: number, month: number, day: number): number {
  putFour(out, pos, year)
  out[pos + 4] = 0x2d
  putTwo(out, pos + 5, month)
  out[pos + 7] = 0x2d
  putTwo(out, pos + 8, day)
  return pos + 10
}

/** Fraction digits to print: a fixed number of them, or as many as are not trailing zeros. */
export const TRIMMED = -1

/** Writes `hh:mm:ss[.fraction]`; fifteen bytes must be free. `digits`: 0 to 6, or {@link TRIMMED}. */
export function putIsoTime(out: Buffer, pos: number, moment: Moment, digits: number): number {
  putTwo(out, pos, moment.hour)
  out[pos + 2] = 0x3a
  putTwo(out, pos + 3, moment.minute)
  out[pos + 5] = 0x3a
  putTwo(out, pos + 6, moment.second)
  return putFraction(out, pos + 8, moment.micros, digits)
}

/** Writes `.` and digits of the fraction, or nothing where none are due; seven bytes must be free. */
export function putFraction(out: Buffer, pos: number, micros: number, digits: number): number {
  if (digits === 0 || (digits === TRIMMED && micros === 0)) return pos
  out[pos] = 0x2e
  let end = putPadded(out, pos + 1, micros, 6)
  if (digits === TRIMMED) while (out[end - 1] === 0x30) end--
  else end = pos + 1 + digits
  return end
}
