// Default values of temporal columns: text of the DDL → parts.

import { type Moment, newMoment } from '../text/moment.ts'
import { isCalendarDay } from './calendar.ts'
import { hasZeroPart } from './invalid-date.ts'
import { statedDefault, type TypeRequest } from './type-request.ts'

/** What stands for CURRENT_TIMESTAMP: Debezium's table models hold this text. */
const EPOCH_TEXT = '1970-01-01 00:00:00'

/**
 * Parts of the column's stated default: `null` for none, `'invalid'` for a zero date or text that is none, which count as the epoch
 * where the column is NOT NULL and as no default where it is nullable.
 */
export function momentOfDefault(request: TypeRequest): Moment | 'invalid' | null {
  const stated = statedDefault(request)
  if (stated === null) return null
  const text = /^(current_timestamp|now|localtime|localtimestamp)\b/i.test(stated.trim()) ? EPOCH_TEXT : stated.trim()
  const match = /^(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,6}))?)?)?$/.exec(text)
  if (match === null) return 'invalid'
  const moment = newMoment()
  moment.year = Number(match[1])
  moment.month = Number(match[2])
  moment.day = Number(match[3])
  moment.hour = Number(match[4] ?? 0)
  moment.minute = Number(match[5] ?? 0)
  moment.second = Number(match[6] ?? 0)
  moment.micros = Number((match[7] ?? '').padEnd(6, '0'))
  if (hasZeroPart(moment) || !isCalendarDay(moment.year, moment.month, moment.day)) return 'invalid'
  return moment
}
