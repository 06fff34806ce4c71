// What a record means for a table: which table, which columns, and whether a row is written or deleted or all are. What depends on schemas
// alone is worked out once per schema.
import { CdcError } from '../../base/errors.ts'
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { INT32, INT64, STRING } from '../../data/schema-builder.ts'
import { isStruct, rawField, structField } from '../../data/struct.ts'
import type { SinkRecord } from '../sink.ts'
import type { Dialect, WrittenColumn } from './dialect.ts'
import type { JdbcConfig } from './jdbc-config.ts'

/** A column and where its value stands. */
interface PlanColumn extends WrittenColumn {
  readonly from: 'key' | 'value' | 'header' | 'kafka'
  /** Field of the struct, place among the headers wanted, or of topic, partition, offset. -1: a primitive key. */
  readonly index: number
  readonly header: string
}

/** The rows of one shape for one table. */
export interface TablePlan {
  readonly table: string
  readonly columns: readonly PlanColumn[]
  /** Equal for plans whose rows fit into one statement. */
  readonly signature: string
}

/** A change of a table. */
export type TableChange =
  | {
      readonly kind: 'write' | 'delete'
      readonly plan: TablePlan
      readonly row: readonly (string | null)[]
      readonly record: SinkRecord
    }
  | { readonly kind: 'truncate'; readonly table: string; readonly record: SinkRecord }

const ENVELOPE = /\.Envelope$/
const SCHEMA_CHANGE = /\.SchemaChange(Value|Key)$/
const NO_TABLE_DATA =
  /^io\.debezium\.connector\.(common\.(Heartbeat|TransactionMetadataValue)|mysql\.SchemaChangeValue)/

/** Reads changes by the options of a connector. */
export class ChangeReader {
  readonly #config: JdbcConfig
  readonly #dialect: Dialect
  readonly #plans = new WeakMap<
    ConnectSchema,
    { key: ConnectSchema | null; name: string; kind: string; plan: TablePlan }[]
  >()

  constructor(config: JdbcConfig, dialect: Dialect) {
    this.#config = config
    this.#dialect = dialect
  }

  /**
   * The change of a record; null for one that changes no row by the options (deletes while they are off, tombstones, what is no table data).
   * Errors: CDC_DATA_INVALID for a record that cannot be a row.
   */
  read(source: SinkRecord): TableChange | null {
    const { record } = source
    const { value, valueSchema } = record
    const { deletes, truncates, keyMode } = this.#config
    if (value === null || value === undefined) {
      if (!deletes || keyMode !== 'record_key' || record.key === null) return null
      return this.#change('delete', source, null)
    }
    if (!isStruct(value)) {
      throw new CdcError('CDC_DATA_INVALID', 'the value of a record is no struct with a schema', {
        hint: 'The JDBC sink needs schemas: value.converter.schemas.enable=true, or a converter with a schema registry.',
      })
    }
    const name = valueSchema?.name ?? value.schema.name ?? ''
    if (SCHEMA_CHANGE.test(name) || NO_TABLE_DATA.test(name)) return null
    if (!isEnvelope(value, name)) return this.#change('write', source, value)
    const op = rawField(value, 'op')
    if (op === 'm') return null
    if (op === 't') return truncates ? { kind: 'truncate', table: this.#table(record, value), record: source } : null
    if (op === 'd') return deletes ? this.#change('delete', source, structField(value, 'before'), value) : null
    const after = structField(value, 'after')
    if (after === null) throw new CdcError('CDC_DATA_INVALID', `a change of operation ${String(op)} has no row`)
    return this.#change('write', source, after, value)
  }

  #change(
    kind: 'write' | 'delete',
    source: SinkRecord,
    row: Struct | null,
    envelope: Struct | null = null,
  ): TableChange {
    const { record } = source
    const plan = this.#plan(kind, record, row, envelope)
    const cells = plan.columns.map((column) => {
      const value = cellOf(column, source, row)
      if (value === null || value === undefined) return null
      return column.type.text(value)
    })
    return { kind, plan, row: cells, record: source }
  }

  #plan(kind: 'write' | 'delete', record: ConnectRecord, row: Struct | null, envelope: Struct | null): TablePlan {
    const anchor = row?.schema ?? record.keySchema
    if (anchor === null) throw noKey('the record has neither a row nor a key with a schema')
    let known = this.#plans.get(anchor)
    if (known === undefined) {
      known = []
      this.#plans.set(anchor, known)
    }
    const name = this.#table(record, envelope)
    const found = known.find((entry) => entry.key === record.keySchema && entry.name === name && entry.kind === kind)
    if (found !== undefined) return found.plan
    const columns = this.#columns(record, row)
    const own = kind === 'delete' ? columns.filter(({ isKey }) => isKey) : columns
    if (kind === 'delete' && own.length === 0) throw noKey('a row cannot be deleted without key columns')
    const signature = `${name}\0${own.map((column) => `${column.name}:${column.type.sqlType}:${column.isKey}`).join('\0')}`
    const plan = { table: name, columns: own, signature }
    if (this.#config.keyMode !== 'record_header') known.push({ key: record.keySchema, name, kind, plan })
    return plan
  }

