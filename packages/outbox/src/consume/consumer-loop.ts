// The loop behind `consume`: session after session, with back-off between them, until it is closed.
import { applyBatch, type BatchOutcome } from './apply-batch.ts'
import { BackOff, pause } from './back-off.ts'
import type { ConsumeOptions, ConsumerHealth, ConsumerNotice, ConsumerState } from './consume.ts'
import { codeText } from './error-text.ts'
import { attemptCounter } from './failure.ts'
import type { RawMessage } from './message.ts'
import { TopicSession } from './topic-session.ts'

const FIRST_BACK_OFF_MS = 100
const DEFAULT_MAX_BACK_OFF_MS = 5000
const DEFAULT_BATCH_MESSAGES = 500
const DEFAULT_MAX_ATTEMPTS = 5
const HEALTH_TIMEOUT_MS = 2000

/** Runs sessions on the topic and keeps the counts. */
export class ConsumerLoop {
  readonly #options: ConsumeOptions
  readonly #stop = new AbortController()
  readonly #backOff: BackOff
  readonly #onFailure
  readonly #counts: BatchOutcome = { applied: 0, duplicates: 0, stale: 0, deadLetters: 0 }
  #state: ConsumerState = 'connecting'
  #restarts = 0
  #lastError: ConsumerNotice | null = null
  #lastAppliedAtMs: number | null = null
  #session: TopicSession | null = null
  #running: Promise<void> = Promise.resolve()

  constructor(options: ConsumeOptions) {
    this.#options = options
    this.#backOff = new BackOff(FIRST_BACK_OFF_MS, options.maxBackOffMs ?? DEFAULT_MAX_BACK_OFF_MS)
    this.#onFailure = attemptCounter(options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS)
  }

  start(): void {
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async health(): Promise<ConsumerHealth> {
    const lag = this.#session === null ? null : await this.#session.lag(HEALTH_TIMEOUT_MS)
    return {
      state: this.#state,
      lag,
      ...this.#counts,
      restarts: this.#restarts,
      lastError: this.#lastError,
      lastAppliedAtMs: this.#lastAppliedAtMs,
    }
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#state = 'connecting'
      const session = new TopicSession(this.#options, this.#stop.signal)
      this.#session = session
      try {
        await this.#read(session)
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#noteError(error)
      } finally {
        this.#session = null
        await session.close()
      }
      if (this.#stop.signal.aborted) break
      this.#state = 'backing off'
      this.#restarts++
      await pause(this.#backOff.next(), this.#stop.signal)
    }
    this.#state = 'closed'
  }

  async #read(session: TopicSession): Promise<void> {
    await session.open(() => {
      this.#state = 'waiting for the topic'
    })
    const max = this.#options.batchMessages ?? DEFAULT_BATCH_MESSAGES
    while (!this.#stop.signal.aborted) {
      const stream = await session.assign((text) => this.#note(text))
      this.#state = 'running'
      for await (const batch of stream.batches(max)) {
        for (const [partition, messages] of byPartition(batch)) {
          await this.#applyUntilDone(session, partition, messages)
          if (this.#stop.signal.aborted) return
        }
      }
    }
  }

  /** Applies one partition's messages, again and again while the database or the handler fails. */
  async #applyUntilDone(session: TopicSession, partition: number, messages: readonly RawMessage[]): Promise<void> {
    const { group, topic, handler, pool, orderGuard = true } = this.#options
    const context = { pool, at: { group, topic, partition }, topicId: session.topicId, handler, orderGuard }
    while (!this.#stop.signal.aborted) {
      try {
        const outcome = await applyBatch(context, messages, this.#onFailure)
        if (outcome === null) throw new Error('the position belongs to another topic of the same name')
        this.#backOff.reset()
        this.#state = 'running'
        this.#count(outcome)
        session.noteApplied(partition, messages[messages.length - 1]!.offset + 1n)
        return
      } catch (error) {
        this.#noteError(error)
        this.#state = 'backing off'
        await pause(this.#backOff.next(), this.#stop.signal)
        if (session.isStale) return
      }
    }
  }

  #count(outcome: BatchOutcome): void {
    this.#counts.applied += outcome.applied
    this.#counts.duplicates += outcome.duplicates
    this.#counts.stale += outcome.stale
    this.#counts.deadLetters += outcome.deadLetters
    if (outcome.applied === 0) return
    this.#lastAppliedAtMs = Date.now()
    this.#options.onApplied?.()
  }

  #noteError(error: unknown): void {
    this.#lastError = this.#note(codeText(error))
  }

  #note(text: string): ConsumerNotice {
    const notice = { atMs: Date.now(), text }
    this.#options.onNotice?.(notice)
    return notice
  }
}

function byPartition(batch: readonly RawMessage[]): Map<number, RawMessage[]> {
  const groups = new Map<number, RawMessage[]>()
  for (const message of batch) {
    const group = groups.get(message.partition)
    if (group === undefined) groups.set(message.partition, [message])
    else group.push(message)
  }
  return groups
}
