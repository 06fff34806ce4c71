// One member of a group in the classic protocol: join and sync, heartbeats, commits, and leaving. It knows nothing of records.
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaError } from '../error.ts'
import { COORDINATOR_GROUP, FindCoordinator } from '../protocol/find-coordinator.ts'
import { Heartbeat } from '../protocol/heartbeat.ts'
import { JoinGroup } from '../protocol/join-group.ts'
import { LeaveGroup } from '../protocol/leave-group.ts'
import { OffsetCommit } from '../protocol/offset-commit.ts'
import { OffsetFetch } from '../protocol/offset-fetch.ts'
import { SyncGroup } from '../protocol/sync-group.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import {
  assignRanges,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type SubscribedMember,
} from './consumer-protocol.ts'
import type { TopicPartition } from './group-admin.ts'

/** How to be a member. */
export interface GroupMembershipOptions {
  /** For requests to the coordinator alone: a fetch that waits on the same connection would hold them up. */
  readonly cluster: Cluster
  readonly groupId: string
  readonly instanceId?: string | null
  readonly sessionTimeoutMs: number
  /** Longest time that the group waits for this member in a rebalance. */
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
}

const RETRY_MS = 100
/** The last versions that name topics instead of their ids. */
const BY_NAME = 9
const RANGE = 'range'

/** A member. Methods reject with a KafkaError; those that pass by themselves are tried again inside. */
export class GroupMembership {
  readonly #options: GroupMembershipOptions
  #memberId = ''
  #generationId = -1
  #coordinator: { host: string; port: number } | null = null
  #heart: NodeJS.Timeout | null = null
  #isBeating = false
  #needsJoin = true
  #lost: KafkaError | null = null
  #isClosed = false
  /** Called when the group is to be joined anew. */
  onRebalance: () => void = () => {}

  constructor(options: GroupMembershipOptions) {
    this.#options = options
  }

  /** Whether {@link GroupMembership.join} must be called before reading on. */
  get needsJoin(): boolean {
    return this.#needsJoin
  }

  /** Not null: the group went on without this member; what it had may be others' already. */
  get lost(): KafkaError | null {
    return this.#lost
  }

  get memberId(): string {
    return this.#memberId
  }

