// State topics on a Kafka broker, embedded or not: created compacted, read whole at the start, written with all acknowledgements.
// Several workers share them: once followed, everything is heard in the topics' own order, what this process wrote and what others wrote.
import {
  Admin,
  type BatchRecord,
  type Cluster,
  type FollowedPartition,
  followTopics,
  Producer,
  partitionForKey,
  type RecordAppender,
  readToEnd,
} from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import { putBytes } from '../data/growing-bytes.ts'
import type { StateListener, StateRecord, StateTopic, StateTopicOptions, StateTopics } from '../store/state-topic.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { patiently } from './patience.ts'

const METADATA_WAIT_MS = 30_000
const READ_BACK_MS = 30_000
const CATCH_UP_STEP_MS = 10

/** A record that this process wrote and has not read back. */
interface Echo {
  readonly record: StateRecord
  readonly seen: () => void
}

/** A partition of a state topic as it is followed. */
interface Followed extends FollowedPartition {
  readonly listener: StateListener
  /** What this process wrote to it, in order, until it is read back. */
  echoes: Echo[]
}

/** State topics of one cluster. All of them share one producer. */
export class KafkaTopics implements StateTopics, AsyncDisposable {
  readonly #cluster: Cluster
  #producer: Promise<Producer> | null = null
  readonly #followed: Followed[] = []
  readonly #ended = new AbortController()
  #isFollowing = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /**
   * Follows every topic opened so far: from now on records reach the listeners when they are read, and a put waits until its own are.
   * `cluster`: connections for this alone.
   */
  follow(cluster: Cluster, log: Logger): void {
    this.#isFollowing = true
    void followTopics({
      cluster,
      partitions: this.#followed,
      signal: this.#ended.signal,
      onRecords: (partition, records) => this.#hear(partition as Followed, records),
      onTrouble: ({ code, message }) => log.warn({ code }, `the state topics cannot be read at the moment: ${message}`),
    })
  }

