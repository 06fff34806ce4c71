// Debezium's HeaderToValue: headers become fields of the value.
import { CdcError } from '../../base/errors.ts'
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { field, fieldIndex, STRING } from '../../data/schema-builder.ts'
import { isStruct } from '../../data/struct.ts'
import { rebuilt, requireStruct, type StageOptions } from '../record-side.ts'
import type { Transform } from '../transform.ts'

interface Entry {
  readonly path: readonly string[]
  readonly schema: ConnectSchema
  readonly value: unknown
}

/** HeaderToValue: `headers` → `fields` (dots go into nested structs), moved or copied. Throws CDC_CONFIG_INVALID. */
export function headerToValue(options: StageOptions): Transform {
  const headers = options.requiredList('headers')
  const fields = options.requiredList('fields').map((name) => name.split('.'))
  const isMove = options.choice('operation', ['move', 'copy']) === 'move'
  if (headers.length !== fields.length) {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      "'fields' config must have the same number of elements as 'headers' config.",
    )
  }
  return {
    apply(record: ConnectRecord) {
      if (record.value === null) return record
      const struct = requireStruct(record.value, 'Header field insertion')
      const entries = record.headers.flatMap((header): Entry[] => {
        const index = headers.indexOf(header.key)
        const path = fields[index]
        return path === undefined ? [] : [{ path, schema: header.schema ?? STRING, value: header.value }]
      })
      if (entries.length === 0) return record
      const value = extended(struct, entries, false)
      const kept = isMove ? record.headers.filter((header) => !headers.includes(header.key)) : record.headers
      return { ...record, valueSchema: value.schema, value, headers: kept }
    },
    close() {},
  }
}

/** The struct with the entries of its level appended, those below put into its nested structs. */
function extended(struct: Struct, entries: readonly Entry[], keepsOptional: boolean): Struct {
  const fields = [...(struct.schema.fields ?? [])]
  const values = [...struct.values]
  for (const [index, entry] of fields.entries()) {
    const below = entries.filter(({ path }) => path.length > 1 && path[0] === entry.name)
    const nested = values[index]
    if (below.length === 0 || !isStruct(nested)) continue
    const inner = extended(
      nested,
      below.map((item) => ({ ...item, path: item.path.slice(1) })),
      true,
    )
    fields[index] = field(entry.name, inner.schema)
    values[index] = inner
  }
  for (const { path, schema, value } of entries) {
    const [name = ''] = path
    if (path.length > 1 || fieldIndex(struct.schema, name) >= 0) continue
    fields.push(field(name, schema))
    values.push(value)
  }
  return { schema: rebuilt(struct.schema, fields, keepsOptional), values }
}