  /** Asks for a rebalance: the subscription or the partitions have changed. */
  rejoin(): void {
    if (this.#needsJoin) return
    this.#needsJoin = true
    this.onRebalance()
  }

  /** Joins the group or its next generation. `partitionsOf` is asked when this member leads. Returns its partitions. */
  async join(
    topics: readonly string[],
    partitionsOf: (topics: readonly string[]) => Promise<(topic: string) => number>,
  ): Promise<TopicPartition[]> {
    for (;;) {
      if (this.#isClosed) throw new KafkaError('CLOSED', 'the consumer was closed')
      try {
        const assigned = await this.#joinOnce(topics, partitionsOf)
        if (assigned === null) continue
        this.#needsJoin = false
        this.#lost = null
        this.#startHeart()
        return assigned
      } catch (error) {
        const problem = KafkaError.from(error)
        if (!this.#recovers(problem)) throw problem
        await delay(RETRY_MS)
      }
    }
  }

  /**
   * Commits positions as this member. Errors: REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID when the group
   * no longer counts on it; what the broker refuses.
   */
  async commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    if (offsets.length === 0) return
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: own.map(({ partition, offset }) => ({ partitionIndex: partition, committedOffset: offset })),
    }))
    await this.#patiently(async (connection) => {
      const { groupId, instanceId = null } = this.#options
      const body = {
        groupId,
        generationId: this.#generationId,
        memberId: this.#memberId,
        groupInstanceId: instanceId,
        topics,
      }
      const answer = await connection.request(OffsetCommit, body, BY_NAME)
      for (const { partitions } of answer.topics)
        for (const { errorCode } of partitions) if (errorCode !== 0) throw KafkaError.fromNumber(errorCode)
    })
  }

  /** Committed offsets of partitions; those without one are left out. Waits for transactions that hold commits back. */
  async committed(partitions: readonly TopicPartition[]): Promise<(TopicPartition & { readonly offset: number })[]> {
    if (partitions.length === 0) return []
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitionIndexes: own.map(({ partition }) => partition),
    }))
    return this.#patiently(async (connection) => {
      const { groupId } = this.#options
      const body = { groupId, topics, groups: [{ groupId, topics }], requireStable: true }
      const answer = await connection.request(OffsetFetch, body, BY_NAME)
      const code = answer.groups[0]?.errorCode ?? answer.errorCode
      if (code !== 0) throw KafkaError.fromNumber(code)
      return (answer.groups[0]?.topics ?? answer.topics).flatMap(({ name, partitions: found }) =>
        found.flatMap(({ partitionIndex, committedOffset, errorCode }) => {
          if (errorCode !== 0) throw KafkaError.fromNumber(errorCode)
          return committedOffset < 0 ? [] : [{ topic: name, partition: partitionIndex, offset: committedOffset }]
        }),
      )
    })
  }

  /** Leaves the group, so that its partitions go to others at once. Never rejects: the session's end does the same later. */
  async leave(): Promise<void> {
    this.#isClosed = true
    this.#stopHeart()
    const memberId = this.#memberId
    if (memberId === '' || (this.#options.instanceId ?? null) !== null) return
    this.#memberId = ''
    try {
      const connection = await this.#connection()
      const members = [{ memberId, groupInstanceId: null, reason: 'the consumer is being closed' }]
      await connection.request(LeaveGroup, { groupId: this.#options.groupId, memberId, members }, undefined, 5000)
    } catch {
      // nothing to do about it: the coordinator notices when the session ends
    }
  }

  async #joinOnce(
    topics: readonly string[],
    partitionsOf: (topics: readonly string[]) => Promise<(topic: string) => number>,
  ): Promise<TopicPartition[] | null> {
    const { groupId, instanceId = null, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const connection = await this.#connection()
    const joined = await connection.request(
      JoinGroup,
      {
        groupId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId: this.#memberId,
        groupInstanceId: instanceId,
        protocolType: 'consumer',
        protocols: [{ name: RANGE, metadata: encodeSubscription(topics) }],
      },
      undefined,
      rebalanceTimeoutMs + 5000,
    )
    if (joined.memberId !== '') this.#memberId = joined.memberId
    if (joined.errorCode !== 0) {
      const error = KafkaError.fromNumber(joined.errorCode)
      if (error.code === 'MEMBER_ID_REQUIRED') return null
      throw error
    }
    // An assignment asked of a member in its new generation needs its heartbeats: the leader may take its time.
    this.#generationId = joined.generationId
    this.#startHeart()
    const isLeader = joined.leader === joined.memberId && !joined.skipAssignment
    const assignments = isLeader ? await this.#assign(joined.members, partitionsOf) : []
    const synced = await connection.request(
      SyncGroup,
      {
        groupId,
        generationId: joined.generationId,
        memberId: this.#memberId,
        groupInstanceId: instanceId,
        protocolType: 'consumer',
        protocolName: joined.protocolName ?? RANGE,
        assignments,
      },
      undefined,
      rebalanceTimeoutMs + 5000,
    )
    if (synced.errorCode !== 0) throw KafkaError.fromNumber(synced.errorCode)
    return decodeAssignment(synced.assignment)
  }

  async #assign(
    members: readonly { memberId: string; groupInstanceId: string | null; metadata: Uint8Array }[],
    partitionsOf: (topics: readonly string[]) => Promise<(topic: string) => number>,
  ): Promise<{ memberId: string; assignment: Buffer }[]> {
    const subscribed: SubscribedMember[] = members.map(({ memberId, groupInstanceId, metadata }) => ({
      id: memberId,
      instanceId: groupInstanceId,
      topics: decodeSubscription(metadata),
    }))
    const count = await partitionsOf([...new Set(subscribed.flatMap(({ topics }) => topics))])
    return [...assignRanges(subscribed, count)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment(partitions),
    }))
  }

  #startHeart(): void {
    this.#heart ??= setInterval(() => void this.#beat(), this.#options.heartbeatIntervalMs)
  }

  #stopHeart(): void {
    if (this.#heart !== null) clearInterval(this.#heart)
    this.#heart = null
  }

  async #beat(): Promise<void> {
    if (this.#isBeating || this.#memberId === '') return
    this.#isBeating = true
    const generationId = this.#generationId
    try {
      const { groupId, instanceId = null } = this.#options
      const connection = await this.#connection()
      const body = { groupId, generationId, memberId: this.#memberId, groupInstanceId: instanceId }
      const { errorCode } = await connection.request(Heartbeat, body)
      if (errorCode !== 0 && generationId === this.#generationId) this.#heard(KafkaError.fromNumber(errorCode))
    } catch (error) {
      this.#recovers(KafkaError.from(error))
    } finally {
      this.#isBeating = false
    }
  }

  #heard(error: KafkaError): void {
    if (error.code === 'REBALANCE_IN_PROGRESS') this.rejoin()
    else if (this.#recovers(error)) this.onRebalance()
    else {
      this.#lost = error
      this.#needsJoin = true
      this.onRebalance()
    }
  }

  /** Prepares another attempt after an error; false when there is no point in one. */
  #recovers(error: KafkaError): boolean {
    switch (error.code) {
      case 'REBALANCE_IN_PROGRESS':
        this.#needsJoin = true
        return true
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        this.#lost = error
        this.#needsJoin = true
        if (error.code === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
        this.#generationId = -1
        return true
      default:
        if (error.code === 'FENCED_INSTANCE_ID' || !error.retriable) return false
        this.#coordinator = null
        return true
    }
  }

  /** Commits and fetches of offsets: errors that pass by themselves are tried again until the rebalance timeout. */
  async #patiently<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const end = performance.now() + this.#options.rebalanceTimeoutMs
    for (;;) {
      try {
        return await work(await this.#connection())
      } catch (error) {
        const problem = KafkaError.from(error)
        const isGroups = ['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'].includes(problem.code)
        if (isGroups || !this.#recovers(problem) || performance.now() > end || this.#isClosed) {
          if (isGroups) this.#heard(problem)
          throw problem
        }
        await delay(RETRY_MS)
      }
    }
  }

  async #connection(): Promise<Connection> {
    const { cluster, groupId } = this.#options
    if (this.#coordinator === null) {
      const any = await cluster.any()
      const answer = await any.request(FindCoordinator, {
        keyType: COORDINATOR_GROUP,
        key: groupId,
        coordinatorKeys: [groupId],
      })
      const found = answer.coordinators[0] ?? answer
      if (found.errorCode !== 0) throw KafkaError.fromNumber(found.errorCode, found.errorMessage ?? undefined)
      this.#coordinator = { host: found.host, port: found.port }
    }
    return cluster.at(this.#coordinator.host, this.#coordinator.port)
  }
}
