// Which source offset may be stored: batches in the order in which they were read, each only after its records and all earlier ones are
// acknowledged. Storing happens at intervals and at the end.
import type { Logger } from '../base/logger.ts'
import type { SourceOffset, SourcePartition } from '../source/source.ts'
import { FirstFailure } from './first-failure.ts'
import type { Progress, ProgressBatch } from './progress.ts'

/** What the progress needs. `store` resolves when the offset is durable. */
export interface OffsetProgressOptions {
  readonly store: (partition: SourcePartition, offset: SourceOffset) => Promise<void>
  /** Least time between two writes of the offset. */
  readonly intervalMs: number
  readonly log: Logger
  readonly after?: (delayMs: number, call: () => void) => () => void
}

interface Waiting {
  readonly batch: ProgressBatch
  isAcknowledged: boolean
}

/** The progress of one source. */
export class OffsetProgress implements Progress {
  readonly #options: OffsetProgressOptions
  /** Batches in reading order that are not acknowledged, or follow one that is not. */
  readonly #waiting: Waiting[] = []
  /** Batches that are acknowledged and wait for their offset to be stored. */
  #done: Waiting[] = []
  #cancelTimer: (() => void) | null = null
  #storing: Promise<void> = Promise.resolve()
  readonly #failure = new FirstFailure()

  constructor(options: OffsetProgressOptions) {
    this.#options = options
  }

  begin(): void {}

  add(batch: ProgressBatch, acknowledged: Promise<void>): void {
    const entry: Waiting = { batch, isAcknowledged: false }
    this.#waiting.push(entry)
    acknowledged.then(
      () => {
        entry.isAcknowledged = true
        this.#advance()
      },
      (failure: unknown) => this.#failure.keep(failure),
    )
  }

  check(): void {
    this.#failure.check()
  }

  settled(promise: Promise<unknown>): Promise<void> {
    return this.#failure.settled(promise)
  }

  /** Stores now what may be stored. Rejects when the store refuses; what was not stored is tried again at the next interval. */
  flush(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    const result = this.#storing.then(() => this.#store())
    this.#storing = result.catch(() => {})
    return result
  }

  /** Stops storing at intervals. */
  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  #advance(): void {
    while (this.#waiting[0]?.isAcknowledged) this.#done.push(this.#waiting.shift()!)
    if (this.#done.length === 0 || this.#cancelTimer) return
    const after = this.#options.after ?? timeout
    this.#cancelTimer = after(this.#options.intervalMs, () => {
      this.#cancelTimer = null
      this.flush().catch((failure: unknown) => {
        this.#options.log.warn(`the source offset could not be stored, trying again: ${String(failure)}`)
        this.#advance()
      })
    })
  }

  /** Only the last offset counts: earlier ones of the same source partition are superseded. */
  async #store(): Promise<void> {
    const done = this.#done
    if (done.length === 0) return
    this.#done = []
    try {
      const last = new Map<string, ProgressBatch>()
      for (const { batch } of done) {
        if (batch.sourceOffset !== null) last.set(JSON.stringify(batch.sourcePartition), batch)
      }
      for (const batch of last.values()) await this.#options.store(batch.sourcePartition, batch.sourceOffset!)
    } catch (failure) {
      this.#done = [...done, ...this.#done]
      throw failure
    }
    for (const { batch } of done) batch.acked()
  }
}

function timeout(delayMs: number, call: () => void): () => void {
  const timer = setTimeout(call, delayMs)
  return () => clearTimeout(timer)
}
