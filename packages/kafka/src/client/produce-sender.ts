// Sends sealed batches to the leaders of their partitions and deals with the answers: retried in order with the same sequence numbers, so that
// a broker drops what it already has; a failure that cannot be mended ends the producer.
import { KafkaError } from '../error.ts'
import { PRODUCE_BY_NAME, Produce } from '../protocol/produce.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import type { PartitionQueue, SealedBatch } from './partition-queue.ts'
import { fencedOr, type ProducerIdentity, type TransactionCoordinator } from './transaction-coordinator.ts'

/** How sending goes, under the names of Java's producer options. */
export interface SendOptions {
  /** `acks`: all in-sync replicas, or the leader alone. */
  readonly acks: 'all' | 'leader'
  /** `max.in.flight.requests.per.connection`: batches of a partition that are sent and not answered. */
  readonly maxUnderWay: number
  /** `retries`: how often a batch is sent again. */
  readonly retries: number
  /** `retry.backoff.ms`: wait before a batch is sent again. */
  readonly retryBackoffMs: number
  /** `request.timeout.ms`: how long a leader waits for its followers. */
  readonly ackTimeoutMs: number
  /** `delivery.timeout.ms`: time after which an unacknowledged batch fails the producer. */
  readonly deliveryTimeoutMs: number
}

/** What the sender works with. */
export interface ProduceSenderOptions extends SendOptions {
  readonly cluster: Cluster
  readonly identity: ProducerIdentity
  /** Null for a producer without transactions. */
  readonly transaction: TransactionCoordinator | null
  readonly onAcked: (batch: SealedBatch) => void
  readonly onFailed: (error: KafkaError) => void
}

/** Several partitions share a request up to this size. */
const REQUEST_BYTES = 1024 * 1024
/** The broker still writes the end of the transaction before: a matter of milliseconds. */
const CONCURRENT_RETRY_MS = 5
/** The last version of Produce that does not add its partitions to the transaction. */
const PLAIN_PRODUCE_VERSION = 11

interface Item {
  readonly queue: PartitionQueue
  readonly batch: SealedBatch
}

/** The sending half of a producer. */
export class ProduceSender {
  readonly #options: ProduceSenderOptions
  readonly #ready = new Set<PartitionQueue>()
  #identity: ProducerIdentity
  #isInTransaction = false
  #isPumping = false
  #isPumpWanted = false
  #isClosed = false
  #requestsUnderWay = 0
  #onIdle: (() => void) | null = null
  #retryTimer: NodeJS.Timeout | null = null

  constructor(options: ProduceSenderOptions) {
    this.#options = options
    this.#identity = options.identity
  }

  get identity(): ProducerIdentity {
    return this.#identity
  }

  /** Whether anything was sent since the last {@link ProduceSender.begin}. */
  get isInTransaction(): boolean {
    return this.#isInTransaction
  }

  /** A transaction has ended: goes on as `identity`. */
  begin(identity: ProducerIdentity): void {
    this.#identity = identity
    this.#isInTransaction = false
  }

  /** A queue got a batch. */
  add(queue: PartitionQueue): void {
    this.#ready.add(queue)
  }

  /** Sends as much as may be under way. */
  pump(): void {
    this.#isPumpWanted = true
    if (this.#isPumping || this.#isClosed || this.#ready.size === 0) return
    this.#isPumping = true
    // Queues that got a batch in the same turn share a request.
    queueMicrotask(() => this.#run())
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
  }

  /** After {@link ProduceSender.close}: resolves when no request is under way. */
  idle(): Promise<void> {
    if (this.#requestsUnderWay === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle = resolve
    })
  }

  #run(): void {
    while (this.#isPumpWanted && !this.#isClosed) {
      this.#isPumpWanted = false
      const groups = new Map<Connection, Item[]>()
      for (const queue of this.#ready) {
        if (queue.waiting.length === 0) this.#ready.delete(queue)
        else if (this.#mayGo(queue)) this.#collect(queue, groups)
      }
      for (const [connection, items] of groups) this.#sendAll(connection, items)
    }
    this.#isPumping = false
    this.#armRetry()
  }

  /** Comes back when the first queue that waits out a failure may go again. */
  #armRetry(): void {
    if (this.#isClosed) return
    let atMs = Number.POSITIVE_INFINITY
    for (const queue of this.#ready)
      if (queue.isRecovering && !queue.isSeekingLeader && queue.waiting.length > 0 && queue.underWay.length === 0)
        atMs = Math.min(atMs, queue.retryAtMs)
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    this.#retryTimer = null
    if (atMs === Number.POSITIVE_INFINITY) return
    this.#retryTimer = setTimeout(() => this.pump(), Math.max(1, Math.ceil(atMs - performance.now())))
  }

  /** Whether the queue may send its next batch: as many under way as allowed, after a failure one at a time, once all answers are in. */
  #mayGo(queue: PartitionQueue): boolean {
    if (queue.waiting.length === 0 || queue.isSeekingLeader) return false
    if (queue.isRecovering) return queue.underWay.length === 0 && performance.now() >= queue.retryAtMs
    return queue.underWay.length < this.#options.maxUnderWay
  }

  /** Moves batches of the queue under way, to the leader's group. A leader that is not connected is waited for without the other queues. */
  #collect(queue: PartitionQueue, groups: Map<Connection, Item[]>): void {
    const { cluster, transaction } = this.#options
    const mustBeAdded = transaction !== null && !transaction.isImplicit && !queue.isInTransaction
    const connection = mustBeAdded ? null : cluster.openLeader(queue.topic, queue.partition)
    if (connection === null) {
      queue.isSeekingLeader = true
      void this.#seek(queue, mustBeAdded)
      return
    }
    const items = groups.get(connection) ?? []
    groups.set(connection, items)
    this.#isInTransaction = transaction !== null
    while (this.#mayGo(queue)) items.push({ queue, batch: queue.take(this.#identity, transaction !== null) })
  }

  async #seek(queue: PartitionQueue, mustBeAdded: boolean): Promise<void> {
    const { cluster, transaction, retryBackoffMs } = this.#options
    try {
      if (mustBeAdded) {
        this.#isInTransaction = true
        await transaction?.add(this.#identity, queue.topic, queue.partition)
        queue.isInTransaction = true
      }
      await cluster.leader(queue.topic, queue.partition)
    } catch (error) {
      queue.isRecovering = true
      queue.retryAtMs = performance.now() + retryBackoffMs
      cluster.forget(queue.topic)
      this.#afterFailure(KafkaError.from(error), queue.waiting[0] as SealedBatch)
    }
    queue.isSeekingLeader = false
    this.pump()
    this.#armRetry()
  }

  /** Cuts the items into requests: a partition stands once in a request, so its batches go in requests one after the other. */
  #sendAll(connection: Connection, items: readonly Item[]): void {
    let request: Item[] = []
    let bytes = 0
    for (const item of items) {
      if (
        request.some(({ queue }) => queue === item.queue) ||
        (bytes > 0 && bytes + item.batch.bytes.length > REQUEST_BYTES)
      ) {
        void this.#sendOne(connection, request)
        request = []
        bytes = 0
      }
      request.push(item)
      bytes += item.batch.bytes.length
    }
    if (request.length > 0) void this.#sendOne(connection, request)
  }

