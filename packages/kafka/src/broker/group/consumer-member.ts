// One member of a consumer group (KIP-848) and the steps from what it has to what it shall have.

import {
  filterPartitions,
  hasPartition,
  isPartitionSubset,
  NO_PARTITIONS,
  type PartitionSet,
  unitePartitions,
} from './partition-set.ts'

/** Where a member stands on its way: done, asked to give partitions up, or waiting for partitions that others still have. */
export type ConsumerMemberState = 'stable' | 'unrevoked' | 'unreleased'

/** What a member says about itself. */
export interface MemberSubscription {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly topicNames: readonly string[]
  /** RE2 expression that whole topic names must match; null without one. */
  readonly topicRegex: string | null
  /** Assignor that the member wants; null: the broker's choice. */
  readonly assignor: string | null
}

/** A member. */
export class ConsumerMember {
  readonly id: string
  subscription: MemberSubscription
  /** Epoch of the assignment that the member has; the group's when it is up to date. */
  epoch = 0
  previousEpoch = -1
  state: ConsumerMemberState = 'stable'
  /** Partitions that the member may read. */
  assigned: PartitionSet = NO_PARTITIONS
  /** Epoch in which it got each of them (`topic id:partition`), as far as known since the start of the broker. */
  readonly #since = new Map<string, number>()
  /** Partitions that the member must give up before anything else happens. */
  revoking: PartitionSet = NO_PARTITIONS
  #session: NodeJS.Timeout | undefined
  #revocation: NodeJS.Timeout | undefined

  constructor(id: string, subscription: MemberSubscription) {
    this.id = id
    this.subscription = subscription
  }

  /**
   * Whether the member may commit an offset of the partition in an epoch: its own, or an older one in which it had the partition already (the
   * news of a newer epoch may be on its way).
   */
  mayCommit(topicId: string, partition: number, epoch: number): boolean {
    if (epoch === this.epoch) return true
    if (epoch > this.epoch || !hasPartition(this.assigned, topicId, partition)) return false
    return epoch >= (this.#since.get(`${topicId}:${partition}`) ?? this.epoch)
  }

  /** Starts the session anew; `expire` runs when nothing is heard for the given time. */
  watchSession(timeoutMs: number, expire: () => void): void {
    clearTimeout(this.#session)
    this.#session = setTimeout(expire, timeoutMs)
    this.#session.unref()
  }

  /** While the member owes partitions: `expire` runs when it still does after the time it asked for. */
  watchRevocation(expire: () => void): void {
    if (this.state !== 'unrevoked') {
      clearTimeout(this.#revocation)
      this.#revocation = undefined
      return
    }
    // heartbeats in between do not give it more time
    if (this.#revocation !== undefined) return
    this.#revocation = setTimeout(expire, Math.max(0, this.subscription.rebalanceTimeoutMs))
    this.#revocation.unref()
  }

  /** Ends both watches. */
  unwatch(): void {
    clearTimeout(this.#session)
    clearTimeout(this.#revocation)
  }

  /**
   * Moves the member towards its target as far as it can go now. `owned`: what the member says it has, null when it does not say;
   * `isFree`: whether nobody has a partition. Returns whether anything changed.
   */
  reconcile(
    target: PartitionSet,
    targetEpoch: number,
    owned: PartitionSet | null,
    isFree: (topicId: string, partition: number) => boolean,
  ): boolean {
    if (this.state === 'stable' && this.epoch === targetEpoch) return false
    if (this.state === 'unrevoked') {
      if (owned === null || overlaps(owned, this.revoking)) return false
    }
    const before = { epoch: this.epoch, state: this.state, assigned: this.assigned, revoking: this.revoking }
    this.#next(target, targetEpoch, owned, isFree)
    return (
      before.epoch !== this.epoch ||
      before.state !== this.state ||
      !isPartitionSubset(this.assigned, before.assigned) ||
      !isPartitionSubset(before.assigned, this.assigned) ||
      !isPartitionSubset(this.revoking, before.revoking) ||
      !isPartitionSubset(before.revoking, this.revoking)
    )
  }

  #next(
    target: PartitionSet,
    targetEpoch: number,
    owned: PartitionSet | null,
    isFree: (topicId: string, partition: number) => boolean,
  ): void {
    const kept = filterPartitions(this.assigned, (topicId, partition) => hasPartition(target, topicId, partition))
    const surplus = filterPartitions(this.assigned, (topicId, partition) => !hasPartition(target, topicId, partition))
    if (surplus.size > 0 && (owned === null || overlaps(owned, surplus))) {
      // it stays in its epoch until it has given them up
      this.state = 'unrevoked'
      this.assigned = kept
      this.revoking = surplus
      this.#noteSince(NO_PARTITIONS, this.epoch)
      return
    }
    const missing = filterPartitions(target, (topicId, partition) => !hasPartition(kept, topicId, partition))
    const ready = filterPartitions(missing, isFree)
    this.assigned = unitePartitions(kept, ready)
    this.#noteSince(ready, targetEpoch)
    this.revoking = NO_PARTITIONS
    this.state = isPartitionSubset(missing, ready) ? 'stable' : 'unreleased'
    if (this.epoch !== targetEpoch) {
      this.previousEpoch = this.epoch
      this.epoch = targetEpoch
    }
  }

  /** Notes the epoch of partitions that are new, and forgets those that are gone. */
  #noteSince(fresh: PartitionSet, epoch: number): void {
    for (const [topicId, partitions] of fresh)
      for (const partition of partitions) this.#since.set(`${topicId}:${partition}`, epoch)
    for (const key of this.#since.keys()) {
      const colon = key.lastIndexOf(':')
      if (!hasPartition(this.assigned, key.slice(0, colon), Number(key.slice(colon + 1)))) this.#since.delete(key)
    }
  }
}

function overlaps(a: PartitionSet, b: PartitionSet): boolean {
  for (const [topicId, partitions] of a) {
    for (const partition of partitions) if (hasPartition(b, topicId, partition)) return true
  }
  return false
}
