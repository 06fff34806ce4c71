// ENUM and SET: labels. The log holds numbers (index, bits), the text protocol the labels themselves.

import { charsetDecoder } from '../charset/charset.ts'
import { charsetOfCollationId } from '../charset/collation-ids.ts'
import { writeConstant } from '../text/json-literal.ts'
import { putEscapedUtf8, writeUtf8 } from '../text/json-text.ts'
import type { ColumnType } from './column-type.ts'
import { MYSQL_TYPE_ENUM, MYSQL_TYPE_SET } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

const QUOTE = 0x22
const COMMA = 0x2c

/** Compiles ENUM. Index 0 (a value refused in lax mode) is the empty label; an index beyond the labels has no representation. */
export function enumType(request: TypeRequest): ColumnType {
  const { column } = request
  const stated = statedDefault(request) ?? undefined
  const schema = schemaOf(request, 'string', {
    name: 'io.debezium.data.Enum',
    parameters: { allowed: allowedLabels(column.enumValues) },
    default: stated,
  })
  if (request.form === 'text') return { schema, read: readLabel, writeJson: writeUtf8 }
  if (request.binlog?.typeCode !== MYSQL_TYPE_ENUM) throw mismatch(request)
  const labels = ['', ...labelsOf(request)]
  const texts = labels.map((label) => Buffer.from(quoted(label)))
  const missing = column.isNullable ? null : (stated ?? '')
  const missingText = Buffer.from(missing === null ? 'null' : quoted(missing))
  const indexOf = (bytes: Buffer, start: number, end: number): number =>
    end - start === 1 ? bytes[start]! : bytes[start]! | (bytes[start + 1]! << 8)
  return {
    schema,
    read: (bytes, start, end) => labels[indexOf(bytes, start, end)] ?? missing,
    writeJson: (bytes, start, end, sink) => {
      writeConstant(texts[indexOf(bytes, start, end)] ?? missingText, sink)
    },
  }
}

/** Compiles SET: the members in definition order, comma-joined. */
export function setType(request: TypeRequest): ColumnType {
  const { column } = request
  const schema = schemaOf(request, 'string', {
    name: 'io.debezium.data.EnumSet',
    parameters: { allowed: allowedLabels(column.enumValues) },
    default: statedDefault(request) ?? undefined,
  })
  if (request.form === 'text') return { schema, read: readLabel, writeJson: writeUtf8 }
  if (request.binlog?.typeCode !== MYSQL_TYPE_SET) throw mismatch(request)
  const labels = labelsOf(request)
  const texts = labels.map((label) => Buffer.from(quoted(label).slice(1, -1)))
  const longest = texts.reduce((sum, text) => sum + text.length + 1, 2)
  const hasMember = (bytes: Buffer, start: number, end: number, i: number): boolean =>
    start + (i >> 3) < end && ((bytes[start + (i >> 3)]! >> (i & 7)) & 1) === 1
  return {
    schema,
    read: (bytes, start, end) => labels.filter((_label, i) => hasMember(bytes, start, end, i)).join(','),
    writeJson: (bytes, start, end, sink) => {
      sink.reserve(longest)
      const out = sink.bytes
      let pos = sink.pos
      out[pos++] = QUOTE
      const first = pos
      for (let i = 0; i < texts.length; i++) {
        if (!hasMember(bytes, start, end, i)) continue
        if (pos > first) out[pos++] = COMMA
        const text = texts[i]!
        for (let at = 0; at < text.length; at++) out[pos++] = text[at]!
      }
      out[pos++] = QUOTE
      sink.pos = pos
    },
  }
}

/**
 * The labels; those with a `?` as the log has them, if it does: the servers' own SHOW CREATE TABLE answers `?` for characters beyond U+FFFF
 * (it goes through utf8mb3), so that a definition read from it may not know the label.
 */
function labelsOf({ column, binlog }: TypeRequest): readonly string[] {
  const { enumValues } = column
  const logged = binlog?.labels
  const charset = binlog?.collationId === undefined ? null : charsetOfCollationId(binlog.collationId)
  if (logged?.length !== enumValues.length || charset === null) return enumValues
  const { decode } = charsetDecoder(charset)
  return enumValues.map((label, i) => (label.includes('?') ? decode(logged[i]!, 0, logged[i]!.length) : label))
}

/** The `allowed` parameter: labels joined by commas, their own commas and backslashes escaped. */
function allowedLabels(labels: readonly string[]): string {
  return labels.map((label) => label.replace(/[\\,]/g, '\\$&')).join(',')
}

function readLabel(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

/** The label as a JSON string. */
function quoted(label: string): string {
  const bytes = Buffer.from(label)
  const out = Buffer.alloc(bytes.length * 6 + 2, QUOTE)
  const end = putEscapedUtf8(out, 1, bytes, 0, bytes.length)
  return out.toString('utf8', 0, end + 1)
}
