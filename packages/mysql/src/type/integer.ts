// TINYINT to BIGINT, signed and unsigned, YEAR excepted: numbers, or bytes for BIGINT UNSIGNED in `precise` mode.

import { writeBase64 } from '../text/json-base64.ts'
import { putInt, putInt64, putUint } from '../text/json-digits.ts'
import { writeFalse, writeTrue } from '../text/json-literal.ts'
import type { ByteSink, CellJsonWriter, ColumnType, SchemaKind } from './column-type.ts'
import { decimalDefault, decimalSchema, unscaledBytesOfBigint } from './decimal-value.ts'
import {
  type IntegerReader,
  readTextBigint,
  readTextInteger,
  readUint32,
  SIGNED_READERS,
  UNSIGNED_READERS,
} from './integer-cell.ts'
import {
  MYSQL_TYPE_INT24,
  MYSQL_TYPE_LONG,
  MYSQL_TYPE_LONGLONG,
  MYSQL_TYPE_SHORT,
  MYSQL_TYPE_TINY,
} from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** Bytes per integer type code of a row image. */
const SIZES: Readonly<Record<number, number>> = {
  [MYSQL_TYPE_TINY]: 1,
  [MYSQL_TYPE_SHORT]: 2,
  [MYSQL_TYPE_INT24]: 3,
  [MYSQL_TYPE_LONG]: 4,
  [MYSQL_TYPE_LONGLONG]: 8,
}

/** Size in bytes by type word, for the text form. */
const WORD_SIZES: Readonly<Record<string, number>> = { TINYINT: 1, SMALLINT: 2, MEDIUMINT: 3, INT: 4, BIGINT: 8 }

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)

/** Compiles TINYINT, SMALLINT, MEDIUMINT, INT and BIGINT. */
export function integerType(request: TypeRequest): ColumnType {
  if (request.word === 'BIGINT') {
    if (!request.isUnsigned) return bigintType(request)
    return request.options.bigintUnsignedHandling === 'precise' ? preciseType(request) : unsignedLongType(request)
  }
  const kind = kindOf(request)
  const schema = schemaOf(request, kind, { default: integerDefault(request, kind) })
  const readCell = cellReader(request)
  const writeJson: CellJsonWriter =
    request.isUnsigned && request.form === 'binlog'
      ? (bytes, start, end, sink) => {
          sink.reserve(10)
          sink.pos = putUint(sink.bytes, sink.pos, readCell(bytes, start, end))
        }
      : (bytes, start, end, sink) => {
          sink.reserve(11)
          sink.pos = putInt(sink.bytes, sink.pos, readCell(bytes, start, end))
        }
  if (kind !== 'int64') return { schema, read: readCell, writeJson }
  return { schema, read: (bytes, start, end) => BigInt(readCell(bytes, start, end)), writeJson }
}

/** Compiles BOOL and BOOLEAN as streamed DDL names them (a snapshot's SHOW CREATE TABLE says TINYINT(1)). */
export function booleanType(request: TypeRequest): ColumnType {
  const stated = statedDefault(request)
  const readCell = cellReader(request)
  return {
    schema: schemaOf(request, 'boolean', { default: stated === null ? undefined : defaultNumber(stated) !== 0 }),
    read: (bytes, start, end) => readCell(bytes, start, end) !== 0,
    writeJson: (bytes, start, end, sink) => {
      if (readCell(bytes, start, end) !== 0) writeTrue(sink)
      else writeFalse(sink)
    },
  }
}

/** The number that a default's text stands for: decimals are rounded, TRUE and FALSE are 1 and 0; NaN for other text. */
export function defaultNumber(text: string): number {
  const trimmed = text.trim()
  if (/^true$/i.test(trimmed)) return 1
  if (/^false$/i.test(trimmed)) return 0
  return trimmed === '' ? Number.NaN : Number(trimmed)
}

/** Reader of a small integer cell (up to 32 bits) of this column in its form. */
function cellReader(request: TypeRequest): IntegerReader {
  if (request.form === 'text') return readTextInteger
  const size = SIZES[request.binlog?.typeCode ?? -1]
  const reader = size === undefined ? undefined : (request.isUnsigned ? UNSIGNED_READERS : SIGNED_READERS)[size]
  if (reader === undefined) throw mismatch(request)
  return reader
}

function kindOf(request: TypeRequest): SchemaKind {
  const size = WORD_SIZES[request.word] ?? 4
  if (size === 1) return 'int16'
  if (size === 2) return request.isUnsigned ? 'int32' : 'int16'
  return size === 4 && request.isUnsigned ? 'int64' : 'int32'
}

