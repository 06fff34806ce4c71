// Kafka's record formats of __consumer_offsets for consumer groups (KIP-848): group (key version 3), member (5), target assignment (6 for the
// group, 7 for a member), and what a member has now (8). A real broker that takes over the files understands them.

import { KafkaError } from '../../error.ts'
import { int8, int32, int64, nullableString, string, uuid } from '../../protocol/field.ts'
import { ProtocolReader } from '../../protocol/reader.ts'
import { array, structure, structureCodec } from '../../protocol/structure.ts'
import { ProtocolWriter } from '../../protocol/writer.ts'
import type { ConsumerMember, ConsumerMemberState } from './consumer-member.ts'
import { type PartitionSet, partitionList } from './partition-set.ts'

/** Key versions. Of the two that this broker does not write: 4 (partition counts, up to Kafka 4.0) and 16 (resolved expressions). */
export const CONSUMER_KEY = {
  group: 3,
  partitions: 4,
  member: 5,
  targetEpoch: 6,
  target: 7,
  current: 8,
  regex: 16,
} as const

const topicPartitions = array(structure({ topicId: uuid(), partitions: array(int32()) }))
const groupValue = structureCodec({ epoch: int32(), metadataHash: int64({ tag: 0, or: 0 }) }, 0, true)
const memberValue = structureCodec(
  {
    instanceId: nullableString(),
    rackId: nullableString(),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: nullableString(),
    rebalanceTimeoutMs: int32(),
    serverAssignor: nullableString(),
  },
  0,
  true,
)
const targetEpochValue = structureCodec({ assignmentEpoch: int32() }, 0, true)
const targetValue = structureCodec({ topicPartitions }, 0, true)
const currentValue = structureCodec(
  {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: topicPartitions,
    partitionsPendingRevocation: topicPartitions,
  },
  0,
  true,
)
const STATE_NUMBER: Readonly<Record<ConsumerMemberState, number>> = { stable: 0, unrevoked: 1, unreleased: 2 }

/** Which record: kind, group, and member where the kind has one. */
export interface ConsumerKey {
  version: number
  group: string
  member: string
}

/** Key bytes of a record. */
export function consumerKeyBytes(version: number, group: string, member?: string): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(version)
  writer.nullableString(group, false)
  if (member !== undefined) writer.nullableString(member, false)
  return writer.toBuffer()
}

/** Reads a key; undefined for kinds that are no consumer group's. */
export function readConsumerKey(bytes: Buffer): ConsumerKey | undefined {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  switch (version) {
    case CONSUMER_KEY.group:
    case CONSUMER_KEY.partitions:
    case CONSUMER_KEY.targetEpoch:
      return { version, group: reader.nullableString(false) ?? '', member: '' }
    case CONSUMER_KEY.member:
    case CONSUMER_KEY.target:
    case CONSUMER_KEY.current:
    case CONSUMER_KEY.regex:
      return { version, group: reader.nullableString(false) ?? '', member: reader.nullableString(false) ?? '' }
    default:
      return undefined
  }
}

/** Value of the group's own record. `metadataHash`: stands for the topics that the epoch was made for. */
export function groupValueBytes(epoch: number, metadataHash: number): Buffer {
  return valueBytes((writer) => groupValue.write(writer, { epoch, metadataHash }))
}

/** Value of a member's own record. */
export function memberValueBytes({ subscription }: ConsumerMember): Buffer {
  return valueBytes((writer) =>
    memberValue.write(writer, {
      instanceId: subscription.instanceId,
      rackId: subscription.rackId,
      clientId: subscription.clientId,
      clientHost: subscription.clientHost,
      subscribedTopicNames: [...subscription.topicNames],
      subscribedTopicRegex: subscription.topicRegex,
      rebalanceTimeoutMs: subscription.rebalanceTimeoutMs,
      serverAssignor: subscription.assignor,
    }),
  )
}

/** Value of the record that tells the epoch of the target assignment. */
export function targetEpochBytes(assignmentEpoch: number): Buffer {
  return valueBytes((writer) => targetEpochValue.write(writer, { assignmentEpoch }))
}

/** Value of a member's target assignment. */
export function targetValueBytes(target: PartitionSet): Buffer {
  return valueBytes((writer) => targetValue.write(writer, { topicPartitions: partitionList(target) }))
}

/** Value of what a member has. */
export function currentValueBytes(member: ConsumerMember): Buffer {
  return valueBytes((writer) =>
    currentValue.write(writer, {
      memberEpoch: member.epoch,
      previousMemberEpoch: member.previousEpoch,
      state: STATE_NUMBER[member.state],
      assignedPartitions: partitionList(member.assigned),
      partitionsPendingRevocation: partitionList(member.revoking),
    }),
  )
}

/** Reads the group's own record. */
export function readGroupEpoch(bytes: Buffer): { epoch: number; metadataHash: number } {
  return groupValue.read(versioned(bytes))
}

/** Reads a member's own record. */
export function readMemberValue(bytes: Buffer): {
  instanceId: string | null
  rackId: string | null
  clientId: string
  clientHost: string
  subscribedTopicNames: string[]
  subscribedTopicRegex: string | null
  rebalanceTimeoutMs: number
  serverAssignor: string | null
} {
  return memberValue.read(versioned(bytes))
}

/** Reads the epoch of the target assignment. */
export function readTargetEpoch(bytes: Buffer): number {
  return targetEpochValue.read(versioned(bytes)).assignmentEpoch
}

/** Reads a member's target assignment. */
export function readTargetValue(bytes: Buffer): { topicId: string; partitions: number[] }[] {
  return targetValue.read(versioned(bytes)).topicPartitions
}

/** Reads what a member has. */
export function readCurrentValue(bytes: Buffer): Omit<ReadOfCurrent, 'state'> & { state: ConsumerMemberState } {
  const { state, ...rest } = currentValue.read(versioned(bytes))
  const name = (Object.keys(STATE_NUMBER) as ConsumerMemberState[]).find((one) => STATE_NUMBER[one] === state)
  return { ...rest, state: name ?? 'stable' }
}

type ReadOfCurrent = ReturnType<typeof currentValue.read>

function valueBytes(write: (writer: ProtocolWriter) => void): Buffer {
  const writer = new ProtocolWriter()
  writer.int16(0)
  write(writer)
  return writer.toBuffer()
}

function versioned(bytes: Buffer): ProtocolReader {
  const reader = new ProtocolReader(bytes)
  const version = reader.int16()
  if (version !== 0) {
    const message = `a consumer group's record in __consumer_offsets has format ${version}, which this version does not know`
    throw new KafkaError('DATA_CORRUPT', message)
  }
  return reader
}
