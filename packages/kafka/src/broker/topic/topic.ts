// A topic and its partitions as the broker holds them.

import type { PartitionLog } from '../../log/partition-log.ts'
import type { Compression } from '../../record/compression.ts'
import { numericConfig, type TopicOverrides, topicConfig } from './topic-config.ts'

/** Name of the topic with the groups' committed offsets. */
export const OFFSETS_TOPIC = '__consumer_offsets'
/** Name of the topic with the states of transactional producers. */
export const TRANSACTIONS_TOPIC = '__transaction_state'

/** One partition: its log and who waits for its next records. */
export class Partition {
  readonly index: number
  readonly log: PartitionLog
  readonly #waiters = new Set<() => void>()

  constructor(index: number, log: PartitionLog) {
    this.index = index
    this.log = log
    log.onAdvance = () => this.wake()
  }

  /** Calls `waiter` on every advance of the high watermark until the returned function is called. */
  onAdvance(waiter: () => void): () => void {
    this.#waiters.add(waiter)
    return () => this.#waiters.delete(waiter)
  }

  /** Lets all waiters look again: new records, or the topic is gone. */
  wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }
}

/** A topic. `isDeleted` is set before its files go, so that requests under way see it. */
export class Topic {
  readonly name: string
  readonly id: string
  readonly partitions: Partition[]
  readonly #messageMaxBytes: number
  overrides: TopicOverrides
  isDeleted = false
  /** Newest producer time accepted, relative to now; read per batch, so kept as a number. */
  #maxFutureMs = 0
  #compression: Compression | undefined

  constructor(name: string, id: string, partitions: Partition[], overrides: TopicOverrides, messageMaxBytes: number) {
    this.name = name
    this.id = id
    this.partitions = partitions
    this.#messageMaxBytes = messageMaxBytes
    this.overrides = overrides
    this.configChanged()
  }

  /** Whether clients may not write to it. */
  get isInternal(): boolean {
    return this.name === OFFSETS_TOPIC || this.name === TRANSACTIONS_TOPIC
  }

  /** How far in the future a batch's time may lie (message.timestamp.after.max.ms). */
  get maxFutureMs(): number {
    return this.#maxFutureMs
  }

  /** The compression that every batch gets (compression.type); undefined: as its producer made it. */
  get compression(): Compression | undefined {
    return this.#compression
  }

  /** Value of an option in force. */
  config(name: string): string {
    return topicConfig(this.overrides, name, this.#messageMaxBytes)
  }

  /** To be called after `overrides` changed. */
  configChanged(): void {
    const compression = this.config('compression.type')
    this.#compression =
      compression === 'producer' ? undefined : compression === 'uncompressed' ? 'none' : (compression as Compression)
    this.#maxFutureMs = numericConfig(this.overrides, 'message.timestamp.after.max.ms', this.#messageMaxBytes)
  }
}
