// Builders of Connect schemas, the named schemas of Connect and Debezium that several rooms need, and structural equality.
import type { ConnectField, ConnectSchema, SchemaKind } from './schema.ts'

/** What may be stated of a schema beyond its kind. */
export type SchemaTraits = Partial<Omit<ConnectSchema, 'kind' | 'fields' | 'items' | 'keys' | 'values'>>

/** A schema of a primitive kind; not optional unless stated. */
export function primitive(kind: SchemaKind, traits: SchemaTraits = {}): ConnectSchema {
  return { kind, optional: false, ...traits }
}

/** A struct schema of name–schema pairs, in order. */
export function structOf(fields: readonly ConnectField[], traits: SchemaTraits = {}): ConnectSchema {
  return { kind: 'struct', optional: false, ...traits, fields }
}

/** A field of a struct schema. */
export function field(name: string, schema: ConnectSchema): ConnectField {
  return { name, schema }
}

/** An array schema. */
export function arrayOf(items: ConnectSchema, traits: SchemaTraits = {}): ConnectSchema {
  return { kind: 'array', optional: false, ...traits, items }
}

/** A map schema. */
export function mapOf(keys: ConnectSchema, values: ConnectSchema, traits: SchemaTraits = {}): ConnectSchema {
  return { kind: 'map', optional: false, ...traits, keys, values }
}

/** `string`, required. */
export const STRING: ConnectSchema = primitive('string')
/** `string`, optional. */
export const OPTIONAL_STRING: ConnectSchema = primitive('string', { optional: true })
/** `int32`, required. */
export const INT32: ConnectSchema = primitive('int32')
/** `int64`, required. */
export const INT64: ConnectSchema = primitive('int64')
/** `int64`, optional. */
export const OPTIONAL_INT64: ConnectSchema = primitive('int64', { optional: true })
/** `bytes`, optional: what byte converters read. */
export const OPTIONAL_BYTES: ConnectSchema = primitive('bytes', { optional: true })

/** Names of Connect's logical types. */
export const LOGICAL = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'org.apache.kafka.connect.data.Date',
  time: 'org.apache.kafka.connect.data.Time',
  timestamp: 'org.apache.kafka.connect.data.Timestamp',
} as const

/** Places of the fields by name, made once per schema. */
const fieldIndexes = new WeakMap<ConnectSchema, ReadonlyMap<string, number>>()

/** Index of a struct schema's field; -1 when it has none of that name. */
export function fieldIndex(schema: ConnectSchema, name: string): number {
  let indexes = fieldIndexes.get(schema)
  if (indexes === undefined) {
    indexes = new Map((schema.fields ?? []).map((entry, index) => [entry.name, index]))
    fieldIndexes.set(schema, indexes)
  }
  return indexes.get(name) ?? -1
}

/** The same schema with other traits; `undefined` removes one. */
export function withTraits(
  schema: ConnectSchema,
  traits: { readonly [K in keyof SchemaTraits]: SchemaTraits[K] | undefined },
): ConnectSchema {
  const merged: Record<string, unknown> = { ...schema, ...traits }
  for (const key of Object.keys(merged)) if (merged[key] === undefined) delete merged[key]
  return merged as unknown as ConnectSchema
}

/** Structural equality, as Connect's own `equals` has it (documentation and defaults count). */
export function schemaEquals(a: ConnectSchema | null, b: ConnectSchema | null): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  return (
    a.kind === b.kind &&
    a.optional === b.optional &&
    a.name === b.name &&
    a.version === b.version &&
    a.doc === b.doc &&
    recordEquals(a.parameters, b.parameters) &&
    valueEquals(a.default ?? null, b.default ?? null) &&
    schemaEquals(a.items ?? null, b.items ?? null) &&
    schemaEquals(a.keys ?? null, b.keys ?? null) &&
    schemaEquals(a.values ?? null, b.values ?? null) &&
    fieldsEqual(a.fields, b.fields)
  )
}

function fieldsEqual(a: readonly ConnectField[] | undefined, b: readonly ConnectField[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.length === b.length &&
    a.every((entry, i) => entry.name === b[i]?.name && schemaEquals(entry.schema, b[i]?.schema ?? null))
  )
}

function recordEquals(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  const left = Object.entries(a ?? {})
  const right = b ?? {}
  return left.length === Object.keys(right).length && left.every(([key, value]) => right[key] === value)
}

/** Equality of Connect values: buffers by content, structs by schema and values, maps and arrays by members. */
export function valueEquals(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => valueEquals(item, b[i]))
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false
    for (const [key, value] of a) if (!b.has(key) || !valueEquals(value, b.get(key))) return false
    return true
  }
  const left = a as { readonly schema?: ConnectSchema; readonly values?: readonly unknown[] }
  const right = b as { readonly schema?: ConnectSchema; readonly values?: readonly unknown[] }
  if (left.schema === undefined || right.schema === undefined) return false
  return schemaEquals(left.schema, right.schema) && valueEquals(left.values, right.values)
}