  #columns(record: ConnectRecord, row: Struct | null): PlanColumn[] {
    const { keyMode, insertMode } = this.#config
    const keys = this.#keys(record, row)
    if (keys.length === 0 && insertMode !== 'insert') throw noKey(`mode ${insertMode} needs key columns`)
    const names = new Set(keys.map(({ name }) => name))
    const others = keyMode === 'record_value' ? [] : keys
    const all = keyMode === 'record_value' ? [] : [...others]
    for (const [index, field] of (row?.schema.fields ?? []).entries()) {
      const name = this.#dialect.name(field.name)
      const isKey = names.has(name)
      if (keyMode !== 'record_value' && isKey) continue
      if (!isKey && !this.#config.takesField(record.topic, field.name)) continue
      all.push(this.#column(field.name, field.schema, isKey, 'value', index))
    }
    return all
  }

  #keys(record: ConnectRecord, row: Struct | null): PlanColumn[] {
    const { keyMode, keyFields } = this.#config
    const wanted = (name: string) => keyFields.length === 0 || keyFields.includes(name)
    switch (keyMode) {
      case 'none':
        return []
      case 'kafka':
        return [
          this.#column('__connect_topic', STRING, true, 'kafka', 0),
          this.#column('__connect_partition', INT32, true, 'kafka', 1),
          this.#column('__connect_offset', INT64, true, 'kafka', 2),
        ]
      case 'record_key': {
        const { keySchema } = record
        if (keySchema === null) throw noKey('primary.key.mode is record_key, but the record has no key with a schema')
        if (keySchema.kind !== 'struct') {
          if (keyFields.length !== 1) throw noKey('a primitive key needs exactly one name in primary.key.fields')
          return [this.#column(keyFields[0]!, keySchema, true, 'key', -1)]
        }
        return (keySchema.fields ?? []).flatMap((field, index) =>
          wanted(field.name) ? [this.#column(field.name, field.schema, true, 'key', index)] : [],
        )
      }
      case 'record_value':
        return (row?.schema.fields ?? []).flatMap((field, index) =>
          wanted(field.name) ? [this.#column(field.name, field.schema, true, 'value', index)] : [],
        )
      case 'record_header':
        return record.headers.flatMap((header, index) =>
          wanted(header.key) && header.schema !== null
            ? [{ ...this.#column(header.key, header.schema, true, 'header', index), header: header.key }]
            : [],
        )
    }
  }

  #column(name: string, schema: ConnectSchema, isKey: boolean, from: PlanColumn['from'], index: number): PlanColumn {
    const type = this.#dialect.columnType(schema, isKey)
    return { name: this.#dialect.name(name), schema, type, isKey, from, index, header: '' }
  }

  #table(record: ConnectRecord, envelope: Struct | null): string {
    const { collectionFormat } = this.#config
    if (collectionFormat === '${topic}') return this.#dialect.name(record.topic.replaceAll('.', '_'))
    const source = envelope === null ? null : structField(envelope, 'source')
    const name = collectionFormat.replace(/\$\{(topic|source\.([^}]+))\}/g, (_all, what: string, field?: string) => {
      if (what === 'topic') return record.topic.replaceAll('.', '_')
      const value = source === null ? undefined : rawField(source, field ?? '')
      if (typeof value === 'string') return value
      throw new CdcError(
        'CDC_DATA_INVALID',
        `collection.name.format asks for source.${field}, which a record does not have`,
      )
    })
    return this.#dialect.name(name)
  }
}

/** The cells of the key columns of a row, as one text. */
export function keyOf(plan: TablePlan, row: readonly (string | null)[]): string {
  let key = ''
  for (let i = 0; i < plan.columns.length; i++) {
    if (!plan.columns[i]!.isKey) continue
    const cell = row[i] as string | null
    key += cell === null ? '-;' : `${cell.length}:${cell};`
  }
  return key
}

function isEnvelope(value: Struct, name: string): boolean {
  return ENVELOPE.test(name) && rawField(value, 'op') !== undefined && rawField(value, 'source') !== undefined
}

function cellOf({ from, index, header }: PlanColumn, source: SinkRecord, row: Struct | null): unknown {
  const { record } = source
  if (from === 'value') return row === null ? null : row.values[index]
  if (from === 'key') return index < 0 ? record.key : isStruct(record.key) ? record.key.values[index] : null
  if (from === 'header') return record.headers.find(({ key }) => key === header)?.value ?? null
  return index === 0 ? source.topic : index === 1 ? source.partition : source.offset
}

function noKey(message: string): CdcError {
  return new CdcError('CDC_DATA_INVALID', message, { hint: 'See primary.key.mode and primary.key.fields.' })
}
