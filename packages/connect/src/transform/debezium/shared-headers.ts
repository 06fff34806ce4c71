// In Debezium a delete and its tombstone share one headers object, so headers that a transform adds to the delete show on the tombstone too.
import type { ConnectRecord, RecordHeader } from '../../data/record.ts'
import { valueEquals } from '../../data/schema-builder.ts'
import { isEnvelope, operationOf } from '../envelope.ts'

/** Remembers what was added to the last delete, for the tombstone that follows it. */
export class SharedHeaders {
  #topic: string | null = null
  #key: unknown = null
  #added: readonly RecordHeader[] = []

  /** Headers that a record has inherited before a transform adds its own. */
  inherited(record: ConnectRecord): readonly RecordHeader[] {
    const isOwn = record.value === null && this.#topic === record.topic && valueEquals(this.#key, record.key)
    return isOwn ? this.#added : []
  }

  /** Notes what a transform has added to a record. */
  note(record: ConnectRecord, added: readonly RecordHeader[]): void {
    const isDelete = isEnvelope(record) && operationOf(record.value) === 'd'
    this.#topic = isDelete ? record.topic : null
    this.#key = isDelete ? record.key : null
    this.#added = isDelete ? added : []
  }
}
