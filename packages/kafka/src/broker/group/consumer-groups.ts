// All consumer groups of the new protocol (KIP-848): heartbeats, leaving, silence, and making every change durable before it is told.

import { randomBytes } from 'node:crypto'
import { KafkaError, type KafkaErrorCode } from '../../error.ts'
import { type ConsumerGroupHeartbeat, EPOCH_JOIN, EPOCH_STATIC_LEAVE } from '../../protocol/consumer-group-heartbeat.ts'
import type { ResponseInput } from '../../protocol/message.ts'
import type { ResolvedOptions } from '../options.ts'
import { ConsumerGroup, type TopicView } from './consumer-group.ts'
import { type GroupRecord, recordsOf, restoreGroup, WrittenRecords } from './consumer-group-records.ts'
import { checkEpoch, checkHeartbeat, type Heartbeat } from './consumer-heartbeat-check.ts'
import { ConsumerMember, type MemberSubscription } from './consumer-member.ts'
import { isSamePartitions, partitionList, partitionSet } from './partition-set.ts'

/** Where the groups' records go, and how a group of the classic protocol makes room. */
export interface ConsumerGroupHost {
  /** Appends the records in one batch; resolves when they are on disk. Rejects with `KAFKA_STORAGE_ERROR`. */
  write(group: string, records: readonly GroupRecord[]): Promise<void>
  /** Throws `GROUP_ID_NOT_FOUND` when a classic group with members has the id; ends an empty one. Its offsets stay. */
  displaceClassic(group: string): Promise<void>
}

/** Who sends a request. */
export interface HeartbeatSender {
  readonly version: number
  readonly clientId: string
  readonly clientHost: string
}

type Answer = ResponseInput<typeof ConsumerGroupHeartbeat>

/** The groups. */
export class ConsumerGroups {
  readonly #groups = new Map<string, ConsumerGroup>()
  readonly #written = new Map<string, WrittenRecords>()
  readonly #topics: TopicView
  readonly #options: ResolvedOptions
  readonly #host: ConsumerGroupHost
  #isClosed = false

  constructor(topics: TopicView, options: ResolvedOptions, host: ConsumerGroupHost) {
    this.#topics = topics
    this.#options = options
    this.#host = host
  }

