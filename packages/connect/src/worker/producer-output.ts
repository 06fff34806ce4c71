// Where a source task's records go: the Kafka producer, with topics found or created on demand.
import {
  Admin,
  Cluster,
  type LinkFactory,
  Producer,
  parseBootstrap,
  type RecordAppender,
  secureLinks,
} from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { StoredConfig } from '../store/store.ts'
import { checkOffsetsTopic, type TransactionSettings, transactionSettings } from './exactly-once.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { patiently } from './patience.ts'
import { producerOptions } from './producer-options.ts'
import { ProducerTransactions } from './producer-transactions.ts'
import type { OutputTransactions, RecordOutput } from './record-output.ts'
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

const METADATA_WAIT_MS = 10_000

/** Opens a producer for a task. Errors: CDC_CONFIG_INVALID for its options, CDC_CONNECT_* when no broker answers. */
export async function openProducerOutput(options: ProducerOutputOptions): Promise<ProducerOutput> {
  const { config, settings, openLink, log } = options
  checkOffsetsTopic(settings, config)
  const transactions = transactionSettings(settings, config, options)
  const chosen = producerOptions(settings, config, { ...options, transactionalId: transactions?.transactionalId })
  if (chosen.ignored.length > 0)
    log.warn({ options: chosen.ignored }, `producer options without effect here: ${chosen.ignored.join(', ')}`)
  const { clientId, requestTimeoutMs, metadataMaxAgeMs } = chosen
  const bootstrap = parseBootstrap(chosen.bootstrap)
  const open = chosen.security === null ? openLink : secureLinks(chosen.security, clientId)
  const cluster = new Cluster({ bootstrap, open, clientId, requestTimeoutMs, metadataMaxAgeMs })
  try {
    const producer = await patiently(() => Producer.open({ ...chosen.producer, cluster }))
    const output = new ProducerOutput({ cluster, producer, lingerMs: chosen.lingerMs, transactions }, options)
    if (transactions) await output.resolve([transactions.offsetTopic])
    return output
  } catch (error) {
    await cluster.close()
    throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', 'The producer cannot be opened')
  }
}

/** What a producer output works with. */
interface OutputParts {
  readonly cluster: Cluster
  readonly producer: Producer
  readonly lingerMs: number
  readonly transactions: TransactionSettings | null
}

/** The output over a Kafka producer. */
class ProducerOutput implements RecordOutput, AsyncDisposable {
  readonly #cluster: Cluster
  readonly #producer: Producer
  readonly #lingerMs: number
  readonly #options: ProducerOutputOptions
  readonly #settingsOf: ReturnType<typeof topicCreation>
  #linger: NodeJS.Timeout | null = null
  readonly transactions?: OutputTransactions

  constructor({ cluster, producer, lingerMs, transactions }: OutputParts, options: ProducerOutputOptions) {
    this.#cluster = cluster
    this.#producer = producer
    this.#lingerMs = lingerMs
    this.#options = options
    this.#settingsOf = topicCreation(options.config)
    const { connector } = options
    if (transactions !== null)
      this.transactions = new ProducerTransactions({ cluster, producer, connector, transactions })
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
    if (this.#lingerMs === 0) this.#producer.send()
    else
      this.#linger ??= setTimeout(() => {
        this.#linger = null
        this.#producer.send()
      }, this.#lingerMs)
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
    if (this.#linger !== null) clearTimeout(this.#linger)
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
