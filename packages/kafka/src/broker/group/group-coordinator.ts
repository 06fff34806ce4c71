// Coordinates the consumer groups of the broker: checks each request of the classic protocol as Kafka does and lets the group act; groups of
// the new protocol stand in consumer-groups.ts, and one id is of one kind at a time.

import { KafkaError, type KafkaErrorCode } from '../../error.ts'
import type { ProducerStamp } from '../../record/batch-writer.ts'
import type { BrokerLogger, ResolvedOptions } from '../options.ts'
import type { Topic } from '../topic/topic.ts'
import type { ConsumerGroup, TopicView } from './consumer-group.ts'
import { ConsumerGroups } from './consumer-groups.ts'
import { Group } from './group.ts'
import { storedGroupOf, syncResultOf } from './group-answers.ts'
import { type JoinWish, joinKnown, joinNew } from './group-joining.ts'
import { GroupMember, type JoinResult, joinError, type SyncResult, syncError } from './group-member.ts'
import type { CommittedOffset, OffsetKey, StoredGroup } from './group-records.ts'
import { type GroupOffsets, GroupStore } from './group-store.ts'
import { expiredOffsets } from './offset-expiry.ts'

/** Who speaks for a group: a member of a generation, or (generation below 0) an administrator. */
export interface MemberClaim {
  groupId: string
  generationId: number
  memberId: string
  groupInstanceId: string | null
}

/** Limits of session timeouts (Kafka: group.min.session.timeout.ms, group.max.session.timeout.ms). */
const MIN_SESSION_MS = 6000
const MAX_SESSION_MS = 1_800_000
/** Longest metadata of a committed offset (Kafka: offset.metadata.max.bytes). */
const MAX_METADATA_BYTES = 4096

