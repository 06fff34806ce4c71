// One session with the broker: join the group, find the start of each assigned partition, read, commit the group's offsets.
// The only file here that knows the Kafka client.
import { Consumer, type MessagesStream } from '@platformatic/kafka'
import { OutboxError } from '../outbox-error.ts'
import { pause } from './back-off.ts'
import type { ConsumeOptions } from './consume.ts'
import type { RawMessage } from './message.ts'
import { startPosition } from './positions.ts'
import { batchesOf } from './stream-batches.ts'

const TOPIC_POLL_MS = 300
const REQUEST_TIMEOUT_MS = 5000
// a member that died is forgotten after this; brokers refuse less than 6 s
const SESSION_TIMEOUT_MS = 6000
const HEARTBEAT_MS = 1500
const MAX_FETCH_WAIT_MS = 500
const LATEST = -1n
const EARLIEST = -2n

type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>

/** A stream over the partitions assigned at one time; it ends when the assignment changes. */
export interface AssignedStream {
  batches(max: number): AsyncGenerator<RawMessage[]>
}

/** A connection to the brokers as a member of the group. */
export class TopicSession {
  readonly #options: ConsumeOptions
  readonly #signal: AbortSignal
  readonly #consumer: Consumer<Buffer, Buffer, Buffer, Buffer>
  readonly #applied = new Map<number, bigint>()
  readonly #uncommitted = new Map<number, bigint>()
  #topicId = ''
  #stream: Stream | null = null
  #isStale = false
  #failure: Error | null = null
  #committing: Promise<void> | null = null

