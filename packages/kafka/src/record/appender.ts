// The contract of a record appender: how a converter writes a record's bytes straight into a record batch, without an intermediate
// copy or object. No code; record/batch-writer.ts implements it.

/** A growing byte buffer (structurally equal to mysql's `ByteSink`, so that column writers can fill it). */
export interface ByteSink {
  bytes: Buffer
  /** The same memory as `bytes`, for writing several bytes at once. */
  view: DataView
  pos: number
  reserve(count: number): void
}

/** Record headers, encoded once and used for many records: `count`, then per header key length, key, value length, value as in batch v2. */
export interface EncodedHeaders {
  readonly count: number
  readonly bytes: Uint8Array
}

/**
 * Appends one record at a time to the open batch of one topic partition. The order of calls is fixed:
 * `begin`, then (`beginKey` … write to `sink` … `endKey`) or `nullKey`, then (`beginValue` … `endValue`) or `nullValue`, then `end`.
 * `rollback` takes back everything since `begin`, for a record whose converter failed.
 */
export interface RecordAppender {
  /** Where key and value bytes go, between the begin and end calls only. */
  readonly sink: ByteSink
  /** Starts a record. `timestampMs`: Unix epoch milliseconds. */
  begin(timestampMs: number): void
  beginKey(): void
  endKey(): void
  nullKey(): void
  beginValue(): void
  endValue(): void
  nullValue(): void
  end(headers: EncodedHeaders): void
  rollback(): void
}
