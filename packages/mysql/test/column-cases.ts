// Columns and cells for tests of column types.
import type { ColumnModel } from '../src/ddl/table-model.ts'
import { GrowingSink } from '../src/text/growing-sink.ts'
import { javaDoubleText, javaFloatText } from '../src/text/java-float.ts'
import type { ColumnType, ValueOptions, ValueSchema } from '../src/type/column-type.ts'
import { columnType } from '../src/type/column-type-of.ts'

/** A nullable column without a default, named `c`, with these differences. */
export function columnOf(typeName: string, parts: Partial<ColumnModel> = {}): ColumnModel {
  return {
    name: 'c',
    typeName,
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
    ...parts,
  }
}

/** Debezium's defaults with these differences. */
export function optionsOf(parts: Partial<ValueOptions> = {}): ValueOptions {
  return {
    decimalHandling: 'precise',
    timePrecision: 'adaptive_time_microseconds',
    bigintUnsignedHandling: 'long',
    binaryHandling: 'bytes',
    enableTimeAdjuster: true,
    connectionTimeZone: '+00:00',
    ...parts,
  }
}

/** Compiles a column in binlog form. */
export function logged(column: ColumnModel, typeCode: number, meta = 0, options = optionsOf()): ColumnType {
  return columnType(column, 'binlog', options, { typeCode, meta, unsigned: false })
}

/** Compiles a column in text form. */
export function selected(column: ColumnModel, options = optionsOf()): ColumnType {
  return columnType(column, 'text', options)
}

const LEFT = Buffer.from('left of the cell"\\')
const RIGHT = Buffer.from('7right of it')

/** Value and JSON of one cell, which is put between other bytes; checks that the two agree. */
export function cellOf(type: ColumnType, cell: Buffer | string): { value: unknown; json: string } {
  const raw = typeof cell === 'string' ? Buffer.from(cell) : cell
  const bytes = Buffer.concat([LEFT, raw, RIGHT])
  const sink = new GrowingSink(1)
  sink.reserve(3)
  sink.bytes.write('{{{')
  sink.pos = 3
  type.writeJson(bytes, LEFT.length, LEFT.length + raw.length, sink)
  const json = sink.text().slice(3)
  const value = type.read(bytes, LEFT.length, LEFT.length + raw.length)
  const expected = jsonOfValue(type.schema, value)
  if (json !== expected) throw new Error(`read and writeJson differ: ${expected} and ${json}`)
  return { value, json }
}

/** JSON of a decoded value by its schema, written a second time and simply: what the fast writers are compared with. */
export function jsonOfValue(schema: ValueSchema, value: unknown): string {
  if (value === null) return 'null'
  switch (schema.kind) {
    case 'float32':
      return javaFloatText(value as number)
    case 'float64':
      return javaDoubleText(value as number)
    case 'bytes':
      return `"${(value as Buffer).toString('base64')}"`
    case 'string':
      return quoted(value as string)
    case 'array':
      return `[${(value as unknown[]).map((item) => jsonOfValue(schema.items!, item)).join(',')}]`
    case 'struct':
      return `{${schema
        .fields!.map((field, i) => `"${field.name}":${jsonOfValue(field.schema, (value as unknown[])[i])}`)
        .join(',')}}`
    default:
      return String(value as number | bigint | boolean)
  }
}

/** A string as Jackson prints it into UTF-8. */
function quoted(text: string): string {
  let json = '"'
  for (let i = 0; i < text.length; i++) {
    const unit = text[i]!
    const code = text.charCodeAt(i)
    const isPlain = code >= 0x20 && (code < 0xd800 || code > 0xdfff)
    json += SHORT_ESCAPES[unit] ?? (isPlain ? unit : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`)
  }
  return `${json}"`
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** Both forms of a cell, which must give equal values and bytes. */
export function bothForms(
  column: ColumnModel,
  binlog: { typeCode: number; meta?: number; cell: Buffer },
  text: string | Buffer,
  options = optionsOf(),
): { value: unknown; json: string } {
  const fromLog = cellOf(logged(column, binlog.typeCode, binlog.meta ?? 0, options), binlog.cell)
  const fromText = cellOf(selected(column, options), text)
  if (fromLog.json !== fromText.json) throw new Error(`log and text differ: ${fromLog.json} and ${fromText.json}`)
  return fromLog
}

/** Bytes written as hexadecimal digits, spaces allowed. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex')
}