/** All groups. */
export class GroupCoordinator {
  readonly #groups = new Map<string, Group>()
  readonly #store: GroupStore
  readonly #options: ResolvedOptions
  readonly #log: BrokerLogger
  /** Groups of the new protocol (KIP-848). */
  readonly consumers: ConsumerGroups
  #expiryTimer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(store: GroupStore, topics: TopicView, options: ResolvedOptions) {
    this.#store = store
    this.#options = options
    this.#log = options.log
    this.consumers = new ConsumerGroups(topics, options, {
      write: (group, records) => store.write(group, records),
      displaceClassic: (group) => this.#displace(group),
    })
  }

  /** Loads groups and offsets from the internal topic. */
  static async open(topic: Topic, topics: TopicView, options: ResolvedOptions): Promise<GroupCoordinator> {
    const coordinator = new GroupCoordinator(await GroupStore.open(topic), topics, options)
    for (const [id, records] of coordinator.#store.takeConsumerRecords()) coordinator.consumers.restore(id, records)
    for (const [id, stored] of coordinator.#store.groups()) coordinator.#restore(id, stored)
    for (const id of coordinator.#store.groupsWithOffsets()) {
      if (coordinator.consumers.get(id) === undefined) coordinator.#ensure(id)
    }
    coordinator.#scheduleExpiry()
    return coordinator
  }

  /** All groups of the classic protocol. */
  groups(): Group[] {
    return [...this.#groups.values()]
  }

  group(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  /** A member joins; resolves when the next generation begins, or with an error. */
  async join(wish: JoinWish): Promise<JoinResult> {
    const refuse = (code: KafkaErrorCode): JoinResult => joinError(wish.memberId, code)
    if (this.#isClosed) return refuse('COORDINATOR_NOT_AVAILABLE')
    if (wish.groupId === '') return refuse('INVALID_GROUP_ID')
    if (wish.sessionTimeoutMs < MIN_SESSION_MS || wish.sessionTimeoutMs > MAX_SESSION_MS)
      return refuse('INVALID_SESSION_TIMEOUT')
    if (this.consumers.get(wish.groupId) !== undefined && !(await this.#displaceConsumer(wish.groupId)))
      return refuse('INCONSISTENT_GROUP_PROTOCOL')
    const group = this.#groups.get(wish.groupId)
    if (wish.memberId === '') {
      const entered = group ?? this.#ensure(wish.groupId)
      const result = joinNew(entered, wish, this.#options.limits.maxGroupMembers)
      const isLeftEmpty = entered.members.size === 0 && entered.pending.size === 0
      // a refused request must not leave a group behind
      if (group === undefined && isLeftEmpty) this.#groups.delete(wish.groupId)
      return result
    }
    if (group === undefined) return refuse('UNKNOWN_MEMBER_ID')
    return joinKnown(group, wish, () => {
      const found = this.#member({ ...wish, generationId: -1 })
      return found instanceof Found ? found.member : found
    })
  }

  /** A member wants its assignment; the leader brings everybody's. */
  async sync(
    claim: MemberClaim & { protocolType: string | null; protocolName: string | null },
    assignments: ReadonlyMap<string, Uint8Array>,
  ): Promise<SyncResult> {
    const found = this.#member(claim)
    if (!(found instanceof Found)) return syncError(found)
    const { group, member } = found
    if (claim.generationId !== group.generation) return syncError('ILLEGAL_GENERATION')
    const isOther = (given: string | null, own: string | null): boolean => given !== null && given !== own
    if (isOther(claim.protocolType, group.protocolType) || isOther(claim.protocolName, group.protocol)) {
      return syncError('INCONSISTENT_GROUP_PROTOCOL')
    }
    switch (group.state) {
      case 'PreparingRebalance':
        return syncError('REBALANCE_IN_PROGRESS')
      case 'CompletingRebalance': {
        const answer = group.sync(member)
        if (member.id === group.leader) await group.assign(assignments)
        return answer
      }
      case 'Stable':
        group.heard(member)
        return syncResultOf(group, member)
      default:
        return syncError('UNKNOWN_MEMBER_ID')
    }
  }

  /** A member is alive. Returns the error it is told; NONE while its generation stands. */
  heartbeat(claim: MemberClaim): KafkaErrorCode {
    const found = this.#member(claim)
    if (!(found instanceof Found)) return found
    const { group, member } = found
    if (claim.generationId !== group.generation) return 'ILLEGAL_GENERATION'
    group.heard(member)
    return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  /** A member leaves, named by its id or (static) its instance. Returns NONE or why it could not. */
  leave(groupId: string, memberId: string, groupInstanceId: string | null): KafkaErrorCode {
    const group = this.#groups.get(groupId)
    if (group === undefined) return 'UNKNOWN_MEMBER_ID'
    if (groupInstanceId !== null && memberId === '') {
      const member = group.members.get(group.instances.get(groupInstanceId) ?? '')
      if (member === undefined) return 'UNKNOWN_MEMBER_ID'
      group.remove(member, `static member ${groupInstanceId} was removed`)
      return 'NONE'
    }
    if (group.pending.has(memberId)) {
      group.removePending(memberId)
      return 'NONE'
    }
    const found = this.#member({ groupId, memberId, groupInstanceId, generationId: -1 })
    if (!(found instanceof Found)) return found
    group.remove(found.member, `member ${memberId} left`)
    return 'NONE'
  }

  /**
   * Stores offsets; with a `producer` they count when its transaction commits. `offsets` have been checked for existing topics. Returns the
   * error for all of them, or per oversized metadata.
   */
  async commit(
    claim: MemberClaim,
    offsets: readonly (Omit<OffsetKey, 'group'> & { value: CommittedOffset })[],
    producer?: Omit<ProducerStamp, 'baseSequence'>,
  ): Promise<(key: { topic: string; partition: number }) => KafkaErrorCode> {
    const refusal = this.#commitRefusal(claim, producer !== undefined)
    if (refusal !== 'NONE') return () => refusal
    const consumer = this.consumers.get(claim.groupId)
    if (consumer !== undefined && consumer.members.size > 0 && claim.generationId >= 0) {
      const codeOf = ({ topic, partition }: { topic: string; partition: number }): KafkaErrorCode =>
        this.consumers.commitRefusal(consumer, claim, topic, partition)
      const allowed = offsets.filter((offset) => codeOf(offset) === 'NONE')
      if (allowed.length < offsets.length) {
        const refused = new Map(offsets.map((offset) => [`${offset.topic}|${offset.partition}`, codeOf(offset)]))
        const errorOf = await this.#storeOffsets(claim.groupId, allowed, producer)
        return (key) => {
          const own = refused.get(`${key.topic}|${key.partition}`) ?? 'NONE'
          return own === 'NONE' ? errorOf(key) : own
        }
      }
    }
    return this.#storeOffsets(claim.groupId, offsets, producer)
  }

  /** Stores offsets that may be stored. Returns the error of each. */
  async #storeOffsets(
    groupId: string,
    offsets: readonly (Omit<OffsetKey, 'group'> & { value: CommittedOffset })[],
    producer: Omit<ProducerStamp, 'baseSequence'> | undefined,
  ): Promise<(key: { topic: string; partition: number }) => KafkaErrorCode> {
    const tooLong = new Set(offsets.filter(({ value }) => Buffer.byteLength(value.metadata) > MAX_METADATA_BYTES))
    const accepted = offsets.filter((offset) => !tooLong.has(offset))
    let failure: KafkaErrorCode = 'NONE'
    if (accepted.length > 0) {
      if (this.consumers.get(groupId) === undefined) this.#ensure(groupId)
      try {
        await this.#store.commit(groupId, accepted, producer)
      } catch (error) {
        this.#log('error', `offsets of group ${groupId} could not be stored: ${KafkaError.from(error).message}`)
        const { code } = KafkaError.from(error)
        failure = code === 'INVALID_PRODUCER_EPOCH' ? code : 'COORDINATOR_NOT_AVAILABLE'
      }
    }
    const refused = new Set([...tooLong].map(({ topic, partition }) => `${topic}|${partition}`))
    return ({ topic, partition }) => (refused.has(`${topic}|${partition}`) ? 'OFFSET_METADATA_TOO_LARGE' : failure)
  }

  /** The transaction of a producer has ended in a partition of __consumer_offsets. */
  endTransaction(partition: number, producerId: number, isCommit: boolean): void {
    this.#store.endTransaction(partition, producerId, isCommit)
  }

  /** Whether an open transaction may still change a committed offset. */
  isPending(key: OffsetKey): boolean {
    return this.#store.isPending(key)
  }

  /** Committed offsets of a group; undefined when it has none. */
  offsets(groupId: string): GroupOffsets | undefined {
    return this.#store.offsets(groupId)
  }

  /** Deletes a group that has no members. Returns NONE or why not. */
  async delete(groupId: string): Promise<KafkaErrorCode> {
    const consumer = this.consumers.get(groupId)
    if (consumer !== undefined) return this.#deleteConsumer(consumer)
    const group = this.#groups.get(groupId)
    if (group === undefined) return 'GROUP_ID_NOT_FOUND'
    if (group.state !== 'Empty' || group.pending.size > 0) return 'NON_EMPTY_GROUP'
    try {
      await this.#store.forgetGroup(groupId)
    } catch {
      return 'COORDINATOR_NOT_AVAILABLE'
    }
    if (group.state !== 'Empty') return 'NON_EMPTY_GROUP' // somebody joined meanwhile; the offsets are gone, the group lives
    group.end('COORDINATOR_NOT_AVAILABLE')
    this.#groups.delete(groupId)
    return 'NONE'
  }

  /** Forgets single offsets. Returns the error for the whole group; NONE if there is none. */
  async forgetOffsets(groupId: string, keys: readonly Omit<OffsetKey, 'group'>[]): Promise<KafkaErrorCode> {
    const group = this.#groups.get(groupId)
    if (group === undefined && this.consumers.get(groupId) === undefined) return 'GROUP_ID_NOT_FOUND'
    if (group !== undefined && group.state !== 'Empty' && group.protocolType !== 'consumer') return 'NON_EMPTY_GROUP'
    try {
      const own = this.#store.offsets(groupId)
      await this.#store.forget(
        groupId,
        keys.filter(({ topic, partition }) => own?.get(topic)?.has(partition)),
      )
      return 'NONE'
    } catch {
      return 'COORDINATOR_NOT_AVAILABLE'
    }
  }

  /** Forgets the offsets of a topic that was deleted. */
  async topicDeleted(topic: string): Promise<void> {
    for (const group of this.#store.groupsWithOffsets()) {
      const partitions = this.#store.offsets(group)?.get(topic)
      const keys = [...(partitions?.keys() ?? [])].map((partition) => ({ topic, partition }))
      await this.#store.forget(group, keys)
    }
  }

  /** Forgets offsets that are older than the retention, and groups that have nothing left. Rejects with `KAFKA_STORAGE_ERROR`. */
  async expireOffsets(nowMs: number): Promise<void> {
    for (const id of this.#store.groupsWithOffsets()) {
      const owner = { classic: this.#groups.get(id), consumer: this.consumers.get(id) }
      const old = expiredOffsets(this.#store.offsets(id) ?? new Map(), owner, this.#options.offsetsRetentionMs, nowMs)
      const keys = old.filter((key) => !this.#store.isPending({ group: id, ...key }))
      if (keys.length === 0) continue
      await this.#store.forget(id, keys)
      this.#log('info', `group ${id}: ${keys.length} offsets were older than the retention`)
      if (this.#store.offsets(id) === undefined) await this.delete(id)
    }
  }

  #scheduleExpiry(): void {
    this.#expiryTimer = setTimeout(() => {
      this.expireOffsets(Date.now())
        .catch((error: Error) => this.#log('error', `old offsets remain: ${error.message}`))
        .finally(() => {
          if (!this.#isClosed) this.#scheduleExpiry()
        })
    }, this.#options.offsetsRetentionCheckMs)
    this.#expiryTimer.unref()
  }

  /** Answers all who wait and stops all clocks. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#expiryTimer)
    this.consumers.close()
    for (const group of this.#groups.values()) group.end('COORDINATOR_NOT_AVAILABLE')
  }

  #commitRefusal(claim: MemberClaim, isTransactional: boolean): KafkaErrorCode {
    if (this.#isClosed) return 'COORDINATOR_NOT_AVAILABLE'
    const consumer = this.consumers.get(claim.groupId)
    if (consumer !== undefined) {
      if (claim.generationId < 0 && consumer.members.size === 0) return 'NONE'
      const code = this.consumers.refusal(consumer, claim.memberId, claim.generationId, claim.groupInstanceId)
      return code === 'STALE_MEMBER_EPOCH' ? 'NONE' : code // decided per partition
    }
    const group = this.#groups.get(claim.groupId)
    if (group === undefined) return claim.generationId < 0 ? 'NONE' : 'ILLEGAL_GENERATION'
    const isFromOutside = claim.generationId < 0 && claim.memberId === '' && claim.groupInstanceId === null
    if (isFromOutside) return group.state === 'Empty' || isTransactional ? 'NONE' : 'UNKNOWN_MEMBER_ID'
    if (claim.generationId < 0 && group.state === 'Empty') return 'NONE'
    const found = this.#member(claim)
    if (!(found instanceof Found)) return found
    if (claim.generationId !== group.generation) return 'ILLEGAL_GENERATION'
    group.heard(found.member)
    return group.state === 'CompletingRebalance' && !isTransactional ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  /** The member that the claim names, or the error it is told. */
  #member({ groupId, memberId, groupInstanceId }: MemberClaim): Found | KafkaErrorCode {
    if (this.#isClosed) return 'COORDINATOR_NOT_AVAILABLE'
    const group = this.#groups.get(groupId)
    if (groupId === '') return 'INVALID_GROUP_ID'
    if (group === undefined) return 'UNKNOWN_MEMBER_ID'
    if (groupInstanceId !== null) {
      const current = group.instances.get(groupInstanceId)
      if (current === undefined) return 'UNKNOWN_MEMBER_ID'
      if (current !== memberId) return 'FENCED_INSTANCE_ID'
    }
    const member = group.members.get(memberId)
    return member === undefined ? 'UNKNOWN_MEMBER_ID' : new Found(group, member)
  }

  /** Makes room for a consumer group of the id. Throws `GROUP_ID_NOT_FOUND` when a classic group lives there. */
  async #displace(id: string): Promise<void> {
    const group = this.#groups.get(id)
    if (group === undefined) return
    if (group.state !== 'Empty' || group.pending.size > 0)
      throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${id} is not a consumer group.`)
    group.end('COORDINATOR_NOT_AVAILABLE')
    this.#groups.delete(id)
    await this.#store.forgetMetadata(id)
  }

  /** Makes room for a classic group of the id; false when a consumer group lives there. */
  async #displaceConsumer(id: string): Promise<boolean> {
    const consumer = this.consumers.get(id)
    if (consumer === undefined) return true
    if (consumer.members.size > 0) return false
    await this.consumers.forget(id)
    return true
  }

  async #deleteConsumer(group: ConsumerGroup): Promise<KafkaErrorCode> {
    if (group.members.size > 0) return 'NON_EMPTY_GROUP'
    try {
      await this.consumers.forget(group.id)
      await this.#store.forgetGroup(group.id)
      return 'NONE'
    } catch {
      return 'COORDINATOR_NOT_AVAILABLE'
    }
  }

  #ensure(id: string): Group {
    let group = this.#groups.get(id)
    if (group === undefined) {
      group = new Group(id, this.#host())
      this.#groups.set(id, group)
    }
    return group
  }

  #restore(id: string, stored: StoredGroup): void {
    const members = stored.members.map((member) => {
      const protocols = stored.protocol === null ? [] : [{ name: stored.protocol, metadata: member.subscription }]
      const restored = new GroupMember({
        ...member,
        id: member.memberId,
        instanceId: member.groupInstanceId,
        protocols,
      })
      restored.assignment = member.assignment
      return restored
    })
    this.#ensure(id).restore(stored, members)
  }

  #host(): ConstructorParameters<typeof Group>[1] {
    return {
      initialRebalanceDelayMs: this.#options.initialRebalanceDelayMs,
      store: (group) => this.#store.storeGroup(group.id, storedGroupOf(group)),
      log: (message) => this.#log('info', message),
    }
  }
}

class Found {
  readonly group: Group
  readonly member: GroupMember

  constructor(group: Group, member: GroupMember) {
    this.group = group
    this.member = member
  }
}
