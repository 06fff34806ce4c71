// History records in a Kafka topic: one partition, kept for ever, as Debezium makes it.
import { Admin, Cluster, encodeHeaders, type LinkFactory, Producer, parseBootstrap, readToEnd } from '@millrace/kafka'
import { CdcError } from '../../../base/errors.ts'
import type { HistoryTopic } from './history-topic.ts'

/** How to reach the topic. */
export interface KafkaHistoryTopicOptions {
  readonly topic: string
  /** `schema.history.internal.kafka.bootstrap.servers`. */
  readonly bootstrapServers: string
  readonly openLink: LinkFactory
  readonly clientId: string
}

const CONFIGS = { 'cleanup.policy': 'delete', 'retention.ms': '9223372036854775807', 'retention.bytes': '-1' }
const NO_HEADERS = encodeHeaders([])

/** See the file's head. One writer at a time. */
export class KafkaHistoryTopic implements HistoryTopic {
  readonly #options: KafkaHistoryTopicOptions
  readonly #cluster: Cluster
  #producer: Promise<Producer> | null = null

  constructor(options: KafkaHistoryTopicOptions) {
    this.#options = options
    const { bootstrapServers, openLink: open, clientId } = options
    this.#cluster = new Cluster({ bootstrap: parseBootstrap(bootstrapServers), open, clientId })
  }

  async exists(): Promise<boolean> {
    const { topic } = this.#options
    try {
      return (await this.#cluster.refresh([topic])).some((found) => found.name === topic)
    } catch (error) {
      throw storeError(error, this.#options)
    }
  }

  async create(): Promise<void> {
    const { topic } = this.#options
    try {
      await new Admin(this.#cluster).createTopic({
        name: topic,
        partitions: 1,
        replicationFactor: -1,
        configs: CONFIGS,
      })
    } catch (error) {
      throw storeError(error, this.#options)
    }
  }

  async append(text: string): Promise<void> {
    const { topic } = this.#options
    try {
      this.#producer ??= this.#openProducer()
      const producer = await this.#producer
      // Synchronous from here to `checkpoint`: calls that are made one after the other are stored in that order.
      const appender = producer.appender(topic, 0)
      appender.begin(Date.now())
      appender.nullKey()
      appender.beginValue()
      const { sink } = appender
      sink.reserve(text.length * 3)
      sink.pos += sink.bytes.write(text, sink.pos, 'utf8')
      appender.endValue()
      appender.end(NO_HEADERS)
      producer.send()
      await producer.checkpoint()
    } catch (error) {
      throw storeError(error, this.#options)
    }
  }

  async *read(): AsyncIterable<string> {
    const { topic } = this.#options
    try {
      const fromOffset = await new Admin(this.#cluster).earliestOffset(topic, 0)
      for await (const chunk of readToEnd(this.#cluster, { topic, partition: 0, fromOffset })) {
        for (const { value } of chunk.records) if (value !== null) yield Buffer.from(value).toString('utf8')
      }
    } catch (error) {
      throw storeError(error, this.#options)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const producer = await this.#producer?.catch(() => null)
    await producer?.close()
    await this.#cluster.close()
  }

  async #openProducer(): Promise<Producer> {
    const producer = await Producer.open({ cluster: this.#cluster })
    await producer.resolve([this.#options.topic])
    return producer
  }
}

/** Brokers that do not answer end in Kafka's own words, what happened in the cause. */
function storeError(error: unknown, { topic, bootstrapServers }: KafkaHistoryTopicOptions): CdcError {
  if (CdcError.is(error)) return error
  const { code, message, retriable } = error as {
    readonly code?: unknown
    readonly message?: string
    readonly retriable?: boolean
  }
  const isUnreachable = code === 'NETWORK_EXCEPTION'
  const failure = new CdcError(
    'CDC_STORE_UNAVAILABLE',
    `The schema history topic ${topic} cannot be used: ${message ?? String(error)}`,
    {
      cause: error,
      ...(retriable === undefined ? {} : { retriable }),
      ...(isUnreachable
        ? {
            hint: `Check schema.history.internal.kafka.bootstrap.servers (${bootstrapServers}), and that the broker runs.`,
          }
        : {}),
    },
  )
  if (!isUnreachable) return failure
  const { hint } = failure
  return new CdcError(failure.code, 'Timeout expired while fetching topic metadata', {
    javaClass: 'org.apache.kafka.common.errors.TimeoutException',
    retriable: failure.retriable,
    hint,
    cause: failure,
  })
}
