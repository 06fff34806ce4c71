// A data folder: its lock, its topics and their partitions' logs.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KafkaError } from '../error.ts'
import { compactLog } from './compaction.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { FileCache } from './file-cache.ts'
import { FolderLock } from './folder-lock.ts'
import { partitionConfig } from './partition-config.ts'
import { PartitionLog } from './partition-log.ts'
import type { CutTail } from './recovery.ts'
import { applyRetention, SteadyClock } from './retention.ts'
import { readSealedFile, writeSealedFile } from './sealed-file.ts'
import { isTopicName, type TopicFacts, TopicFiles } from './topic-file.ts'

/** Options of {@link LogStore.open}. */
export interface LogStoreOptions {
  readonly folder: string
  /** Files open at once. Default 128. */
  readonly maxOpenFiles?: number
  /** How long a silent producer is remembered (`producer.id.expiration.ms`). Default one day. */
  readonly producerExpiryMs?: number
  /** For tests. */
  readonly disk?: Disk
  /** A torn tail was cut, a partition failed or works again: for the log. */
  readonly onEvent?: (event: StoreEvent) => void
}

/** Something the operator should see. */
export type StoreEvent =
  | { readonly kind: 'tail-cut'; readonly cut: CutTail }
  | { readonly kind: 'failed'; readonly topic: string; readonly partition: number; readonly error: KafkaError }
  | { readonly kind: 'healed'; readonly topic: string; readonly partition: number }

/** A topic with its logs by partition number. */
export interface StoredTopic {
  facts: TopicFacts
  readonly logs: PartitionLog[]
}

interface StoreFacts {
  readonly clusterId: string
  readonly epoch: number
}

/** Version of the folder's layout. A newer one is refused. */
export const STORE_FORMAT = 1
const DELETED = '.deleted'

/** The durable logs of all topics in one folder, owned by one process. */
export class LogStore {
  readonly folder: string
  /** 22 characters, made once per folder. */
  readonly clusterId: string
  /** Counts the openings of the folder. */
  readonly epoch: number
  readonly #options: LogStoreOptions
  readonly #lock: FolderLock
  readonly #files: FileCache
  readonly #topicFiles: TopicFiles
  readonly #topics = new Map<string, StoredTopic>()
  readonly #clock = new SteadyClock()

