// What groups keep across a restart: committed offsets and group metadata, in memory for reading and in __consumer_offsets for good. Each
// change is a record there; compaction of the topic keeps the newest of each key.

import type { PartitionLog } from '../../log/partition-log.ts'
import { AbortedFilter } from '../../record/aborted-filter.ts'
import { readBatches } from '../../record/batch-reader.ts'
import { BatchWriter, type ProducerStamp } from '../../record/batch-writer.ts'
import type { Topic } from '../topic/topic.ts'
import type { GroupRecord } from './consumer-group-records.ts'
import { readConsumerKey } from './consumer-records.ts'
import {
  type CommittedOffset,
  groupKeyBytes,
  groupValueBytes,
  type OffsetKey,
  offsetKeyBytes,
  offsetValueBytes,
  readGroupKey,
  readGroupValue,
  readOffsetValue,
  type StoredGroup,
} from './group-records.ts'
import { PendingOffsets } from './pending-offsets.ts'

/** Offsets of one group: topic → partition → offset. */
export type GroupOffsets = Map<string, Map<number, CommittedOffset>>

const NO_PRODUCER: ProducerStamp = { producerId: -1, producerEpoch: -1, baseSequence: -1 }
const READ_BYTES = 4 * 1024 * 1024

/** The store over the partitions of __consumer_offsets. */
export class GroupStore {
  readonly #topic: Topic
  readonly #offsets = new Map<string, GroupOffsets>()
  readonly #groups = new Map<string, StoredGroup>()
  /** Records of consumer groups: group → key → record. */
  readonly #consumerRecords = new Map<string, Map<string, GroupRecord>>()
  readonly #pending = new PendingOffsets()

  private constructor(topic: Topic) {
    this.#topic = topic
  }

  /** Reads the whole topic. Rejects with `DATA_CORRUPT` when a record is damaged: offsets are never silently forgotten. */
  static async open(topic: Topic): Promise<GroupStore> {
    const store = new GroupStore(topic)
    for (const { index, log } of topic.partitions) await store.#load(index, log)
    return store
  }

  /** Groups with stored metadata. */
  groups(): ReadonlyMap<string, StoredGroup> {
    return this.#groups
  }

