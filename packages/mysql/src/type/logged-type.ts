// Columns as the log alone knows them, without a table definition: for tools that show what a log holds.
import { charsetDecoder } from '../charset/charset.ts'
import { charsetOfCollationId } from '../charset/collation-ids.ts'
import type { ColumnModel } from '../ddl/table-model.ts'
import { MysqlError } from '../error.ts'
import { writeString } from '../text/json-text.ts'
import { decimalGroups } from '../text/packed-decimal.ts'
import type { CellJsonWriter, ColumnType, ValueOptions } from './column-type.ts'
import { columnType } from './column-type-of.ts'
import * as code from './type-codes.ts'
import type { BinlogColumn } from './type-request.ts'

/** Numbers as exact texts, moments as ISO texts, bytes as base64; TIME is written here. */
const OPTIONS: ValueOptions = {
  decimalHandling: 'string',
  timePrecision: 'isostring',
  bigintUnsignedHandling: 'precise',
  binaryHandling: 'base64',
  enableTimeAdjuster: false,
  connectionTimeZone: '+00:00',
}

const TIME_OPTIONS: ValueOptions = { ...OPTIONS, timePrecision: 'microseconds' }

const QUOTE = 0x22
const LETTER_Z = 0x5a

const PLAIN: Omit<ColumnModel, 'name' | 'typeName'> = {
  length: null,
  scale: null,
  charset: null,
  collation: null,
  isNullable: true,
  isAutoIncremented: false,
  isGenerated: false,
  enumValues: [],
  hasDefault: false,
  defaultExpression: null,
  comment: null,
}

/**
 * The JSON writer of a column by its TABLE_MAP entry. Texts of an unknown character set are shown where they are UTF-8; ENUM and SET are
 * labels where the log has them, else numbers, BIT binary digits, a date that no calendar has `0x` and its bytes, GEOMETRY and VECTOR and everything that has no better form base64 of their bytes.
 */
export function loggedCellWriter(column: BinlogColumn): CellJsonWriter {
  const { typeCode, unsigned } = column
  switch (typeCode) {
    case code.MYSQL_TYPE_ENUM:
    case code.MYSQL_TYPE_SET:
      return writerOfLabels(column)
    case code.MYSQL_TYPE_LONGLONG:
      return unsigned ? writeNumber : typed(column, 'BIGINT')
    case code.MYSQL_TYPE_BIT:
      return (bytes, start, end, sink) => {
        const digits = unsignedNumber(bytes.subarray(start, end).toReversed()).toString(2)
        writeString(digits.padStart(column.meta, '0'), sink)
      }
    case code.MYSQL_TYPE_TIME:
    case code.MYSQL_TYPE_TIME2:
      return writerOfTime(column)
    case code.MYSQL_TYPE_TIMESTAMP:
    case code.MYSQL_TYPE_TIMESTAMP2:
      return writerOfMoment(typed(column, 'TIMESTAMP'), true)
    case code.MYSQL_TYPE_DATE:
    case code.MYSQL_TYPE_NEWDATE:
      return writerOfMoment(typed(column, 'DATE'), false)
    case code.MYSQL_TYPE_DATETIME:
    case code.MYSQL_TYPE_DATETIME2:
      return writerOfMoment(typed(column, 'DATETIME'), false)
    case code.MYSQL_TYPE_GEOMETRY:
    case code.MYSQL_TYPE_VECTOR:
      return writeBytes
    default: {
      const word = TYPE_WORDS.get(typeCode)
      if (word !== undefined) return typed(column, word)
      return TEXT_TYPES.has(typeCode) ? writerOfText(column) : writeBytes
    }
  }
}

const TYPE_WORDS: ReadonlyMap<number, string> = new Map([
  [code.MYSQL_TYPE_TINY, 'TINYINT'],
  [code.MYSQL_TYPE_SHORT, 'SMALLINT'],
  [code.MYSQL_TYPE_INT24, 'MEDIUMINT'],
  [code.MYSQL_TYPE_LONG, 'INT'],
  [code.MYSQL_TYPE_FLOAT, 'FLOAT'],
  [code.MYSQL_TYPE_DOUBLE, 'DOUBLE'],
  [code.MYSQL_TYPE_NEWDECIMAL, 'DECIMAL'],
  [code.MYSQL_TYPE_YEAR, 'YEAR'],
  [code.MYSQL_TYPE_JSON, 'JSON'],
])

const TEXT_TYPES: ReadonlySet<number> = new Set([
  code.MYSQL_TYPE_VARCHAR,
  code.MYSQL_TYPE_VAR_STRING,
  code.MYSQL_TYPE_STRING,
  code.MYSQL_TYPE_TINY_BLOB,
  code.MYSQL_TYPE_BLOB,
  code.MYSQL_TYPE_MEDIUM_BLOB,
  code.MYSQL_TYPE_LONG_BLOB,
])

