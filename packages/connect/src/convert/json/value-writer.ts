// The general path's writers: one function per schema, compiled once, that appends a Connect value as JsonConverter prints it.
import { CdcError } from '../../base/errors.ts'
import type { ByteSink } from '../../data/change-row.ts'
import { javaDecimal, javaDouble, javaFloat } from '../../data/java-number.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL, schemaEquals } from '../../data/schema-builder.ts'
import { isStruct } from '../../data/struct.ts'
import { type Literal, literal, putAscii, putBase64, putInteger, putLiteral, putString } from './json-bytes.ts'

/** Options of JsonConverter that change the bytes of values. */
export interface JsonValueOptions {
  readonly decimalFormat: 'BASE64' | 'NUMERIC'
  readonly replaceNullWithDefault: boolean
}

/** Appends one value (null included) as JSON. Throws CDC_ENCODE_FAILED. */
export type JsonWriter = (value: unknown, sink: ByteSink) => void

const NULL = literal('null')
const TRUE = literal('true')
const FALSE = literal('false')

/** Compiles writers for schemas under one set of options and keeps them per schema object. */
export class JsonWriters {
  readonly #options: JsonValueOptions
  readonly #bySchema = new WeakMap<ConnectSchema, JsonWriter>()

  constructor(options: JsonValueOptions) {
    this.#options = options
  }

  /** The writer of a schema; of schemaless values when null. */
  of(schema: ConnectSchema | null): JsonWriter {
    if (schema === null) return writeSchemaless
    let writer = this.#bySchema.get(schema)
    if (writer === undefined) {
      writer = this.#nullAware(schema, this.#notNull(schema))
      this.#bySchema.set(schema, writer)
    }
    return writer
  }

  /** Writes what stands for a null of a schema: its default, `null`, or an error. */
  writeNull(schema: ConnectSchema, sink: ByteSink): void {
    const { default: fallback } = schema
    if (fallback !== undefined && fallback !== null && this.#options.replaceNullWithDefault) {
      this.of(schema)(fallback, sink)
    } else if (schema.optional) putLiteral(sink, NULL)
    else throw missing()
  }

  #nullAware(schema: ConnectSchema, write: JsonWriter): JsonWriter {
    return (value, sink) => {
      if (value === null || value === undefined) this.writeNull(schema, sink)
      else write(value, sink)
    }
  }

  #notNull(schema: ConnectSchema): JsonWriter {
    if (schema.name === LOGICAL.decimal) return this.#decimal(schema)
    switch (schema.kind) {
      case 'array': {
        const item = this.of(schema.items as ConnectSchema)
        return (value, sink) => writeArray(value, item, sink)
      }
      case 'map':
        return this.#map(schema)
      case 'struct':
        return this.#struct(schema)
      default:
        return PRIMITIVE[schema.kind]
    }
  }

  #decimal(schema: ConnectSchema): JsonWriter {
    if (this.#options.decimalFormat === 'BASE64') return writeBytes
    const scale = Number(schema.parameters?.scale ?? 0)
    return (value, sink) => putAscii(sink, javaDecimal(bytesOf(value), scale))
  }

  #map(schema: ConnectSchema): JsonWriter {
    const key = this.of(schema.keys as ConnectSchema)
    const item = this.of(schema.values as ConnectSchema)
    const asObject = schema.keys?.kind === 'string'
    return (value, sink) => {
      if (!(value instanceof Map)) throw invalid('map', value)
      writeMap(value, asObject, key, item, sink)
    }
  }

  #struct(schema: ConnectSchema): JsonWriter {
    const fields = schema.fields ?? []
    const names: Literal[] = fields.map((entry, i) => literal(`${i === 0 ? '{' : ','}${quoted(entry.name)}:`))
    // Compiled at the first value, so that a schema that contains itself by a default does not recurse here.
    let writers: JsonWriter[] | null = null
    return (value, sink) => {
      if (!isStruct(value)) throw invalid('struct', value)
      if (value.schema !== schema && !schemaEquals(value.schema, schema)) {
        throw new CdcError('CDC_ENCODE_FAILED', 'Mismatching schema.')
      }
      writers ??= fields.map((entry) => this.of(entry.schema))
      if (names.length === 0) putAscii(sink, '{')
      for (let i = 0; i < names.length; i++) {
        putLiteral(sink, names[i] as Literal)
        ;(writers[i] as JsonWriter)(value.values[i], sink)
      }
      putAscii(sink, '}')
    }
  }
}

/** A JSON string token as text, escaped as {@link putString} does. */
export function quoted(text: string): string {
  let out = '"'
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const short = SHORT_ESCAPES[text[i] as string]
    if (short !== undefined) out += short
    else if (unit < 0x20 || (unit >= 0xd800 && unit <= 0xdfff)) {
      out += `\\u${unit.toString(16).toUpperCase().padStart(4, '0')}`
    } else out += text[i]
  }
  return `${out}"`
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