  async #sendOne(connection: Connection, items: readonly Item[]): Promise<void> {
    const { transaction, acks, ackTimeoutMs } = this.#options
    this.#requestsUnderWay++
    try {
      const topics = new Map<string, { index: number; records: Buffer }[]>()
      for (const { queue, batch } of items) {
        const data = topics.get(queue.topic)
        if (data === undefined) topics.set(queue.topic, [{ index: queue.partition, records: batch.bytes }])
        else data.push({ index: queue.partition, records: batch.bytes })
      }
      const request = {
        transactionalId: transaction?.transactionalId ?? null,
        acks: acks === 'all' ? -1 : 1,
        timeoutMs: ackTimeoutMs,
        topicData: [...topics].map(([name, partitionData]) => ({ name, partitionData })),
      }
      const atMost = transaction?.isImplicit === false ? PLAIN_PRODUCE_VERSION : PRODUCE_BY_NAME
      const answer = await connection.request(Produce, request, atMost)
      const codes = new Map(
        answer.responses.flatMap(({ name, partitionResponses }) =>
          partitionResponses.map((part) => [`${name}-${part.index}`, part] as const),
        ),
      )
      for (const item of items) {
        const part = codes.get(`${item.queue.topic}-${item.queue.partition}`)
        this.#settle(
          item,
          part === undefined
            ? new KafkaError('UNKNOWN_SERVER_ERROR', 'a partition without an answer')
            : errorOf(item.queue.topic, part),
        )
      }
    } catch (error) {
      // Whether the broker has the batches is not known; sent again with the same sequence numbers they count once.
      const problem = KafkaError.from(error)
      for (const item of items) this.#settle(item, problem)
    } finally {
      if (--this.#requestsUnderWay === 0) this.#onIdle?.()
      this.pump()
    }
  }

  #settle({ queue, batch }: Item, error: KafkaError | null): void {
    if (error === null || error.code === 'DUPLICATE_SEQUENCE_NUMBER') {
      queue.release(batch)
      if (queue.underWay.length === 0) queue.isRecovering = false
      if (queue.waiting.length > 0) this.#ready.add(queue)
      this.#options.onAcked(batch)
      return
    }
    // A batch behind one that failed is refused for its sequence number: it goes again, behind that one.
    const isFollowUp = error.code === 'OUT_OF_ORDER_SEQUENCE_NUMBER' && queue.isRecovering
    const isConcurrent = error.code === 'CONCURRENT_TRANSACTIONS'
    queue.putBack(batch)
    queue.isRecovering = true
    queue.retryAtMs = performance.now() + (isConcurrent ? CONCURRENT_RETRY_MS : this.#options.retryBackoffMs)
    this.#ready.add(queue)
    if (!isConcurrent) {
      if (!isFollowUp) batch.attempts++
      this.#options.cluster.forget(queue.topic)
    }
    this.#afterFailure(isFollowUp ? new KafkaError('NOT_LEADER_OR_FOLLOWER') : error, batch)
  }

  /** Gives up when there is no sense in another try; else the queue goes again at its time. */
  #afterFailure(error: KafkaError, batch: SealedBatch): void {
    const { deliveryTimeoutMs, retries, transaction } = this.#options
    const isOver = performance.now() - batch.sealedAtMs > deliveryTimeoutMs
    if (error.retriable && !isOver && batch.attempts <= retries) return
    this.close()
    const limit = isOver ? `within ${deliveryTimeoutMs} ms` : `after ${retries} retries`
    if (error.retriable) {
      const message = `records were not acknowledged ${limit}; last error: ${error.message}`
      this.#options.onFailed(new KafkaError('REQUEST_TIMED_OUT', message, { cause: error }))
    } else this.#options.onFailed(transaction === null ? error : fencedOr(error, transaction.transactionalId))
  }
}

function errorOf(
  topic: string,
  part: { readonly index: number; readonly errorCode: number; readonly errorMessage: string | null },
): KafkaError | null {
  if (part.errorCode === 0) return null
  const { code } = KafkaError.fromNumber(part.errorCode)
  return new KafkaError(code, `topic ${topic}, partition ${part.index}: ${part.errorMessage ?? code}`)
}
