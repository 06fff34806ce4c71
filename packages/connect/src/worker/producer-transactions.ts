// The exactly-once side of a producer output: source offsets are written to Connect's offset topic by the producer of the records, in the same
// transaction.
import { type Cluster, type Producer, partitionForKey } from '@millrace/kafka'
import { putBytes } from '../data/growing-bytes.ts'
import type { SourceOffset, SourcePartition } from '../source/source.ts'
import { stringifyExact } from '../store/exact-json.ts'
import { offsetKey } from '../store/kafka-offset-store.ts'
import type { TransactionSettings } from './exactly-once.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { patiently } from './patience.ts'
import type { OutputTransactions, StoredOffset } from './record-output.ts'
import { readSourceOffset } from './source-offset-reader.ts'

/** What it is made of. The producer must know the offset topic. */
export interface ProducerTransactionsOptions {
  readonly cluster: Cluster
  readonly producer: Producer
  readonly connector: string
  readonly transactions: TransactionSettings
}

/** Transactions of one task. */
export class ProducerTransactions implements OutputTransactions {
  readonly #options: ProducerTransactionsOptions

  constructor(options: ProducerTransactionsOptions) {
    this.#options = options
  }

  get boundaryMs(): number {
    return this.#options.transactions.boundaryMs
  }

  async commit(offsets: readonly StoredOffset[]): Promise<void> {
    try {
      for (const stored of offsets) this.#append(stored)
      await this.#options.producer.commit()
    } catch (error) {
      throw kafkaFailure(error, 'CDC_PRODUCE_FAILED', 'Failed to flush offsets and/or records')
    }
  }

  async loadOffset(partition: SourcePartition): Promise<SourceOffset | null> {
    const { cluster, connector, transactions } = this.#options
    const { offsetTopic: topic } = transactions
    try {
      const question = { topic, partitions: this.#partitions(), connector, partition }
      return await patiently(() => readSourceOffset(cluster, question))
    } catch (error) {
      throw kafkaFailure(error, 'CDC_STORE_UNAVAILABLE', `The topic ${topic} cannot be read`)
    }
  }

  #append({ partition, offset }: StoredOffset): void {
    const { producer, connector, transactions } = this.#options
    const key = Buffer.from(offsetKey(connector, partition))
    const value = Buffer.from(stringifyExact(offset))
    const appender = producer.appender(transactions.offsetTopic, partitionForKey(this.#partitions(), key))
    const { sink } = appender
    appender.begin(Date.now())
    appender.beginKey()
    putBytes(sink, key)
    appender.endKey()
    appender.beginValue()
    putBytes(sink, value)
    appender.endValue()
    appender.end({ count: 0, bytes: Buffer.alloc(0) })
  }

  /** Partitions of the offset topic, which was there when the output was opened. */
  #partitions(): number {
    const { producer, transactions } = this.#options
    this.#count ??= producer.partitionCount(transactions.offsetTopic)
    return this.#count ?? 1
  }
  #count: number | null = null
}
