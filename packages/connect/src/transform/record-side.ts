// Key and value of a record behind one name: most of Kafka's transforms exist for both.
import { CdcError } from '../base/errors.ts'
import type { ConnectRecord, Struct } from '../data/record.ts'
import type { ConnectField, ConnectSchema } from '../data/schema.ts'
import { fieldIndex, type SchemaTraits, structOf } from '../data/schema-builder.ts'
import { getField, isStruct, rawField } from '../data/struct.ts'

/** Which part of a record a transform works on. */
export type Side = 'key' | 'value'

/** Schema of a side. */
export function sideSchema(record: ConnectRecord, side: Side): ConnectSchema | null {
  return side === 'key' ? record.keySchema : record.valueSchema
}

/** Value of a side. */
export function sideValue(record: ConnectRecord, side: Side): unknown {
  return side === 'key' ? record.key : record.value
}

/** The record with another side. */
export function withSide(
  record: ConnectRecord,
  side: Side,
  schema: ConnectSchema | null,
  value: unknown,
): ConnectRecord {
  return side === 'key' ? { ...record, keySchema: schema, key: value } : { ...record, valueSchema: schema, value }
}

/** A failure with the Java exception that Kafka's transform would throw. */
export function transformFailure(
  message: string,
  javaClass = 'org.apache.kafka.connect.errors.DataException',
): CdcError {
  return new CdcError('CDC_TRANSFORM_FAILED', message, { javaClass })
}

/** A struct, or the failure that names what the transform was about to do. */
export function requireStruct(value: unknown, purpose: string): Struct {
  if (isStruct(value)) return value
  throw transformFailure(`Only Struct objects supported for [${purpose}], found: ${javaTypeName(value)}`)
}

/** The class of a value as Java names it in messages. */
export function javaTypeName(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Map) return 'java.util.HashMap'
  if (Array.isArray(value)) return 'java.util.ArrayList'
  if (value instanceof Uint8Array) return '[B'
  const names = { string: 'java.lang.String', boolean: 'java.lang.Boolean', bigint: 'java.lang.Long' } as const
  return names[typeof value as keyof typeof names] ?? 'java.lang.Integer'
}

/** What Kafka copies of a schema when it rebuilds one: never `optional`, never the default. */
export function schemaBasics(schema: ConnectSchema): SchemaTraits {
  const { name, version, doc, parameters } = schema
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(doc === undefined ? {} : { doc }),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

/** A field's schema; undefined when there is none of that name. */
export function fieldSchema(schema: ConnectSchema, name: string): ConnectSchema | undefined {
  return schema.fields?.[fieldIndex(schema, name)]?.schema
}

/** A field's value, null replaced by the default if asked for. */
export function readField(struct: Struct, name: string, replacesNull: boolean): unknown {
  return replacesNull ? getField(struct, name) : rawField(struct, name)
}

/** Remembers what was built of a schema; built anew for every schema object, which sources keep per table version. */
export class SchemaMemory {
  readonly #built = new WeakMap<ConnectSchema, ConnectSchema>()

  of(schema: ConnectSchema, build: (schema: ConnectSchema) => ConnectSchema): ConnectSchema {
    let built = this.#built.get(schema)
    if (built === undefined) {
      built = build(schema)
      this.#built.set(schema, built)
    }
    return built
  }
}

/** A struct schema of other fields with the basics of a schema. */
export function rebuilt(schema: ConnectSchema, fields: readonly ConnectField[], keepsOptional = false): ConnectSchema {
  return structOf(fields, { ...schemaBasics(schema), ...(keepsOptional ? { optional: schema.optional } : {}) })
}

/** Options of a transform, with Kafka's messages for what is missing. */
export class StageOptions {
  readonly #options: Readonly<Record<string, string>>

  constructor(options: Readonly<Record<string, string>>) {
    this.#options = options
  }

  text(name: string, fallback = ''): string {
    return this.#options[name] ?? fallback
  }

  optional(name: string): string | null {
    return this.#options[name] || null
  }

  required(name: string): string {
    const value = this.#options[name]
    if (value !== undefined && value !== '') return value
    throw new CdcError('CDC_CONFIG_INVALID', `Missing required configuration "${name}" which has no default value.`)
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#options[name]?.trim().toLowerCase()
    if (value === undefined || value === '') return fallback
    if (value === 'true' || value === 'false') return value === 'true'
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `Invalid value ${value} for configuration ${name}: Expected value to be either true or false`,
    )
  }

  list(name: string): string[] {
    return this.text(name)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  requiredList(name: string): string[] {
    this.required(name)
    return this.list(name)
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    const value = this.#options[name] ?? fallback ?? this.required(name)
    const found = choices.find((choice) => choice === value.trim().toLowerCase())
    if (found !== undefined) return found
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `Invalid value ${value} for configuration ${name}: String must be one of: ${choices.join(', ')}`,
    )
  }

  integer(name: string, fallback: number): number {
    const value = this.#options[name]
    if (value === undefined || value === '') return fallback
    if (/^-?\d+$/.test(value.trim())) return Number(value)
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `Invalid value ${value} for configuration ${name}: Not a number of type INT`,
    )
  }
}