function integerDefault(request: TypeRequest, kind: SchemaKind): unknown {
  const stated = statedDefault(request)
  if (stated === null) return undefined
  const value = Math.round(defaultNumber(stated))
  if (Number.isNaN(value)) return undefined
  return kind === 'int64' ? BigInt(value) : value
}

function bigintDefault(request: TypeRequest): bigint | undefined {
  const stated = statedDefault(request)
  if (stated === null) return undefined
  const text = stated.trim()
  if (/^[+-]?\d+$/.test(text)) return BigInt(text)
  const value = Math.round(defaultNumber(text))
  return Number.isFinite(value) ? BigInt(value) : undefined
}

/** Debezium parses a `long` default with saturation: 18446744073709551615 becomes the largest int64. */
function longDefault(request: TypeRequest): bigint | undefined {
  const value = bigintDefault(request)
  if (value === undefined) return undefined
  return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value
}

function requireBigintCell(request: TypeRequest): void {
  if (request.form === 'binlog' && request.binlog?.typeCode !== MYSQL_TYPE_LONGLONG) throw mismatch(request)
}

function bigintType(request: TypeRequest): ColumnType {
  requireBigintCell(request)
  const schema = schemaOf(request, 'int64', { default: longDefault(request) })
  if (request.form === 'text') return { schema, read: readTextBigint, writeJson: writeTextDigits }
  return {
    schema,
    read: (bytes, start) => bytes.readBigInt64LE(start),
    writeJson: (bytes, start, _end, sink) => {
      sink.reserve(20)
      sink.pos = putInt64(sink.bytes, sink.pos, readUint32(bytes, start + 4), readUint32(bytes, start))
    },
  }
}

/** Mode `long`: values from 2^63 up wrap to negative ones, as in Debezium. */
function unsignedLongType(request: TypeRequest): ColumnType {
  const schema = schemaOf(request, 'int64', { default: longDefault(request) })
  requireBigintCell(request)
  if (request.form === 'binlog') return { ...bigintType(request), schema }
  const read = (bytes: Buffer, start: number, end: number): bigint =>
    BigInt.asIntN(64, readTextBigint(bytes, start, end))
  return {
    schema,
    read,
    writeJson: (bytes, start, end, sink) => {
      if (end - start < 19) writeTextDigits(bytes, start, end, sink)
      else {
        const value = read(bytes, start, end)
        sink.reserve(20)
        const high = Number(BigInt.asUintN(32, value >> 32n))
        sink.pos = putInt64(sink.bytes, sink.pos, high, Number(BigInt.asUintN(32, value)))
      }
    },
  }
}

/** Mode `precise`: Connect's Decimal of scale 0. */
function preciseType(request: TypeRequest): ColumnType {
  requireBigintCell(request)
  const stated = bigintDefault(request)
  const schema = decimalSchema(request, 20, 0, stated === undefined ? undefined : decimalDefault(stated))
  if (request.form === 'text') {
    const read = (bytes: Buffer, start: number, end: number): Buffer =>
      unscaledBytesOfBigint(readTextBigint(bytes, start, end))
    return {
      schema,
      read,
      writeJson: (bytes, start, end, sink) => {
        const unscaled = read(bytes, start, end)
        writeBase64(unscaled, 0, unscaled.length, sink)
      },
    }
  }
  // A scratch of nine bytes: a zero sign byte, then the value, most significant byte first.
  const scratch = Buffer.alloc(9)
  const fill = (bytes: Buffer, start: number): number => {
    for (let i = 0; i < 8; i++) scratch[8 - i] = bytes[start + i]!
    let from = 0
    while (from < 8 && scratch[from] === 0 && scratch[from + 1]! < 0x80) from++
    return from
  }
  return {
    schema,
    read: (bytes, start) => Buffer.from(scratch.subarray(fill(bytes, start))),
    writeJson: (bytes, start, _end, sink) => {
      writeBase64(scratch, fill(bytes, start), 9, sink)
    },
  }
}

/** Copies the digits of a text cell without the zeros that ZEROFILL puts in front. */
function writeTextDigits(bytes: Buffer, start: number, end: number, sink: ByteSink): void {
  sink.reserve(end - start)
  const out = sink.bytes
  let pos = sink.pos
  if (bytes[start] === 0x2d) {
    out[pos++] = 0x2d
    start++
  }
  while (start < end - 1 && bytes[start] === 0x30) start++
  while (start < end) out[pos++] = bytes[start++]!
  sink.pos = pos
}
