// Where a source task's records go: the Kafka producer, with topics found or created on demand.
import { Admin, Cluster, type LinkFactory, Producer, parseBootstrap, type RecordAppender } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { StoredConfig } from '../store/store.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { patiently } from './patience.ts'
import type { RecordOutput } from './record-output.ts'
import { topicCreation } from './topic-creation.ts'

/** What an output is made of. */
export interface ProducerOutputOptions {
  readonly connector: string
  readonly task: number
  readonly config: StoredConfig
  readonly settings: Readonly<Record<string, string>>
  readonly openLink: LinkFactory
  readonly log: Logger
}

const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const METADATA_WAIT_MS = 10_000

/** Opens a producer for a task. Errors: CDC_CONNECT_* when no broker answers. */
export async function openProducerOutput(options: ProducerOutputOptions): Promise<RecordOutput & AsyncDisposable> {
  const { connector, task, config, settings, openLink } = options
  const chosen = (
    config['producer.override.compression.type'] ??
    settings['producer.compression.type'] ??
    'none'
  ).trim()
  const compression = COMPRESSIONS.find((word) => word === chosen)
  if (!compression) {
    const message = `Invalid value ${chosen} for configuration compression.type: String must be one of: ${COMPRESSIONS.join(', ')}`
    throw new CdcError('CDC_CONFIG_INVALID', message)
  }
  const clientId = `connector-producer-${connector}-${task}`
  const cluster = new Cluster({ bootstrap: parseBootstrap(settings['bootstrap.servers']!), open: openLink, clientId })
  try {
    return new ProducerOutput(cluster, await patiently(() => Producer.open({ cluster, compression })), options)
  } catch (error) {
    await cluster.close()
    throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', 'The producer cannot be opened')
  }
}

class ProducerOutput implements RecordOutput, AsyncDisposable {
  readonly #cluster: Cluster
  readonly #producer: Producer
  readonly #options: ProducerOutputOptions
  readonly #settingsOf: ReturnType<typeof topicCreation>

  constructor(cluster: Cluster, producer: Producer, options: ProducerOutputOptions) {
    this.#cluster = cluster
    this.#producer = producer
    this.#options = options
    this.#settingsOf = topicCreation(options.config)
  }

  partitionsOf(topic: string): number | null {
    return this.#producer.partitionCount(topic)
  }

  async resolve(topics: readonly string[]): Promise<void> {
    try {
      if (await this.#producer.resolve(topics)) return
      for (const topic of topics) if (this.partitionsOf(topic) === null) await this.#create(topic)
      const end = performance.now() + METADATA_WAIT_MS
      while (!(await this.#producer.resolve(topics))) {
        if (performance.now() > end) {
          const missing = topics.filter((topic) => this.partitionsOf(topic) === null).join(', ')
          throw new CdcError('CDC_CONNECT_TIMEOUT', `Topics ${missing} were created, but the broker does not show them`)
        }
        await sleep(50)
      }
    } catch (error) {
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', `Topics ${topics.join(', ')} cannot be found`)
    }
  }

  appender(topic: string, partition: number): RecordAppender {
    return this.#producer.appender(topic, partition)
  }

  send(): void {
    this.#producer.send()
  }

  async room(): Promise<void> {
    try {
      await this.#producer.room()
    } catch (error) {
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', NOT_TAKEN)
    }
  }

  async acknowledged(): Promise<void> {
    try {
      await this.#producer.checkpoint()
    } catch (error) {
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', NOT_TAKEN)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close()
    await this.#cluster.close()
  }

  async #create(topic: string): Promise<void> {
    const { settings, log } = this.#options
    if (settings['topic.creation.enable']?.trim().toLowerCase() === 'false') {
      await this.#cluster.refresh([topic], true) // the broker may create it by itself
      return
    }
    try {
      if (await new Admin(this.#cluster).createTopic({ name: topic, ...this.#settingsOf(topic) }))
        log.info({ topic }, 'topic created')
    } catch (error) {
      const what = `Task failed to create new topic ${topic}. Ensure that the task is authorized to create topics or that the topic exists and restart the task`
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', what)
    }
  }
}

const NOT_TAKEN = 'Unrecoverable exception from producer send callback'
