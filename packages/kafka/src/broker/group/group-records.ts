// Kafka's record formats of the internal topic __consumer_offsets: committed offsets (key version 1, value version 3) and group metadata
// (key version 2, value version 3). Tools that read the topic, and a real broker that takes over the files, understand them.

import { KafkaError } from '../../error.ts'
import { ProtocolReader } from '../../protocol/reader.ts'
import { ProtocolWriter } from '../../protocol/writer.ts'

const OFFSET_KEY_VERSION = 1
const GROUP_KEY_VERSION = 2
const VALUE_VERSION = 3

/** Whose committed offset. */
export interface OffsetKey {
  group: string
  topic: string
  partition: number
}

/** A committed offset. */
export interface CommittedOffset {
  offset: number
  leaderEpoch: number
  metadata: string
  /** Unix epoch milliseconds. */
  commitTimestampMs: number
}

/** One member in stored group metadata. */
export interface StoredMember {
  memberId: string
  groupInstanceId: string | null
  clientId: string
  clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  subscription: Uint8Array
  assignment: Uint8Array
}

/** A group's state as stored after a rebalance. */
export interface StoredGroup {
  protocolType: string
  generation: number
  protocol: string | null
  leader: string | null
  currentStateTimestampMs: number
  members: StoredMember[]
}

/** What a key of the topic names. */
export type GroupKey = ({ kind: 'offset' } & OffsetKey) | { kind: 'group'; group: string } | { kind: 'unknown' }

/** Key bytes of a committed offset. */
export function offsetKeyBytes(key: OffsetKey): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(OFFSET_KEY_VERSION)
  writer.nullableString(key.group, false)
  writer.nullableString(key.topic, false)
  writer.int32(key.partition)
  return writer.toBuffer()
}

/** Value bytes of a committed offset. */
export function offsetValueBytes(value: CommittedOffset): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(VALUE_VERSION)
  writer.int64(value.offset)
  writer.int32(value.leaderEpoch)
  writer.nullableString(value.metadata, false)
  writer.int64(value.commitTimestampMs)
  return writer.toBuffer()
}

/** Key bytes of group metadata. */
export function groupKeyBytes(group: string): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(GROUP_KEY_VERSION)
  writer.nullableString(group, false)
  return writer.toBuffer()
}

/** Value bytes of group metadata. */
export function groupValueBytes(value: StoredGroup): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(VALUE_VERSION)
  writer.nullableString(value.protocolType, false)
  writer.int32(value.generation)
  writer.nullableString(value.protocol, false)
  writer.nullableString(value.leader, false)
  writer.int64(value.currentStateTimestampMs)
  writer.arrayLength(value.members.length, false)
  for (const member of value.members) {
    writer.nullableString(member.memberId, false)
    writer.nullableString(member.groupInstanceId, false)
    writer.nullableString(member.clientId, false)
    writer.nullableString(member.clientHost, false)
    writer.int32(member.rebalanceTimeoutMs)
    writer.int32(member.sessionTimeoutMs)
    writer.nullableBytes(member.subscription, false)
    writer.nullableBytes(member.assignment, false)
  }
  return writer.toBuffer()
}

/** Reads a key; kinds this broker does not write are `unknown`. */
export function readGroupKey(bytes: Buffer): GroupKey {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  if (version === GROUP_KEY_VERSION) return { kind: 'group', group: text(reader) }
  if (version > OFFSET_KEY_VERSION) return { kind: 'unknown' }
  return { kind: 'offset', group: text(reader), topic: text(reader), partition: reader.int32() }
}

/** Reads the value of a committed offset, versions 0 to 3. */
export function readOffsetValue(bytes: Buffer): CommittedOffset {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  if (version < 0 || version > VALUE_VERSION) throw unknownVersion('committed offset', version)
  const offset = reader.int64()
  const leaderEpoch = version === 3 ? reader.int32() : -1
  return { offset, leaderEpoch, metadata: text(reader), commitTimestampMs: reader.int64() }
}

/** Reads the value of group metadata, versions 0 to 3. */
export function readGroupValue(bytes: Buffer): StoredGroup {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  if (version < 0 || version > VALUE_VERSION) throw unknownVersion('group metadata', version)
  const group: StoredGroup = {
    protocolType: text(reader),
    generation: reader.int32(),
    protocol: reader.nullableString(false),
    leader: reader.nullableString(false),
    currentStateTimestampMs: version >= 2 ? reader.int64() : -1,
    members: [],
  }
  const count = reader.arrayLength(false)
  for (let index = 0; index < count; index++) group.members.push(readMember(reader, version))
  return group
}

/** Topics in a consumer's subscription (Kafka's consumer protocol: version, then names); empty for anything else. */
export function subscribedTopics(metadata: Uint8Array): string[] {
  const reader = new ProtocolReader(Buffer.from(metadata.buffer, metadata.byteOffset, metadata.byteLength))
  try {
    reader.int16()
    const topics: string[] = []
    for (let left = reader.arrayLength(false); left > 0; left--) topics.push(text(reader))
    return topics
  } catch {
    return []
  }
}

function readMember(reader: ProtocolReader, version: number): StoredMember {
  const memberId = text(reader)
  const groupInstanceId = version >= 3 ? reader.nullableString(false) : null
  const clientId = text(reader)
  const clientHost = text(reader)
  const rebalanceTimeoutMs = version >= 1 ? reader.int32() : -1
  const sessionTimeoutMs = reader.int32()
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    sessionTimeoutMs,
    // copied: a view would keep the whole batch it was read from
    subscription: Buffer.from(reader.nullableBytes(false) ?? Buffer.alloc(0)),
    assignment: Buffer.from(reader.nullableBytes(false) ?? Buffer.alloc(0)),
  }
}

function text(reader: ProtocolReader): string {
  return reader.nullableString(false) ?? ''
}

function unknownVersion(what: string, version: number): KafkaError {
  return new KafkaError(
    'DATA_CORRUPT',
    `a ${what} in __consumer_offsets has format ${version}, which this version does not know`,
  )
}
