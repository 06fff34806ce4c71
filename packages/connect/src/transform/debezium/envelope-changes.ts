// Debezium's small transforms of envelopes: ReadToInsertEvent, ExtractChangedRecordState, SchemaChangeEventFilter.
import { CdcError } from '../../base/errors.ts'
import type { ConnectRecord, RecordHeader } from '../../data/record.ts'
import { arrayOf, fieldIndex, STRING, valueEquals } from '../../data/schema-builder.ts'
import { isStruct, rawField, structField } from '../../data/struct.ts'
import { isEnvelope, operationOf } from '../envelope.ts'
import type { StageOptions } from '../record-side.ts'
import type { Transform } from '../transform.ts'
import { SharedHeaders } from './shared-headers.ts'

/** ReadToInsertEvent: rows of a snapshot look like inserts. */
export function readToInsert(): Transform {
  return {
    apply(record) {
      if (!isEnvelope(record) || operationOf(record.value) !== 'r') return record
      const { schema } = record.value
      const values = [...record.value.values]
      values[fieldIndex(schema, 'op')] = 'c'
      return { ...record, value: { schema, values } }
    },
    close() {},
  }
}

const NAMES = arrayOf(STRING)

/** ExtractChangedRecordState: names of the fields that an update changed, and of those it did not, as headers. */
export function extractChanged(options: StageOptions): Transform {
  const changedName = options.optional('header.changed.name')
  const unchangedName = options.optional('header.unchanged.name')
  const shared = new SharedHeaders()
  return {
    apply(record) {
      const inherited = shared.inherited(record)
      if (!isEnvelope(record)) {
        return inherited.length === 0 ? record : { ...record, headers: [...record.headers, ...inherited] }
      }
      const { changed, unchanged } = comparison(record)
      const added: RecordHeader[] = []
      if (changedName !== null) added.push({ key: changedName, schema: NAMES, value: changed })
      if (unchangedName !== null) added.push({ key: unchangedName, schema: NAMES, value: unchanged })
      shared.note(record, added)
      return { ...record, headers: [...record.headers, ...added] }
    },
    close() {},
  }
}

function comparison(record: ConnectRecord): { changed: string[]; unchanged: string[] } {
  const changed: string[] = []
  const unchanged: string[] = []
  const before = isStruct(record.value) ? structField(record.value, 'before') : null
  const after = isStruct(record.value) ? structField(record.value, 'after') : null
  if (before !== null && after !== null) {
    for (const { name } of after.schema.fields ?? []) {
      const isSame = valueEquals(rawField(before, name), rawField(after, name))
      if (isSame) unchanged.push(name)
      else changed.push(name)
    }
  }
  return { changed, unchanged }
}

const EVENT_TYPES = ['CREATE', 'ALTER', 'DROP', 'TRUNCATE', 'DATABASE']

/** SchemaChangeEventFilter: drops schema-change records of some types. */
export function schemaChangeFilter(options: StageOptions): Transform {
  const excluded = new Set(options.requiredList('schema.change.event.exclude.list'))
  for (const type of excluded) {
    if (EVENT_TYPES.includes(type)) continue
    throw new CdcError('CDC_CONFIG_INVALID', `Invalid value ${type} for configuration schema.change.event.exclude.list`)
  }
  return {
    apply(record) {
      if (!isStruct(record.value) || !record.valueSchema?.name?.endsWith('SchemaChangeValue')) return record
      const changes = rawField(record.value, 'tableChanges')
      const [first] = Array.isArray(changes) ? (changes as unknown[]) : []
      const type = isStruct(first) ? String(rawField(first, 'type')) : 'DATABASE'
      return excluded.has(type) ? null : record
    },
    close() {},
  }
}
