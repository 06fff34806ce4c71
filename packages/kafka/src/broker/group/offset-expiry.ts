// Which committed offsets are so old that nobody will come back for them (Kafka: offsets.retention.minutes).

import type { ConsumerGroup } from './consumer-group.ts'
import type { Group } from './group.ts'
import { isSubscribed } from './group-protocols.ts'
import type { OffsetKey } from './group-records.ts'
import type { GroupOffsets } from './group-store.ts'

/** The group that an id names, of either protocol. */
export interface OffsetOwner {
  readonly classic: Group | undefined
  readonly consumer: ConsumerGroup | undefined
}

/**
 * Offsets that may be forgotten at `nowMs`. The time runs from the commit, in a group that lost its last member from that moment if it is
 * later; while members are there it runs only for topics that they do not read, and never where that cannot be told.
 */
export function expiredOffsets(
  offsets: GroupOffsets,
  owner: OffsetOwner,
  retentionMs: number,
  nowMs: number,
): Omit<OffsetKey, 'group'>[] {
  const expired: Omit<OffsetKey, 'group'>[] = []
  for (const [topic, partitions] of offsets) {
    const sinceMs = startOf(topic, owner)
    for (const [partition, { commitTimestampMs }] of partitions) {
      if (Math.max(sinceMs, commitTimestampMs) + retentionMs <= nowMs) expired.push({ topic, partition })
    }
  }
  return expired
}

/** The earliest moment from which the retention of a topic's offsets may run; infinite while the topic is read. */
function startOf(topic: string, { classic, consumer }: OffsetOwner): number {
  if (consumer !== undefined) return consumer.isSubscribed(topic) ? Number.POSITIVE_INFINITY : 0
  if (classic === undefined) return 0
  if (classic.state === 'Empty') return classic.protocolType === null ? 0 : classic.stateSinceMs
  const isTold = classic.state === 'Stable' && classic.protocolType === 'consumer'
  return isTold && !isSubscribed(classic.members, topic) ? 0 : Number.POSITIVE_INFINITY
}
