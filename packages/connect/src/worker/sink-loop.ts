// The loop of a sink task: poll → convert → put → commit. Rebalances, pauses and the time of commits are decided here.
import type { FetchedRecords, GroupConsumer } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Sink, SinkPartition, SinkRecord } from '../sink/sink.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { SinkRecords } from './sink-records.ts'

/** What the loop joins. */
export interface SinkLoopOptions {
  readonly sink: Sink
  readonly consumer: GroupConsumer
  readonly records: SinkRecords
  readonly deadLetters: DeadLetters | null
  readonly signal: AbortSignal
  readonly isPaused: () => boolean
  readonly commitIntervalMs: number
  readonly maxPollRecords: number
  readonly onTopics: (topics: readonly string[]) => void
  readonly log: Logger
}

type Offsets = Map<string, SinkPartition & { readonly offset: number }>

/** Longest wait in one poll: what happens outside (a pause) shows at the latest then. */
const POLL_MS = 1000
const PUT_RETRY_MS = 1000

/** The loop of one run of a task. The consumer's callbacks are {@link SinkLoop.revoked}, {@link SinkLoop.lost} and {@link SinkLoop.assigned}. */
export class SinkLoop {
  readonly #options: SinkLoopOptions
  /** Records read and not yet delivered: of one partition. */
  #pending: { part: FetchedRecords; next: number } | null = null
  /** Converted records that the sink wants again. */
  #retry: { records: SinkRecord[]; end: SinkPartition & { offset: number } } | null = null
  readonly #delivered: Offsets = new Map()
  readonly #committed = new Map<string, number>()
  #nextCommitMs = 0
  readonly #topics = new Set<string>()

  constructor(options: SinkLoopOptions) {
    this.#options = options
    this.#nextCommitMs = performance.now() + options.commitIntervalMs
  }

  /** Runs until the signal aborts; then, or after a failure, what was delivered is committed. */
  async run(): Promise<void> {
    let failure: unknown = null
    try {
      while (!this.#options.signal.aborted) await this.#turn()
    } catch (thrown) {
      failure = thrown
    }
    try {
      await this.#commit()
    } catch (thrown) {
      failure ??= thrown
    }
    if (failure !== null) throw failure
  }

  /** Partitions leave in order. */
  async revoked(partitions: readonly SinkPartition[]): Promise<void> {
    await this.#commit()
    this.#drop()
    await this.#options.sink.close?.(partitions)
  }

  /** Partitions left without notice. */
  async lost(partitions: readonly SinkPartition[]): Promise<void> {
    this.#drop()
    await this.#options.sink.close?.(partitions)
  }

  /** New partitions; the sink may know better where they go on. */
  async assigned(
    partitions: readonly (SinkPartition & { readonly offset: number })[],
  ): Promise<readonly (SinkPartition & { readonly offset: number })[] | undefined> {
    return this.#options.sink.open?.(partitions)
  }

  /** Reports every topic anew. */
  forgetTopics(): void {
    this.#topics.clear()
  }

  async #turn(): Promise<void> {
    const { consumer, isPaused, commitIntervalMs } = this.#options
    if (performance.now() >= this.#nextCommitMs) {
      this.#nextCommitMs = performance.now() + commitIntervalMs
      await this.#commit()
    }
    if (isPaused() || this.#pending === null || consumer.isRebalancing) {
      const waitMs = Math.max(0, Math.min(POLL_MS, this.#nextCommitMs - performance.now()))
      const part = await this.#poll(waitMs, !isPaused() && this.#pending === null)
      if (part !== null) this.#pending = { part, next: 0 }
    }
    if (this.#pending !== null && !isPaused() && !this.#options.signal.aborted) await this.#deliver(this.#pending)
  }

  async #poll(waitMs: number, fetches: boolean): Promise<FetchedRecords | null> {
    const { consumer, log } = this.#options
    try {
      return await consumer.poll(waitMs, fetches)
    } catch (thrown) {
      if ((thrown as { retriable?: unknown }).retriable !== true) throw thrown
      log.warn(`the brokers cannot be read at the moment: ${CdcError.from(thrown).message}`)
      await this.#pauseAWhile(PUT_RETRY_MS)
      return null
    }
  }

  async #deliver(pending: { part: FetchedRecords; next: number }): Promise<void> {
    const { sink, records, maxPollRecords, log } = this.#options
    const { part } = pending
    const { topic, partition } = part
    if (this.#retry === null) {
      const slice = part.records.slice(pending.next, pending.next + maxPollRecords)
      const isLast = pending.next + slice.length >= part.records.length
      const offset = isLast ? part.nextOffset : slice.at(-1)!.offset + 1
      if (slice.length > 0) this.#sawTopic(topic)
      this.#retry = { records: await records.read(topic, partition, slice), end: { topic, partition, offset } }
      pending.next += slice.length
    }
    const { records: converted, end } = this.#retry
    try {
      if (converted.length > 0) await sink.put(converted)
    } catch (thrown) {
      const error = CdcError.from(thrown)
      if (this.#options.signal.aborted) throw error
      if (!error.retriable) throw exit(error)
      log.warn({ code: error.code, hint: error.hint }, `${error.message}; giving the records again`)
      await this.#poll(0, false)
      await this.#pauseAWhile(PUT_RETRY_MS)
      return
    }
    this.#retry = null
    this.#delivered.set(`${topic}-${partition}`, end)
    if (pending.next >= part.records.length) this.#pending = null
  }

  /** Commits what was delivered since the last time. What the group refuses is told, and done again at the next commit. */
  async #commit(): Promise<void> {
    const { sink, consumer, deadLetters, log } = this.#options
    const changed = [...this.#delivered.entries()].filter(([key, { offset }]) => this.#committed.get(key) !== offset)
    if (changed.length === 0) return
    await deadLetters?.flush()
    await sink.flush?.()
    try {
      await consumer.commit(changed.map(([, entry]) => entry))
      for (const [key, { offset }] of changed) this.#committed.set(key, offset)
    } catch (thrown) {
      log.warn(`Commit of offsets failed: ${CdcError.from(thrown).message}; the records may be read again`)
    }
  }

  #drop(): void {
    this.#pending = null
    this.#retry = null
    this.#delivered.clear()
    this.#committed.clear()
  }

  #sawTopic(topic: string): void {
    if (this.#topics.has(topic)) return
    this.#topics.add(topic)
    this.#options.onTopics([topic])
  }

  #pauseAWhile(ms: number): Promise<void> {
    const { signal } = this.#options
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

function exit(error: CdcError): CdcError {
  return new CdcError(error.code, 'Exiting WorkerSinkTask due to unrecoverable exception.', {
    cause: error,
    hint: error.hint,
    retriable: false,
    javaClass: 'org.apache.kafka.connect.errors.ConnectException',
  })
}
