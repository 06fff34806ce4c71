// DATE: days since 1970 or ISO text by `time.precision.mode`.

import { putIsoDate } from '../text/iso-text.ts'
import { putInt } from '../text/json-digits.ts'
import { writeConstant } from '../text/json-literal.ts'
import { type Moment, type MomentReader, newMoment, readDate, readTextMoment } from '../text/moment.ts'
import { epochDay } from './calendar.ts'
import type { ColumnType } from './column-type.ts'
import { adjustedYear, hasZeroPart, requireCalendarDay } from './invalid-date.ts'
import { momentOfDefault } from './temporal-default.ts'
import { MYSQL_TYPE_DATE, MYSQL_TYPE_NEWDATE } from './type-codes.ts'
import { mismatch, schemaOf, type TypeRequest } from './type-request.ts'

const QUOTE = 0x22
const EPOCH_TEXT = '1970-01-01Z'

/** Compiles DATE. */
export function dateType(request: TypeRequest): ColumnType {
  switch (request.options.timePrecision) {
    case 'isostring':
      return isoDate(request)
    case 'connect':
      return countedDate(request, 'org.apache.kafka.connect.data.Date')
    default:
      return countedDate(request, 'io.debezium.time.Date')
  }
}

function momentReader(request: TypeRequest): MomentReader {
  if (request.form === 'text') return readTextMoment
  const code = request.binlog?.typeCode
  if (code !== MYSQL_TYPE_DATE && code !== MYSQL_TYPE_NEWDATE) throw mismatch(request)
  return readDate
}

function daysOf(moment: Moment, adjusts: boolean): number {
  return epochDay(adjustedYear(moment.year, adjusts), moment.month, moment.day)
}

function countedDate(request: TypeRequest, name: string): ColumnType {
  const { column } = request
  const readMoment = momentReader(request)
  const adjusts = request.options.enableTimeAdjuster
  const moment = newMoment()
  const stated = momentOfDefault(request)
  const epochOrNone = column.isNullable ? undefined : 0
  const defaultDays = stated === null ? undefined : stated === 'invalid' ? epochOrNone : daysOf(stated, adjusts)
  const missing = column.isNullable ? null : (defaultDays ?? 0)
  const missingText = Buffer.from(String(missing))
  return {
    schema: schemaOf(request, 'int32', { name, default: defaultDays }),
    read: (bytes, start, end) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return missing
      requireCalendarDay(moment, column.name)
      return daysOf(moment, adjusts)
    },
    writeJson: (bytes, start, end, sink) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return writeConstant(missingText, sink)
      requireCalendarDay(moment, column.name)
      sink.reserve(11)
      sink.pos = putInt(sink.bytes, sink.pos, daysOf(moment, adjusts))
    },
  }
}

/** The text form: `2017-09-15Z`. */
function isoDate(request: TypeRequest): ColumnType {
  const { column } = request
  const readMoment = momentReader(request)
  const adjusts = request.options.enableTimeAdjuster
  const moment = newMoment()
  const scratch = Buffer.alloc(16)
  const put = (out: Buffer, pos: number, from: Moment): number => {
    pos = putIsoDate(out, pos, adjustedYear(from.year, adjusts), from.month, from.day)
    out[pos] = 0x5a
    return pos + 1
  }
  const text = (from: Moment): string => scratch.toString('latin1', 0, put(scratch, 0, from))
  const stated = momentOfDefault(request)
  const epochOrNone = column.isNullable ? undefined : EPOCH_TEXT
  const defaultText = stated === null ? undefined : stated === 'invalid' ? epochOrNone : text(stated)
  const missing = column.isNullable ? null : (defaultText ?? EPOCH_TEXT)
  const missingText = Buffer.from(JSON.stringify(missing))
  return {
    schema: schemaOf(request, 'string', { name: 'io.debezium.time.IsoDate', default: defaultText }),
    read: (bytes, start, end) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return missing
      requireCalendarDay(moment, column.name)
      return text(moment)
    },
    writeJson: (bytes, start, end, sink) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return writeConstant(missingText, sink)
      requireCalendarDay(moment, column.name)
      sink.reserve(16)
      const out = sink.bytes
      out[sink.pos] = QUOTE
      const pos = put(out, sink.pos + 1, moment)
      out[pos] = QUOTE
      sink.pos = pos + 1
    },
  }
}
