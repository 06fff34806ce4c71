// Producer state as a snapshot file holds it.

/** One appended batch of a producer. */
export interface ProducerBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly timestampMs: number
}

/** A transaction that ended with an abort: readers of committed records leave out what the producer wrote from `firstOffset` to `lastOffset`. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Offset of the abort marker. */
  readonly lastOffset: number
}

/** What is known of one producer. Once noted an entry is never changed, only replaced. `openFrom`: first offset of the open transaction, -1 = none. */
export interface Producer {
  readonly epoch: number
  /** Of the newest marker; -1 = none yet. */
  readonly coordinatorEpoch: number
  /** Newest time of its batches, Unix epoch milliseconds. */
  readonly lastMs: number
  openFrom: number
  batches: readonly ProducerBatch[]
}

/** What a snapshot file holds. */
export interface ProducerStateSnapshot {
  readonly offset: number
  readonly producers: readonly StoredProducer[]
  readonly open: readonly (readonly [id: number, firstOffset: number])[]
  readonly aborted: readonly AbortedTransaction[]
}

/** One producer of a snapshot. The coordinator's epoch came later: absent is -1. */
export type StoredProducer = readonly [
  id: number,
  epoch: number,
  lastMs: number,
  batches: readonly ProducerBatch[],
  coordinatorEpoch?: number,
]

/** The snapshot of these producers. */
export function storedOf(
  offset: number,
  producers: ReadonlyMap<number, Producer>,
  aborted: readonly AbortedTransaction[],
): ProducerStateSnapshot {
  const entries = [...producers]
  return {
    offset,
    producers: entries.map(([id, one]) => [id, one.epoch, one.lastMs, one.batches, one.coordinatorEpoch]),
    open: entries.filter(([, { openFrom }]) => openFrom >= 0).map(([id, { openFrom }]) => [id, openFrom]),
    aborted,
  }
}

/** The entry of a stored producer. */
export function entryOf(stored: StoredProducer, openFrom = -1): Producer {
  const [, epoch, lastMs, batches, coordinatorEpoch = -1] = stored
  return { epoch, coordinatorEpoch, lastMs, openFrom, batches }
}
