// The contract of converters between Connect data and bytes. No code.
import type { ByteSink, ChangeRow, ChangeShape } from '../data/change-row.ts'
import type { RecordHeader } from '../data/record.ts'
import type { ConnectSchema } from '../data/schema.ts'

/** Writes key and value of row changes of one shape straight from their raw cells. Built once per shape. */
export interface ChangeWriter {
  /** Appends the key's bytes; false when the key is null (nothing appended). */
  writeKey?(row: ChangeRow, sink: ByteSink): boolean
  /** Appends the value's bytes; false when the value is null. */
  writeValue?(row: ChangeRow, sink: ByteSink): boolean
}

/**
 * A converter of keys or of values, configured once. `fromConnect` is the general path and must give the same bytes as the change writer:
 * a property test holds them together. Failures throw a CdcError `CDC_ENCODE_*`.
 */
export interface Converter {
  /** Bytes of a value; null for a null record (a tombstone). */
  fromConnect(topic: string, schema: ConnectSchema | null, value: unknown): Uint8Array | null
  /** Connect data of bytes, as a sink or a reader of topics needs it. */
  toConnect(topic: string, bytes: Uint8Array | null): { readonly schema: ConnectSchema | null; readonly value: unknown }
  /** The fast lane for one shape; null where this converter or its options have none (the general path is used then). */
  changeWriter(shape: ChangeShape): ChangeWriter | null
}

/** A converter of headers. */
export interface HeaderConverter {
  fromConnectHeader(topic: string, header: RecordHeader): Uint8Array | null
  /** Connect data of a header's bytes, for sinks. A header converter without it reads headers by its `toConnect`. */
  toConnectHeader?(
    topic: string,
    key: string,
    bytes: Uint8Array | null,
  ): { readonly schema: ConnectSchema | null; readonly value: unknown }
}
