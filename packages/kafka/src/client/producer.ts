// The producer: records are encoded in place into one open batch per topic partition; sealed batches go out in order, up to five requests
// under way per partition, idempotent, on request in transactions. A sealed batch's bytes stay until it is acknowledged; their memory is
// then used again.
import { KafkaError } from '../error.ts'
import { InitProducerId } from '../protocol/init-producer-id.ts'
import type { RecordAppender } from '../record/appender.ts'
import type { Compression } from '../record/compression.ts'
import { BatchMemory } from './batch-memory.ts'
import type { Cluster } from './cluster.ts'
import { PartitionQueue, type SealedBatch } from './partition-queue.ts'
import { ProduceSender, type SendOptions } from './produce-sender.ts'
import { fencedOr, type ProducerIdentity, TransactionCoordinator } from './transaction-coordinator.ts'

/** Options of a producer; {@link SendOptions} unless given: `all`, 5, no limit, 100 ms, 30 s, 120 s. */
export interface ProducerOptions extends Partial<SendOptions> {
  readonly cluster: Cluster
  /** A batch is sealed at this size; 900,000 bytes unless given. A larger record makes a larger batch. */
  readonly batchBytes?: number
  /** Most bytes appended and not acknowledged before {@link Producer.room} waits; 12 MiB unless given. */
  readonly capBytes?: number
  readonly compression?: Compression
  /** A record whose batch would be larger, uncompressed, fails the producer (RECORD_TOO_LARGE); the broker decides unless given. */
  readonly maxRecordBytes?: number
  /** False: a batch that is sent again after a lost answer may stand in the topic twice. True unless given. */
  readonly isIdempotent?: boolean
  /** Everything is written in transactions of this id, which {@link Producer.commit} ends. */
  readonly transactionalId?: string
  /** The broker aborts a transaction that is open for longer; 60 s unless given. */
  readonly transactionTimeoutMs?: number
}

/** Below Kafka's default max.message.bytes by the length of a usual record. */
const BATCH_BYTES = 900_000
const CAP_BYTES = 12 * 1024 * 1024
const TRANSACTION_TIMEOUT_MS = 60_000
/** An abort at the end is a kindness to readers: the next producer of the id, or the time limit, does it too. */
const ABORT_PATIENCE_MS = 2000

const SEND_DEFAULTS: SendOptions = {
  acks: 'all',
  maxUnderWay: 5, // as many as a broker remembers of an idempotent producer
  retries: Number.POSITIVE_INFINITY,
  retryBackoffMs: 100,
  ackTimeoutMs: 30_000,
  deliveryTimeoutMs: 120_000,
}

