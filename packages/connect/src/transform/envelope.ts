// What transforms ask of Debezium's envelope.
import type { ConnectRecord, Struct } from '../data/record.ts'
import { isStruct, rawField } from '../data/struct.ts'

/** Whether a record is a row change in Debezium's envelope: not a tombstone, heartbeat, schema change or transaction record. */
export function isEnvelope(record: ConnectRecord): record is ConnectRecord & { readonly value: Struct } {
  return record.valueSchema?.name?.endsWith('.Envelope') === true && isStruct(record.value)
}

/** The operation letter of an envelope. */
export function operationOf(envelope: Struct): string {
  return String(rawField(envelope, 'op'))
}
