// Transactional ids in memory for reading, and in __transaction_state for good. Compaction of the topic keeps the newest state of each.

import type { PartitionLog } from '../../log/partition-log.ts'
import { readBatches } from '../../record/batch-reader.ts'
import { BatchWriter } from '../../record/batch-writer.ts'
import { partitionOfGroup } from '../group/group-store.ts'
import type { Topic } from '../topic/topic.ts'
import type { Transaction } from './transaction.ts'
import {
  readTransactionKey,
  readTransactionValue,
  transactionKeyBytes,
  transactionValueBytes,
} from './transaction-records.ts'

const NO_PRODUCER = { producerId: -1, producerEpoch: -1, baseSequence: -1 }
const READ_BYTES = 4 * 1024 * 1024

/** The store. The topic is made when the first transactional id comes. */
export class TransactionStore {
  readonly #makeTopic: () => Promise<Topic>
  readonly #entries = new Map<string, Transaction>()
  #topic: Topic | undefined
  #making: Promise<Topic> | undefined

  private constructor(makeTopic: () => Promise<Topic>) {
    this.#makeTopic = makeTopic
  }

  /** Reads the topic if it exists. Rejects with `DATA_CORRUPT` when a record is damaged. */
  static async open(topic: Topic | undefined, makeTopic: () => Promise<Topic>): Promise<TransactionStore> {
    const store = new TransactionStore(makeTopic)
    store.#topic = topic
    for (const { log } of topic?.partitions ?? []) await store.#load(log)
    return store
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#entries.get(transactionalId)
  }

  /** All transactional ids. */
  all(): IterableIterator<Transaction> {
    return this.#entries.values()
  }

  /** Makes the topic unless it is there. */
  async prepare(): Promise<void> {
    if (this.#topic !== undefined) return
    this.#making ??= this.#makeTopic().finally(() => {
      this.#making = undefined
    })
    this.#topic = await this.#making
  }

  /** Stores an entry; it is in force when the promise resolves, on disk. Rejects with `KAFKA_STORAGE_ERROR`; the old one then stands. */
  async put(entry: Transaction): Promise<void> {
    await this.#write(entry.transactionalId, transactionValueBytes(entry), true)
    this.#entries.set(entry.transactionalId, entry)
  }

  /**
   * Stores an entry that needs no waiting: whatever is stored later reaches the disk after it, and if it is lost the end of the transaction
   * is carried out once more.
   */
  async putSoon(entry: Transaction): Promise<void> {
    await this.#write(entry.transactionalId, transactionValueBytes(entry), false)
    this.#entries.set(entry.transactionalId, entry)
  }

  /** Forgets a transactional id. */
  async forget(transactionalId: string): Promise<void> {
    await this.#write(transactionalId, null, true)
    this.#entries.delete(transactionalId)
  }

  async #write(transactionalId: string, value: Buffer | null, waits: boolean): Promise<void> {
    await this.prepare()
    const { partitions } = this.#topic!
    const { log } = partitions[partitionOfGroup(transactionalId, partitions.length)]!
    log.append(batchOf(transactionKeyBytes(transactionalId), value), { checksums: false })
    const flushed = log.flush()
    if (waits) await flushed
    else flushed.catch(() => undefined)
  }

  async #load(log: PartitionLog): Promise<void> {
    let offset = log.startOffset
    while (offset < log.highWatermark) {
      const bytes = await log.read(offset, READ_BYTES)
      if (bytes.length === 0) return // compaction left nothing up to the end
      for (const batch of readBatches(bytes, { check: true })) {
        // A marker tells nothing here; an administrator's tool may have put one anywhere.
        if (!batch.isControl)
          for (const { key, value, ...record } of batch.records())
            if (record.offset >= offset && key !== null) this.#apply(key, value)
        offset = batch.lastOffset + 1
      }
    }
  }

  #apply(key: Buffer, value: Buffer | null): void {
    const id = readTransactionKey(key)
    if (id === undefined) return
    if (value === null) this.#entries.delete(id)
    else this.#entries.set(id, readTransactionValue(id, value))
  }
}

function batchOf(key: Buffer, value: Buffer | null): Buffer {
  const writer = new BatchWriter(key.length + (value?.length ?? 0) + 128)
  writer.begin(Date.now())
  writer.beginKey()
  put(writer, key)
  writer.endKey()
  if (value === null) writer.nullValue()
  else {
    writer.beginValue()
    put(writer, value)
    writer.endValue()
  }
  writer.end()
  return writer.close(NO_PRODUCER).bytes
}

function put({ sink }: BatchWriter, bytes: Uint8Array): void {
  sink.reserve(bytes.length)
  sink.bytes.set(bytes, sink.pos)
  sink.pos += bytes.length
}
