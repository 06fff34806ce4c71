// TIMESTAMP: always ISO text in UTC. The log's form has exactly the column's fraction digits, a snapshot's as many as are not trailing
// zeros: both as recorded from Debezium.

import { putIsoDate, putIsoTime, TRIMMED } from '../text/iso-text.ts'
import { writeConstant } from '../text/json-literal.ts'
import { type Moment, type MomentReader, newMoment, readFraction, readTextMoment } from '../text/moment.ts'
import { dateOfEpochDay, epochDay } from './calendar.ts'
import type { ColumnType } from './column-type.ts'
import { hasZeroPart, requireCalendarDay } from './invalid-date.ts'
import { momentOfDefault } from './temporal-default.ts'
import { localToUtc } from './time-zone.ts'
import { MYSQL_TYPE_TIMESTAMP, MYSQL_TYPE_TIMESTAMP2 } from './type-codes.ts'
import { mismatch, schemaOf, type TypeRequest } from './type-request.ts'

const QUOTE = 0x22
const EPOCH_TEXT = '1970-01-01T00:00:00Z'
const DAY_SECONDS = 86_400

/** Compiles TIMESTAMP(fsp). */
export function timestampType(request: TypeRequest): ColumnType {
  const { column } = request
  const fsp = column.length ?? 0
  const digits = request.form === 'text' ? TRIMMED : fsp
  const readMoment = utcReader(request)
  const moment = newMoment()
  const scratch = Buffer.alloc(32)
  const defaultText = timestampDefault(request, fsp, scratch)
  const missing = column.isNullable ? null : (defaultText ?? EPOCH_TEXT)
  const missingText = Buffer.from(JSON.stringify(missing))
  return {
    schema: schemaOf(request, 'string', { name: 'io.debezium.time.ZonedTimestamp', default: defaultText }),
    read: (bytes, start, end) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return missing
      return scratch.toString('latin1', 0, putZoned(scratch, 0, moment, digits))
    },
    writeJson: (bytes, start, end, sink) => {
      readMoment(bytes, start, end, moment)
      if (hasZeroPart(moment)) return writeConstant(missingText, sink)
      sink.reserve(32)
      const out = sink.bytes
      out[sink.pos] = QUOTE
      const pos = putZoned(out, sink.pos + 1, moment, digits)
      out[pos] = QUOTE
      sink.pos = pos + 1
    },
  }
}

function putZoned(out: Buffer, pos: number, moment: Moment, digits: number): number {
  pos = putIsoDate(out, pos, moment.year, moment.month, moment.day)
  out[pos] = 0x54
  pos = putIsoTime(out, pos + 1, moment, digits)
  out[pos] = 0x5a
  return pos + 1
}

/** CURRENT_TIMESTAMP stands in the model as the epoch: a default where the column is NOT NULL, none where it is nullable. */
function timestampDefault(request: TypeRequest, fsp: number, scratch: Buffer): string | undefined {
  const stated = momentOfDefault(request)
  if (stated === null) return undefined
  const isEpoch = stated !== 'invalid' && stated.year === 1970 && stated.month === 1 && stated.day === 1
  if (stated === 'invalid' || (isEpoch && stated.hour + stated.minute + stated.second + stated.micros === 0)) {
    return request.column.isNullable ? undefined : EPOCH_TEXT
  }
  return scratch.toString('latin1', 0, putZoned(scratch, 0, stated, fsp))
}

/** Reader of the cell as calendar parts in UTC. */
function utcReader(request: TypeRequest): MomentReader {
  if (request.form === 'text') return textReader(request)
  const fill = epochFiller()
  const code = request.binlog?.typeCode
  if (code === MYSQL_TYPE_TIMESTAMP2) {
    return (bytes, start, end, into) => {
      const seconds =
        bytes[start]! * 0x1000000 + ((bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!)
      fill(seconds, readFraction(bytes, start + 4, end), into)
    }
  }
  if (code !== MYSQL_TYPE_TIMESTAMP) throw mismatch(request)
  return (bytes, start, _end, into) => fill(bytes.readUInt32LE(start), 0, into)
}

/**
 * A filler of calendar parts; second 0 is the zero timestamp, whose year stays 0. It is used with one moment only, whose date it leaves
 * alone while the day does not change: neighbouring rows are mostly of one day.
 */
function epochFiller(): (seconds: number, micros: number, into: Moment) => void {
  let filledDay = Number.NaN
  return (seconds, micros, into) => {
    if (seconds === 0) {
      into.year = 0
      filledDay = Number.NaN
      return
    }
    const day = Math.floor(seconds / DAY_SECONDS)
    if (day !== filledDay) {
      dateOfEpochDay(day, into)
      filledDay = day
    }
    const rest = seconds - day * DAY_SECONDS
    const hour = (rest / 3600) | 0
    const minutes = (rest / 60) | 0
    into.hour = hour
    into.minute = minutes - hour * 60
    into.second = rest - minutes * 60
    into.micros = micros
  }
}

/** Text is printed in the session's zone. */
function textReader(request: TypeRequest): MomentReader {
  const { column } = request
  const toUtc = localToUtc(request.options.connectionTimeZone)
  if (toUtc === null) return readTextMoment
  const local = newMoment()
  const fill = epochFiller()
  return (bytes, start, end, into) => {
    readTextMoment(bytes, start, end, local)
    if (hasZeroPart(local)) {
      fill(0, 0, into)
      return
    }
    requireCalendarDay(local, column.name)
    const days = epochDay(local.year, local.month, local.day)
    fill(toUtc(days * DAY_SECONDS + local.hour * 3600 + local.minute * 60 + local.second), local.micros, into)
  }
}
