// Exactly once: whole batches and the offsets behind them are committed in one transaction. While one is being committed the next batches are
// read and appended already; they make up the next transaction together.
import { FirstFailure } from './first-failure.ts'
import type { Progress, ProgressBatch } from './progress.ts'
import type { OutputTransactions, StoredOffset } from './record-output.ts'

/** What the progress needs. */
export interface TransactionProgressOptions {
  readonly transactions: OutputTransactions
  /** Called with the offsets of a committed transaction, one per source partition. */
  readonly onCommitted: (offsets: readonly StoredOffset[]) => void
  readonly after?: (delayMs: number, call: () => void) => () => void
}

/** The progress of one source whose records are written in transactions. */
export class TransactionProgress implements Progress {
  readonly #options: TransactionProgressOptions
  readonly #failure = new FirstFailure()
  /** Whole batches that belong to the open transaction. */
  #batches: ProgressBatch[] = []
  /** Whether a batch is appended in part: a transaction that ended now would tear it. */
  #isTorn = false
  #isDue = false
  #isClosed = false
  #committing: Promise<void> | null = null
  #cancelTimer: (() => void) | null = null

  constructor(options: TransactionProgressOptions) {
    this.#options = options
  }

  begin(): void {
    this.#isTorn = true
  }

  add(batch: ProgressBatch, acknowledged: Promise<void>): void {
    this.#isTorn = false
    this.#batches.push(batch)
    acknowledged.catch((failure: unknown) => this.#failure.keep(failure))
    this.#schedule()
  }

  check(): void {
    this.#failure.check()
  }

  settled(promise: Promise<unknown>): Promise<void> {
    return this.#failure.settled(promise)
  }

  /**
   * Commits what is appended. A batch that was left in the middle is not: with it everything since the last commit is taken back, and comes
   * again from the last committed offset.
   */
  async flush(): Promise<void> {
    this.close()
    await this.#committing
    if (!this.#isTorn && this.#batches.length > 0 && !this.#failure.hasFailed) await this.#commit()
    this.#failure.check()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  /** Commits now, or when the interval is over, if there is anything to commit. */
  #schedule(): void {
    if (this.#batches.length === 0 || this.#isClosed) return
    const { boundaryMs } = this.#options.transactions
    if (boundaryMs === 0 || this.#isDue) this.#commitIfPossible()
    else if (this.#cancelTimer === null)
      this.#cancelTimer = (this.#options.after ?? timeout)(boundaryMs, () => {
        this.#cancelTimer = null
        this.#isDue = true
        this.#commitIfPossible()
      })
  }

  #commitIfPossible(): void {
    if (this.#committing !== null || this.#isTorn || this.#failure.hasFailed) return
    this.#isDue = false
    this.#committing = this.#commit().finally(() => {
      this.#committing = null
      this.#schedule()
    })
  }

  /** Never rejects: a failure is kept. */
  async #commit(): Promise<void> {
    const batches = this.#batches
    this.#batches = []
    const last = new Map<string, StoredOffset>()
    for (const { sourcePartition: partition, sourceOffset: offset } of batches)
      if (offset !== null) last.set(JSON.stringify(partition), { partition, offset })
    const offsets = [...last.values()]
    try {
      await this.#options.transactions.commit(offsets)
      for (const batch of batches) batch.acked()
      this.#options.onCommitted(offsets)
    } catch (failure) {
      this.#failure.keep(failure)
    }
  }
}

function timeout(delayMs: number, call: () => void): () => void {
  const timer = setTimeout(call, delayMs)
  return () => clearTimeout(timer)
}
