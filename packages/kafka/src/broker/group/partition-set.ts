// Sets of partitions by topic id, as assignments of consumer groups are made of.

/** Topic id → partitions. No topic has an empty set. */
export type PartitionSet = ReadonlyMap<string, ReadonlySet<number>>

/** As the protocol and the stored records list them. */
export type PartitionList = { topicId: string; partitions: number[] }[]

/** The set without a partition. */
export const NO_PARTITIONS: PartitionSet = new Map()

/** A set from the protocol's list. */
export function partitionSet(list: readonly { topicId: string; partitions: readonly number[] }[]): PartitionSet {
  const set = new Map<string, Set<number>>()
  for (const { topicId, partitions } of list) for (const partition of partitions) addTo(set, topicId, partition)
  return set
}

/** The protocol's list of a set, partitions in order. */
export function partitionList(set: PartitionSet): PartitionList {
  return [...set].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions].sort((a, b) => a - b) }))
}

/** Partitions of `set` for which `isKept` holds. */
export function filterPartitions(
  set: PartitionSet,
  isKept: (topicId: string, partition: number) => boolean,
): PartitionSet {
  const kept = new Map<string, Set<number>>()
  for (const [topicId, partitions] of set) {
    for (const partition of partitions) if (isKept(topicId, partition)) addTo(kept, topicId, partition)
  }
  return kept
}

/** Whether the set has the partition. */
export function hasPartition(set: PartitionSet, topicId: string, partition: number): boolean {
  return set.get(topicId)?.has(partition) === true
}

/** Partitions of either set. */
export function unitePartitions(a: PartitionSet, b: PartitionSet): PartitionSet {
  const united = new Map<string, Set<number>>()
  for (const set of [a, b]) {
    for (const [topicId, partitions] of set) for (const partition of partitions) addTo(united, topicId, partition)
  }
  return united
}

/** Whether every partition of `part` is in `whole`. */
export function isPartitionSubset(part: PartitionSet, whole: PartitionSet): boolean {
  for (const [topicId, partitions] of part) {
    for (const partition of partitions) if (!hasPartition(whole, topicId, partition)) return false
  }
  return true
}

/** Whether both sets hold the same partitions. */
export function isSamePartitions(a: PartitionSet, b: PartitionSet): boolean {
  return countPartitions(a) === countPartitions(b) && isPartitionSubset(a, b)
}

/** How many partitions the set has. */
export function countPartitions(set: PartitionSet): number {
  let count = 0
  for (const partitions of set.values()) count += partitions.size
  return count
}

function addTo(set: Map<string, Set<number>>, topicId: string, partition: number): void {
  const partitions = set.get(topicId)
  if (partitions === undefined) set.set(topicId, new Set([partition]))
  else partitions.add(partition)
}
