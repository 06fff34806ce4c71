// The producer: records are encoded in place into one open batch per topic partition; sealed batches go out in order, up to five requests
// under way per broker, idempotent. A sealed batch's bytes stay until it is acknowledged; their memory is then used again.
import { KafkaError } from '../error.ts'
import { InitProducerId } from '../protocol/init-producer-id.ts'
import type { RecordAppender } from '../record/appender.ts'
import type { Compression } from '../record/compression.ts'
import { BatchMemory } from './batch-memory.ts'
import type { Cluster } from './cluster.ts'
import { PartitionQueue, type SealedBatch } from './partition-queue.ts'
import { ProduceSender } from './produce-sender.ts'

/** Options of a producer. */
export interface ProducerOptions {
  readonly cluster: Cluster
  /** A batch is sealed at this size; 900,000 bytes unless given. A larger record makes a larger batch. */
  readonly batchBytes?: number
  /** Most bytes appended and not acknowledged before {@link Producer.room} waits; 12 MiB unless given. */
  readonly capBytes?: number
  readonly compression?: Compression
  /** Time after which an unacknowledged batch fails the producer; 120 s unless given. */
  readonly deliveryTimeoutMs?: number
}

/** Below Kafka's default max.message.bytes by the length of a usual record. */
const BATCH_BYTES = 900_000
const CAP_BYTES = 12 * 1024 * 1024
const DELIVERY_TIMEOUT_MS = 120_000

/** Waits for a number of batches. */
interface Checkpoint {
  left: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** An idempotent producer. One failure that cannot be mended fails it for good: make a new one then, and send again from the last offset. */
export class Producer {
  readonly #cluster: Cluster
  readonly #capBytes: number
  readonly #batchBytes: number
  readonly #compression: Compression
  readonly #memory: BatchMemory
  readonly #sender: ProduceSender
  readonly #queues = new Map<string, Map<number, PartitionQueue>>()
  /** The one asked for last: records come in runs. */
  #lastQueue: PartitionQueue | null = null
  readonly #checkpoints = new Map<SealedBatch, Checkpoint[]>()
  #room: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | null = null
  #unackedBytes = 0
  #failure: KafkaError | null = null
  #isClosed = false

  private constructor(options: ProducerOptions, id: { producerId: number; producerEpoch: number }) {
    this.#cluster = options.cluster
    this.#capBytes = options.capBytes ?? CAP_BYTES
    this.#batchBytes = options.batchBytes ?? BATCH_BYTES
    this.#compression = options.compression ?? 'none'
    this.#memory = new BatchMemory(this.#capBytes * 2)
    this.#sender = new ProduceSender({
      cluster: options.cluster,
      ...id,
      deliveryTimeoutMs: options.deliveryTimeoutMs ?? DELIVERY_TIMEOUT_MS,
      onAcked: (batch) => this.#acked(batch),
      onFailed: (error) => this.#fail(error),
    })
  }

  /** Gets a producer id and is then ready. Errors: KafkaError of the broker. */
  static async open(options: ProducerOptions): Promise<Producer> {
    const connection = await options.cluster.any()
    const answer = await connection.request(InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 })
    if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
    return new Producer(options, answer)
  }

  /** Number of partitions of a topic whose metadata is known; null before {@link Producer.resolve}. */
  partitionCount(topic: string): number | null {
    return this.#cluster.known(topic)?.leaders.length ?? null
  }

  /** Asks for the metadata of topics; true when all exist. */
  async resolve(topics: readonly string[]): Promise<boolean> {
    const found = await this.#cluster.refresh(topics)
    return found.length === topics.length
  }

  /** The appender of a partition, for one record: ask again for the next, because a full batch is sealed between records. */
  appender(topic: string, partition: number): RecordAppender {
    let queue = this.#lastQueue
    if (queue === null || queue.partition !== partition || queue.topic !== topic) {
      queue = this.#queueOf(topic, partition)
      this.#lastQueue = queue
    }
    if (queue.openBytes >= this.#batchBytes) {
      this.#seal(queue)
      this.#sender.pump()
    }
    if (queue.openCount === 0) queue.open()
    return queue.writer
  }

  /** Seals and sends every open batch. */
  send(): void {
    for (const partitions of this.#queues.values())
      for (const queue of partitions.values()) if (queue.openCount > 0) this.#seal(queue)
    this.#sender.pump()
  }

  /** Resolves when less than the cap is appended and not acknowledged. Rejects with the failure of the producer. */
  room(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#unackedBytes < this.#capBytes) return Promise.resolve()
    this.#room ??= Promise.withResolvers<void>()
    return this.#room.promise
  }

  /**
   * Resolves when everything appended so far is acknowledged; open batches are not sent early for it. Rejects with the failure of the producer.
   */
  checkpoint(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const checkpoint: Checkpoint = { left: 0, resolve, reject }
    for (const partitions of this.#queues.values())
      for (const queue of partitions.values())
        for (const batch of queue.unacked()) {
          checkpoint.left++
          const waiting = this.#checkpoints.get(batch)
          if (waiting === undefined) this.#checkpoints.set(batch, [checkpoint])
          else waiting.push(checkpoint)
        }
    if (checkpoint.left === 0) resolve()
    return promise
  }

  /** Sends what is open, waits for its acknowledgement, and closes. The cluster stays open: it is its owner's. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.send()
    await this.checkpoint().catch(() => {})
    this.#sender.close()
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    let partitions = this.#queues.get(topic)
    if (partitions === undefined) {
      partitions = new Map()
      this.#queues.set(topic, partitions)
    }
    let queue = partitions.get(partition)
    if (queue === undefined) {
      queue = new PartitionQueue(topic, partition, this.#compression, this.#memory)
      partitions.set(partition, queue)
    }
    return queue
  }

  #seal(queue: PartitionQueue): void {
    for (const batch of queue.seal()) {
      this.#unackedBytes += batch.bytes.length
      this.#sender.add(queue)
    }
  }

  #acked(batch: SealedBatch): void {
    this.#unackedBytes -= batch.bytes.length
    const waiting = this.#checkpoints.get(batch)
    this.#checkpoints.delete(batch)
    if (waiting !== undefined) for (const checkpoint of waiting) if (--checkpoint.left === 0) checkpoint.resolve()
    if (this.#unackedBytes < this.#capBytes) {
      this.#room?.resolve()
      this.#room = null
    }
  }

  #fail(error: KafkaError): void {
    if (this.#failure !== null) return
    this.#failure = error
    for (const waiting of this.#checkpoints.values()) for (const checkpoint of waiting) checkpoint.reject(error)
    this.#checkpoints.clear()
    this.#room?.reject(error)
    this.#room = null
  }
}