  /** Groups of the new protocol: their records as read at the start, handed over once. */
  takeConsumerRecords(): [group: string, records: GroupRecord[]][] {
    const all = [...this.#consumerRecords].map(([id, records]): [string, GroupRecord[]] => [id, [...records.values()]])
    this.#consumerRecords.clear()
    return all
  }

  /** Ids of groups that have committed offsets. */
  groupsWithOffsets(): string[] {
    return [...this.#offsets.keys()]
  }

  /** Committed offsets of a group. */
  offsets(group: string): GroupOffsets | undefined {
    return this.#offsets.get(group)
  }

  /**
   * Stores offsets; they are readable when the promise resolves, on disk; with a `producer` when its transaction commits.
   * Rejects with `KAFKA_STORAGE_ERROR` or, for a producer that was fenced, `INVALID_PRODUCER_EPOCH`.
   */
  async commit(
    group: string,
    offsets: readonly (Omit<OffsetKey, 'group'> & { value: CommittedOffset })[],
    producer?: Omit<ProducerStamp, 'baseSequence'>,
  ): Promise<void> {
    const records = offsets.map(({ topic, partition, value }) => ({
      key: offsetKeyBytes({ group, topic, partition }),
      value: offsetValueBytes(value),
    }))
    await this.#write(group, records, producer)
    for (const { topic, partition, value } of offsets) {
      const key = { group, topic, partition }
      if (producer !== undefined) this.#pending.add(this.#partitionOf(group), producer.producerId, { key, value })
      else this.#set(key, value)
    }
  }

  /** The transaction of a producer has ended in a partition of the topic. */
  endTransaction(partition: number, producerId: number, isCommit: boolean): void {
    for (const { key, value } of this.#pending.take(partition, producerId)) if (isCommit) this.#set(key, value)
  }

  /** Whether an open transaction may still change the offset. */
  isPending(key: OffsetKey): boolean {
    return this.#pending.has(key)
  }

  /** Forgets offsets. */
  async forget(group: string, keys: readonly Omit<OffsetKey, 'group'>[]): Promise<void> {
    if (keys.length === 0) return
    await this.#write(
      group,
      keys.map((key) => ({ key: offsetKeyBytes({ group, ...key }), value: null })),
    )
    for (const key of keys) this.#unset({ group, ...key })
  }

  /** Stores a group's metadata. */
  async storeGroup(id: string, group: StoredGroup): Promise<void> {
    await this.#write(id, [{ key: groupKeyBytes(id), value: groupValueBytes(group) }])
    this.#groups.set(id, group)
  }

  /** Forgets a group's metadata; its offsets stay. */
  async forgetMetadata(id: string): Promise<void> {
    if (!this.#groups.has(id)) return
    await this.#write(id, [{ key: groupKeyBytes(id), value: null }])
    this.#groups.delete(id)
  }

  /** Appends records of a group in one batch. */
  async write(group: string, records: readonly GroupRecord[]): Promise<void> {
    await this.#write(group, records)
  }

  /** Forgets a group and all its offsets. */
  async forgetGroup(id: string): Promise<void> {
    const records: GroupRecord[] = [{ key: groupKeyBytes(id), value: null }]
    for (const [topic, partitions] of this.#offsets.get(id) ?? []) {
      for (const partition of partitions.keys())
        records.push({ key: offsetKeyBytes({ group: id, topic, partition }), value: null })
    }
    await this.#write(id, records)
    this.#groups.delete(id)
    this.#offsets.delete(id)
  }

  async #load(partition: number, log: PartitionLog): Promise<void> {
    let offset = log.startOffset
    if (offset >= log.highWatermark) return
    const filter = new AbortedFilter(log.abortedBetween(0, Number.POSITIVE_INFINITY))
    while (offset < log.highWatermark) {
      const bytes = await log.read(offset, READ_BYTES)
      if (bytes.length === 0) return // compaction left nothing up to the end
      for (const batch of readBatches(bytes, { check: true })) {
        const from = offset
        offset = batch.lastOffset + 1
        if (!filter.keeps(batch)) continue
        const openFrom = batch.isTransactional ? log.producers.openFrom(batch.header.producerId) : -1
        const isOpen = openFrom >= 0 && batch.header.baseOffset >= openFrom
        for (const { key, value, ...record } of batch.records()) {
          if (record.offset < from || key === null) continue
          if (isOpen) this.#applyPending(partition, batch.header.producerId, key, value)
          else this.#apply(key, value)
        }
      }
    }
  }

  #apply(keyBytes: Buffer, value: Buffer | null): void {
    const key = readGroupKey(keyBytes)
    if (key.kind === 'offset') {
      if (value === null) this.#unset(key)
      else this.#set(key, readOffsetValue(value))
    } else if (key.kind === 'group') {
      if (value === null) this.#groups.delete(key.group)
      else this.#groups.set(key.group, readGroupValue(value))
    } else this.#applyConsumerRecord({ key: keyBytes, value })
  }

  #applyPending(partition: number, producerId: number, keyBytes: Buffer, value: Buffer | null): void {
    const key = readGroupKey(keyBytes)
    if (key.kind !== 'offset' || value === null) return
    const { group, topic, partition: ofTopic } = key
    this.#pending.add(partition, producerId, {
      key: { group, topic, partition: ofTopic },
      value: readOffsetValue(value),
    })
  }

  #applyConsumerRecord(record: GroupRecord): void {
    const key = readConsumerKey(record.key)
    if (key === undefined) return
    let records = this.#consumerRecords.get(key.group)
    if (records === undefined) {
      records = new Map()
      this.#consumerRecords.set(key.group, records)
    }
    // copied: views would keep the whole batch they were read from
    const id = record.key.toString('latin1')
    if (record.value === null) records.delete(id)
    else records.set(id, { key: Buffer.from(record.key), value: Buffer.from(record.value) })
    if (records.size === 0) this.#consumerRecords.delete(key.group)
  }

  #set({ group, topic, partition }: OffsetKey, value: CommittedOffset): void {
    this.#pending.overtake({ group, topic, partition })
    let topics = this.#offsets.get(group)
    if (topics === undefined) {
      topics = new Map()
      this.#offsets.set(group, topics)
    }
    let partitions = topics.get(topic)
    if (partitions === undefined) {
      partitions = new Map()
      topics.set(topic, partitions)
    }
    partitions.set(partition, value)
  }

  #unset({ group, topic, partition }: OffsetKey): void {
    const topics = this.#offsets.get(group)
    const partitions = topics?.get(topic)
    if (topics === undefined || partitions === undefined) return
    partitions.delete(partition)
    if (partitions.size === 0) topics.delete(topic)
    if (topics.size === 0) this.#offsets.delete(group)
  }

  async #write(
    group: string,
    records: readonly GroupRecord[],
    producer?: Omit<ProducerStamp, 'baseSequence'>,
  ): Promise<void> {
    const { log } = this.#topic.partitions[this.#partitionOf(group)]!
    appendRecords(log, records, producer)
    await log.flush()
  }

  /** As Kafka spreads groups over the partitions: Java's hash of the id. */
  #partitionOf(group: string): number {
    return partitionOfGroup(group, this.#topic.partitions.length)
  }
}

/** Partition of __consumer_offsets that holds a group. */
export function partitionOfGroup(group: string, partitions: number): number {
  let hash = 0
  for (let index = 0; index < group.length; index++) hash = (Math.imul(hash, 31) + group.charCodeAt(index)) | 0
  return (hash & 0x7fff_ffff) % partitions
}

function appendRecords(
  log: PartitionLog,
  records: readonly GroupRecord[],
  producer?: Omit<ProducerStamp, 'baseSequence'>,
): void {
  if (records.length === 0) return
  const writer = new BatchWriter()
  const nowMs = Date.now()
  for (const { key, value } of records) {
    writer.begin(nowMs)
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
  }
  // The offsets of a transaction are not numbered, as in Kafka: each is complete by itself.
  const stamp = producer === undefined ? NO_PRODUCER : { ...producer, baseSequence: -1, isTransactional: true }
  log.append(writer.close(stamp).bytes, { checksums: false, isCoordinator: producer !== undefined })
}

function put({ sink }: BatchWriter, bytes: Uint8Array): void {
  sink.reserve(bytes.length)
  sink.bytes.set(bytes, sink.pos)
  sink.pos += bytes.length
}