  async open(options: StateTopicOptions, listener: StateListener): Promise<StateTopic> {
    const { topic } = options
    try {
      const partitions = await this.#ensure(options)
      const read = Array.from({ length: partitions }, (_, partition) => this.#read(topic, partition, listener))
      const own = (await Promise.all(read)).map((offset, partition): Followed => {
        return { topic, partition, offset, listener, echoes: [] }
      })
      this.#followed.push(...own)
      return {
        partitions,
        put: (...records) => this.#put(topic, own, records),
        catchUp: () => this.#catchUp(own),
        [Symbol.asyncDispose]: async () => {},
      }
    } catch (error) {
      throw kafkaFailure(error, 'CDC_STORE_UNAVAILABLE', `The topic ${topic} cannot be opened`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#producer?.then(
      (producer) => producer.close(),
      () => {},
    )
  }

  /** Creates the topic if it is missing. Returns its number of partitions. Errors: CDC_STORE_INVALID unless it is compacted. */
  async #ensure({ topic, partitions, replicationFactor }: StateTopicOptions): Promise<number> {
    const admin = new Admin(this.#cluster)
    const [found] = await this.#cluster.refresh([topic])
    if (found) {
      const policy = (await admin.topicConfigs(topic)).get('cleanup.policy')
      if (policy !== undefined && policy.trim() !== 'compact') {
        const message = `Topic '${topic}' must have cleanup.policy=compact, but has ${policy}: it would lose state`
        throw new CdcError('CDC_STORE_INVALID', message)
      }
      if (partitions === 1 && found.leaders.length !== 1)
        throw new CdcError(
          'CDC_STORE_INVALID',
          `Topic '${topic}' must have exactly one partition, but has ${found.leaders.length}`,
        )
      return found.leaders.length
    }
    await admin.createTopic({ name: topic, partitions, replicationFactor, configs: { 'cleanup.policy': 'compact' } })
    const end = performance.now() + METADATA_WAIT_MS
    for (;;) {
      const [created] = await this.#cluster.refresh([topic])
      if (created) return created.leaders.length
      if (performance.now() > end)
        throw new CdcError('CDC_STORE_UNAVAILABLE', `Topic '${topic}' was created, but the broker does not show it`)
      await sleep(50)
    }
  }

  /** Reads a partition whole. Returns the offset behind it. */
  async #read(topic: string, partition: number, listener: StateListener): Promise<number> {
    const admin = new Admin(this.#cluster)
    const fromOffset = await patiently(() => admin.earliestOffset(topic, partition))
    const end = await patiently(() => admin.latestOffset(topic, partition))
    if (fromOffset >= end) return end
    let behind = fromOffset
    for await (const { records, nextOffset } of readToEnd(this.#cluster, { topic, partition, fromOffset })) {
      for (const { key, value, offset } of records) {
        if (key === null) continue
        listener({ key: text(key), value: value === null ? null : text(value) }, { offset, isOwn: false })
      }
      behind = nextOffset
    }
    return behind
  }

  /** Errors: CDC_STORE_UNAVAILABLE when the end is not reached in time. */
  async #catchUp(partitions: readonly Followed[]): Promise<void> {
    if (!this.#isFollowing) return
    const admin = new Admin(this.#cluster)
    const read = partitions.map(async (followed) => {
      // Not beyond an open transaction: a process that was killed leaves one, and the task that ends it waits for this.
      const end = await patiently(() => admin.stableOffset(followed.topic, followed.partition))
      const giveUpAt = performance.now() + READ_BACK_MS
      while (followed.offset < end) {
        if (performance.now() > giveUpAt)
          throw new CdcError('CDC_STORE_UNAVAILABLE', `The topic ${followed.topic} cannot be read up to its end`)
        await sleep(CATCH_UP_STEP_MS)
      }
    })
    await Promise.all(read)
  }

  #hear(partition: Followed, records: readonly BatchRecord[]): void {
    for (const { key, value, offset } of records) {
      if (key === null) continue
      const record = { key: text(key), value: value === null ? null : text(value) }
      const [first] = partition.echoes
      const isOwn = first !== undefined && first.record.key === record.key && first.record.value === record.value
      if (isOwn) partition.echoes.shift()
      partition.listener(record, { offset, isOwn })
      if (isOwn) first.seen()
    }
  }

  async #put(topic: string, partitions: readonly Followed[], records: readonly StateRecord[]): Promise<void> {
    if (records.length === 0) return
    const placed = records.map((record) => {
      const bytes = Buffer.from(record.key)
      const seen = Promise.withResolvers<void>()
      const partition = partitions[partitionForKey(partitions.length, bytes)]!
      return { record, bytes, partition, seen: seen.promise, echo: { record, seen: seen.resolve } }
    })
    try {
      const producer = await this.#openProducer()
      if (producer.partitionCount(topic) === null) await producer.resolve([topic])
      const nowMs = Date.now()
      for (const { record, bytes, partition, echo } of placed) {
        partition.echoes.push(echo)
        append(producer.appender(topic, partition.partition), bytes, record.value, nowMs)
      }
      const acknowledged = producer.checkpoint()
      producer.send()
      await acknowledged
      if (this.#isFollowing) await readBack(topic, placed)
    } catch (error) {
      this.#producer = null // a failed producer stays failed
      for (const { partition, echo } of placed) partition.echoes = partition.echoes.filter((other) => other !== echo)
      throw kafkaFailure(error, 'CDC_STORE_UNAVAILABLE', `The topic ${topic} cannot be written`)
    }
    if (!this.#isFollowing) for (const { record, partition } of placed) partition.listener(record)
  }

  #openProducer(): Promise<Producer> {
    this.#producer ??= patiently(() => Producer.open({ cluster: this.#cluster, deliveryTimeoutMs: 30_000 }))
    return this.#producer
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** Errors: CDC_STORE_UNAVAILABLE when the records do not come back in time. */
async function readBack(topic: string, placed: readonly { readonly seen: Promise<void> }[]): Promise<void> {
  const patience = new AbortController()
  const isLate = sleep(READ_BACK_MS, { signal: patience.signal }).then(() => !patience.signal.aborted)
  const all = Promise.all(placed.map(({ seen }) => seen)).then(() => false)
  const isLost = await Promise.race([all, isLate])
  patience.abort()
  if (isLost) throw new CdcError('CDC_STORE_UNAVAILABLE', `What was written to the topic ${topic} cannot be read back`)
}

function append(appender: RecordAppender, key: Buffer, value: string | null, nowMs: number): void {
  appender.begin(nowMs)
  appender.beginKey()
  putBytes(appender.sink, key)
  appender.endKey()
  if (value === null) appender.nullValue()
  else {
    appender.beginValue()
    putBytes(appender.sink, Buffer.from(value))
    appender.endValue()
  }
  appender.end({ count: 0, bytes: Buffer.alloc(0) })
}
