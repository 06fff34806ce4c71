// What groups keep across a restart: committed offsets and group metadata, in memory for reading and in __consumer_offsets for good. Each
// change is a record there; when the log has grown far beyond what is alive, the living is written anew and the rest cut off.

import type { PartitionLog } from '../../log/partition-log.ts'
import { readBatches } from '../../record/batch-reader.ts'
import { BatchWriter } from '../../record/batch-writer.ts'
import type { Topic } from '../topic/topic.ts'
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

/** One record of the topic; value null deletes what the key names. */
interface StoredRecord {
  key: Buffer
  value: Buffer | null
}

/** Offsets of one group: topic → partition → offset. */
export type GroupOffsets = Map<string, Map<number, CommittedOffset>>

const NO_PRODUCER = { producerId: -1, producerEpoch: -1, baseSequence: -1 }
const READ_BYTES = 4 * 1024 * 1024
/** Log size from which rewriting is considered, and how many times the living size it must have. */
const REWRITE_FROM_BYTES = 16 * 1024 * 1024
const REWRITE_FACTOR = 8
/** Records per batch when everything is written anew. */
const REWRITE_BATCH_BYTES = 512 * 1024

/** The store over the partitions of __consumer_offsets. */
export class GroupStore {
  readonly #topic: Topic
  readonly #offsets = new Map<string, GroupOffsets>()
  readonly #groups = new Map<string, StoredGroup>()
  #rewriting: Promise<void> | undefined

  private constructor(topic: Topic) {
    this.#topic = topic
  }

  /** Reads the whole topic. Rejects with `DATA_CORRUPT` when a record is damaged: offsets are never silently forgotten. */
  static async open(topic: Topic): Promise<GroupStore> {
    const store = new GroupStore(topic)
    for (const { log } of topic.partitions) await store.#load(log)
    return store
  }

  /** Groups with stored metadata. */
  groups(): ReadonlyMap<string, StoredGroup> {
    return this.#groups
  }

  /** Ids of groups that have committed offsets. */
  groupsWithOffsets(): string[] {
    return [...this.#offsets.keys()]
  }

  /** Committed offsets of a group. */
  offsets(group: string): GroupOffsets | undefined {
    return this.#offsets.get(group)
  }

  /** Stores offsets; they are readable when the promise resolves, on disk. Rejects with `KAFKA_STORAGE_ERROR`. */
  async commit(
    group: string,
    offsets: readonly (Omit<OffsetKey, 'group'> & { value: CommittedOffset })[],
  ): Promise<void> {
    const records = offsets.map(({ topic, partition, value }) => ({
      key: offsetKeyBytes({ group, topic, partition }),
      value: offsetValueBytes(value),
    }))
    await this.#write(group, records)
    for (const { topic, partition, value } of offsets) this.#set({ group, topic, partition }, value)
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

  /** Forgets a group and all its offsets. */
  async forgetGroup(id: string): Promise<void> {
    const records: StoredRecord[] = [{ key: groupKeyBytes(id), value: null }]
    for (const [topic, partitions] of this.#offsets.get(id) ?? []) {
      for (const partition of partitions.keys())
        records.push({ key: offsetKeyBytes({ group: id, topic, partition }), value: null })
    }
    await this.#write(id, records)
    this.#groups.delete(id)
    this.#offsets.delete(id)
  }

  /** Resolves when no rewriting is under way. */
  async settle(): Promise<void> {
    await this.#rewriting
  }

  async #load(log: PartitionLog): Promise<void> {
    let offset = log.startOffset
    while (offset < log.highWatermark) {
      const bytes = await log.read(offset, READ_BYTES)
      for (const batch of readBatches(bytes, { check: true })) {
        for (const { key, value, ...record } of batch.records()) {
          if (record.offset >= offset && key !== null) this.#apply(key, value)
        }
        offset = batch.lastOffset + 1
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
    }
  }

  #set({ group, topic, partition }: OffsetKey, value: CommittedOffset): void {
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

  async #write(group: string, records: readonly StoredRecord[]): Promise<void> {
    const log = this.#logOf(group)
    appendRecords(log, records)
    await log.flush()
    this.#rewriteIfLarge(log)
  }

  /** As Kafka spreads groups over the partitions: Java's hash of the id. */
  #logOf(group: string): PartitionLog {
    const { partitions } = this.#topic
    return (partitions[partitionOfGroup(group, partitions.length)] as (typeof partitions)[number]).log
  }

  #rewriteIfLarge(log: PartitionLog): void {
    if (this.#rewriting !== undefined || log.sizeBytes < REWRITE_FROM_BYTES) return
    const living = this.#livingRecords(log)
    const livingBytes = living.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0) + 16, 0)
    if (log.sizeBytes < REWRITE_FACTOR * livingBytes) return
    this.#rewriting = rewrite(log, living)
      // what is not cut off today is cut off another day
      .catch(() => {})
      .finally(() => {
        this.#rewriting = undefined
      })
  }

  #livingRecords(log: PartitionLog): StoredRecord[] {
    const records: StoredRecord[] = []
    for (const [id, group] of this.#groups) {
      if (this.#logOf(id) === log) records.push({ key: groupKeyBytes(id), value: groupValueBytes(group) })
    }
    for (const [group, topics] of this.#offsets) {
      if (this.#logOf(group) !== log) continue
      for (const [topic, partitions] of topics) {
        for (const [partition, value] of partitions) {
          records.push({ key: offsetKeyBytes({ group, topic, partition }), value: offsetValueBytes(value) })
        }
      }
    }
    return records
  }
}

/** Partition of __consumer_offsets that holds a group. */
export function partitionOfGroup(group: string, partitions: number): number {
  let hash = 0
  for (let index = 0; index < group.length; index++) hash = (Math.imul(hash, 31) + group.charCodeAt(index)) | 0
  return (hash & 0x7fff_ffff) % partitions
}

/**
 * Appends the living records again and cuts off what was before them. They are appended in one turn, so that no change can come between
 * reading the living state and appending it.
 */
async function rewrite(log: PartitionLog, living: readonly StoredRecord[]): Promise<void> {
  const start = log.endOffset
  let batch: StoredRecord[] = []
  let bytes = 0
  for (const record of living) {
    batch.push(record)
    bytes += record.key.length + (record.value?.length ?? 0)
    if (bytes < REWRITE_BATCH_BYTES) continue
    appendRecords(log, batch)
    batch = []
    bytes = 0
  }
  appendRecords(log, batch)
  await log.flush()
  await log.deleteBefore(start)
}

function appendRecords(log: PartitionLog, records: readonly StoredRecord[]): void {
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
  log.append(writer.close(NO_PRODUCER).bytes, { checksums: false })
}

function put({ sink }: BatchWriter, bytes: Uint8Array): void {
  sink.reserve(bytes.length)
  sink.bytes.set(bytes, sink.pos)
  sink.pos += bytes.length
}
