// State topics on a Kafka broker, embedded or not: created compacted, read whole at the start, written with all acknowledgements.
// One worker owns its state topics: what it wrote itself it hears after the acknowledgement; what others write is read at the next start.
import { Admin, type Cluster, Producer, partitionForKey, readToEnd } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { StateRecord, StateTopic, StateTopicOptions, StateTopics } from '../store/state-topic.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { patiently } from './patience.ts'

const METADATA_WAIT_MS = 30_000

/** State topics of one cluster. All of them share one producer. */
export class KafkaTopics implements StateTopics, AsyncDisposable {
  readonly #cluster: Cluster
  #producer: Promise<Producer> | null = null

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async open(options: StateTopicOptions, listener: (record: StateRecord) => void): Promise<StateTopic> {
    const { topic } = options
    try {
      const partitions = await this.#ensure(options)
      await Promise.all(Array.from({ length: partitions }, (_, partition) => this.#read(topic, partition, listener)))
      return {
        partitions,
        put: (...records) => this.#put(topic, partitions, records, listener),
        [Symbol.asyncDispose]: async () => {},
      }
    } catch (error) {
      throw kafkaFailure(error, 'CDC_STORE_UNAVAILABLE', `The topic ${topic} cannot be opened`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
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

  async #read(topic: string, partition: number, listener: (record: StateRecord) => void): Promise<void> {
    const admin = new Admin(this.#cluster)
    const fromOffset = await patiently(() => admin.earliestOffset(topic, partition))
    const end = await patiently(() => admin.latestOffset(topic, partition))
    if (fromOffset >= end) return
    for await (const { records } of readToEnd(this.#cluster, { topic, partition, fromOffset })) {
      for (const { key, value } of records) {
        if (key !== null) listener({ key: text(key), value: value === null ? null : text(value) })
      }
    }
  }

  async #put(
    topic: string,
    partitions: number,
    records: readonly StateRecord[],
    listener: (record: StateRecord) => void,
  ): Promise<void> {
    if (records.length === 0) return
    try {
      const producer = await this.#openProducer()
      if (producer.partitionCount(topic) === null) await producer.resolve([topic])
      const nowMs = Date.now()
      for (const { key, value } of records) {
        const bytes = Buffer.from(key)
        const appender = producer.appender(topic, partitionForKey(partitions, bytes))
        appender.begin(nowMs)
        appender.beginKey()
        write(appender.sink, bytes)
        appender.endKey()
        if (value === null) appender.nullValue()
        else {
          appender.beginValue()
          write(appender.sink, Buffer.from(value))
          appender.endValue()
        }
        appender.end({ count: 0, bytes: Buffer.alloc(0) })
      }
      const acknowledged = producer.checkpoint()
      producer.send()
      await acknowledged
    } catch (error) {
      this.#producer = null // a failed producer stays failed
      throw kafkaFailure(error, 'CDC_STORE_UNAVAILABLE', `The topic ${topic} cannot be written`)
    }
    for (const record of records) listener(record)
  }

  #openProducer(): Promise<Producer> {
    this.#producer ??= patiently(() => Producer.open({ cluster: this.#cluster, deliveryTimeoutMs: 30_000 }))
    return this.#producer
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

function write(sink: { bytes: Buffer; pos: number; reserve(count: number): void }, bytes: Buffer): void {
  sink.reserve(bytes.length)
  bytes.copy(sink.bytes, sink.pos)
  sink.pos += bytes.length
}
