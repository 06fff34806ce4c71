// A consumer in a group: joins it, reads what it is assigned, commits, and gives partitions up in order when the group rebalances.
import { KafkaError } from '../error.ts'
import { Cluster, type ClusterOptions } from './cluster.ts'
import type { TopicPartition } from './group-admin.ts'
import { GroupMembership } from './group-membership.ts'
import { type FetchedRecords, PartitionFetcher } from './partition-fetcher.ts'

/** How to consume. Names and defaults are those of Kafka's consumer. */
export interface GroupConsumerOptions {
  readonly cluster: ClusterOptions
  readonly groupId: string
  readonly instanceId?: string | null
  /** Names, or a claim about a name. */
  readonly topics: readonly string[] | ((topic: string) => boolean)
  /** `auto.offset.reset`; earliest unless given. */
  readonly reset?: 'earliest' | 'latest' | 'none'
  readonly isReadCommitted?: boolean
  readonly sessionTimeoutMs?: number
  readonly heartbeatIntervalMs?: number
  /** `max.poll.interval.ms`: how long a rebalance waits for this member. */
  readonly rebalanceTimeoutMs?: number
  readonly fetchMaxBytes?: number
  readonly partitionMaxBytes?: number
  readonly fetchMinBytes?: number
  readonly fetchMaxWaitMs?: number
  /** `metadata.max.age.ms`: time between looks for new topics and partitions. */
  readonly metadataMaxAgeMs?: number
  /** `allow.auto.create.topics`. */
  readonly allowsCreation?: boolean
  /** Partitions are about to leave: commit now. After it they may be others'. */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Partitions left without notice: what is not committed will be read again, perhaps by others. */
  readonly onLost?: (partitions: readonly TopicPartition[]) => Promise<void>
  /** New partitions. The answer may set other positions than the committed ones. */
  readonly onAssigned?: (
    partitions: readonly (TopicPartition & { readonly offset: number })[],
  ) => Promise<readonly (TopicPartition & { readonly offset: number })[] | undefined>
}

const MISSING_TOPIC_MS = 1000

/** A consumer. Use from one place at a time. Methods reject with a KafkaError. */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions
  readonly #cluster: Cluster
  readonly #coordinators: Cluster
  readonly #membership: GroupMembership
  readonly #fetcher: PartitionFetcher
  #assigned: readonly TopicPartition[] = []
  #partitionCounts = new Map<string, number>()
  #nextLookMs = 0
  #hasJoined = false

  constructor(options: GroupConsumerOptions) {
    this.#options = options
    this.#cluster = new Cluster(options.cluster)
    this.#coordinators = new Cluster(options.cluster)
    this.#membership = new GroupMembership({
      cluster: this.#coordinators,
      groupId: options.groupId,
      instanceId: options.instanceId ?? null,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 45_000,
      rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 300_000,
      heartbeatIntervalMs: options.heartbeatIntervalMs ?? 3000,
    })
    this.#fetcher = new PartitionFetcher({
      cluster: this.#cluster,
      maxBytes: options.fetchMaxBytes ?? 50 * 1024 * 1024,
      partitionMaxBytes: options.partitionMaxBytes ?? 1024 * 1024,
      minBytes: options.fetchMinBytes ?? 1,
      maxWaitMs: options.fetchMaxWaitMs ?? 500,
      isReadCommitted: options.isReadCommitted ?? false,
      reset: options.reset ?? 'earliest',
    })
    this.#membership.onRebalance = () => this.#fetcher.interrupt()
  }

  /** What it reads at present. */
  get assignment(): readonly TopicPartition[] {
    return this.#assigned
  }

  /** Whether the next poll carries out a rebalance. */
  get isRebalancing(): boolean {
    return this.#membership.needsJoin
  }

  /**
   * The next records of one partition; null when none came in `waitMs`, or a rebalance happened. Also where rebalances are carried out, so
   * call it on and on; `fetches` false only takes part in the group.
   */
  async poll(waitMs: number, fetches = true): Promise<FetchedRecords | null> {
    await this.#lookForTopics()
    if (this.#membership.needsJoin || this.#membership.lost !== null || !this.#hasJoined) {
      await this.#rebalance()
      return null
    }
    if (fetches && this.#assigned.length > 0) return this.#fetcher.next(waitMs)
    await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 100)))
    return null
  }

  /** Ends a wait in {@link GroupConsumer.poll}. */
  interrupt(): void {
    this.#fetcher.interrupt()
  }

  /**
   * Commits. Errors: REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID: the group goes on, the commit did not happen.
   */
  commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    return this.#membership.commit(offsets)
  }

  /** Leaves the group and closes. `onRevoked` is not called: commit before. */
  async close(): Promise<void> {
    await this.#membership.leave()
    await this.#cluster.close()
    await this.#coordinators.close()
  }

  async #rebalance(): Promise<void> {
    const left = this.#assigned
    this.#assigned = []
    if (left.length > 0) {
      if (this.#membership.lost === null) await this.#options.onRevoked?.(left)
      else await this.#options.onLost?.(left)
    }
    await this.#fetcher.assign([])
    const assigned = await this.#membership.join([...this.#partitionCounts.keys()], async (topics) => {
      const counts = new Map<string, number>()
      for (const { name, leaders } of topics.length === 0 ? [] : await this.#cluster.refresh(topics))
        counts.set(name, leaders.length)
      for (const [name, count] of counts) if (this.#partitionCounts.has(name)) this.#partitionCounts.set(name, count)
      return (topic) => counts.get(topic) ?? 0
    })
    this.#hasJoined = true
    const committed = await this.#membership.committed(assigned)
    const offsets = new Map(committed.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]))
    const positions = assigned.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: offsets.get(`${topic}-${partition}`) ?? -1,
    }))
    await this.#fetcher.assign((await this.#options.onAssigned?.(positions)) ?? positions)
    this.#assigned = assigned
  }

  /** Refreshes what the subscription means; a change of topics or partition counts makes a new generation. */
  async #lookForTopics(): Promise<void> {
    const now = performance.now()
    if (now < this.#nextLookMs) return
    const { topics, metadataMaxAgeMs = 300_000, allowsCreation = true } = this.#options
    const isPattern = typeof topics === 'function'
    let found: { name: string; leaders: readonly number[]; isInternal: boolean }[]
    try {
      found = await this.#cluster.refresh(isPattern ? null : topics, !isPattern && allowsCreation)
    } catch (error) {
      const problem = KafkaError.from(error)
      if (!this.#hasJoined || !problem.retriable) throw problem
      this.#nextLookMs = now + MISSING_TOPIC_MS
      return
    }
    if (isPattern) found = found.filter(({ name, isInternal }) => !isInternal && topics(name))
    const counts = new Map(found.map(({ name, leaders }) => [name, leaders.length]))
    const isSame =
      counts.size === this.#partitionCounts.size &&
      [...counts].every(([name, count]) => this.#partitionCounts.get(name) === count)
    this.#partitionCounts = counts
    if (!isSame) this.#membership.rejoin()
    const isMissing = !isPattern && counts.size < topics.length
    this.#nextLookMs = now + (isMissing ? Math.min(MISSING_TOPIC_MS, metadataMaxAgeMs) : metadataMaxAgeMs)
  }
}