function compiled(column: BinlogColumn, word: string, charset: string | null = null): ColumnType | null {
  const { typeCode, meta, unsigned } = column
  const isDecimal = typeCode === code.MYSQL_TYPE_NEWDECIMAL
  const hasFraction =
    typeCode === code.MYSQL_TYPE_TIME2 ||
    typeCode === code.MYSQL_TYPE_DATETIME2 ||
    typeCode === code.MYSQL_TYPE_TIMESTAMP2
  const model: ColumnModel = {
    ...PLAIN,
    name: 'column',
    typeName: unsigned ? `${word} UNSIGNED` : word,
    length: isDecimal ? meta >> 8 : hasFraction ? meta : null,
    scale: isDecimal ? meta & 0xff : null,
    charset,
  }
  try {
    // A precision and scale that no server writes would ask for digits that are not there.
    if (isDecimal) decimalGroups(meta >> 8, meta & 0xff)
    return columnType(model, 'binlog', word === 'TIME' ? TIME_OPTIONS : OPTIONS, column)
  } catch (error) {
    if (error instanceof MysqlError) return null
    throw error
  }
}

function typed(column: BinlogColumn, word: string, charset: string | null = null): CellJsonWriter {
  return compiled(column, word, charset)?.writeJson ?? writeBytes
}

// A number without a label stays a number: the tool is for logs that are not as they should be.
function writerOfLabels({ typeCode, labels, collationId }: BinlogColumn): CellJsonWriter {
  if (labels === undefined) return writeNumber
  const charset = collationId === undefined ? null : charsetOfCollationId(collationId)
  const { decode } = charsetDecoder(charset === null || charset === 'binary' ? 'utf8mb4' : charset)
  const texts = labels.map((label) => decode(label, 0, label.length))
  const isEnum = typeCode === code.MYSQL_TYPE_ENUM
  return (bytes, start, end, sink) => {
    const value = unsignedNumber(bytes.subarray(start, end))
    if (value > (isEnum ? BigInt(texts.length) : (1n << BigInt(texts.length)) - 1n))
      writeNumber(bytes, start, end, sink)
    else if (isEnum) writeString(value === 0n ? '' : texts[Number(value) - 1]!, sink)
    else writeString(texts.filter((_, i) => ((value >> BigInt(i)) & 1n) === 1n).join(), sink)
  }
}

// `isZoned`: only a TIMESTAMP is a point in time, and keeps the Z.
function writerOfMoment(write: CellJsonWriter, isZoned: boolean): CellJsonWriter {
  return (bytes, start, end, sink) => {
    const from = sink.pos
    write(bytes, start, end, sink)
    if (sink.bytes[from] !== QUOTE) {
      sink.pos = from
      writeString(`0x${bytes.toString('hex', start, end)}`, sink)
    } else if (!isZoned && sink.bytes[sink.pos - 2] === LETTER_Z) {
      sink.bytes[sink.pos - 2] = QUOTE
      sink.pos--
    }
  }
}

function writerOfTime(column: BinlogColumn): CellJsonWriter {
  const read = compiled(column, 'TIME')?.read
  if (read === undefined) return writeBytes
  const digits = column.typeCode === code.MYSQL_TYPE_TIME2 ? column.meta : 0
  return (bytes, start, end, sink) => {
    const micros = Number(read(bytes, start, end))
    const size = Math.abs(micros)
    const two = (value: number) => String(value).padStart(2, '0')
    const seconds = Math.floor(size / 1_000_000)
    const fraction =
      digits === 0
        ? ''
        : `.${String(size % 1_000_000)
            .padStart(6, '0')
            .slice(0, digits)}`
    const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
    writeString(`${micros < 0 ? '-' : ''}${clock}${fraction}`, sink)
  }
}

function writerOfText(column: BinlogColumn): CellJsonWriter {
  const charset = column.collationId === undefined ? null : charsetOfCollationId(column.collationId)
  if (charset === 'binary') return writeBytes
  return charset === null ? writeTextIfUtf8 : typed(column, 'TEXT', charset)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const writeTextIfUtf8: CellJsonWriter = (bytes, start, end, sink) => {
  try {
    writeString(UTF8.decode(bytes.subarray(start, end)), sink)
  } catch {
    writeBytes(bytes, start, end, sink)
  }
}

const writeBytes: CellJsonWriter = (bytes, start, end, sink) => {
  writeString(bytes.toString('base64', start, end), sink)
}

const writeNumber: CellJsonWriter = (bytes, start, end, sink) => {
  const text = unsignedNumber(bytes.subarray(start, end)).toString()
  sink.reserve(text.length)
  sink.pos += sink.bytes.write(text, sink.pos, 'latin1')
}

// Little-endian, of up to 8 bytes.
function unsignedNumber(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}
