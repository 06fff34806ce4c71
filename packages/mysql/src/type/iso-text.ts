// Dates and times as ISO text, digit by digit.
import { putPadded } from './json-digits.ts'
import type { Moment } from './moment.ts'

/** Writes `YYYY-MM-DD`; ten bytes must be free. */
export function putIsoDate(out: Buffer, pos: number, year: number, month: number, day: number): number {
  pos = putPadded(out, pos, year, 4)
  out[pos] = 0x2d
  pos = putPadded(out, pos + 1, month, 2)
  out[pos] = 0x2d
  return putPadded(out, pos + 1, day, 2)
}

/** Fraction digits to print: a fixed number of them, or as many as are not trailing zeros. */
export const TRIMMED = -1

/** Writes `hh:mm:ss[.fraction]`; fifteen bytes must be free. `digits`: 0 to 6, or {@link TRIMMED}. */
export function putIsoTime(out: Buffer, pos: number, moment: Moment, digits: number): number {
  pos = putPadded(out, pos, moment.hour, 2)
  out[pos] = 0x3a
  pos = putPadded(out, pos + 1, moment.minute, 2)
  out[pos] = 0x3a
  pos = putPadded(out, pos + 1, moment.second, 2)
  return putFraction(out, pos, moment.micros, digits)
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
