// Kafka's consumer protocol inside the classic group protocol: what members tell of their subscriptions, what the leader hands out, and the
// range assignment.
import { KafkaError } from '../error.ts'
import { ProtocolReader } from '../protocol/reader.ts'
import { ProtocolWriter } from '../protocol/writer.ts'
import type { TopicPartition } from './group-admin.ts'

/** A member of a group as its leader sees it. */
export interface SubscribedMember {
  readonly id: string
  /** `group.instance.id`, or null. */
  readonly instanceId: string | null
  readonly topics: readonly string[]
}

/** ConsumerProtocolSubscription, version 1: topics, no user data, no owned partitions. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(1)
  writer.arrayLength(topics.length, false)
  for (const topic of [...topics].sort()) writer.nullableString(topic, false)
  writer.nullableBytes(null, false)
  writer.arrayLength(0, false)
  return writer.toBuffer()
}

/** Topics of a subscription of any version. Errors: CORRUPT_MESSAGE for bytes of another kind. */
export function decodeSubscription(bytes: Uint8Array): string[] {
  return decoded(() => {
    const reader = readerOf(bytes)
    const topics: string[] = []
    for (let left = reader.arrayLength(false); left > 0; left--) topics.push(reader.nullableString(false) ?? '')
    return topics
  })
}

/** ConsumerProtocolAssignment, version 1. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(1)
  const topics = Map.groupBy(partitions, ({ topic }) => topic)
  writer.arrayLength(topics.size, false)
  for (const [topic, own] of topics) {
    writer.nullableString(topic, false)
    writer.arrayLength(own.length, false)
    for (const { partition } of own) writer.int32(partition)
  }
  writer.nullableBytes(null, false)
  return writer.toBuffer()
}

/** Partitions of an assignment; empty bytes are none. Errors: CORRUPT_MESSAGE. */
export function decodeAssignment(bytes: Uint8Array): TopicPartition[] {
  if (bytes.length === 0) return []
  return decoded(() => {
    const reader = readerOf(bytes)
    const assigned: TopicPartition[] = []
    for (let topics = reader.arrayLength(false); topics > 0; topics--) {
      const topic = reader.nullableString(false) ?? ''
      for (let left = reader.arrayLength(false); left > 0; left--) assigned.push({ topic, partition: reader.int32() })
    }
    return assigned
  })
}

/**
 * Kafka's RangeAssignor: of every topic each of its members gets a run of partitions, the first members one more where it does not come out
 * even. Members with an instance id come first, in its order; then the others by member id.
 */
export function assignRanges(
  members: readonly SubscribedMember[],
  partitionsOf: (topic: string) => number,
): Map<string, TopicPartition[]> {
  const result = new Map<string, TopicPartition[]>(members.map(({ id }) => [id, []]))
  const sorted = [...members].sort(byInstanceThenId)
  const topics = new Set(members.flatMap((member) => member.topics))
  for (const topic of [...topics].sort()) {
    const readers = sorted.filter((member) => member.topics.includes(topic))
    const count = partitionsOf(topic)
    let next = 0
    for (const [index, { id }] of readers.entries()) {
      const share = Math.floor(count / readers.length) + (index < count % readers.length ? 1 : 0)
      for (const end = next + share; next < end; next++) result.get(id)!.push({ topic, partition: next })
    }
  }
  return result
}

function byInstanceThenId(a: SubscribedMember, b: SubscribedMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return a.instanceId < b.instanceId ? -1 : 1
  if (a.instanceId !== null) return -1
  if (b.instanceId !== null) return 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function readerOf(bytes: Uint8Array): ProtocolReader {
  const reader = new ProtocolReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  reader.int16()
  return reader
}

function decoded<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new KafkaError('CORRUPT_MESSAGE', 'a member of the group speaks another protocol than Kafka consumers', {
      cause,
    })
  }
}
