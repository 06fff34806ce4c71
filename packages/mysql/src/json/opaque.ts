// Values inside a JSON document that JSON itself does not have: decimals, dates and times; anything else as base64.

import { putIsoDate, putIsoTime, TRIMMED } from '../text/iso-text.ts'
import { putBase64 } from '../text/json-base64.ts'
import { newMoment } from '../text/moment.ts'
import { decimalGroups, MAX_DECIMAL_TEXT, packedBytes, putPacked } from '../text/packed-decimal.ts'
import type { JsonOutput } from './json-output.ts'

// Type codes of values in a document: those of columns.
const MYSQL_TYPE_TIMESTAMP = 7
const MYSQL_TYPE_DATE = 10
const MYSQL_TYPE_TIME = 11
const MYSQL_TYPE_DATETIME = 12
const MYSQL_TYPE_NEWDECIMAL = 246

const QUOTE = 0x22
const TEMPORAL_BYTES = 8
const moment = newMoment()

/** Appends an opaque value of a type, `bytes[start, end)`. */
export function putOpaque(output: JsonOutput, type: number, bytes: Buffer, start: number, end: number): void {
  const { piece } = output
  const isTemporal = end - start === TEMPORAL_BYTES
  if (type === MYSQL_TYPE_NEWDECIMAL && end - start > 2) {
    const groups = decimalGroups(bytes[start]!, bytes[start + 1]!)
    if (packedBytes(groups) <= end - start - 2) {
      piece.reserve(MAX_DECIMAL_TEXT)
      piece.pos = putPacked(piece.bytes, piece.pos, bytes, start + 2, groups)
      return
    }
  }
  piece.reserve(Math.ceil((end - start) / 3) * 4 + 32)
  const out = piece.bytes
  out[piece.pos++] = QUOTE
  let pos = piece.pos
  if (isTemporal && type === MYSQL_TYPE_TIME) pos = putTime(out, pos, bytes, start)
  else if (isTemporal && (type === MYSQL_TYPE_DATE || type === MYSQL_TYPE_DATETIME || type === MYSQL_TYPE_TIMESTAMP)) {
    readPacked(bytes, start)
    pos = putIsoDate(out, pos, moment.year, moment.month, moment.day)
    if (type !== MYSQL_TYPE_DATE) {
      out[pos] = 0x20
      pos = putIsoTime(out, pos + 1, moment, TRIMMED)
    }
  } else pos = putBase64(out, pos, bytes, start, end)
  out[pos] = QUOTE
  piece.pos = pos + 1
}

/** A packed DATETIME: 24 bits of microseconds, then second, minute (6 bits each), hour, day (5 each), year*13+month (17). */
function readPacked(bytes: Buffer, start: number): void {
  moment.micros = bytes.readUIntLE(start, 3)
  const clock = bytes.readUIntLE(start + 3, 3)
  moment.second = clock & 63
  moment.minute = (clock >> 6) & 63
  moment.hour = (clock >> 12) & 31
  const upper = bytes.readUIntLE(start + 5, 3)
  moment.day = (upper >> 1) & 31
  const yearMonth = upper >> 6
  moment.year = Math.floor(yearMonth / 13)
  moment.month = yearMonth % 13
}

/** A packed TIME: a signed number, of whose absolute value 24 bits are microseconds, then second, minute (6 bits each), hour (10). */
function putTime(out: Buffer, pos: number, bytes: Buffer, start: number): number {
  const packed = bytes.readBigInt64LE(start)
  const absolute = packed < 0n ? -packed : packed
  moment.micros = Number(absolute & 0xffffffn)
  const clock = Number((absolute >> 24n) & 0xffffffn)
  moment.second = clock & 63
  moment.minute = (clock >> 6) & 63
  moment.hour = (clock >> 12) & 0x3ff
  if (packed < 0n) out[pos++] = 0x2d
  if (moment.hour >= 100) {
    out[pos++] = 0x30 + Math.floor(moment.hour / 100)
    moment.hour %= 100
  }
  return putIsoTime(out, pos, moment, TRIMMED)
}
