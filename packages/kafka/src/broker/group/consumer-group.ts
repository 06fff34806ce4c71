// The state of one consumer group whose partitions the broker assigns (KIP-848): its epochs, its members, who shall have what. A change of
// members, subscriptions or topics raises the group's epoch; a new target assignment is made for it; each member walks to its target by itself.

import { createHash } from 'node:crypto'
import type { Topic } from '../topic/topic.ts'
import { CONSUMER_ASSIGNORS } from './consumer-assignors.ts'
import type { ConsumerMember, MemberSubscription } from './consumer-member.ts'
import { hasPartition, NO_PARTITIONS, type PartitionSet } from './partition-set.ts'
import { topicPattern } from './topic-pattern.ts'

/** State with Kafka's names. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** The topics of the broker as groups see them. */
export interface TopicView {
  get(name: string): Topic | undefined
  byId(id: string): Topic | undefined
  all(): Topic[]
  /** Grows with every topic made or deleted and with every partition added. */
  readonly changes: number
}

/** Compiled expressions kept per group; a group that uses more compiles them again. */
const MAX_PATTERNS = 100

/** A group. */
export class ConsumerGroup {
  readonly id: string
  /** Raised by every change that asks for a new assignment; the first member raises it to 2, as in Kafka. */
  epoch = 1
  /** Epoch for which the target assignment was made. */
  assignmentEpoch = 0
  /** Stands for the topics that the epoch was made for. */
  metadataHash = 0
  readonly members = new Map<string, ConsumerMember>()
  /** Static members: instance id → member id. */
  readonly instances = new Map<string, string>()
  /** What each member shall have. */
  readonly targets = new Map<string, PartitionSet>()
  readonly #topics: TopicView
  readonly #patterns = new Map<string, (name: string) => boolean>()
  /** Topic names that each expression matches, as of `#seenChanges`. */
  readonly #matched = new Map<string, string[]>()
  #seenChanges = -1

  constructor(id: string, topics: TopicView) {
    this.id = id
    this.#topics = topics
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty'
    if (this.epoch > this.assignmentEpoch) return 'Assigning'
    for (const member of this.members.values()) {
      if (member.state !== 'stable' || member.epoch !== this.assignmentEpoch) return 'Reconciling'
    }
    return 'Stable'
  }

  /** Name of the assignor in force: the one that most members ask for, else the broker's first. */
  get assignor(): string {
    const votes = new Map<string, number>()
    for (const { subscription } of this.members.values()) {
      if (subscription.assignor !== null) votes.set(subscription.assignor, (votes.get(subscription.assignor) ?? 0) + 1)
    }
    let best: string | undefined
    for (const [name, count] of votes) if (best === undefined || count > (votes.get(best) as number)) best = name
    return best ?? (CONSUMER_ASSIGNORS.keys().next().value as string)
  }

  /** Takes a member in. */
  add(member: ConsumerMember): void {
    this.members.set(member.id, member)
    const { instanceId } = member.subscription
    if (instanceId !== null) this.instances.set(instanceId, member.id)
  }

  /** Takes a member out and asks for a new assignment. */
  remove(member: ConsumerMember): void {
    this.drop(member)
    this.epoch++
    this.#hashTopics()
  }

  /** Puts a static member that came back in the place of its old self, with all it has. */
  replace(old: ConsumerMember, fresh: ConsumerMember): void {
    fresh.assigned = old.assigned
    fresh.revoking = old.revoking
    const target = this.targets.get(old.id)
    this.drop(old)
    this.add(fresh)
    if (target !== undefined) this.targets.set(fresh.id, target)
  }

  /** Raises the epoch when the member's subscription or the topics below it changed, and then makes the assignment for it. */
  refresh(isSubscriptionChanged: boolean): void {
    const isTopicChanged =
      this.#seenChanges !== this.#topics.changes || isSubscriptionChanged ? this.#hashTopics() : false
    if (isSubscriptionChanged || isTopicChanged) this.epoch++
    if (this.epoch > this.assignmentEpoch) this.#assign()
  }

