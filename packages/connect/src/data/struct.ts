// Structs: building them by field name and reading fields as Connect does.
import { CdcError } from '../base/errors.ts'
import type { Struct } from './record.ts'
import type { ConnectSchema } from './schema.ts'
import { fieldIndex } from './schema-builder.ts'

/** A struct of named values; fields that are not named are null. Throws CDC_DATA_INVALID for a name the schema does not have. */
export function structFrom(schema: ConnectSchema, values: Readonly<Record<string, unknown>>): Struct {
  const out: unknown[] = new Array(schema.fields?.length ?? 0).fill(null)
  for (const [name, value] of Object.entries(values)) {
    const index = fieldIndex(schema, name)
    if (index < 0) throw new CdcError('CDC_DATA_INVALID', `${name} is not a valid field name`)
    out[index] = value
  }
  return { schema, values: out }
}

/** Whether a value is a struct. */
export function isStruct(value: unknown): value is Struct {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as { values?: unknown }).values) &&
    typeof (value as { schema?: unknown }).schema === 'object'
  )
}

/** A field's value as it stands; undefined when the schema has no such field. */
export function rawField(struct: Struct, name: string): unknown {
  const index = fieldIndex(struct.schema, name)
  return index < 0 ? undefined : (struct.values[index] ?? null)
}

/** A field's value, or its schema's default in place of null: Connect's `Struct.get`. Undefined when there is no such field. */
export function getField(struct: Struct, name: string): unknown {
  const index = fieldIndex(struct.schema, name)
  if (index < 0) return undefined
  const value = struct.values[index] ?? null
  return value === null ? (struct.schema.fields?.[index]?.schema.default ?? null) : value
}

/** A field's struct; null when it is absent, null or something else. */
export function structField(struct: Struct, name: string): Struct | null {
  const value = rawField(struct, name)
  return isStruct(value) ? value : null
}
