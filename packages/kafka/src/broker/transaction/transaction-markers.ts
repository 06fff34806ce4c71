// Writes the markers that end a transaction in its partitions, again and again until every one is on disk.

import { setTimeout as pause } from 'node:timers/promises'
import { KafkaError } from '../../error.ts'
import { transactionMarker } from '../../record/control-batch.ts'
import type { BrokerLogger } from '../options.ts'
import { OFFSETS_TOPIC } from '../topic/topic.ts'
import type { TopicRegistry } from '../topic/topic-registry.ts'
import type { Transaction } from './transaction.ts'

/** One marker. */
export interface Marker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
  readonly coordinatorEpoch: number
}

/** Called when a marker in a partition of __consumer_offsets is on disk. */
export type OffsetsEnded = (partition: number, producerId: number, isCommit: boolean) => void

/** One node coordinates for ever. */
export const COORDINATOR_EPOCH = 0
const RETRY_FIRST_MS = 50
const RETRY_LAST_MS = 5000

/** Writes markers into the logs of the broker. */
export class MarkerWriter {
  readonly #topics: TopicRegistry
  readonly #offsetsEnded: OffsetsEnded
  readonly #log: BrokerLogger
  readonly #closing: AbortSignal

  constructor(topics: TopicRegistry, offsetsEnded: OffsetsEnded, log: BrokerLogger, closing: AbortSignal) {
    this.#topics = topics
    this.#offsetsEnded = offsetsEnded
    this.#log = log
    this.#closing = closing
  }

  /**
   * Writes one marker into one partition; it is on disk when the promise resolves. Rejects with `UNKNOWN_TOPIC_OR_PARTITION`,
   * `INVALID_PRODUCER_EPOCH`, `TRANSACTION_COORDINATOR_FENCED` or `KAFKA_STORAGE_ERROR`.
   */
  async write(topic: string, partition: number, marker: Marker): Promise<void> {
    const log = this.#topics.get(topic)?.partitions[partition]?.log
    if (log === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    log.append(transactionMarker({ ...marker, timestampMs: Date.now() }), { checksums: false, isCoordinator: true })
    await log.flush()
    if (topic === OFFSETS_TOPIC) this.#offsetsEnded(partition, marker.producerId, marker.isCommit)
  }

  /**
   * Writes the markers of a transaction whose end is decided, then runs `finish`. Both are repeated until they succeed or the broker closes
   * (the next start then carries on); `onFailure` is called after every failed round. Resolves to whether all is done.
   */
  async writeAll(entry: Transaction, finish: () => Promise<void>, onFailure: () => void): Promise<boolean> {
    const { producerId, producerEpoch } = entry
    const isCommit = entry.state === 'PrepareCommit'
    const marker = { producerId, producerEpoch, isCommit, coordinatorEpoch: COORDINATOR_EPOCH }
    let open = [...entry.partitions].flatMap(([topic, numbers]) => [...numbers].map((number) => ({ topic, number })))
    for (let delayMs = RETRY_FIRST_MS; ; delayMs = Math.min(delayMs * 2, RETRY_LAST_MS)) {
      const isDone = await Promise.all(open.map(({ topic, number }) => this.#attempt(topic, number, marker)))
      open = open.filter((_, index) => !isDone[index])
      if (open.length === 0 && (await succeeds(finish))) return true
      if (this.#closing.aborted) return false
      onFailure()
      await pause(delayMs, undefined, { ref: false, signal: this.#closing }).catch(() => undefined)
    }
  }

  /** Whether the partition needs no further attempt. */
  async #attempt(topic: string, partition: number, marker: Marker): Promise<boolean> {
    try {
      await this.write(topic, partition, marker)
      return true
    } catch (error) {
      const { code, message } = KafkaError.from(error)
      // deleted meanwhile
      if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return true
      if (code === 'KAFKA_STORAGE_ERROR') return false
      // An administrator ended the transaction there with a marker of his own.
      this.#log('warn', `marker of producer ${marker.producerId} in ${topic}-${partition} is not needed: ${message}`)
      return true
    }
  }
}

function succeeds(work: () => Promise<void>): Promise<boolean> {
  return work().then(
    () => true,
    () => false,
  )
}