function missing(): CdcError {
  return new CdcError(
    'CDC_ENCODE_FAILED',
    'Conversion error: null value for field that is required and has no default value',
  )
}

function invalid(kind: string, value: unknown): CdcError {
  return new CdcError('CDC_ENCODE_FAILED', `Invalid type for ${kind.toUpperCase()}: ${typeName(value)}`)
}

/** A value's class as Java would name it: Connect's sentences show it. */
function typeName(value: unknown): string {
  if (value instanceof Uint8Array) return 'class [B'
  if (Array.isArray(value)) return 'class java.util.ArrayList'
  if (value instanceof Map) return 'class java.util.HashMap'
  if (isStruct(value)) return 'class org.apache.kafka.connect.data.Struct'
  return JAVA_CLASSES[typeof value] ?? 'class java.lang.Object'
}

const JAVA_CLASSES: Readonly<Record<string, string>> = {
  string: 'class java.lang.String',
  boolean: 'class java.lang.Boolean',
  bigint: 'class java.lang.Long',
  number: 'class java.lang.Integer',
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw invalid('bytes', value)
}

const writeBytes: JsonWriter = (value, sink) => putBase64(sink, bytesOf(value))

const writeInteger: JsonWriter = (value, sink) => {
  if (typeof value === 'number' && Number.isInteger(value)) putInteger(sink, value)
  else if (typeof value === 'bigint') putAscii(sink, value.toString())
  else throw invalid('integer', value)
}

function writeFloat(text: (value: number) => string): JsonWriter {
  return (value, sink) => {
    if (typeof value !== 'number') throw invalid('float', value)
    // Jackson quotes what JSON has no number for.
    putAscii(sink, Number.isFinite(value) ? text(value) : `"${text(value)}"`)
  }
}

const PRIMITIVE: Readonly<Record<Exclude<ConnectSchema['kind'], 'array' | 'map' | 'struct'>, JsonWriter>> = {
  int8: writeInteger,
  int16: writeInteger,
  int32: writeInteger,
  int64: writeInteger,
  float32: writeFloat(javaFloat),
  float64: writeFloat(javaDouble),
  boolean: (value, sink) => {
    if (typeof value !== 'boolean') throw invalid('boolean', value)
    putLiteral(sink, value ? TRUE : FALSE)
  },
  string: (value, sink) => {
    if (typeof value !== 'string') throw invalid('string', value)
    putString(sink, value)
  },
  bytes: writeBytes,
}

function writeArray(value: unknown, item: JsonWriter, sink: ByteSink): void {
  if (!Array.isArray(value)) throw invalid('array', value)
  putAscii(sink, '[')
  for (let i = 0; i < value.length; i++) {
    if (i > 0) putAscii(sink, ',')
    item(value[i], sink)
  }
  putAscii(sink, ']')
}

function writeMap(
  map: Map<unknown, unknown>,
  asObject: boolean,
  key: JsonWriter,
  item: JsonWriter,
  sink: ByteSink,
): void {
  putAscii(sink, asObject ? '{' : '[')
  let isFirst = true
  for (const [name, value] of map) {
    if (!isFirst) putAscii(sink, ',')
    isFirst = false
    if (!asObject) putAscii(sink, '[')
    if (asObject) putString(sink, String(name))
    else key(name, sink)
    putAscii(sink, asObject ? ':' : ',')
    item(value, sink)
    if (!asObject) putAscii(sink, ']')
  }
  putAscii(sink, asObject ? '}' : ']')
}

/** A value without a schema: numbers are doubles unless they are integers, maps with string keys become objects. */
const writeSchemaless: JsonWriter = (value, sink) => {
  switch (typeof value) {
    case 'string':
      putString(sink, value)
      return
    case 'boolean':
      putLiteral(sink, value ? TRUE : FALSE)
      return
    case 'bigint':
      putAscii(sink, value.toString())
      return
    case 'number':
      putAscii(sink, Number.isInteger(value) ? String(value) : javaDouble(value))
      return
    default:
      writeSchemalessObject(value, sink)
  }
}

function writeSchemalessObject(value: unknown, sink: ByteSink): void {
  if (value === null || value === undefined) putLiteral(sink, NULL)
  else if (value instanceof Uint8Array) putBase64(sink, value)
  else if (Array.isArray(value)) writeArray(value, writeSchemaless, sink)
  else if (value instanceof Map) {
    const asObject = [...value.keys()].every((key) => typeof key === 'string')
    writeMap(value, asObject, writeSchemaless, writeSchemaless, sink)
  } else if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && !isStruct(value)) {
    writeMap(new Map(Object.entries(value)), true, writeSchemaless, writeSchemaless, sink)
  } else throw invalid('schemaless value', value)
}
