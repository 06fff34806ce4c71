// What Debezium makes of dates that its types cannot hold.
import { MysqlDataError } from '../error.ts'
import type { Moment } from '../text/moment.ts'
import { isCalendarDay } from './calendar.ts'

/** True where a part of the date is zero: such a value becomes NULL, or the fallback of a NOT NULL column. */
export function hasZeroPart(moment: Moment): boolean {
  return moment.year === 0 || moment.month === 0 || moment.day === 0
}

/** Throws MysqlDataError for a day that the calendar does not have (possible with ALLOW_INVALID_DATES). */
export function requireCalendarDay(moment: Moment, columnName: string): void {
  if (isCalendarDay(moment.year, moment.month, moment.day)) return
  throw new MysqlDataError({
    code: 'MYSQL_DATA_INVALID_DATE',
    message: `Column ${columnName}: a stored date does not exist in the calendar`,
    hint: 'Correct the rows written under sql_mode ALLOW_INVALID_DATES.',
  })
}

/** `enable.time.adjuster`: years 1 to 69 move to 2001–2069, years 70 to 99 to 1970–1999. */
export function adjustedYear(year: number, isEnabled: boolean): number {
  if (!isEnabled || year > 99) return year
  return year < 70 ? year + 2000 : year + 1900
}
