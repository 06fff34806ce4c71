// DECIMAL: Connect's Decimal, a double or plain text by `decimal.handling.mode`; from packed groups of digits or from text.

import { MAX_FLOAT_TEXT, putJavaDouble } from '../text/java-float.ts'
import { writeBase64 } from '../text/json-base64.ts'
import { type DecimalGroups, decimalGroups, MAX_DECIMAL_TEXT, putPacked, readPacked } from '../text/packed-decimal.ts'
import { UnscaledValue } from '../text/unscaled.ts'
import type { ColumnType } from './column-type.ts'
import { decimalSchema, unscaledBytesOfBigint, unscaledOfText } from './decimal-value.ts'
import { MYSQL_TYPE_NEWDECIMAL } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

const QUOTE = 0x22
const POINT = 0x2e
const MINUS = 0x2d
const ZERO = 0x30

/** Reads the unscaled value of a cell. */
type UnscaledReader = (bytes: Buffer, start: number, end: number, into: UnscaledValue) => void
/** Writes a cell as plain text and returns the position behind it; MAX_DECIMAL_TEXT bytes must be free. */
type TextWriter = (out: Buffer, pos: number, bytes: Buffer, start: number, end: number) => number

/** Compiles DECIMAL(precision, scale). */
export function decimalType(request: TypeRequest): ColumnType {
  const precision = request.column.length ?? 10
  const scale = request.column.scale ?? 0
  requireScale(request, scale)
  switch (request.options.decimalHandling) {
    case 'precise':
      return preciseDecimal(request, precision, scale)
    case 'double':
      return doubleDecimal(request, scale)
    case 'string':
      return stringDecimal(request, scale)
  }
}

function requireScale(request: TypeRequest, scale: number): void {
  const { binlog } = request
  if (request.form === 'text') return
  if (binlog?.typeCode !== MYSQL_TYPE_NEWDECIMAL || (binlog.meta & 0xff) !== scale) throw mismatch(request)
}

function preciseDecimal(request: TypeRequest, precision: number, scale: number): ColumnType {
  const stated = statedDefault(request)
  const unscaledDefault = stated === null ? null : unscaledOfText(stated, scale)
  const schema = decimalSchema(
    request,
    precision,
    scale,
    unscaledDefault === null ? undefined : unscaledBytesOfBigint(unscaledDefault),
  )
  const value = new UnscaledValue()
  const readCell = unscaledReader(request)
  return {
    schema,
    read: (bytes, start, end) => {
      readCell(bytes, start, end, value)
      return Buffer.from(value.bytes.subarray(value.toBytes()))
    },
    writeJson: (bytes, start, end, sink) => {
      readCell(bytes, start, end, value)
      writeBase64(value.bytes, value.toBytes(), value.bytes.length, sink)
    },
  }
}

function doubleDecimal(request: TypeRequest, scale: number): ColumnType {
  const text = plainText(request)
  const scratch = Buffer.alloc(MAX_DECIMAL_TEXT)
  const toNumber = (bytes: Buffer, start: number, end: number): number =>
    Number(scratch.toString('latin1', 0, text(scratch, 0, bytes, start, end)))
  const stated = defaultText(request, scale)
  return {
    schema: schemaOf(request, 'float64', { default: stated === undefined ? undefined : Number(stated) }),
    read: toNumber,
    writeJson: (bytes, start, end, sink) => {
      sink.reserve(MAX_FLOAT_TEXT)
      sink.pos = putJavaDouble(sink.bytes, sink.pos, toNumber(bytes, start, end))
    },
  }
}

function stringDecimal(request: TypeRequest, scale: number): ColumnType {
  const text = plainText(request)
  const scratch = Buffer.alloc(MAX_DECIMAL_TEXT)
  return {
    schema: schemaOf(request, 'string', { default: defaultText(request, scale) }),
    read: (bytes, start, end) => scratch.toString('latin1', 0, text(scratch, 0, bytes, start, end)),
    writeJson: (bytes, start, end, sink) => {
      sink.reserve(MAX_DECIMAL_TEXT)
      const out = sink.bytes
      out[sink.pos] = QUOTE
      const pos = text(out, sink.pos + 1, bytes, start, end)
      out[pos] = QUOTE
      sink.pos = pos + 1
    },
  }
}

/** The stated default as plain text at the column's scale. */
function defaultText(request: TypeRequest, scale: number): string | undefined {
  const stated = statedDefault(request)
  const unscaled = stated === null ? null : unscaledOfText(stated, scale)
  if (unscaled === null) return undefined
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function unscaledReader(request: TypeRequest): UnscaledReader {
  if (request.form === 'text') return readText
  const groups = groupsOf(request)
  return (bytes, start, _end, into) => readPacked(bytes, start, groups, into)
}

function groupsOf(request: TypeRequest): DecimalGroups {
  const meta = request.binlog?.meta ?? 0
  return decimalGroups(meta >> 8, meta & 0xff)
}

/** Reads the digits of a text cell in groups of nine. */
function readText(bytes: Buffer, start: number, end: number, into: UnscaledValue): void {
  into.clear(bytes[start] === MINUS)
  let group = 0
  let count = 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit < 0) continue
    group = group * 10 + digit
    if (++count === 9) {
      into.append(group, 9)
      group = 0
      count = 0
    }
  }
  into.append(group, count)
}

/** Writer of a cell's plain text: zeros in front (ZEROFILL) are left out, those behind stay. */
function plainText(request: TypeRequest): TextWriter {
  if (request.form === 'text') return putText
  const groups = groupsOf(request)
  return (out, pos, bytes, start) => putPacked(out, pos, bytes, start, groups)
}

function putText(out: Buffer, pos: number, bytes: Buffer, start: number, end: number): number {
  if (bytes[start] === MINUS) {
    out[pos++] = MINUS
    start++
  }
  while (start + 1 < end && bytes[start] === ZERO && bytes[start + 1] !== POINT) start++
  while (start < end) out[pos++] = bytes[start++]!
  return pos
}