  constructor(options: ConsumeOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    this.#consumer = new Consumer({
      clientId: options.clientId ?? 'millrace-inbox',
      groupId: options.group,
      ...(options.instanceId === undefined ? {} : { groupInstanceId: options.instanceId }),
      bootstrapBrokers: [...options.brokers],
      autocommit: false,
      timeout: REQUEST_TIMEOUT_MS,
      connectTimeout: REQUEST_TIMEOUT_MS,
      retries: 2,
      retryDelay: 200,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTime: MAX_FETCH_WAIT_MS,
      autocreateTopics: false,
    })
    signal.addEventListener('abort', this.#endStream)
    // what fails in the background (joining again after a rebalance) comes here; without a listener it would end the process
    this.#consumer.on('error', (error: Error) => {
      this.#failure = error
      this.#endStream()
    })
    this.#consumer.on('consumer:heartbeat:error', () => undefined)
  }

  /** Id of the topic, as the broker gives it: a topic deleted and created again has another one. */
  get topicId(): string {
    return this.#topicId
  }

  /** True when the partitions have been given to somebody else since the stream was opened. */
  get isStale(): boolean {
    return this.#isStale
  }

  /** Waits for the topic and joins the group. `onWaiting` is called when the topic does not exist yet. */
  async open(onWaiting: () => void): Promise<void> {
    const { topic } = this.#options
    while (!(await this.#findTopic())) {
      onWaiting()
      await pause(TOPIC_POLL_MS, this.#signal)
      if (this.#signal.aborted) throw closedError()
    }
    this.#consumer.topics.track(topic)
    await this.#consumer.joinGroup()
    // from now on every join is a rebalance: the positions must be read again
    this.#consumer.on('consumer:group:join', this.#endStream)
  }

  /** Opens a stream over the present assignment, each partition at its position in PostgreSQL. */
  async assign(onNotice: (text: string) => void): Promise<AssignedStream> {
    const { topic, group, pool } = this.#options
    if (this.#failure !== null) throw this.#failure
    this.#isStale = false
    const partitions = this.#consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? []
    const [earliest, latest] = await Promise.all([this.#offsets(EARLIEST), this.#offsets(LATEST)])
    const offsets: { topic: string; partition: number; offset: bigint }[] = []
    this.#applied.clear()
    for (const partition of partitions) {
      const range = { earliest: earliest[partition] ?? 0n, latest: latest[partition] ?? 0n, topicId: this.#topicId }
      const start = await startPosition(pool, { group, topic, partition }, range)
      if (start.notice !== null) onNotice(start.notice)
      offsets.push({ topic, partition, offset: start.offset })
      this.noteApplied(partition, start.offset)
    }
    const stream = await this.#consumer.consume({
      topics: [topic],
      mode: 'manual',
      offsets,
      fallbackMode: 'fail',
      autocommit: false,
    })
    // a stream that fails before it is read must not end the process either
    stream.on('error', () => undefined)
    this.#stream = stream
    if (this.#signal.aborted || this.#isStale) stream.destroy()
    return { batches: (max) => this.#batches(stream, max) }
  }

  /** Notes that everything before `nextOffset` is applied, and lets the group's offset follow. */
  noteApplied(partition: number, nextOffset: bigint): void {
    this.#applied.set(partition, nextOffset)
    this.#uncommitted.set(partition, nextOffset)
    this.#committing ??= this.#commit().finally(() => {
      this.#committing = null
    })
  }

  /** Messages not applied yet in the assigned partitions; null when the broker does not answer in time. */
  async lag(timeoutMs: number): Promise<number | null> {
    const timeout = new Promise<null>((resolve) => setTimeout(resolve, timeoutMs, null).unref())
    const latest = await Promise.race([this.#offsets(LATEST).catch(() => null), timeout])
    if (latest === null) return null
    let lag = 0n
    for (const [partition, applied] of this.#applied) {
      // with nothing buffered the stream's own place counts: it has passed transaction markers, which are no messages
      const idle = this.#stream?.readableLength === 0 && this.#uncommitted.size === 0
      const read = idle ? this.#stream?.offsetsToFetch.get(`${this.#options.topic}:${partition}`) : undefined
      const place = read !== undefined && read > applied ? read : applied
      const end = latest[partition] ?? place
      if (end > place) lag += end - place
    }
    return Number(lag)
  }

  /** Commits what is applied, leaves the group, closes the connections. Never throws. */
  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#endStream)
    await this.#committing
    this.#stream?.destroy()
    // force: a broker that is away must not keep us from closing
    await this.#consumer.close(true).catch(() => undefined)
  }

  readonly #endStream = (): void => {
    this.#isStale = true
    this.#stream?.destroy()
  }

  async *#batches(stream: Stream, max: number): AsyncGenerator<RawMessage[]> {
    yield* batchesOf<RawMessage>(stream, max)
  }

  async #findTopic(): Promise<boolean> {
    const { topic } = this.#options
    try {
      const metadata = await this.#consumer.metadata({ topics: [topic], forceUpdate: true })
      const found = metadata.topics.get(topic)
      if (found === undefined || found.partitionsCount === 0) return false
      this.#topicId = found.id
      return true
    } catch (error) {
      if (isUnknownTopic(error)) return false
      throw error
    }
  }

  async #offsets(timestamp: bigint): Promise<bigint[]> {
    const { topic } = this.#options
    return (await this.#consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? []
  }

  /** Commits until nothing new has been applied meanwhile. A failure costs nothing: PostgreSQL's position is the truth. */
  async #commit(): Promise<void> {
    const { topic } = this.#options
    while (this.#uncommitted.size > 0) {
      const offsets = [...this.#uncommitted].map(([partition, offset]) => ({
        topic,
        partition,
        offset,
        leaderEpoch: -1,
      }))
      this.#uncommitted.clear()
      try {
        await this.#consumer.commit({ offsets })
      } catch {
        return
      }
    }
  }
}

function closedError(): OutboxError {
  return new OutboxError('OUTBOX_CLOSED', 'the consumer was closed', 'Nothing to do.')
}

function isUnknownTopic(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { apiId, errors, cause, message } = error as {
    apiId?: unknown
    errors?: unknown
    cause?: unknown
    message?: unknown
  }
  // the client turns the broker's answer into an error of its own that has no code for it
  if (apiId === 'UNKNOWN_TOPIC_OR_PARTITION' || (typeof message === 'string' && message.startsWith('Unknown topic')))
    return true
  return (Array.isArray(errors) && errors.some(isUnknownTopic)) || isUnknownTopic(cause)
}
