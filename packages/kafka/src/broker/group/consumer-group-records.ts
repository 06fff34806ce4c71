// A consumer group as the records of __consumer_offsets that say all of it, and back. What was written last is remembered, so that a change
// writes only the records that differ.

import type { ConsumerGroup } from './consumer-group.ts'
import { ConsumerMember } from './consumer-member.ts'
import {
  CONSUMER_KEY,
  consumerKeyBytes,
  currentValueBytes,
  groupValueBytes,
  memberValueBytes,
  readConsumerKey,
  readCurrentValue,
  readGroupEpoch,
  readMemberValue,
  readTargetEpoch,
  readTargetValue,
  targetEpochBytes,
  targetValueBytes,
} from './consumer-records.ts'
import { partitionSet } from './partition-set.ts'

/** One record; value null deletes what the key names. */
export interface GroupRecord {
  key: Buffer
  value: Buffer | null
}

/** The records of one group, as they stand in the topic. */
export class WrittenRecords {
  readonly #written = new Map<string, GroupRecord>()

  /** `records`: what was read from the topic. */
  constructor(records: Iterable<GroupRecord> = []) {
    for (const record of records) this.#written.set(record.key.toString('latin1'), record)
  }

  /** The records that have to be written so that the topic says what `wanted` says; they then count as written. */
  difference(wanted: readonly { key: Buffer; value: Buffer }[]): GroupRecord[] {
    const difference: GroupRecord[] = []
    const kept = new Set<string>()
    for (const record of wanted) {
      const key = record.key.toString('latin1')
      kept.add(key)
      const before = this.#written.get(key)?.value
      if (before?.equals(record.value) === true) continue
      this.#written.set(key, record)
      difference.push(record)
    }
    for (const [key, record] of this.#written) {
      if (kept.has(key)) continue
      if (record.value !== null) difference.push({ key: record.key, value: null })
      this.#written.delete(key)
    }
    return difference
  }

  /** After a failed write nobody knows what the topic says: the next difference writes everything. */
  doubt(): void {
    for (const [key, record] of this.#written) this.#written.set(key, { key: record.key, value: Buffer.alloc(0) })
  }
}

/** All records of the group. */
export function recordsOf(group: ConsumerGroup): { key: Buffer; value: Buffer }[] {
  const { id } = group
  const records = [
    { key: consumerKeyBytes(CONSUMER_KEY.group, id), value: groupValueBytes(group.epoch, group.metadataHash) },
    { key: consumerKeyBytes(CONSUMER_KEY.targetEpoch, id), value: targetEpochBytes(group.assignmentEpoch) },
  ]
  for (const member of group.members.values()) {
    records.push({ key: consumerKeyBytes(CONSUMER_KEY.member, id, member.id), value: memberValueBytes(member) })
    const target = group.targets.get(member.id)
    if (target !== undefined)
      records.push({ key: consumerKeyBytes(CONSUMER_KEY.target, id, member.id), value: targetValueBytes(target) })
    records.push({ key: consumerKeyBytes(CONSUMER_KEY.current, id, member.id), value: currentValueBytes(member) })
  }
  return records
}

/** Gives a group what its records say. Returns false when they hold no group (only leftovers of one). */
export function restoreGroup(group: ConsumerGroup, records: Iterable<GroupRecord>): boolean {
  let isFound = false
  const currents: (() => void)[] = []
  for (const { key: keyBytes, value } of records) {
    const key = readConsumerKey(keyBytes)
    if (key === undefined || value === null) continue
    if (key.version === CONSUMER_KEY.group) {
      isFound = true
      Object.assign(group, readGroupEpoch(value))
    } else if (key.version === CONSUMER_KEY.targetEpoch) group.assignmentEpoch = readTargetEpoch(value)
    else if (key.version === CONSUMER_KEY.target) {
      group.targets.set(key.member, partitionSet(readTargetValue(value)))
    } else if (key.version === CONSUMER_KEY.member) {
      const { subscribedTopicNames, subscribedTopicRegex, serverAssignor, ...rest } = readMemberValue(value)
      const subscription = { ...rest, topicNames: subscribedTopicNames, topicRegex: subscribedTopicRegex }
      group.add(new ConsumerMember(key.member, { ...subscription, assignor: serverAssignor }))
    } else if (key.version === CONSUMER_KEY.current) {
      const current = readCurrentValue(value)
      // the member's own record may come later
      currents.push(() => {
        const member = group.members.get(key.member)
        if (member === undefined) return
        member.epoch = current.memberEpoch
        member.previousEpoch = current.previousMemberEpoch
        member.state = current.state
        member.assigned = partitionSet(current.assignedPartitions)
        member.revoking = partitionSet(current.partitionsPendingRevocation)
      })
    }
  }
  for (const apply of currents) apply()
  return isFound
}
