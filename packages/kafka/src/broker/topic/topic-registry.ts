// All topics of the broker, and the file that lists them. A topic exists from the moment the list with it is on disk; its files go only
// after the list without it is.

import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KafkaError } from '../../error.ts'
import type { FileCache } from '../../log/file-cache.ts'
import { maintainLog } from '../../log/maintenance.ts'
import { partitionConfig } from '../../log/partition-config.ts'
import { PartitionLog } from '../../log/partition-log.ts'
import { SteadyClock } from '../../log/retention.ts'
import { readSealedFile, writeSealedFile } from '../../log/sealed-file.ts'
import type { ResolvedOptions } from '../options.ts'
import { type Creation, createTogether, sideBySide } from './creation-batch.ts'
import { Partition, Topic } from './topic.ts'
import type { TopicOverrides } from './topic-config.ts'
import { checkTopicName, collisionForm } from './topic-name.ts'

/** The list on disk. */
interface StoredTopics {
  topics: { name: string; id: string; partitions: number; configs: TopicOverrides }[]
}

const FORMAT = 1

/** Topics by name and id. Changes are made one after the other and are on disk when their promise resolves. */
export class TopicRegistry {
  readonly #options: ResolvedOptions
  readonly #files: FileCache
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #forms = new Map<string, string>()
  #changes = 0
  #lastChange: Promise<unknown> = Promise.resolve()
  /** Creations whose turn has not come, and those whose turn it is. */
  #waiting: Creation[] | undefined
  #batch: readonly Creation[] = []
  readonly #clock = new SteadyClock()
  #maintenance: Promise<void> | undefined
  #maintenanceTimer: NodeJS.Timeout | undefined
  #isClosing = false
  /** Called after a topic was deleted. */
  onDelete: (topic: Topic) => void = () => {}

  private constructor(options: ResolvedOptions, files: FileCache) {
    this.#options = options
    this.#files = files
  }

