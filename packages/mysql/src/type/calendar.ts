// Calendar arithmetic of Java's ISO chronology (proleptic Gregorian) on plain numbers.
import type { Moment } from '../text/moment.ts'

const DAYS_BEFORE_MONTH = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
/** Days from 0000-01-01 to 1970-01-01. */
const DAYS_TO_EPOCH = 719_528

/** Days since 1970-01-01 of a valid date in the years 0 … 9999. */
export function epochDay(year: number, month: number, day: number): number {
  const before = year - 1
  // Leap days in the years 0 … year-1; year 0 is itself a leap year.
  const leaps = year === 0 ? 0 : ((before / 4) | 0) - ((before / 100) | 0) + ((before / 400) | 0) + 1
  const shift = month > 2 && isLeapYear(year) ? 1 : 0
  return year * 365 + leaps + DAYS_BEFORE_MONTH[month]! + shift + day - 1 - DAYS_TO_EPOCH
}

/** True for a day that exists in the calendar. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  return day <= DAYS_IN_MONTH[month]! || (month === 2 && day === 29 && isLeapYear(year))
}

/** Fills year, month and day from days since 1970-01-01 (year 0 … 9999). */
export function dateOfEpochDay(days: number, into: Moment): void {
  const fromZero = days + DAYS_TO_EPOCH
  let year = Math.floor(fromZero / 365.2425)
  while (epochDay(year, 1, 1) > days) year--
  while (epochDay(year + 1, 1, 1) <= days) year++
  let rest = days - epochDay(year, 1, 1)
  let month = 1
  for (; month < 12; month++) {
    const length = DAYS_IN_MONTH[month]! + (month === 2 && isLeapYear(year) ? 1 : 0)
    if (rest < length) break
    rest -= length
  }
  into.year = year
  into.month = month
  into.day = rest + 1
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