  /**
   * Opens, creates and recovers. Rejects with DATA_FOLDER_LOCKED, DATA_FOLDER_UNUSABLE, or DATA_CORRUPT when acknowledged data are damaged
   * (the lock is then free again).
   */
  static async open(options: LogStoreOptions): Promise<LogStore> {
    const { folder } = options
    try {
      await mkdir(join(folder, 'topics'), { recursive: true })
      await mkdir(join(folder, 'logs'), { recursive: true })
    } catch (error) {
      throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot create ${folder}: ${(error as Error).message}`, {
        cause: error,
      })
    }
    const lock = await FolderLock.take(folder)
    try {
      const path = join(folder, 'store')
      const old = (await readSealedFile(path, STORE_FORMAT)) as StoreFacts | undefined
      if (old === undefined && (await readdir(join(folder, 'topics'))).length > 0)
        throw new KafkaError('DATA_CORRUPT', `${path} is missing`, {
          hint: `Put its copy ${path}.previous in its place.`,
        })
      const facts = { clusterId: old?.clusterId ?? newClusterId(), epoch: (old?.epoch ?? 0) + 1 }
      await writeSealedFile(path, STORE_FORMAT, facts)
      const store = new LogStore(options, lock, facts)
      await store.#load()
      return store
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  private constructor(options: LogStoreOptions, lock: FolderLock, facts: StoreFacts) {
    this.#options = options
    this.folder = options.folder
    this.clusterId = facts.clusterId
    this.epoch = facts.epoch
    this.#lock = lock
    this.#files = new FileCache({ disk: options.disk ?? nodeDisk, maxOpen: options.maxOpenFiles ?? 128 })
    this.#topicFiles = new TopicFiles(join(options.folder, 'topics'))
  }

  /** Topics by name. */
  get topics(): ReadonlyMap<string, StoredTopic> {
    return this.#topics
  }

  /** The log of a topic partition; undefined when there is none. */
  log(topic: string, partition: number): PartitionLog | undefined {
    return this.#topics.get(topic)?.logs[partition]
  }

  /** Files open now. */
  get openFiles(): number {
    return this.#files.openFiles
  }

  /** Creates a topic; on disk when it resolves. Rejects with INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, KAFKA_STORAGE_ERROR. */
  async createTopic(
    name: string,
    partitions: number,
    configs: Readonly<Record<string, string>> = {},
    id: string = randomUUID(),
  ): Promise<StoredTopic> {
    if (!isTopicName(name))
      throw new KafkaError(
        'INVALID_TOPIC_EXCEPTION',
        'a topic name has 1 to 249 letters, digits, dots, underscores or hyphens',
      )
    if (this.#topics.has(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS', `topic ${name} exists`)
    if (!Number.isInteger(partitions) || partitions < 1)
      throw new KafkaError('INVALID_PARTITIONS', 'a topic has at least one partition')
    const topic: StoredTopic = { facts: { name, id, partitions, configs }, logs: [] }
    // Taken at once, so that a second request in the meantime finds it.
    this.#topics.set(name, topic)
    try {
      await this.#openLogs(topic)
      await this.#topicFiles.write(topic.facts)
    } catch (error) {
      this.#topics.delete(name)
      throw storageError(error)
    }
    return topic
  }

  /** Replaces a topic's configs; obeyed at once, on disk when it resolves. Rejects with UNKNOWN_TOPIC_OR_PARTITION. */
  async setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    const topic = this.#topic(name)
    const facts = { ...topic.facts, configs }
    await this.#topicFiles.write(facts)
    topic.facts = facts
    for (const log of topic.logs) log.config = partitionConfig(configs)
  }

  /** Adds partitions up to `partitions`. Rejects with INVALID_PARTITIONS or UNKNOWN_TOPIC_OR_PARTITION. */
  async growTopic(name: string, partitions: number): Promise<void> {
    const topic = this.#topic(name)
    if (partitions <= topic.facts.partitions)
      throw new KafkaError('INVALID_PARTITIONS', `topic ${name} has ${topic.facts.partitions} partitions already`)
    const facts = { ...topic.facts, partitions }
    const grown: StoredTopic = { facts, logs: topic.logs }
    await this.#openLogs(grown)
    await this.#topicFiles.write(facts)
    topic.facts = facts
  }

  /** Deletes a topic and its records. Rejects with UNKNOWN_TOPIC_OR_PARTITION. */
  async deleteTopic(name: string): Promise<void> {
    const topic = this.#topic(name)
    this.#topics.delete(name)
    // First the file that makes it a topic: after a crash here the folders are orphans, which the next opening removes.
    await this.#topicFiles.remove(name)
    for (const log of topic.logs) {
      await log.discard()
      const gone = `${log.folder}.${topic.facts.id}${DELETED}`
      await rename(log.folder, gone)
      await rm(gone, { recursive: true, force: true })
    }
  }

  /** Retention, compaction and forgetting of silent producers, once over all partitions. */
  async maintain(): Promise<void> {
    const nowMs = this.#clock.nowMs()
    for (const topic of [...this.#topics.values()])
      for (const log of topic.logs) {
        if (log.failure !== undefined) continue
        await applyRetention(log, nowMs)
        if (log.config.isCompacted) await compactLog(log, this.#files, nowMs)
        log.producers.prune(log.startOffset, nowMs - (this.#options.producerExpiryMs ?? 86_400_000))
      }
  }

  /** Makes everything durable and gives the folder free. */
  async close(): Promise<void> {
    for (const topic of this.#topics.values()) for (const log of topic.logs) await log.close()
    this.#topics.clear()
    await this.#files.close()
    await this.#lock.release()
  }

  async #load(): Promise<void> {
    const known = new Set<string>()
    for (const facts of await this.#topicFiles.readAll()) {
      const topic: StoredTopic = { facts, logs: [] }
      await this.#openLogs(topic, true)
      this.#topics.set(facts.name, topic)
      for (const log of topic.logs) known.add(log.folder)
    }
    const logs = join(this.folder, 'logs')
    for (const name of await readdir(logs))
      if (!known.has(join(logs, name))) await rm(join(logs, name), { recursive: true, force: true })
  }

  async #openLogs(topic: StoredTopic, mustExist = false): Promise<void> {
    const { name, partitions, configs } = topic.facts
    const logs = join(this.folder, 'logs')
    const present = mustExist ? new Set(await readdir(logs)) : undefined
    const config = partitionConfig(configs)
    for (let partition = topic.logs.length; partition < partitions; partition++) {
      const folder = join(logs, `${name}-${partition}`)
      if (present !== undefined && !present.has(`${name}-${partition}`))
        throw new KafkaError('DATA_CORRUPT', `the folder ${folder} is gone`, {
          hint: 'Restore it from a copy, or delete the topic.',
        })
      const log = await PartitionLog.open({
        topic: name,
        partition,
        folder,
        config,
        files: this.#files,
        onCut: (cut) => this.#options.onEvent?.({ kind: 'tail-cut', cut }),
      })
      log.onHealth = (error) => {
        const place = { topic: name, partition }
        this.#options.onEvent?.(
          error === undefined ? { kind: 'healed', ...place } : { kind: 'failed', ...place, error },
        )
      }
      topic.logs.push(log)
    }
    if (!mustExist) await (this.#options.disk ?? nodeDisk).syncFolder(logs)
  }

  #topic(name: string): StoredTopic {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${name} does not exist`)
    return topic
  }
}

function newClusterId(): string {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
}

function storageError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  return new KafkaError('KAFKA_STORAGE_ERROR', (error as Error).message, { cause: error })
}
