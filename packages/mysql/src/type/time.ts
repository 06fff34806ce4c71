// TIME: a duration of up to 838 hours in microseconds or nanoseconds, or a time of day in milliseconds or ISO text, by
// `time.precision.mode`. The two forms of a time of day cannot hold what lies outside 00:00:00–23:59:59.999999.

import { putIsoTime, TRIMMED } from '../text/iso-text.ts'
import { writeConstant } from '../text/json-literal.ts'
import type { ColumnType, SchemaKind } from './column-type.ts'
import { countOf, type TimeUnit, writeCount } from './instant-count.ts'
import {
  type Duration,
  type DurationReader,
  durationOfText,
  newDuration,
  readOldTime,
  readTextTime,
  readTime2,
  secondsOf,
} from './time-cell.ts'
import { MYSQL_TYPE_TIME, MYSQL_TYPE_TIME2 } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

const QUOTE = 0x22
const DAY_SECONDS = 86_400
const MIDNIGHT_TEXT = '00:00:00Z'

/** Compiles TIME(fsp). */
export function timeType(request: TypeRequest): ColumnType {
  switch (request.options.timePrecision) {
    case 'isostring':
      return isoTime(request)
    case 'connect':
      return countedTime(request, 'int32', 'millis', 'org.apache.kafka.connect.data.Time')
    case 'nanoseconds':
      return countedTime(request, 'int64', 'nanos', 'io.debezium.time.NanoTime')
    default:
      return countedTime(request, 'int64', 'micros', 'io.debezium.time.MicroTime')
  }
}

function durationReader(request: TypeRequest): DurationReader {
  if (request.form === 'text') return readTextTime
  if (request.binlog?.typeCode === MYSQL_TYPE_TIME2) return readTime2
  if (request.binlog?.typeCode === MYSQL_TYPE_TIME) return readOldTime
  throw mismatch(request)
}

function defaultDuration(request: TypeRequest): Duration | null {
  const stated = statedDefault(request)
  return stated === null ? null : durationOfText(stated)
}

/** True outside one day; a negative zero does not exist. */
function isOutsideDay(duration: Duration): boolean {
  return duration.isNegative || secondsOf(duration) >= DAY_SECONDS
}

function countedTime(request: TypeRequest, kind: SchemaKind, unit: TimeUnit, name: string): ColumnType {
  const readDuration = durationReader(request)
  const duration = newDuration()
  const isTimeOfDay = unit === 'millis'
  const outside = request.column.isNullable ? null : 0
  const outsideText = Buffer.from(String(outside))
  const value = (from: Duration): unknown => {
    if (isTimeOfDay && isOutsideDay(from)) return outside
    const count = countOf(secondsOf(from), from.parts.micros, unit)
    const signed = from.isNegative ? -count : count
    return kind === 'int32' ? Number(signed) : signed
  }
  const stated = defaultDuration(request)
  return {
    schema: schemaOf(request, kind, { name, default: stated === null ? undefined : (value(stated) ?? undefined) }),
    read: (bytes, start, end) => {
      readDuration(bytes, start, end, duration)
      return value(duration)
    },
    writeJson: (bytes, start, end, sink) => {
      readDuration(bytes, start, end, duration)
      if (isTimeOfDay && isOutsideDay(duration)) return writeConstant(outsideText, sink)
      if (duration.isNegative) {
        sink.reserve(1)
        sink.bytes[sink.pos++] = 0x2d
      }
      return writeCount(secondsOf(duration), duration.parts.micros, unit, sink)
    },
  }
}

/** The text form: `04:05:11.789Z`. */
function isoTime(request: TypeRequest): ColumnType {
  const readDuration = durationReader(request)
  const duration = newDuration()
  const scratch = Buffer.alloc(24)
  const put = (out: Buffer, pos: number, from: Duration): number => {
    pos = putIsoTime(out, pos, from.parts, TRIMMED)
    out[pos] = 0x5a
    return pos + 1
  }
  const outside = request.column.isNullable ? null : MIDNIGHT_TEXT
  const outsideText = Buffer.from(JSON.stringify(outside))
  const text = (from: Duration): string | null =>
    isOutsideDay(from) ? outside : scratch.toString('latin1', 0, put(scratch, 0, from))
  const stated = defaultDuration(request)
  const defaultText = stated === null ? undefined : (text(stated) ?? undefined)
  return {
    schema: schemaOf(request, 'string', { name: 'io.debezium.time.IsoTime', default: defaultText }),
    read: (bytes, start, end) => {
      readDuration(bytes, start, end, duration)
      return text(duration)
    },
    writeJson: (bytes, start, end, sink) => {
      readDuration(bytes, start, end, duration)
      if (isOutsideDay(duration)) return writeConstant(outsideText, sink)
      sink.reserve(24)
      const out = sink.bytes
      out[sink.pos] = QUOTE
      const pos = put(out, sink.pos + 1, duration)
      out[pos] = QUOTE
      sink.pos = pos + 1
    },
  }
}
