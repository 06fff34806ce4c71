// Reads a JSON payload straight from its bytes by its schema, as Connect's own converters write it: members in the order of the fields, no
// blanks. Anything else is left to the general reader (json-reader.ts), which decides what it means; both give equal values.
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import { readValue } from './json-reader.ts'
import type { JsonValueOptions } from './value-writer.ts'

/** What {@link readPayload} answers for a text that it leaves to the general reader. */
export const NOT_PLAIN: unique symbol = Symbol('not plain')

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
/** Digits that a JS number surely holds. */
const SAFE_DIGITS = 15
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** The names of a struct's fields as they stand in a text: `"name":`. */
const names = new WeakMap<ConnectSchema, readonly Buffer[]>()

interface Cursor {
  readonly bytes: Buffer
  readonly options: JsonValueOptions
  pos: number
}

/** The Connect value of a payload, or {@link NOT_PLAIN}. Throws CDC_ENCODE_FAILED for a null where the schema has no room for it. */
export function readPayload(schema: ConnectSchema, payload: Uint8Array, options: JsonValueOptions): unknown {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const cursor: Cursor = { bytes, options, pos: 0 }
  const value = read(schema, cursor)
  return cursor.pos === bytes.length ? value : NOT_PLAIN
}

function read(schema: ConnectSchema, cursor: Cursor): unknown {
  if (cursor.bytes[cursor.pos] === 0x6e) {
    if (!takes(cursor, NULL)) return NOT_PLAIN
    return readValue(schema, null, cursor.options)
  }
  if (schema.name === LOGICAL.decimal && cursor.bytes[cursor.pos] !== QUOTE) return NOT_PLAIN
  switch (schema.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
      return integer(cursor, false)
    case 'int64':
      return integer(cursor, true)
    case 'float32': {
      const value = float(cursor)
      return typeof value === 'number' ? Math.fround(value) : value
    }
    case 'float64':
      return float(cursor)
    case 'boolean':
      return takes(cursor, TRUE) ? true : takes(cursor, FALSE) ? false : NOT_PLAIN
    case 'string':
      return text(cursor)
    case 'bytes': {
      const value = text(cursor)
      return typeof value === 'string' ? Buffer.from(value, 'base64') : NOT_PLAIN
    }
    case 'struct':
      return struct(schema, cursor)
    case 'array':
    case 'map':
      return NOT_PLAIN
  }
}

const NULL = Buffer.from('null')
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

function struct(schema: ConnectSchema, cursor: Cursor): unknown {
  const { bytes } = cursor
  const fields = schema.fields ?? []
  const texts = namesOf(schema)
  if (bytes[cursor.pos] !== 0x7b || fields.length === 0) return NOT_PLAIN
  const values: unknown[] = new Array(fields.length)
  for (let i = 0; i < fields.length; i++) {
    if (i > 0 && bytes[cursor.pos] !== COMMA) return NOT_PLAIN
    cursor.pos++
    if (!takes(cursor, texts[i] as Buffer)) return NOT_PLAIN
    const value = read(fields[i]!.schema, cursor)
    if (value === NOT_PLAIN) return NOT_PLAIN
    values[i] = value
  }
  if (bytes[cursor.pos++] !== 0x7d) return NOT_PLAIN
  return { schema, values }
}

function namesOf(schema: ConnectSchema): readonly Buffer[] {
  let known = names.get(schema)
  if (known === undefined) {
    known = (schema.fields ?? []).map(({ name }) => Buffer.from(`${JSON.stringify(name)}:`))
    names.set(schema, known)
  }
  return known
}

/** Whether the text goes on with these bytes, which are then behind it. */
function takes(cursor: Cursor, wanted: Buffer): boolean {
  const { bytes, pos } = cursor
  for (let i = 0; i < wanted.length; i++) if (bytes[pos + i] !== wanted[i]) return false
  cursor.pos = pos + wanted.length
  return true
}

function integer(cursor: Cursor, isLong: boolean): unknown {
  const { bytes } = cursor
  const start = cursor.pos
  let pos = start
  const isNegative = bytes[pos] === MINUS
  if (isNegative) pos++
  const first = pos
  let value = 0
  for (;;) {
    const byte = bytes[pos] as number
    if (!(byte >= ZERO && byte <= NINE)) break
    value = value * 10 + (byte - ZERO)
    pos++
  }
  const digits = pos - first
  // A fraction or exponent behind it is met by the caller, which finds neither comma nor brace.
  if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return NOT_PLAIN
  cursor.pos = pos
  if (digits <= SAFE_DIGITS) {
    const signed = isNegative ? 0 - value : value
    return isLong ? BigInt(signed) : signed
  }
  const exact = BigInt(bytes.toString('latin1', start, pos))
  return isLong ? exact : Number(exact)
}

function float(cursor: Cursor): unknown {
  const { bytes } = cursor
  let end = cursor.pos
  for (; end < bytes.length; end++) {
    const byte = bytes[end] as number
    if (byte === COMMA || byte === 0x7d) break
  }
  const token = bytes.toString('latin1', cursor.pos, end)
  if (!NUMBER.test(token)) return NOT_PLAIN
  cursor.pos = end
  return Number(token)
}

function text(cursor: Cursor): unknown {
  const { bytes } = cursor
  const start = cursor.pos + 1
  if (bytes[cursor.pos] !== QUOTE) return NOT_PLAIN
  let isAscii = true
  for (let pos = start; pos < bytes.length; pos++) {
    const byte = bytes[pos] as number
    if (byte === QUOTE) {
      cursor.pos = pos + 1
      return isAscii ? bytes.toString('latin1', start, pos) : bytes.toString('utf8', start, pos)
    }
    // An escape or a control character.
    if (byte === 0x5c || byte < 0x20) return escaped(cursor)
    if (byte >= 0x80) isAscii = false
  }
  return NOT_PLAIN
}

/** A string with escapes: JSON's own parser reads it. */
function escaped(cursor: Cursor): unknown {
  const { bytes } = cursor
  for (let pos = cursor.pos + 1; pos < bytes.length; pos++) {
    const byte = bytes[pos] as number
    if (byte === 0x5c) pos++
    else if (byte < 0x20) return NOT_PLAIN
    else if (byte === QUOTE) {
      const token = bytes.toString('utf8', cursor.pos, pos + 1)
      cursor.pos = pos + 1
      try {
        return JSON.parse(token) as string
      } catch {
        return NOT_PLAIN
      }
    }
  }
  return NOT_PLAIN
}
