// Connect schemas as the JSON that JsonConverter puts beside a payload, and back.
import { CdcError } from '../../base/errors.ts'
import type { ConnectField, ConnectSchema, SchemaKind } from '../../data/schema.ts'

/** Writes the JSON text of a value of a schema: needed for defaults inside schemas. */
export type ValueText = (schema: ConnectSchema, value: unknown) => string

const WORDS: Readonly<Record<SchemaKind, string>> = {
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float32: 'float',
  float64: 'double',
  boolean: 'boolean',
  string: 'string',
  bytes: 'bytes',
  array: 'array',
  map: 'map',
  struct: 'struct',
}

const KINDS = new Map(Object.entries(WORDS).map(([kind, word]) => [word, kind as SchemaKind]))

/** JSON text of a schema, member order as Connect's: type, parts, optional, name, version, doc, parameters, default, field. */
export function schemaJson(
  schema: ConnectSchema,
  quote: (text: string) => string,
  valueText: ValueText,
  fieldName?: string,
): string {
  const child = (inner: ConnectSchema, name?: string) => schemaJson(inner, quote, valueText, name)
  let text = `{"type":"${WORDS[schema.kind]}"`
  if (schema.kind === 'array') text += `,"items":${child(schema.items as ConnectSchema)}`
  if (schema.kind === 'map') {
    text += `,"keys":${child(schema.keys as ConnectSchema)},"values":${child(schema.values as ConnectSchema)}`
  }
  if (schema.kind === 'struct') {
    text += `,"fields":[${(schema.fields ?? []).map((entry) => child(entry.schema, entry.name)).join(',')}]`
  }
  text += `,"optional":${schema.optional}`
  if (schema.name !== undefined) text += `,"name":${quote(schema.name)}`
  if (schema.version !== undefined) text += `,"version":${schema.version}`
  if (schema.doc !== undefined) text += `,"doc":${quote(schema.doc)}`
  if (schema.parameters !== undefined) {
    const members = Object.entries(schema.parameters).map(([key, value]) => `${quote(key)}:${quote(value)}`)
    text += `,"parameters":{${members.join(',')}}`
  }
  if (schema.default !== undefined && schema.default !== null) text += `,"default":${valueText(schema, schema.default)}`
  if (fieldName !== undefined) text += `,"field":${quote(fieldName)}`
  return `${text}}`
}

/** Reads a value of a schema from parsed JSON: needed for defaults inside schemas. */
export type ValueReader = (schema: ConnectSchema, json: unknown) => unknown

/** The schema that parsed JSON describes; null for JSON null. Throws CDC_ENCODE_FAILED with Connect's sentences. */
export function schemaOfJson(json: unknown, readValue: ValueReader): ConnectSchema | null {
  if (json === null || json === undefined) return null
  if (typeof json !== 'object') throw new CdcError('CDC_ENCODE_FAILED', "Schema must contain 'type' field")
  const node = json as Record<string, unknown>
  const kind = typeof node.type === 'string' ? KINDS.get(node.type) : undefined
  if (kind === undefined) {
    const what =
      typeof node.type === 'string' ? `Unknown schema type: ${node.type}` : "Schema must contain 'type' field"
    throw new CdcError('CDC_ENCODE_FAILED', what)
  }
  const inner = (part: unknown): ConnectSchema => {
    const schema = schemaOfJson(part, readValue)
    if (schema === null) throw new CdcError('CDC_ENCODE_FAILED', `${kind} schema lacks the schema of its members`)
    return schema
  }
  const schema: { -readonly [K in keyof ConnectSchema]: ConnectSchema[K] } = {
    kind,
    optional: node.optional === true,
  }
  if (typeof node.name === 'string') schema.name = node.name
  if (typeof node.version === 'number' || typeof node.version === 'bigint') schema.version = Number(node.version)
  if (typeof node.doc === 'string') schema.doc = node.doc
  if (typeof node.parameters === 'object' && node.parameters !== null) {
    schema.parameters = Object.fromEntries(Object.entries(node.parameters).map(([key, value]) => [key, String(value)]))
  }
  if (kind === 'array') schema.items = inner(node.items)
  if (kind === 'map') {
    schema.keys = inner(node.keys)
    schema.values = inner(node.values)
  }
  if (kind === 'struct') {
    if (!Array.isArray(node.fields)) {
      throw new CdcError('CDC_ENCODE_FAILED', 'Struct schema\'s "fields" argument is not an array.')
    }
    schema.fields = node.fields.map((part): ConnectField => {
      const name = (part as Record<string, unknown> | null)?.field
      if (typeof name !== 'string') {
        throw new CdcError('CDC_ENCODE_FAILED', "Struct schema's field name not specified properly")
      }
      return { name, schema: inner(part) }
    })
  }
  if (node.default !== undefined && node.default !== null) schema.default = readValue(schema, node.default)
  return schema
}
