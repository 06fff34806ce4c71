// Debezium's EnforceRecordSize: shortens the long texts and bytes of rows that would make too big a record.
import { CdcError } from '../../base/errors.ts'
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { fieldIndex, LOGICAL } from '../../data/schema-builder.ts'
import { isStruct, rawField, structField } from '../../data/struct.ts'
import type { StageOptions } from '../record-side.ts'
import type { Transform } from '../transform.ts'

// What Debezium reckons objects to take on the Java heap.
const EMPTY_STRUCT = 56
const EMPTY_STRING = 56
const EMPTY_BYTES = 24
const EMPTY_ARRAY = 64
const EMPTY_MAP = 88
const PRIMITIVE = 24
const REFERENCE = 8
/** An entry of partition, offset or headers. */
const ENTRY = 100
const TIMESTAMP = 8
/** Entries of the source's partition and of a streaming offset without GTID: records do not carry theirs here. */
const POSITION_ENTRIES = 7

interface LongField {
  readonly index: number
  readonly value: string | Uint8Array
}

/** EnforceRecordSize. Throws CDC_CONFIG_INVALID. */
export function enforceRecordSize(options: StageOptions): Transform {
  options.required('max.bytes')
  const maxBytes = options.integer('max.bytes', 0)
  if (maxBytes <= 0) throw invalid('max.bytes', maxBytes, 'Must be a positive integer')
  const ratio = Number(options.text('compression.ratio', '1.0'))
  if (Number.isNaN(ratio)) {
    throw invalid('compression.ratio', options.text('compression.ratio'), 'Not a number of type DOUBLE')
  }
  if (ratio <= 0) throw invalid('compression.ratio', options.text('compression.ratio'), 'Must be a positive number')
  const minField = options.integer('min.field.size', 25_000)
  if (minField < 0) throw invalid('min.field.size', minField, 'Must be non-negative')
  return {
    apply(record) {
      if (!isStruct(record.value)) return record
      const excess = Math.ceil(estimatedSize(record) * ratio) - maxBytes
      return excess <= 0 ? record : { ...record, value: shortened(record.value, excess, minField) }
    },
    close() {},
  }
}

function invalid(name: string, value: unknown, reason: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', `Invalid value ${String(value)} for configuration ${name}: ${reason}`)
}

/** The envelope with bytes taken from both rows, from every long field by its share. */
function shortened(envelope: Struct, excess: number, minField: number): Struct {
  const rows = ['before', 'after'].map((name) => {
    const row = structField(envelope, name)
    const fields = row === null ? [] : longFields(row, minField)
    return { name, row, fields, size: fields.reduce((sum, { value }) => sum + value.length, 0) }
  })
  const total = rows.reduce((sum, { size }) => sum + size, 0)
  if (total === 0) return envelope
  const values = [...envelope.values]
  for (const { name, row, fields, size } of rows) {
    if (row === null || size === 0) continue
    const rowExcess = Math.ceil((size / total) * excess)
    const rowValues = [...row.values]
    for (const { index, value } of fields) {
      const kept = Math.max(0, value.length - Math.ceil((value.length / size) * rowExcess))
      rowValues[index] = typeof value === 'string' ? textStart(value, kept) : value.subarray(0, kept)
    }
    values[fieldIndex(envelope.schema, name)] = { schema: row.schema, values: rowValues } satisfies Struct
  }
  return { schema: envelope.schema, values }
}

/** The start of a text, without half a character at its end. */
function textStart(text: string, length: number): string {
  const isSplit = /[\uD800-\uDBFF]/.test(text[length - 1] ?? '')
  return text.slice(0, isSplit ? length - 1 : length)
}

function longFields(row: Struct, minField: number): LongField[] {
  return (row.schema.fields ?? []).flatMap(({ schema }, index): LongField[] => {
    const value = row.values[index]
    const isLong = (typeof value === 'string' || value instanceof Uint8Array) && value.length > minField
    return isLong && schema.name !== LOGICAL.decimal ? [{ index, value }] : []
  })
}

function estimatedSize(record: ConnectRecord): number {
  const source = isStruct(record.value) ? structField(record.value, 'source') : null
  const hasGtid = source !== null && typeof rawField(source, 'gtid') === 'string'
  const entries = POSITION_ENTRIES + (hasGtid ? 1 : 0) + record.headers.length
  return (
    entries * ENTRY +
    TIMESTAMP +
    (isStruct(record.key) ? structSize(record.key) : 0) +
    (isStruct(record.value) ? structSize(record.value) : 0) +
    Buffer.byteLength(record.topic)
  )
}

function structSize(struct: Struct): number {
  const fields = struct.schema.fields ?? []
  return fields.reduce(
    (size, { schema }, index) => size + REFERENCE + valueSize(schema, struct.values[index]),
    EMPTY_STRUCT,
  )
}

function valueSize(schema: ConnectSchema, value: unknown): number {
  switch (schema.kind) {
    case 'string':
      return typeof value === 'string' ? EMPTY_STRING + Buffer.byteLength(value) : 0
    case 'bytes':
      return value instanceof Uint8Array ? EMPTY_BYTES + value.length : 0
    case 'struct':
      return isStruct(value) ? structSize(value) : 0
    case 'array':
      return arraySize(schema.items, value)
    case 'map':
      return mapSize(schema, value)
    default:
      return PRIMITIVE
  }
}

function arraySize(items: ConnectSchema | undefined, value: unknown): number {
  if (!Array.isArray(value) || items === undefined) return 0
  return value.reduce((size: number, item: unknown) => size + REFERENCE + valueSize(items, item), EMPTY_ARRAY)
}

function mapSize({ keys, values }: ConnectSchema, value: unknown): number {
  if (!(value instanceof Map) || keys === undefined || values === undefined) return 0
  let size = EMPTY_MAP
  for (const [key, item] of value as Map<unknown, unknown>) {
    size += REFERENCE * 2 + valueSize(keys, key) + valueSize(values, item)
  }
  return size
}