  /** Lets a member go as far towards its target as it can. Returns whether it moved. */
  reconcile(member: ConsumerMember, owned: PartitionSet | null): boolean {
    const target = this.targets.get(member.id) ?? NO_PARTITIONS
    return member.reconcile(target, this.assignmentEpoch, owned, (topicId, partition) => {
      for (const other of this.members.values()) {
        if (other === member) continue
        if (hasPartition(other.assigned, topicId, partition) || hasPartition(other.revoking, topicId, partition))
          return false
      }
      return true
    })
  }

  /** Names of the topics that a member subscribes to by name or expression and that exist. */
  topicsOf({ topicNames, topicRegex }: MemberSubscription): Set<string> {
    const names = new Set(topicNames.filter((name) => this.#topics.get(name) !== undefined))
    for (const name of this.#matching(topicRegex)) names.add(name)
    return names
  }

  /** Whether a member reads the topic. */
  isSubscribed(topic: string): boolean {
    for (const { subscription } of this.members.values()) {
      if (subscription.topicNames.includes(topic) || this.#matching(subscription.topicRegex).includes(topic))
        return true
    }
    return false
  }

  /** Ends all clocks; the group is not used afterwards. */
  end(): void {
    for (const member of this.members.values()) member.unwatch()
  }

  /** Takes a member out of the tables alone. */
  drop(member: ConsumerMember): void {
    member.unwatch()
    this.members.delete(member.id)
    this.targets.delete(member.id)
    const { instanceId } = member.subscription
    if (instanceId !== null && this.instances.get(instanceId) === member.id) this.instances.delete(instanceId)
  }

  #assign(): void {
    const assign = CONSUMER_ASSIGNORS.get(this.assignor) ?? CONSUMER_ASSIGNORS.values().next().value
    const members = [...this.members.values()].map(({ id, subscription }) => ({
      id,
      instanceId: subscription.instanceId,
      topicIds: new Set([...this.topicsOf(subscription)].map((name) => (this.#topics.get(name) as Topic).id)),
      target: this.targets.get(id) ?? NO_PARTITIONS,
    }))
    const targets = assign?.(members, (topicId) => this.#topics.byId(topicId)?.partitions.length ?? 0) ?? new Map()
    this.targets.clear()
    for (const [id, target] of targets) this.targets.set(id, target)
    this.assignmentEpoch = this.epoch
  }

  /** Looks at the subscribed topics anew. Returns whether they are others than the epoch was made for. */
  #hashTopics(): boolean {
    if (this.#seenChanges !== this.#topics.changes) this.#matched.clear()
    this.#seenChanges = this.#topics.changes
    const names = new Set<string>()
    for (const { subscription } of this.members.values())
      for (const name of this.topicsOf(subscription)) names.add(name)
    const hash = createHash('sha1')
    for (const name of [...names].sort()) {
      const topic = this.#topics.get(name) as Topic
      hash.update(`${name}\n${topic.id}\n${topic.partitions.length}\n`)
    }
    // 48 bits: exact as a number; 0 stands for "no topics" as in Kafka
    const metadataHash = names.size === 0 ? 0 : hash.digest().readUIntBE(0, 6)
    const isChanged = metadataHash !== this.metadataHash
    this.metadataHash = metadataHash
    return isChanged
  }

  #matching(expression: string | null): string[] {
    if (expression === null || expression === '') return []
    if (this.#seenChanges !== this.#topics.changes) this.#matched.clear()
    let names = this.#matched.get(expression)
    if (names === undefined) {
      let matches = this.#patterns.get(expression)
      if (matches === undefined) {
        matches = topicPattern(expression)
        if (this.#patterns.size >= MAX_PATTERNS) this.#patterns.clear()
        this.#patterns.set(expression, matches)
      }
      const isMatch = matches
      names = this.#topics
        .all()
        .filter(({ name, isInternal }) => !isInternal && isMatch(name))
        .map(({ name }) => name)
      this.#matched.set(expression, names)
    }
    return names
  }
}
