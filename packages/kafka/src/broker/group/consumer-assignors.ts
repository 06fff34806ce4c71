// Who reads which partitions: the broker's own assignors for consumer groups. `uniform` spreads partitions evenly and moves as few as it can;
// `range` gives each member a run of every topic, the same run of topics with equal partition counts.

import { hasPartition, type PartitionSet } from './partition-set.ts'

/** One member as an assignor sees it. */
export interface AssignorMember {
  readonly id: string
  readonly instanceId: string | null
  /** Ids of the topics that it subscribes to and that exist. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have until now. */
  readonly target: PartitionSet
}

/** Assigns all partitions of the subscribed topics. `partitionsOf`: how many a topic has. Returns member id → partitions. */
export type Assignor = (
  members: readonly AssignorMember[],
  partitionsOf: (topicId: string) => number,
) => Map<string, PartitionSet>

type Open = Map<string, Map<string, Set<number>>>

/** Every assignor by name; the first is taken when no member asks for one. */
export const CONSUMER_ASSIGNORS: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', assignUniform],
  ['range', assignRange],
])

function assignRange(
  members: readonly AssignorMember[],
  partitionsOf: (topicId: string) => number,
): Map<string, PartitionSet> {
  const sorted = [...members].sort(byInstanceThenId)
  const readers = new Map<string, AssignorMember[]>()
  for (const member of sorted) {
    for (const topicId of member.topicIds) {
      const list = readers.get(topicId)
      if (list === undefined) readers.set(topicId, [member])
      else list.push(member)
    }
  }
  const result = emptyAssignment(members)
  for (const [topicId, list] of readers) {
    const partitions = partitionsOf(topicId)
    let next = 0
    for (const [index, { id }] of list.entries()) {
      const count = Math.floor(partitions / list.length) + (index < partitions % list.length ? 1 : 0)
      for (const end = next + count; next < end; next++) give(result, id, topicId, next)
    }
  }
  return result
}

function assignUniform(
  members: readonly AssignorMember[],
  partitionsOf: (topicId: string) => number,
): Map<string, PartitionSet> {
  const result = emptyAssignment(members)
  const all: { topicId: string; partition: number; readers: AssignorMember[] }[] = []
  for (const topicId of new Set(members.flatMap(({ topicIds }) => [...topicIds]))) {
    const readers = members.filter(({ topicIds }) => topicIds.has(topicId))
    for (let partition = 0; partition < partitionsOf(topicId); partition++) all.push({ topicId, partition, readers })
  }
  const isOneKind = all.every(({ readers }) => readers.length === members.length)
  const limit = isOneKind ? quotas(members, all.length) : undefined
  const counts = new Map(members.map(({ id }) => [id, 0]))
  const take = (id: string, topicId: string, partition: number): void => {
    give(result, id, topicId, partition)
    counts.set(id, (counts.get(id) as number) + 1)
  }
  // first everybody keeps what it had, up to its share
  const free = all.filter(({ topicId, partition, readers }) => {
    const owner = readers.find(({ target }) => hasPartition(target, topicId, partition))
    if (owner === undefined || (limit !== undefined && (counts.get(owner.id) as number) >= (limit.get(owner.id) ?? 0)))
      return true
    take(owner.id, topicId, partition)
    return false
  })
  for (const { topicId, partition, readers } of free) {
    take(leastLoaded(readers, counts, limit).id, topicId, partition)
  }
  if (limit === undefined) balance(members, result, counts)
  return result
}

/** Share of each member when all subscribe to the same topics: those that have much keep the larger shares. */
function quotas(members: readonly AssignorMember[], partitions: number): Map<string, number> {
  const share = Math.floor(partitions / members.length)
  const extra = partitions % members.length
  const having = new Map(members.map(({ id, target }) => [id, sizeOf(target)]))
  const sorted = [...members].sort((a, b) => (having.get(b.id) as number) - (having.get(a.id) as number))
  return new Map(sorted.map(({ id }, index) => [id, share + (index < extra ? 1 : 0)]))
}

function leastLoaded(
  readers: readonly AssignorMember[],
  counts: ReadonlyMap<string, number>,
  limit: ReadonlyMap<string, number> | undefined,
): AssignorMember {
  let best: AssignorMember | undefined
  for (const reader of readers) {
    const count = counts.get(reader.id) as number
    if (limit !== undefined && count >= (limit.get(reader.id) as number)) continue
    if (best === undefined || count < (counts.get(best.id) as number)) best = reader
  }
  return best ?? (readers[0] as AssignorMember)
}

/** Members with different subscriptions: moves single partitions from those with more to those with less, until no move helps. */
function balance(members: readonly AssignorMember[], result: Open, counts: Map<string, number>): void {
  for (let isMoved = true; isMoved; ) {
    isMoved = false
    for (const to of [...members].sort((a, b) => (counts.get(a.id) as number) - (counts.get(b.id) as number))) {
      const from = richestWithTopicOf(to, members, result, counts)
      if (from === undefined) continue
      const [topicId, partitions] = from.topic
      const partition = Math.max(...partitions)
      partitions.delete(partition)
      if (partitions.size === 0) result.get(from.id)?.delete(topicId)
      counts.set(from.id, (counts.get(from.id) as number) - 1)
      give(result, to.id, topicId, partition)
      counts.set(to.id, (counts.get(to.id) as number) + 1)
      isMoved = true
    }
  }
}

function richestWithTopicOf(
  to: AssignorMember,
  members: readonly AssignorMember[],
  result: Open,
  counts: ReadonlyMap<string, number>,
): { id: string; topic: [string, Set<number>] } | undefined {
  let most = (counts.get(to.id) as number) + 1
  let found: { id: string; topic: [string, Set<number>] } | undefined
  for (const { id } of members) {
    if ((counts.get(id) as number) <= most) continue
    for (const topic of result.get(id) ?? []) {
      if (!to.topicIds.has(topic[0])) continue
      most = counts.get(id) as number
      found = { id, topic }
    }
  }
  return found
}

/** Static members first, by instance; the others by id. */
function byInstanceThenId(a: AssignorMember, b: AssignorMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return a.instanceId < b.instanceId ? -1 : 1
  if (a.instanceId !== null) return -1
  if (b.instanceId !== null) return 1
  return a.id < b.id ? -1 : 1
}

function emptyAssignment(members: readonly AssignorMember[]): Open {
  return new Map(members.map(({ id }) => [id, new Map<string, Set<number>>()]))
}

function give(result: Open, id: string, topicId: string, partition: number): void {
  const own = result.get(id) as Map<string, Set<number>>
  const partitions = own.get(topicId)
  if (partitions === undefined) own.set(topicId, new Set([partition]))
  else partitions.add(partition)
}

function sizeOf(set: PartitionSet): number {
  let size = 0
  for (const partitions of set.values()) size += partitions.size
  return size
}
