// From raw row changes to decoded records: what transforms and general converters are fed with.
import type { CellColumn, CellRow, ChangeRow } from './change-row.ts'
import type { ConnectRecord, Struct } from './record.ts'
import type { ConnectSchema } from './schema.ts'
import { fieldIndex } from './schema-builder.ts'

/** `ends[i]` of a cell that is not in the image. */
const CELL_ABSENT = -2

/**
 * Decodes a row change into a Connect record with Debezium's envelope. The result is independent of the reused row object and of its
 * bytes. Errors: what the column readers throw.
 */
export function toRecord(row: ChangeRow): ConnectRecord {
  const { shape } = row
  const { envelopeSchema, keySchema } = shape
  const values: unknown[] = new Array(envelopeSchema.fields?.length ?? 0).fill(null)
  const set = (name: string, value: unknown) => {
    const index = fieldIndex(envelopeSchema, name)
    if (index >= 0) values[index] = value
  }
  set('before', rowStruct(envelopeSchema, 'before', shape.columns, row.before))
  set('after', rowStruct(envelopeSchema, 'after', shape.columns, row.after))
  set('source', row.source.toStruct())
  set('transaction', row.transaction)
  set('op', row.op)
  const ns = row.processedAt.epochNs
  set('ts_ms', ns / 1_000_000n)
  set('ts_us', ns / 1_000n)
  set('ts_ns', ns)
  return {
    topic: shape.topic,
    topicPartition: null,
    keySchema,
    key: keySchema === null ? null : structOfCells(keySchema, shape.keyColumns, row.keyRow),
    valueSchema: envelopeSchema,
    value: { schema: envelopeSchema, values },
    headers: row.headers,
    timestampMs: null,
  }
}

function rowStruct(
  envelope: ConnectSchema,
  name: 'before' | 'after',
  columns: readonly CellColumn[],
  cells: CellRow | null,
): Struct | null {
  const schema = envelope.fields?.[fieldIndex(envelope, name)]?.schema
  return cells === null || schema === undefined ? null : structOfCells(schema, columns, cells)
}

/** A struct of one image's cells; `columns[i]` belongs to `schema.fields[i]`. NULL cells and cells outside of the image have their column's stand-ins. */
export function structOfCells(schema: ConnectSchema, columns: readonly CellColumn[], row: CellRow): Struct {
  const values: unknown[] = new Array(columns.length)
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as CellColumn
    const end = row.ends[column.cell] as number
    if (end < 0) {
      values[i] = (end === CELL_ABSENT ? column.absentValue : column.nullValue) ?? null
      continue
    }
    const value = column.read(row.bytes, row.starts[column.cell] as number, end)
    values[i] =
      column.schema.kind === 'struct' && Array.isArray(value) ? { schema: column.schema, values: value } : value
  }
  return { schema, values }
}
