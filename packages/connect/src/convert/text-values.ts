// Values of header texts, as Connect's SimpleHeaderConverter reads them (Values.parseString): numbers get the smallest type that holds them,
// what has no other form is a string.
import type { ConnectSchema } from '../data/schema.ts'
import { LOGICAL, primitive, STRING } from '../data/schema-builder.ts'

/** A value with its schema. */
export interface SchemaAndValue {
  readonly schema: ConnectSchema | null
  readonly value: unknown
}

const BOOLEAN = primitive('boolean')
const INT8 = primitive('int8')
const INT16 = primitive('int16')
const INT32 = primitive('int32')
const INT64 = primitive('int64')
const FLOAT32 = primitive('float32')
const FLOAT64 = primitive('float64')
const DATE = primitive('int32', { name: LOGICAL.date, version: 1 })
const TIMESTAMP = primitive('int64', { name: LOGICAL.timestamp, version: 1 })

/** Reads a text. Arrays and maps stay strings: their form is not Connect's JSON. */
export function parseTextValue(text: string): SchemaAndValue {
  const trimmed = text.trim()
  if (trimmed === 'null') return { schema: null, value: null }
  if (trimmed === 'true' || trimmed === 'false') return { schema: BOOLEAN, value: trimmed === 'true' }
  if (/^".*"$/s.test(trimmed) && trimmed.length >= 2)
    return { schema: STRING, value: trimmed.slice(1, -1).replace(/\\(["\\])/g, '$1') }
  if (/^[+-]?\d+$/.test(trimmed)) return integer(trimmed) ?? { schema: STRING, value: text }
  if (/^[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?$/.test(trimmed)) return fraction(trimmed)
  if (/^\d{4}-\d{2}-\d{2}$/.test(trimmed)) return dated(text, trimmed, DATE)
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(trimmed)) return dated(text, trimmed, TIMESTAMP)
  return { schema: STRING, value: text }
}

function integer(text: string): SchemaAndValue | null {
  const value = BigInt(text.replace(/^\+/, ''))
  if (value >= -128n && value < 128n) return { schema: INT8, value: Number(value) }
  if (value >= -32_768n && value < 32_768n) return { schema: INT16, value: Number(value) }
  if (value >= -2_147_483_648n && value < 2_147_483_648n) return { schema: INT32, value: Number(value) }
  if (BigInt.asIntN(64, value) === value) return { schema: INT64, value }
  return null
}

function fraction(text: string): SchemaAndValue {
  const value = Number(text)
  return Math.fround(value) === value ? { schema: FLOAT32, value } : { schema: FLOAT64, value }
}

function dated(text: string, trimmed: string, schema: ConnectSchema): SchemaAndValue {
  const ms = Date.parse(trimmed)
  if (Number.isNaN(ms)) return { schema: STRING, value: text }
  return { schema, value: schema === DATE ? ms / 86_400_000 : BigInt(ms) }
}
