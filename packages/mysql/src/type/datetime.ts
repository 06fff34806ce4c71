// DATETIME: milliseconds, microseconds, nanoseconds or ISO text by `time.precision.mode`; read as UTC.

import { putIsoDate, putIsoTime, TRIMMED } from '../text/iso-text.ts'
import { writeConstant } from '../text/json-literal.ts'
import {
  type Moment,
  type MomentReader,
  newMoment,
  readDatetime2,
  readOldDatetime,
  readTextMoment,
} from '../text/moment.ts'
import { epochDay } from './calendar.ts'
import type { ColumnType } from './column-type.ts'
import { countOf, isOutsideNanos, type TimeUnit, writeCount } from './instant-count.ts'
import { adjustedYear, hasZeroPart, requireCalendarDay } from './invalid-date.ts'
import { momentOfDefault } from './temporal-default.ts'
import { MYSQL_TYPE_DATETIME, MYSQL_TYPE_DATETIME2 } from './type-codes.ts'
import { mismatch, schemaOf, type TypeRequest } from './type-request.ts'

const QUOTE = 0x22

/** Compiles DATETIME(fsp). */
export function datetimeType(request: TypeRequest): ColumnType {
  const fsp = request.column.length ?? 0
  switch (request.options.timePrecision) {
    case 'isostring':
      return isoDatetime(request)
    case 'connect':
      return countedDatetime(request, 'millis', 'org.apache.kafka.connect.data.Timestamp')
    case 'nanoseconds':
      return countedDatetime(request, 'nanos', 'io.debezium.time.NanoTimestamp')
    case 'microseconds':
      return countedDatetime(request, 'micros', 'io.debezium.time.MicroTimestamp')
    case 'adaptive_time_microseconds':
      return fsp > 3
        ? countedDatetime(request, 'micros', 'io.debezium.time.MicroTimestamp')
        : countedDatetime(request, 'millis', 'io.debezium.time.Timestamp')
  }
}

/** Reader of DATETIME cells of this column in its form. */
function momentReader(request: TypeRequest): MomentReader {
  if (request.form === 'text') return readTextMoment
  if (request.binlog?.typeCode === MYSQL_TYPE_DATETIME2) return readDatetime2
  if (request.binlog?.typeCode === MYSQL_TYPE_DATETIME) return readOldDatetime
  throw mismatch(request)
}

/** Whole seconds since 1970 of a moment with a valid day, year adjusted where asked for. */
function secondsOf(moment: Moment, adjusts: boolean): number {
  const days = epochDay(adjustedYear(moment.year, adjusts), moment.month, moment.day)
  return days * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second
}

/** A default as a count; the epoch for one that cannot be read in a NOT NULL column. */
function countedDefault(request: TypeRequest, unit: TimeUnit): bigint | undefined {
  const moment = momentOfDefault(request)
  if (moment === null) return undefined
  if (moment === 'invalid') return request.column.isNullable ? undefined : 0n
  const seconds = secondsOf(moment, request.options.enableTimeAdjuster)
  return unit === 'nanos' && isOutsideNanos(seconds) ? 0n : countOf(seconds, moment.micros, unit)
}

function countedDatetime(request: TypeRequest, unit: TimeUnit, name: string): ColumnType {
  const { column } = request
  const readMoment = momentReader(request)
  const adjusts = request.options.enableTimeAdjuster
  const moment = newMoment()
  const defaultCount = countedDefault(request, unit)
  // For zero dates NULL or a NOT NULL column's default; for what nanoseconds cannot hold NULL, or 0 if NOT NULL or with default.
  const missing = column.isNullable ? null : (defaultCount ?? 0n)
  const outside = column.isNullable && defaultCount === undefined ? null : 0n
  const missingText = Buffer.from(String(missing))
  const outsideText = Buffer.from(String(outside))
  return {
    schema: schemaOf(request, 'int64', { name, default: defaultCount }),
    read: (bytes, start, end) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return missing
      requireCalendarDay(moment, column.name)
      const seconds = secondsOf(moment, adjusts)
      return unit === 'nanos' && isOutsideNanos(seconds) ? outside : countOf(seconds, moment.micros, unit)
    },
    writeJson: (bytes, start, end, sink) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return writeConstant(missingText, sink)
      requireCalendarDay(moment, column.name)
      const seconds = secondsOf(moment, adjusts)
      if (unit === 'nanos' && isOutsideNanos(seconds)) return writeConstant(outsideText, sink)
      return writeCount(seconds, moment.micros, unit, sink)
    },
  }
}

/** The text form: `2019-07-09T02:28:57.123Z`, as many fraction digits as are not trailing zeros. */
function isoDatetime(request: TypeRequest): ColumnType {
  const { column } = request
  const readMoment = momentReader(request)
  const adjusts = request.options.enableTimeAdjuster
  const moment = newMoment()
  // Room for `"YYYY-MM-DDThh:mm:ss.ffffffZ"`.
  const scratch = Buffer.alloc(32)
  const put = (out: Buffer, pos: number, from: Moment): number => {
    pos = putIsoDate(out, pos, adjustedYear(from.year, adjusts), from.month, from.day)
    out[pos] = 0x54
    pos = putIsoTime(out, pos + 1, from, TRIMMED)
    out[pos] = 0x5a
    return pos + 1
  }
  const stated = momentOfDefault(request)
  const defaultText = isoDefault(request, stated, (from) => scratch.toString('latin1', 0, put(scratch, 0, from)))
  const missing = column.isNullable ? null : (defaultText ?? EPOCH_TEXT)
  const missingText = Buffer.from(JSON.stringify(missing))
  return {
    schema: schemaOf(request, 'string', { name: 'io.debezium.time.IsoTimestamp', default: defaultText }),
    read: (bytes, start, end) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return missing
      requireCalendarDay(moment, column.name)
      return scratch.toString('latin1', 0, put(scratch, 0, moment))
    },
    writeJson: (bytes, start, end, sink) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return writeConstant(missingText, sink)
      requireCalendarDay(moment, column.name)
      sink.reserve(32)
      const out = sink.bytes
      out[sink.pos] = QUOTE
      const pos = put(out, sink.pos + 1, moment)
      out[pos] = QUOTE
      sink.pos = pos + 1
    },
  }
}

const EPOCH_TEXT = '1970-01-01T00:00:00Z'

function isoDefault(
  request: TypeRequest,
  stated: Moment | 'invalid' | null,
  text: (moment: Moment) => string,
): string | undefined {
  if (stated === null) return undefined
  if (stated === 'invalid') return request.column.isNullable ? undefined : EPOCH_TEXT
  return text(stated)
}
