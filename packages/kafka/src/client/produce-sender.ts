// Sends sealed batches to the leaders of their partitions and deals with the answers: retried in order with the same sequence numbers, so that
// a broker drops what it already has; a failure that cannot be mended ends the producer.
import { KafkaError } from '../error.ts'
import { Produce } from '../protocol/produce.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import type { PartitionQueue, SealedBatch } from './partition-queue.ts'

/** What the sender works with. */
export interface ProduceSenderOptions {
  readonly cluster: Cluster
  readonly producerId: number
  readonly producerEpoch: number
  readonly deliveryTimeoutMs: number
  readonly onAcked: (batch: SealedBatch) => void
  readonly onFailed: (error: KafkaError) => void
}

/** As many batches per partition as a broker remembers of an idempotent producer. */
const MAX_UNDER_WAY = 5
/** Several partitions share a request up to this size. */
const REQUEST_BYTES = 1024 * 1024
const RETRY_MS = 100
const ACK_TIMEOUT_MS = 30_000

interface Item {
  readonly queue: PartitionQueue
  readonly batch: SealedBatch
}

/** The sending half of a producer. */
export class ProduceSender {
  readonly #options: ProduceSenderOptions
  readonly #ready = new Set<PartitionQueue>()
  #isPumping = false
  #isPumpWanted = false
  #isClosed = false
  #retryTimer: NodeJS.Timeout | null = null

  constructor(options: ProduceSenderOptions) {
    this.#options = options
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
    void this.#run().finally(() => {
      this.#isPumping = false
      if (this.#isPumpWanted) this.pump()
    })
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
  }

  async #run(): Promise<void> {
    while (this.#isPumpWanted && !this.#isClosed) {
      this.#isPumpWanted = false
      const groups = new Map<Connection, Item[]>()
      for (const queue of this.#ready) {
        if (queue.waiting.length === 0) this.#ready.delete(queue)
        else if (mayGo(queue)) await this.#collect(queue, groups)
      }
      for (const [connection, items] of groups) this.#sendAll(connection, items)
    }
    this.#armRetry()
  }

  /** Comes back when the first queue that waits out a failure may go again. */
  #armRetry(): void {
    if (this.#isClosed) return
    let atMs = Number.POSITIVE_INFINITY
    for (const queue of this.#ready)
      if (queue.isRecovering && queue.waiting.length > 0 && queue.underWay.length === 0)
        atMs = Math.min(atMs, queue.retryAtMs)
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    this.#retryTimer = null
    if (atMs === Number.POSITIVE_INFINITY) return
    this.#retryTimer = setTimeout(() => this.pump(), Math.max(1, Math.ceil(atMs - performance.now())))
  }

  /** Moves batches of the queue under way, to the leader's group. */
  async #collect(queue: PartitionQueue, groups: Map<Connection, Item[]>): Promise<void> {
    let connection: Connection
    try {
      connection = await this.#options.cluster.leader(queue.topic, queue.partition)
    } catch (error) {
      queue.isRecovering = true
      queue.retryAtMs = performance.now() + RETRY_MS
      this.#afterFailure(KafkaError.from(error), queue.waiting[0] as SealedBatch)
      return
    }
    const items = groups.get(connection) ?? []
    groups.set(connection, items)
    while (mayGo(queue)) items.push({ queue, batch: queue.take(this.#options.producerId, this.#options.producerEpoch) })
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
    try {
      const topics = new Map<string, { index: number; records: Buffer }[]>()
      for (const { queue, batch } of items) {
        const data = topics.get(queue.topic)
        if (data === undefined) topics.set(queue.topic, [{ index: queue.partition, records: batch.bytes }])
        else data.push({ index: queue.partition, records: batch.bytes })
      }
      const answer = await connection.request(Produce, {
        acks: -1,
        timeoutMs: ACK_TIMEOUT_MS,
        topicData: [...topics].map(([name, partitionData]) => ({ name, partitionData })),
      })
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
    queue.putBack(batch)
    queue.isRecovering = true
    queue.retryAtMs = performance.now() + RETRY_MS
    this.#ready.add(queue)
    this.#options.cluster.forget(queue.topic)
    this.#afterFailure(isFollowUp ? new KafkaError('NOT_LEADER_OR_FOLLOWER') : error, batch)
  }

  /** Gives up when there is no sense in another try; else the queue goes again at its time. */
  #afterFailure(error: KafkaError, batch: SealedBatch): void {
    const isOver = performance.now() - batch.sealedAtMs > this.#options.deliveryTimeoutMs
    if (!error.retriable || isOver) {
      this.close()
      this.#options.onFailed(
        isOver && error.retriable
          ? new KafkaError(
              'REQUEST_TIMED_OUT',
              `records were not acknowledged within ${this.#options.deliveryTimeoutMs} ms; last error: ${error.message}`,
              { cause: error },
            )
          : error,
      )
    }
  }
}

/** Whether the queue may send its next batch: five under way at most, and after a failure one at a time, once all answers are in. */
function mayGo(queue: PartitionQueue): boolean {
  if (queue.waiting.length === 0) return false
  if (queue.isRecovering) return queue.underWay.length === 0 && performance.now() >= queue.retryAtMs
  return queue.underWay.length < MAX_UNDER_WAY
}

function errorOf(
  topic: string,
  part: { readonly index: number; readonly errorCode: number; readonly errorMessage: string | null },
): KafkaError | null {
  if (part.errorCode === 0) return null
  const { code } = KafkaError.fromNumber(part.errorCode)
  return new KafkaError(code, `topic ${topic}, partition ${part.index}: ${part.errorMessage ?? code}`)
}
