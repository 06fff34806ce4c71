// The hot path's record: one row change whose cells are still raw bytes. A source drives one reused ChangeRow object through a visitor;
// nothing here may be kept after the visitor returns. `toRecord` makes a ConnectRecord of it for transforms and general converters.
import type { ConnectRecord, RecordHeader, Struct } from './record.ts'
import type { ConnectSchema } from './schema.ts'

/** A growing byte buffer that column writers append to. */
export interface ByteSink {
  bytes: Buffer
  /** The same memory as `bytes`, for writing several bytes at once. */
  view: DataView
  pos: number
  reserve(count: number): void
}

/** The cells of one row image: cell i is `bytes[starts[i], ends[i])`; NULL where `ends[i]` is -1; not in the image where it is -2. */
export interface CellRow {
  readonly bytes: Buffer
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** One captured column: how its raw cell is decoded and how it is written as JSON. `cell` is its index in the {@link CellRow}. */
export interface CellColumn {
  readonly name: string
  readonly cell: number
  readonly schema: ConnectSchema
  readonly read: (bytes: Buffer, start: number, end: number) => unknown
  readonly writeJson: (bytes: Buffer, start: number, end: number, sink: ByteSink) => void
  /** What stands in place of NULL: masks that hide that there is nothing. Absent = null. */
  readonly nullValue?: unknown
  /** What stands for a cell that is not in the image. Absent = images without it must not be shown at all. */
  readonly absentValue?: unknown
}

/**
 * What is constant for all changes of one table version: built once, compared by identity. Converters key their compiled plans on it.
 */
export interface ChangeShape {
  readonly topic: string
  /** Null for a table without a key. */
  readonly keySchema: ConnectSchema | null
  readonly keyColumns: readonly CellColumn[]
  /** Debezium's envelope: before, after, source, transaction, op, ts_ms, ts_us, ts_ns. */
  readonly envelopeSchema: ConnectSchema
  /** The captured columns in the order of the row schema's fields. */
  readonly columns: readonly CellColumn[]
}

/** An instant, pre-rendered: the envelope's ts_ms, ts_us, ts_ns. One object serves all rows of a batch. */
export interface Instant {
  readonly epochNs: bigint
}

/** Where the change came from. The JSON writer appends the whole `source` object; constants in it are pre-encoded per transaction. */
export interface SourceInfo {
  writeJson(sink: ByteSink): void
  toStruct(): Struct
}

/** One row change. The object is reused: valid only during the visitor's call. */
export interface ChangeRow {
  readonly kind: 'change'
  readonly shape: ChangeShape
  readonly op: 'c' | 'u' | 'd' | 'r'
  readonly before: CellRow | null
  readonly after: CellRow | null
  /** The image whose cells make the key: `after`, or `before` of a delete. */
  readonly keyRow: CellRow
  readonly source: SourceInfo
  /** The envelope's `transaction` block; null unless transaction metadata is provided. */
  readonly transaction: Struct | null
  readonly processedAt: Instant
  /** The same array object for records with equal headers, so that encodings can be cached. */
  readonly headers: readonly RecordHeader[]
}

/** A record that is already decoded (schema change, tombstone, heartbeat, transaction metadata). */
export interface PlainRecord {
  readonly kind: 'record'
  readonly record: ConnectRecord
}

/** What a source batch drives through the visitor. */
export type SourceItem = ChangeRow | PlainRecord
