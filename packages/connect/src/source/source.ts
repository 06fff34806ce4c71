// The contract of a source: who calls, how often, what an ack means, what ends the stream. No code.
import type { LinkFactory } from '@millrace/kafka'
import type { SourceItem } from '../data/change-row.ts'

/** Connect's source partition and source offset: flat JSON objects in the source's own member order. */
export type SourcePartition = Readonly<Record<string, unknown>>
export type SourceOffset = Readonly<Record<string, unknown>>

/**
 * A run of records in the order in which they must reach their topics.
 *
 * The task calls `forEach` exactly once, synchronously, and writes every item to the producer within the visitor (items are reused objects).
 * A batch is bounded by the source (about 256 KiB of source bytes or `max.batch.size` snapshot rows), so that memory does not depend on
 * the size of a transaction. When all records of this and every earlier batch are acknowledged by the broker, the task stores
 * `sourceOffset` and calls `acked`.
 */
export interface SourceBatch {
  forEach(visit: (item: SourceItem) => void): void
  readonly sourcePartition: SourcePartition
  /** The offset after the batch's last record; null when it does not move (nothing is stored then). */
  readonly sourceOffset: SourceOffset | null
  /** The offset is stored durably: the source may forget what it held for this batch. Never called out of order. */
  acked(): void
}

/** What a source may use of its task. */
export interface SourceContext {
  readonly connectorName: string
  readonly taskId: number
  /** Ends the source: reads stop, servers are left, `batches` returns. */
  readonly signal: AbortSignal
  /** The last stored offset of the partition; null when there is none. */
  loadOffset(partition: SourcePartition): Promise<SourceOffset | null>
  /** Opens links to brokers, for the schema history and other topics of the source's own: to the embedded broker if the address is its. */
  readonly openLink: LinkFactory
}

/**
 * A running source of one task. `batches` is iterated once; the next batch is asked for only when the producer has room, so back-pressure
 * is the absence of a read. The iterator ends when the context's signal aborts or the source has nothing more to read (`initial_only`
 * stays idle instead); it throws a CdcError for anything that must stop the task. Offsets seen in the stream are never beyond records
 * that were not yielded.
 */
export interface Source extends AsyncDisposable {
  batches(): AsyncIterable<SourceBatch>
}
