// Kafka's Flatten: nested structs become fields of one struct, names joined.
import type { Struct } from '../../data/record.ts'
import type { ConnectField, ConnectSchema } from '../../data/schema.ts'
import { field, withTraits } from '../../data/schema-builder.ts'
import { getField, isStruct } from '../../data/struct.ts'
import {
  rebuilt,
  requireStruct,
  SchemaMemory,
  type Side,
  type StageOptions,
  sideValue,
  withSide,
} from '../record-side.ts'
import type { Transform } from '../transform.ts'

/** Flatten: fields of nested structs are optional where any struct on the way is. */
export function flatten(options: StageOptions, side: Side): Transform {
  const delimiter = options.text('delimiter', '.')
  const memory = new SchemaMemory()
  return {
    apply(record) {
      const value = sideValue(record, side)
      if (value === null) return record
      const struct = requireStruct(value, 'flattening')
      const schema = memory.of(struct.schema, (from) =>
        rebuilt(from, flatFields(from, '', delimiter, from.optional, undefined), true),
      )
      const values: unknown[] = []
      flatValues(struct.schema, struct, values)
      return withSide(record, side, schema, { schema, values })
    },
    close() {},
  }
}

function flatFields(
  schema: ConnectSchema,
  prefix: string,
  delimiter: string,
  isOptional: boolean,
  parentDefault: unknown,
): ConnectField[] {
  return (schema.fields ?? []).flatMap((entry) => {
    const name = prefix === '' ? entry.name : `${prefix}${delimiter}${entry.name}`
    const optional = isOptional || entry.schema.optional
    const own = entry.schema.default ?? (isStruct(parentDefault) ? getField(parentDefault, entry.name) : undefined)
    if (entry.schema.kind === 'struct') return flatFields(entry.schema, name, delimiter, optional, own)
    return [field(name, withTraits(entry.schema, { optional, default: own ?? undefined }))]
  })
}

/** Values in the order of the flat fields; an absent struct leaves nulls. */
function flatValues(schema: ConnectSchema, struct: Struct | null, values: unknown[]): void {
  for (const entry of schema.fields ?? []) {
    const value = struct === null ? null : getField(struct, entry.name)
    if (entry.schema.kind === 'struct') flatValues(entry.schema, isStruct(value) ? value : null, values)
    else values.push(value)
  }
}