/** Longest time that requests to a transaction's coordinator are tried again. */
const MAX_PATIENCE_MS = 120_000

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
  readonly #transaction: TransactionCoordinator | null
  readonly #maxRecordBytes: number
  readonly #queues = new Map<string, Map<number, PartitionQueue>>()
  /** The one asked for last: records come in runs. */
  #lastQueue: PartitionQueue | null = null
  readonly #checkpoints = new Map<SealedBatch, Checkpoint[]>()
  #room: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | null = null
  #unackedBytes = 0
  #failure: KafkaError | null = null
  #isClosed = false
  /** Whether a transaction is being ended: what is appended belongs to the next one. */
  #isEnding = false

  private constructor(
    options: ProducerOptions,
    identity: ProducerIdentity,
    transaction: TransactionCoordinator | null,
  ) {
    this.#transaction = transaction
    this.#maxRecordBytes = options.maxRecordBytes ?? Number.POSITIVE_INFINITY
    this.#cluster = options.cluster
    this.#capBytes = options.capBytes ?? CAP_BYTES
    this.#batchBytes = options.batchBytes ?? BATCH_BYTES
    this.#compression = options.compression ?? 'none'
    this.#memory = new BatchMemory(this.#capBytes * 2)
    this.#sender = new ProduceSender({
      ...SEND_DEFAULTS,
      ...options,
      identity,
      transaction,
      onAcked: (batch) => this.#acked(batch),
      onFailed: (error) => this.#fail(error),
    })
  }

  /**
   * Gets a producer id and is then ready. With a transactional id every earlier producer of it is fenced, and its open transaction aborted.
   * Errors: KafkaError of the broker.
   */
  static async open(options: ProducerOptions): Promise<Producer> {
    const { cluster, transactionalId, transactionTimeoutMs = TRANSACTION_TIMEOUT_MS } = options
    if (transactionalId !== undefined) {
      const patienceMs = Math.min(options.deliveryTimeoutMs ?? SEND_DEFAULTS.deliveryTimeoutMs, MAX_PATIENCE_MS)
      const coordinator = new TransactionCoordinator({ cluster, transactionalId, transactionTimeoutMs, patienceMs })
      return new Producer(options, await coordinator.init(), coordinator)
    }
    if (options.isIdempotent === false) return new Producer(options, { producerId: -1, producerEpoch: -1 }, null)
    const connection = await cluster.any()
    const answer = await connection.request(InitProducerId, { transactionalId: null, transactionTimeoutMs })
    if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
    return new Producer(options, answer, null)
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

  /**
   * Ends the transaction with everything appended so far; what is appended from now on belongs to the next one. Resolves when it is
   * committed. Rejects with the failure of the producer (PRODUCER_FENCED: another one took the transactional id over). One at a time.
   */
  async commit(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    if (this.#transaction === null || this.#isEnding)
      throw new KafkaError('INVALID_TXN_STATE', this.#isEnding ? 'a commit is under way' : 'no transactional.id is set')
    this.send()
    const acknowledged = this.checkpoint()
    this.#isEnding = true
    try {
      await acknowledged
      if (this.#sender.isInTransaction) this.#begin(await this.#transaction.end(this.#sender.identity, true))
      else this.#begin(this.#sender.identity)
    } catch (error) {
      this.#fail(fencedOr(KafkaError.from(error), this.#transaction.transactionalId))
      throw this.#failure
    }
  }

  /**
   * Sends what is open, waits for its acknowledgement, and closes; a transaction that is not committed is aborted instead. The cluster stays
   * open: it is its owner's.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#transaction === null) {
      this.send()
      await this.checkpoint().catch(() => {})
      this.#sender.close()
      return
    }
    this.#sender.close()
    this.#fail(new KafkaError('CLOSED', 'the producer was closed'))
    if (!this.#sender.isInTransaction || this.#isFenced) return
    await this.#sender.idle()
    await this.#transaction.end(this.#sender.identity, false, ABORT_PATIENCE_MS).catch(() => {})
  }

  get #isFenced(): boolean {
    return this.#failure?.code === 'PRODUCER_FENCED'
  }

  #begin(identity: ProducerIdentity): void {
    const isNewEpoch = identity !== this.#sender.identity
    this.#sender.begin(identity)
    this.#isEnding = false
    for (const partitions of this.#queues.values())
      for (const queue of partitions.values()) {
        queue.begin(isNewEpoch)
        if (queue.waiting.length > 0) this.#sender.add(queue)
      }
    this.#sender.pump()
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
    // A batch is closed as soon as it is full, so one that is far larger holds one large record, its last.
    if (queue.openBytes > this.#maxRecordBytes && queue.writer.lastRecordBytes > this.#maxRecordBytes)
      this.#fail(
        new KafkaError(
          'RECORD_TOO_LARGE',
          `A record of topic ${queue.topic} is ${queue.writer.lastRecordBytes} bytes when serialized, which is larger than ${this.#maxRecordBytes}, the value of max.request.size`,
        ),
      )
    for (const batch of queue.seal(this.#isEnding)) {
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
    this.#sender.close()
    for (const waiting of this.#checkpoints.values()) for (const checkpoint of waiting) checkpoint.reject(error)
    this.#checkpoints.clear()
    this.#room?.reject(error)
    this.#room = null
  }
}