  /** Opens all topics of the data folder. Rejects with `DATA_CORRUPT` when the list or acknowledged records are damaged. */
  static async open(options: ResolvedOptions, files: FileCache): Promise<TopicRegistry> {
    const registry = new TopicRegistry(options, files)
    await mkdir(registry.#topicsFolder, { recursive: true })
    const stored = ((await readSealedFile(registry.#listPath, FORMAT)) ?? { topics: [] }) as StoredTopics
    await registry.#removeLeftovers(stored)
    const topics = new Map<string, Topic>()
    await sideBySide(stored.topics, async ({ name, id, partitions, configs }) => {
      const opened: Partition[] = []
      for (let index = 0; index < partitions; index++)
        opened.push(await registry.#openPartition(name, index, configs, true))
      topics.set(name, new Topic(name, id, opened, configs, options.limits.messageMaxBytes))
    })
    for (const { name } of stored.topics) registry.#add(topics.get(name)!)
    registry.#scheduleMaintenance()
    return registry
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  byId(id: string): Topic | undefined {
    return this.#byId.get(id)
  }

  /** All topics in order of their creation. */
  all(): Topic[] {
    return [...this.#byName.values()]
  }

  /** Grows with every topic made or deleted and with every partition added: who keeps something made from them looks at it. */
  get changes(): number {
    return this.#changes
  }

  /** Folder that holds the partitions, for DescribeLogDirs. */
  get folder(): string {
    return this.#topicsFolder
  }

  /** Throws what `create` would reject with before touching the disk. */
  checkCreate(name: string, partitions: number): void {
    checkTopicName(name)
    if (this.#byName.has(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    const other = this.#forms.get(collisionForm(name))
    if (other !== undefined) {
      throw new KafkaError('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
    }
    this.#checkCount(partitions)
  }

  /** Creates a topic. Rejects with `TOPIC_ALREADY_EXISTS`, `INVALID_TOPIC_EXCEPTION`, `INVALID_PARTITIONS` or `KAFKA_STORAGE_ERROR`. */
  create(name: string, partitions: number, configs: TopicOverrides): Promise<Topic> {
    const opened: Partition[] = []
    const topic = new Topic(name, randomUUID(), opened, configs, this.#options.limits.messageMaxBytes)
    const done = Promise.withResolvers<Topic>()
    const creation: Creation = {
      topic,
      done,
      check: () => {
        this.checkCreate(name, partitions)
        if (!this.#isFirstOfBatch(creation))
          throw new KafkaError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
      },
      open: async () => {
        for (let index = 0; index < partitions; index++) opened.push(await this.#openPartition(name, index, configs))
      },
      discard: () => this.#discard(name, opened),
    }
    if (this.#waiting === undefined) {
      const batch: Creation[] = []
      const settle = (): Promise<void> => {
        if (this.#waiting === batch) this.#waiting = undefined
        this.#batch = batch
        return createTogether(
          batch,
          (topics) => this.#storeNew(topics),
          (made) => this.#addNew(made),
        )
      }
      this.#inTurn(settle).catch((error: unknown) => {
        for (const one of batch) one.done.reject(KafkaError.from(error))
      })
      this.#waiting = batch
    }
    this.#waiting.push(creation)
    return done.promise
  }

  /** Deletes a topic and its records. Rejects with `UNKNOWN_TOPIC_OR_PARTITION` or `KAFKA_STORAGE_ERROR`. */
  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const topic = this.#byName.get(name)
      if (topic === undefined) throw unknownTopic()
      await this.#store(this.all().filter((other) => other !== topic))
      topic.isDeleted = true
      this.#byName.delete(name)
      this.#byId.delete(topic.id)
      this.#forms.delete(collisionForm(name))
      this.#changes++
      for (const partition of topic.partitions) partition.wake()
      await this.#discard(name, topic.partitions)
      this.onDelete(topic)
      this.#options.log('info', `topic ${name} deleted`)
    })
  }

  /** Gives a topic more partitions. Rejects with `UNKNOWN_TOPIC_OR_PARTITION`, `INVALID_PARTITIONS` or `KAFKA_STORAGE_ERROR`. */
  addPartitions(name: string, count: number, validateOnly = false): Promise<void> {
    return this.#inTurn(async () => {
      const topic = this.#byName.get(name)
      if (topic === undefined) throw unknownTopic()
      const have = topic.partitions.length
      if (count === have) throw new KafkaError('INVALID_PARTITIONS', `Topic already has ${have} partition(s).`)
      if (count < have) {
        const detail = `The topic ${name} currently has ${have} partition(s); ${count} would not be an increase.`
        throw new KafkaError('INVALID_PARTITIONS', detail)
      }
      this.#checkCount(count)
      if (validateOnly) return
      const added: Partition[] = []
      for (let index = have; index < count; index++) added.push(await this.#openPartition(name, index, topic.overrides))
      await this.#files.disk.syncFolder(this.#topicsFolder)
      await this.#store(this.all(), new Map([[topic, { partitions: count, configs: topic.overrides }]]))
      topic.partitions.push(...added)
      this.#changes++
    })
  }

  /** Replaces the options of a topic by what `change` makes of them; options must have been checked. */
  alterConfigs(name: string, change: (overrides: TopicOverrides) => TopicOverrides): Promise<void> {
    return this.#inTurn(async () => {
      const topic = this.#byName.get(name)
      if (topic === undefined) throw unknownTopic()
      const configs = change(topic.overrides)
      await this.#store(this.all(), new Map([[topic, { partitions: topic.partitions.length, configs }]]))
      topic.overrides = configs
      topic.configChanged()
      for (const partition of topic.partitions) partition.log.config = this.#logConfig(configs)
    })
  }

  /** Retention and compaction of all topics, one round. Never rejects; troubles go to the log. */
  async #maintain(): Promise<void> {
    for (const topic of this.all()) {
      for (const { index, log } of topic.partitions) {
        if (this.#isClosing || topic.isDeleted) break
        try {
          const { removedSegments } = await maintainLog(log, this.#files, this.#clock.nowMs())
          if (removedSegments > 0)
            this.#options.log('info', `${topic.name}-${index}: ${removedSegments} old segments removed`)
        } catch (error) {
          if (!topic.isDeleted) this.#options.log('error', `${topic.name}-${index}: ${KafkaError.from(error).message}`)
        }
      }
    }
    if (!this.#isClosing) this.#scheduleMaintenance()
  }

  #scheduleMaintenance(): void {
    this.#maintenanceTimer = setTimeout(() => {
      this.#maintenance = this.#maintain()
    }, this.#options.maintenanceIntervalMs)
    this.#maintenanceTimer.unref()
  }

  /** Makes everything durable and closes all files. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#maintenanceTimer)
    await this.#maintenance
    await this.#lastChange.catch(() => {})
    await sideBySide(this.all(), async (topic) => {
      for (const partition of topic.partitions) {
        await partition.log.close()
        partition.wake()
      }
    })
    this.#byName.clear()
    this.#byId.clear()
  }

  get #topicsFolder(): string {
    return join(this.#options.dataFolder, 'topics')
  }

  get #listPath(): string {
    return join(this.#options.dataFolder, 'topics.list')
  }

  #add(topic: Topic): void {
    this.#changes++
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    this.#forms.set(collisionForm(topic.name), topic.name)
  }

  #checkCount(partitions: number): void {
    if (partitions < 1)
      throw new KafkaError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
    const { maxPartitions } = this.#options.limits
    if (partitions > maxPartitions) {
      throw new KafkaError('INVALID_PARTITIONS', `A topic can have at most ${maxPartitions} partitions here.`)
    }
  }

  #logConfig(configs: TopicOverrides): ReturnType<typeof partitionConfig> {
    return partitionConfig({ 'max.message.bytes': String(this.#options.limits.messageMaxBytes), ...configs })
  }

  async #openPartition(topic: string, index: number, configs: TopicOverrides, mustExist = false): Promise<Partition> {
    const { log } = this.#options
    const name = `${topic}-${index}`
    const opened = await PartitionLog.open({
      topic,
      partition: index,
      folder: join(this.#topicsFolder, name),
      config: this.#logConfig(configs),
      files: this.#files,
      mustExist,
      onCut: (cut) => log('warn', `${name}: unacknowledged bytes cut from the end of the log: ${JSON.stringify(cut)}`),
    })
    opened.onHealth = (failure) => {
      if (failure === undefined) log('info', `${name}: the log can be written again`)
      else log('error', `${name}: ${failure.message}`)
    }
    return new Partition(index, opened)
  }

  #store(
    topics: readonly Topic[],
    changed = new Map<Topic, { partitions: number; configs: TopicOverrides }>(),
  ): Promise<void> {
    const content: StoredTopics = {
      topics: topics.map((topic) => ({
        name: topic.name,
        id: topic.id,
        partitions: topic.partitions.length,
        configs: topic.overrides,
        ...changed.get(topic),
      })),
    }
    return writeSealedFile(this.#listPath, FORMAT, content)
  }

  /** Moves partitions aside in one step each, then removes them: a crash leaves nothing that a new topic of the name could find. */
  async #discard(topic: string, partitions: readonly Partition[]): Promise<void> {
    for (const { index, log } of partitions) {
      await log.close()
      await this.#discardFolder(`${topic}-${index}`)
    }
  }

  async #discardFolder(name: string): Promise<void> {
    const grave = join(this.#options.dataFolder, 'deleted')
    await mkdir(grave, { recursive: true })
    const target = join(grave, randomUUID())
    await rename(join(this.#topicsFolder, name), target)
    await rm(target, { recursive: true, force: true })
  }

  /** Removes what a crash in the middle of a creation or deletion left. */
  async #removeLeftovers(stored: StoredTopics): Promise<void> {
    await rm(join(this.#options.dataFolder, 'deleted'), { recursive: true, force: true })
    const known = new Set<string>()
    for (const { name, partitions } of stored.topics) for (let i = 0; i < partitions; i++) known.add(`${name}-${i}`)
    for (const name of await readdir(this.#topicsFolder)) {
      if (known.has(name)) continue
      this.#options.log('warn', `removing ${name}: no topic in the list has this partition`)
      await this.#discardFolder(name)
    }
  }

  /** Names that differ only in dots and underscores are one, also within a batch. */
  #isFirstOfBatch({ topic }: Creation): boolean {
    const form = collisionForm(topic.name)
    return this.#batch.find((other) => collisionForm(other.topic.name) === form)?.topic === topic
  }

  async #storeNew(topics: readonly Topic[]): Promise<void> {
    // The partitions' folders must be there for good before the list says so.
    await this.#files.disk.syncFolder(this.#topicsFolder)
    await this.#store([...this.#byName.values(), ...topics])
  }

  #addNew(topic: Topic): void {
    this.#add(topic)
    const count = topic.partitions.length
    this.#options.log('info', `topic ${topic.name} created with ${count} partition${count === 1 ? '' : 's'}`)
  }

  /** Runs changes one after the other. Topics to be created wait together, but not beyond another change. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    this.#waiting = undefined
    const result = this.#lastChange.then(change, change)
    this.#lastChange = result.catch(() => {})
    return result
  }
}

/** The error of a topic that does not exist, with Kafka's text. */
export function unknownTopic(): KafkaError {
  return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
}
