// Group commit: what is added while a write to disk is under way goes to disk together in the next one, and one sync serves all who wait.
import { KafkaError } from '../error.ts'

/** Writes items in groups, one group at a time, in order. */
export class GroupCommit<T> {
  readonly #write: (items: T[]) => Promise<void>
  readonly #onFailure: (error: KafkaError) => void
  #items: T[] = []
  #next: PromiseWithResolvers<void> | undefined
  #current: Promise<void> | undefined
  #failure: KafkaError | undefined

  /** `write` resolves when the items are on disk. `onFailure` is called once when it rejects; then nothing is taken until {@link resume}. */
  constructor(write: (items: T[]) => Promise<void>, onFailure: (error: KafkaError) => void) {
    this.#write = write
    this.#onFailure = onFailure
  }

  /** Why nothing is taken at present. */
  get failure(): KafkaError | undefined {
    return this.#failure
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#items.length === 0
  }

  /** Queues an item. It is written by the next {@link flush}. */
  add(item: T): void {
    this.#items.push(item)
  }

  /** Resolves when everything added so far is on disk. Rejects with KAFKA_STORAGE_ERROR when it is not: then it never will be. */
  flush(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#items.length === 0) return this.#current ?? Promise.resolve()
    this.#next ??= newGroup()
    if (this.#current === undefined) this.#start()
    return this.#next.promise
  }

  /** Runs `work` when no group is being written, and holds groups back until it is done. Not run while the disk fails. */
  async exclusively(work: () => Promise<void>): Promise<void> {
    while (this.#current !== undefined) await this.#current.catch(() => undefined)
    if (this.#failure !== undefined) return
    const done = Promise.withResolvers<void>()
    this.#current = done.promise
    try {
      await work()
    } finally {
      done.resolve()
      this.#current = undefined
      if (this.#next !== undefined) this.#start()
    }
  }

  /** Takes items again after a failure. */
  resume(): void {
    this.#failure = undefined
  }

  #start(): void {
    // A microtask later, so that all requests of one socket chunk share the first group too.
    this.#current = Promise.resolve().then(() => this.#run())
    this.#current.catch(() => undefined)
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const group = this.#next
      const items = this.#items
      this.#next = undefined
      this.#items = []
      this.#current = group.promise
      try {
        await this.#write(items)
        group.resolve()
      } catch (error) {
        this.#fail(group, error)
      }
    }
    this.#current = undefined
  }

  #fail(group: PromiseWithResolvers<void>, error: unknown): void {
    const failure =
      error instanceof KafkaError
        ? error
        : new KafkaError('KAFKA_STORAGE_ERROR', `cannot write the log: ${(error as Error).message}`, { cause: error })
    this.#failure = failure
    this.#items = []
    const next = this.#next as PromiseWithResolvers<void> | undefined
    this.#next = undefined
    this.#onFailure(failure)
    group.reject(failure)
    next?.reject(failure)
  }
}

function newGroup(): PromiseWithResolvers<void> {
  const group = Promise.withResolvers<void>()
  // Who does not wait must not turn a failed write into an unhandled rejection.
  group.promise.catch(() => undefined)
  return group
}
