// From parsed JSON to Connect data: the reading side of JsonConverter.
import { CdcError } from '../../base/errors.ts'
import { parseDecimal } from '../../data/java-number.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { LOGICAL } from '../../data/schema-builder.ts'
import type { JsonValueOptions } from './value-writer.ts'

/**
 * A JSON number that a JS number cannot hold exactly keeps its source text. `JSON.rawJSON`-like: the reviver sees the source.
 */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Parses JSON; integers beyond 2^53 become bigint, fractions become {@link JsonNumber} with their exact text. Throws CDC_ENCODE_FAILED. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), reviveNumber)
  } catch (cause) {
    throw new CdcError(
      'CDC_ENCODE_FAILED',
      'Converting byte[] to Kafka Connect data failed due to serialization error: ',
      {
        cause,
      },
    )
  }
}

function reviveNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  if (/^-?\d+$/.test(context.source)) return Number.isSafeInteger(value) ? value : BigInt(context.source)
  return new JsonNumber(context.source)
}

/** The Connect value of parsed JSON under a schema. Throws CDC_ENCODE_FAILED. */
export function readValue(schema: ConnectSchema, json: unknown, options: JsonValueOptions): unknown {
  if (json === null || json === undefined) {
    if (schema.default !== undefined && schema.default !== null && options.replaceNullWithDefault) return schema.default
    if (schema.optional) return null
    throw new CdcError('CDC_ENCODE_FAILED', `Invalid null value for required ${schema.kind.toUpperCase()} field`)
  }
  if (schema.name === LOGICAL.decimal) return readDecimal(schema, json)
  switch (schema.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
      return Number(integerOf(schema, json))
    case 'int64':
      return integerOf(schema, json)
    case 'float32':
      return Math.fround(floatOf(schema, json))
    case 'float64':
      return floatOf(schema, json)
    case 'boolean':
      return expectType(schema, json, typeof json === 'boolean')
    case 'string':
      return expectType(schema, json, typeof json === 'string')
    case 'bytes':
      return Buffer.from(expectType(schema, json, typeof json === 'string') as string, 'base64')
    case 'array':
      expectType(schema, json, Array.isArray(json))
      return (json as unknown[]).map((item) => readValue(schema.items as ConnectSchema, item, options))
    case 'map':
      return readMap(schema, json, options)
    case 'struct': {
      expectType(schema, json, typeof json === 'object' && !Array.isArray(json))
      const members = json as Record<string, unknown>
      const values = (schema.fields ?? []).map((field) =>
        readValue(field.schema, Object.hasOwn(members, field.name) ? members[field.name] : null, options),
      )
      return { schema, values }
    }
  }
}

/** The Connect value of parsed JSON without a schema: objects become maps, integers int64, fractions double. */
export function readSchemaless(json: unknown): unknown {
  if (json instanceof JsonNumber) return Number(json.text)
  if (typeof json === 'number') return BigInt(json)
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(readSchemaless)
  return new Map(Object.entries(json).map(([key, value]) => [key, readSchemaless(value)]))
}

function readMap(schema: ConnectSchema, json: unknown, options: JsonValueOptions): Map<unknown, unknown> {
  const key = schema.keys as ConnectSchema
  const item = schema.values as ConnectSchema
  if (key.kind === 'string') {
    expectType(schema, json, typeof json === 'object' && !Array.isArray(json))
    const entries = Object.entries(json as Record<string, unknown>)
    return new Map(entries.map(([name, value]) => [name, readValue(item, value, options)]))
  }
  expectType(schema, json, Array.isArray(json))
  return new Map(
    (json as unknown[]).map((pair) => {
      expectType(schema, pair, Array.isArray(pair) && pair.length === 2)
      const [name, value] = pair as [unknown, unknown]
      return [readValue(key, name, options), readValue(item, value, options)]
    }),
  )
}

function readDecimal(schema: ConnectSchema, json: unknown): Buffer {
  if (typeof json === 'string') return Buffer.from(json, 'base64')
  const text =
    json instanceof JsonNumber ? json.text : typeof json === 'number' || typeof json === 'bigint' ? String(json) : ''
  const unscaled = parseDecimal(text, Number(schema.parameters?.scale ?? 0))
  if (unscaled === null) throw mismatch(schema)
  return unscaled
}

function integerOf(schema: ConnectSchema, json: unknown): bigint {
  if (typeof json === 'bigint') return json
  if (typeof json === 'number') return BigInt(json)
  if (json instanceof JsonNumber) return BigInt(Math.trunc(Number(json.text)))
  throw mismatch(schema)
}

function floatOf(schema: ConnectSchema, json: unknown): number {
  if (typeof json === 'number') return json
  if (typeof json === 'bigint') return Number(json)
  if (json instanceof JsonNumber) return Number(json.text)
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json)
  throw mismatch(schema)
}

function expectType(schema: ConnectSchema, json: unknown, holds: boolean): unknown {
  if (!holds) throw mismatch(schema)
  return json
}

function mismatch(schema: ConnectSchema): CdcError {
  return new CdcError('CDC_ENCODE_FAILED', `Invalid type for ${schema.kind.toUpperCase()}: JSON value of another type`)
}