  /** Takes over what was stored before a restart; members have their whole session to be heard again. */
  restore(id: string, records: readonly GroupRecord[]): void {
    const group = new ConsumerGroup(id, this.#topics)
    this.#written.set(id, new WrittenRecords(records))
    if (!restoreGroup(group, records)) return
    this.#groups.set(id, group)
    for (const member of group.members.values()) {
      this.#watch(group, member)
      this.#watchRevocation(group, member)
    }
  }

  /** All groups. */
  all(): ConsumerGroup[] {
    return [...this.#groups.values()]
  }

  get(id: string): ConsumerGroup | undefined {
    return this.#groups.get(id)
  }

  /** A member joins, lives or leaves. Rejects with the KafkaError that the member is told. */
  async heartbeat(request: Heartbeat, sender: HeartbeatSender): Promise<Answer> {
    checkHeartbeat(request, sender.version)
    if (this.#isClosed) throw new KafkaError('COORDINATOR_NOT_AVAILABLE')
    if (request.memberEpoch < EPOCH_JOIN) return this.#leave(request)
    const made = await this.#groupOf(request)
    // another first member may have come meanwhile
    const group = this.#groups.get(request.groupId) ?? made
    const isNewGroup = group.members.size === 0
    const member = this.#memberOf(group, request)
    const isChanged = this.#update(group, member, request, sender)
    const { assigned: before } = member
    group.refresh(isChanged)
    group.reconcile(member, request.topicPartitions === null ? null : partitionSet(request.topicPartitions))
    this.#watch(group, member)
    this.#watchRevocation(group, member)
    const isFull =
      request.memberEpoch === EPOCH_JOIN ||
      (request.rebalanceTimeoutMs !== -1 &&
        (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
        request.topicPartitions !== null)
    const answer: Answer = {
      errorCode: 0,
      memberId: member.id,
      memberEpoch: member.epoch,
      heartbeatIntervalMs: this.#options.consumerHeartbeatIntervalMs,
      assignment:
        isFull || !isSamePartitions(before, member.assigned)
          ? { topicPartitions: partitionList(member.assigned) }
          : null,
    }
    if (isNewGroup) this.#options.log('info', `consumer group ${group.id} begins with member ${member.id}`)
    await this.#persist(group)
    return answer
  }

  /** NONE when a member of that epoch may fetch offsets, else why not. */
  refusal(group: ConsumerGroup, memberId: string, memberEpoch: number, instanceId: string | null): KafkaErrorCode {
    const member = group.members.get(memberId)
    if (instanceId !== null) {
      const current = group.instances.get(instanceId)
      if (current === undefined) return 'UNKNOWN_MEMBER_ID'
      if (current !== memberId) return 'FENCED_INSTANCE_ID'
    }
    if (member === undefined) return 'UNKNOWN_MEMBER_ID'
    return member.epoch === memberEpoch ? 'NONE' : 'STALE_MEMBER_EPOCH'
  }

  /** NONE when the member may commit an offset of the partition, else why not. */
  commitRefusal(
    group: ConsumerGroup,
    claim: { memberId: string; generationId: number; groupInstanceId: string | null },
    topic: string,
    partition: number,
  ): KafkaErrorCode {
    const code = this.refusal(group, claim.memberId, claim.generationId, claim.groupInstanceId)
    if (code !== 'STALE_MEMBER_EPOCH') return code
    const topicId = this.#topics.get(topic)?.id ?? ''
    return group.members.get(claim.memberId)?.mayCommit(topicId, partition, claim.generationId) === true ? 'NONE' : code
  }

  /** Forgets a group that has no members, on disk when it resolves. */
  async forget(id: string): Promise<void> {
    const group = this.#groups.get(id)
    if (group === undefined) return
    this.#groups.delete(id)
    const written = this.#written.get(id)
    this.#written.delete(id)
    if (written !== undefined) await this.#host.write(id, written.difference([]))
  }

  /** Stops all clocks. */
  close(): void {
    this.#isClosed = true
    for (const group of this.#groups.values()) group.end()
  }

  async #groupOf({ groupId, memberEpoch, memberId }: Heartbeat): Promise<ConsumerGroup> {
    let group = this.#groups.get(groupId)
    if (group === undefined) {
      if (memberEpoch !== EPOCH_JOIN) throw notFound(groupId)
      await this.#host.displaceClassic(groupId)
      group = new ConsumerGroup(groupId, this.#topics)
    }
    const { maxGroupMembers } = this.#options.limits
    if (group.members.size >= maxGroupMembers && (memberId === '' || !group.members.has(memberId))) {
      const message = `The consumer group has reached its maximum capacity of ${maxGroupMembers} members.`
      throw new KafkaError('GROUP_MAX_SIZE_REACHED', message)
    }
    return group
  }

  /** The member that the heartbeat is from; a new one is not yet in the group. */
  #memberOf(group: ConsumerGroup, request: Heartbeat): ConsumerMember {
    const { memberId, memberEpoch, instanceId } = request
    if (instanceId !== null) return this.#staticMemberOf(group, request, instanceId)
    const member = group.members.get(memberId)
    if (member !== undefined) {
      checkEpoch(member, request)
      return member
    }
    if (memberEpoch !== EPOCH_JOIN) throw unknownMember(group.id, memberId)
    return newMember(memberId)
  }

  #staticMemberOf(group: ConsumerGroup, request: Heartbeat, instanceId: string): ConsumerMember {
    const { memberId, memberEpoch } = request
    const existing = group.members.get(group.instances.get(instanceId) ?? '')
    if (memberEpoch !== EPOCH_JOIN) {
      if (existing === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`)
      if (existing.id !== memberId) throw fencedInstance(memberId, instanceId, existing.id)
      checkEpoch(existing, request)
      return existing
    }
    if (existing === undefined) return newMember(memberId)
    if (existing.epoch !== EPOCH_STATIC_LEAVE && existing.id !== memberId) {
      const message = `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${existing.id} member.`
      throw new KafkaError('UNRELEASED_INSTANCE_ID', message)
    }
    if (existing.id === memberId && existing.epoch !== EPOCH_STATIC_LEAVE) {
      checkEpoch(existing, request)
      return existing
    }
    const fresh = newMember(memberId)
    fresh.subscription = existing.subscription
    group.replace(existing, fresh)
    return fresh
  }

  /** Takes over what the member says of itself. Returns whether the group needs a new assignment for it. */
  #update(group: ConsumerGroup, member: ConsumerMember, request: Heartbeat, sender: HeartbeatSender): boolean {
    const old = member.subscription
    const subscription: MemberSubscription = {
      instanceId: request.instanceId ?? old.instanceId,
      rackId: request.rackId ?? old.rackId,
      clientId: sender.clientId,
      clientHost: sender.clientHost,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? old.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
      topicNames: request.subscribedTopicNames === null ? old.topicNames : [...request.subscribedTopicNames].sort(),
      topicRegex: request.subscribedTopicRegex ?? old.topicRegex,
      assignor: request.serverAssignor ?? old.assignor,
    }
    group.topicsOf(subscription) // refuses an expression that is none before anything changes
    const isNew = !group.members.has(member.id)
    member.subscription = subscription
    if (isNew) {
      group.add(member)
      // not before: a refused request leaves no group behind
      this.#groups.set(group.id, group)
    }
    return (
      isNew ||
      old.topicNames.join() !== subscription.topicNames.join() ||
      old.topicRegex !== subscription.topicRegex ||
      old.assignor !== subscription.assignor
    )
  }

  async #leave({ groupId, memberId, memberEpoch, instanceId }: Heartbeat): Promise<Answer> {
    const group = this.#groups.get(groupId)
    if (group === undefined) throw notFound(groupId)
    let member = group.members.get(memberId)
    if (instanceId !== null) {
      const current = group.instances.get(instanceId)
      if (current === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`)
      if (current !== memberId) throw fencedInstance(memberId, instanceId, current)
      member = group.members.get(current)
    }
    if (member === undefined) throw unknownMember(groupId, memberId)
    if (memberEpoch === EPOCH_STATIC_LEAVE) {
      // its place stays until its session ends
      member.previousEpoch = member.epoch
      member.epoch = EPOCH_STATIC_LEAVE
      member.revoking = new Map()
      member.state = 'stable'
      member.watchRevocation(() => {})
    } else group.remove(member)
    await this.#persist(group)
    return { errorCode: 0, memberId, memberEpoch }
  }

  #watch(group: ConsumerGroup, member: ConsumerMember): void {
    const { consumerSessionTimeoutMs } = this.#options
    member.watchSession(consumerSessionTimeoutMs, () => {
      this.#fence(group, member, `was silent for ${consumerSessionTimeoutMs} ms`)
    })
  }

  #watchRevocation(group: ConsumerGroup, member: ConsumerMember): void {
    const { epoch } = member
    member.watchRevocation(() => {
      if (member.epoch === epoch) this.#fence(group, member, 'did not give its partitions up in time')
    })
  }

  /** Puts a member out that does not do its part. */
  #fence(group: ConsumerGroup, member: ConsumerMember, reason: string): void {
    if (this.#isClosed || group.members.get(member.id) !== member) return
    this.#options.log('info', `consumer group ${group.id}: member ${member.id} ${reason}`)
    group.remove(member)
    this.#persist(group).catch((error: Error) => {
      this.#options.log('error', `consumer group ${group.id} could not be stored: ${error.message}`)
    })
  }

  /** Writes what changed. Rejects with `COORDINATOR_NOT_AVAILABLE`; the next change then writes everything. */
  async #persist(group: ConsumerGroup): Promise<void> {
    if (this.#groups.get(group.id) !== group) return
    let written = this.#written.get(group.id)
    if (written === undefined) {
      written = new WrittenRecords()
      this.#written.set(group.id, written)
    }
    const records = written.difference(recordsOf(group))
    if (records.length === 0) return
    try {
      await this.#host.write(group.id, records)
    } catch (error) {
      written.doubt()
      const message = `group ${group.id} could not be stored: ${KafkaError.from(error).message}`
      this.#options.log('error', message)
      throw new KafkaError('COORDINATOR_NOT_AVAILABLE', message)
    }
  }
}

const NOT_SUBSCRIBED: MemberSubscription = {
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  rebalanceTimeoutMs: -1,
  topicNames: [],
  topicRegex: null,
  assignor: null,
}

/** A member under the id it drew, or (version 0) under one drawn for it in Kafka's form. */
function newMember(memberId: string): ConsumerMember {
  return new ConsumerMember(memberId === '' ? randomBytes(16).toString('base64url') : memberId, NOT_SUBSCRIBED)
}

function notFound(groupId: string): KafkaError {
  return new KafkaError('GROUP_ID_NOT_FOUND', `Consumer group ${groupId} not found.`)
}

function unknownMember(groupId: string, memberId: string): KafkaError {
  return new KafkaError('UNKNOWN_MEMBER_ID', `Member ${memberId} is not a member of group ${groupId}.`)
}

function fencedInstance(memberId: string, instanceId: string, owner: string): KafkaError {
  const message = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${owner}.`
  return new KafkaError('FENCED_INSTANCE_ID', message)
}
