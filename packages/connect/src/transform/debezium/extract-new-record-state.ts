// Debezium's ExtractNewRecordState: the row instead of the envelope ("unwrap").
import { extractNewRecordStateDefinitions } from '../../config/definitions/transforms.generated.ts'
import { OptionReader } from '../../config/option-reader.ts'
import type { ConnectRecord, RecordHeader, Struct } from '../../data/record.ts'
import type { ConnectField, ConnectSchema } from '../../data/schema.ts'
import { field, OPTIONAL_STRING, STRING } from '../../data/schema-builder.ts'
import { isStruct, rawField, structField } from '../../data/struct.ts'
import { isEnvelope } from '../envelope.ts'
import { keepFields } from '../kafka/fields.ts'
import { fieldSchema, readField, rebuilt, SchemaMemory, schemaBasics, transformFailure } from '../record-side.ts'
import type { Transform } from '../transform.ts'
import { SharedHeaders } from './shared-headers.ts'

const MODES = ['drop', 'tombstone', 'rewrite-with-tombstone', 'rewrite', 'delete-to-tombstone'] as const
const DELETED = '__deleted'

/** One entry of `add.fields` or `add.headers`. */
interface Reference {
  /** Struct of the envelope that holds the field; null for the envelope itself. */
  readonly struct: string | null
  readonly field: string
  readonly name: string
}

/** io.debezium.transforms.ExtractNewRecordState. */
export class ExtractNewRecordState implements Transform {
  readonly #mode: (typeof MODES)[number]
  readonly #routeField: string | null
  readonly #addFields: readonly Reference[]
  readonly #addHeaders: readonly Reference[]
  readonly #dropHeader: string | null
  readonly #dropsFromKey: boolean
  readonly #keepsCompatible: boolean
  readonly #replacesNull: boolean
  readonly #marked = new SchemaMemory()
  readonly #widened = new SchemaMemory()
  readonly #shared = new SharedHeaders()

  /** Throws CDC_CONFIG_INVALID. */
  constructor(options: Readonly<Record<string, string>>) {
    const reader = new OptionReader(options, extractNewRecordStateDefinitions)
    this.#mode = reader.choice('delete.tombstone.handling.mode', MODES, 'tombstone')
    this.#routeField = reader.optionalText('route.by.field')
    this.#addFields = references(reader.text('add.fields'), reader.text('add.fields.prefix') ?? '__')
    this.#addHeaders = references(reader.text('add.headers'), reader.text('add.headers.prefix') ?? '__')
    this.#dropHeader = reader.optionalText('drop.fields.header.name')
    this.#dropsFromKey = reader.boolean('drop.fields.from.key', false)
    this.#keepsCompatible = reader.boolean('drop.fields.keep.schema.compatible', true)
    this.#replacesNull = reader.boolean('replace.null.with.default', true)
    reader.check()
  }

  apply(original: ConnectRecord): ConnectRecord | null {
    const isTombstone = original.value === null
    if (!isTombstone && !isEnvelope(original)) return original
    const record = this.#withHeaders(original)
    if (isTombstone) return this.#mode === 'rewrite-with-tombstone' ? record : null
    const envelope = original.value as Struct
    const after = structField(envelope, 'after')
    const before = structField(envelope, 'before')
    if (after === null && before === null) return null
    return after === null ? this.#delete(record, envelope, before as Struct) : this.#write(record, envelope, after)
  }

  close(): void {}

  #withHeaders(record: ConnectRecord): ConnectRecord {
    if (this.#addHeaders.length === 0) return record
    const inherited = this.#shared.inherited(record)
    const added = headersOf(this.#addHeaders, record)
    this.#shared.note(record, added)
    return { ...record, headers: [...record.headers, ...inherited, ...added] }
  }

  #write(record: ConnectRecord, envelope: Struct, after: Struct): ConnectRecord {
    const row = this.#mode.startsWith('rewrite') ? this.#mark(after, 'false') : after
    const routed = this.#routed(record, row)
    return this.#drop(this.#addTo(routed, envelope, row))
  }

  #delete(record: ConnectRecord, envelope: Struct, before: Struct): ConnectRecord | null {
    switch (this.#mode) {
      case 'drop':
        return null
      case 'tombstone':
        return { ...this.#routed(record, before), valueSchema: before.schema, value: null }
      case 'delete-to-tombstone':
        return { ...this.#routed(record, before), valueSchema: null, value: null }
      default: {
        const row = this.#mark(before, 'true')
        const dropped = this.#drop({ ...this.#routed(record, before), valueSchema: row.schema, value: row })
        return this.#addTo(dropped, envelope, dropped.value as Struct)
      }
    }
  }

  #routed(record: ConnectRecord, row: Struct): ConnectRecord {
    const topic = this.#routeField === null ? null : rawField(row, this.#routeField)
    return typeof topic === 'string' && topic.trim() !== '' ? { ...record, topic } : record
  }

