// What a reader of committed records leaves out: the batches of aborted transactions, by the list that comes with a fetch.
import { type BatchView, readControlMarker } from './batch-reader.ts'

/** One aborted transaction of a fetch answer. */
export interface AbortedRange {
  readonly producerId: number
  readonly firstOffset: number
}

/** Tells, batch by batch in offset order, whether its records count. */
export class AbortedFilter {
  readonly #waiting: AbortedRange[]
  readonly #aborting = new Set<number>()

  /** `aborted`: the list of the answer that the batches came with. */
  constructor(aborted: readonly AbortedRange[]) {
    this.#waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  }

  /** False for control batches and for batches of aborted transactions. Must see every batch. */
  keeps(batch: BatchView): boolean {
    const { producerId } = batch.header
    while (this.#waiting.length > 0 && this.#waiting[0]!.firstOffset <= batch.lastOffset)
      this.#aborting.add(this.#waiting.shift()!.producerId)
    if (batch.isControl) {
      if (readControlMarker(batch).type === 0) this.#aborting.delete(producerId)
      return false
    }
    return !(batch.isTransactional && this.#aborting.has(producerId))
  }
}
