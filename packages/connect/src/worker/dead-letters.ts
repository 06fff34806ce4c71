// The dead letter queue of a sink task (KIP-298): records that could not be worked on, as they were, with the reason in headers.
import {
  Admin,
  type BatchRecord,
  Cluster,
  type ClusterOptions,
  encodeHeaders,
  Producer,
  partitionForKey,
  type RecordHeader,
} from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import { putBytes } from '../data/growing-bytes.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { patiently } from './patience.ts'
import { traceOf } from './trace.ts'

/** What a queue is made of. */
export interface DeadLettersOptions {
  readonly cluster: ClusterOptions
  readonly connector: string
  readonly task: number
  readonly topic: string
  readonly replicationFactor: number
  /** `errors.deadletterqueue.context.headers.enable`. */
  readonly hasContextHeaders: boolean
}

/** A record that failed. */
export interface DeadLetter {
  readonly topic: string
  readonly partition: number
  readonly raw: BatchRecord
  readonly stage: string
  readonly className: string
  readonly error: CdcError
}

const TOPIC_WAIT_MS = 30_000
const PREFIX = '__connect.errors.'

/** An open queue. {@link DeadLetters.flush} before the offsets of its records are committed. */
export class DeadLetters implements AsyncDisposable {
  readonly #options: DeadLettersOptions
  readonly #cluster: Cluster
  readonly #producer: Producer
  #nextPartition = 0

  private constructor(options: DeadLettersOptions, cluster: Cluster, producer: Producer) {
    this.#options = options
    this.#cluster = cluster
    this.#producer = producer
  }

  /** Finds or creates the topic (one partition). Errors: CDC_PRODUCE_FAILED, CDC_CONNECT_*. */
  static async open(options: DeadLettersOptions): Promise<DeadLetters> {
    const { topic, replicationFactor } = options
    const cluster = new Cluster(options.cluster)
    try {
      const producer = await patiently(() => Producer.open({ cluster }))
      if (!(await producer.resolve([topic]))) {
        await new Admin(cluster).createTopic({ name: topic, partitions: 1, replicationFactor })
        const end = performance.now() + TOPIC_WAIT_MS
        while (!(await producer.resolve([topic]))) {
          if (performance.now() > end)
            throw new CdcError('CDC_CONNECT_TIMEOUT', `Topic ${topic} was created, but the broker does not show it`)
          await sleep(50)
        }
      }
      return new DeadLetters(options, cluster, producer)
    } catch (error) {
      await cluster.close()
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', `Could not initialize dead letter queue with topic=${topic}`)
    }
  }

  /** Appends a record; it goes out at the next flush at the latest. */
  add(letter: DeadLetter): void {
    const { topic, hasContextHeaders } = this.#options
    const { key, value, headers, timestampMs } = letter.raw
    const partitions = this.#producer.partitionCount(topic) ?? 1
    const partition = key === null ? this.#nextPartition++ % partitions : partitionForKey(partitions, key)
    const appender = this.#producer.appender(topic, partition)
    appender.begin(timestampMs)
    if (key === null) appender.nullKey()
    else {
      appender.beginKey()
      putBytes(appender.sink, key)
      appender.endKey()
    }
    if (value === null) appender.nullValue()
    else {
      appender.beginValue()
      putBytes(appender.sink, value)
      appender.endValue()
    }
    appender.end(encodeHeaders(hasContextHeaders ? [...headers, ...this.#context(letter)] : headers))
  }

  /** Resolves when every record so far is acknowledged. Errors: CDC_PRODUCE_FAILED, CDC_CONNECT_*. */
  async flush(): Promise<void> {
    try {
      this.#producer.send()
      await this.#producer.checkpoint()
    } catch (error) {
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', `Records could not be written to ${this.#options.topic}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close()
    await this.#cluster.close()
  }

  #context({ topic, partition, raw, stage, className, error }: DeadLetter): RecordHeader[] {
    const { connector, task } = this.#options
    const texts: readonly (readonly [string, string])[] = [
      ['topic', topic],
      ['partition', String(partition)],
      ['offset', String(raw.offset)],
      ['connector.name', connector],
      ['task.id', String(task)],
      ['stage', stage],
      ['class.name', className],
      ['exception.class.name', error.javaClass],
      ['exception.message', error.message],
      ['exception.stacktrace', traceOf(error)],
    ]
    return texts.map(([name, text]) => ({ key: `${PREFIX}${name}`, value: Buffer.from(text) }))
  }
}