  #mark(row: Struct, deleted: string): Struct {
    const fields = row.schema.fields ?? []
    const schema = this.#marked.of(row.schema, (from) => rebuilt(from, [...fields, field(DELETED, OPTIONAL_STRING)]))
    return { schema, values: [...fields.map((entry) => readField(row, entry.name, this.#replacesNull)), deleted] }
  }

  #addTo(record: ConnectRecord, envelope: Struct, row: Struct): ConnectRecord {
    const found = this.#addFields.flatMap((reference) => {
      const schema = referencedSchema(envelope.schema, reference)
      return schema === null ? [] : [{ reference, schema }]
    })
    const fields = row.schema.fields ?? []
    const schema = this.#widened.of(row.schema, (from) => {
      const more = found.map(({ reference, schema: added }): ConnectField => field(reference.name, asOptional(added)))
      return rebuilt(from, [...fields, ...more])
    })
    const values = [...row.values, ...found.map(({ reference }) => referencedValue(envelope, reference))]
    return { ...record, valueSchema: schema, value: { schema, values } }
  }

  #drop(record: ConnectRecord): ConnectRecord {
    if (this.#dropHeader === null) return record
    const names = record.headers.find((header) => header.key === this.#dropHeader)?.value
    if (!Array.isArray(names) || names.length === 0) return record
    let out = record
    if (this.#dropsFromKey && isStruct(record.key)) {
      const [keySchema, key] = this.#without(record.key, names)
      out = { ...out, keySchema, key }
    }
    if (!isStruct(out.value)) return out
    const [valueSchema, value] = this.#without(out.value, names)
    return { ...out, valueSchema, value }
  }

  #without(struct: Struct, names: readonly unknown[]): [ConnectSchema, Struct] {
    const drops = (name: string) =>
      names.includes(name) && (!this.#keepsCompatible || fieldSchema(struct.schema, name)?.optional === true)
    if (!(struct.schema.fields ?? []).some((entry) => drops(entry.name))) return [struct.schema, struct]
    return keepFields(struct, (name) => !drops(name), new Map(), true, new SchemaMemory())
  }
}

const ENVELOPE_FIELDS = new Set(['op', 'ts_ms', 'ts_us', 'ts_ns'])
const TRANSACTION_FIELDS = new Set(['id', 'data_collection_order', 'total_order'])

function references(list: string | null, prefix: string): Reference[] {
  const items = (list ?? '').split(',').map((item) => item.trim())
  return items.filter((item) => item !== '').map((item) => reference(item, prefix))
}

function reference(item: string, prefix: string): Reference {
  const [path = '', alias, ...rest] = item.split(':')
  if (rest.length > 0) throw transformFailure(`Unexpected field name: ${item}`, 'java.lang.IllegalArgumentException')
  const [first = '', second] = path.split('.')
  const name = second ?? first
  const struct = second === undefined ? hostOf(first) : first
  const plain = second === undefined ? first : `${first}_${second}`
  return { struct, field: name, name: prefix + (alias ?? plain) }
}

function hostOf(name: string): string | null {
  if (ENVELOPE_FIELDS.has(name)) return null
  return TRANSACTION_FIELDS.has(name) ? 'transaction' : 'source'
}

/** Schema of a referenced field: in its struct, else in the envelope; null where neither has it. */
function referencedSchema(envelope: ConnectSchema, { struct, field: name }: Reference): ConnectSchema | null {
  const host = struct === null ? envelope : fieldSchema(envelope, struct)
  return (host === undefined ? undefined : fieldSchema(host, name)) ?? fieldSchema(envelope, name) ?? null
}

function referencedValue(envelope: Struct, { struct, field: name }: Reference): unknown {
  const host = struct === null ? envelope : structField(envelope, struct)
  if (host === null) return null
  return rawField(host, name) ?? rawField(envelope, name) ?? null
}

/** Kind and basics of a schema, optional; structure kept, default dropped. */
function asOptional(schema: ConnectSchema): ConnectSchema {
  const { kind, fields, items, keys, values } = schema
  return {
    kind,
    optional: true,
    ...schemaBasics(schema),
    ...(fields === undefined ? {} : { fields }),
    ...(items === undefined ? {} : { items }),
    ...(keys === undefined ? {} : { keys }),
    ...(values === undefined ? {} : { values }),
  }
}

function headersOf(list: readonly Reference[], record: ConnectRecord): RecordHeader[] {
  const { value } = record
  if (!isStruct(value)) {
    return list
      .filter((entry) => entry.field === 'op')
      .map((entry) => ({ key: entry.name, schema: STRING, value: 'd' }))
  }
  return list.flatMap((entry) => {
    const schema = referencedSchema(value.schema, entry)
    return schema === null
      ? []
      : [{ key: entry.name, schema: asOptional(schema), value: referencedValue(value, entry) }]
  })
}
