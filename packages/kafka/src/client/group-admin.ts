// Requests about consumer groups of either protocol: list, describe, offsets, delete.

import { KafkaError } from '../error.ts'
import { ConsumerGroupDescribe } from '../protocol/consumer-group-describe.ts'
import { DeleteGroups } from '../protocol/delete-groups.ts'
import { DescribeGroups } from '../protocol/describe-groups.ts'
import { COORDINATOR_GROUP, FindCoordinator } from '../protocol/find-coordinator.ts'
import { ListGroups } from '../protocol/list-groups.ts'
import { OffsetCommit } from '../protocol/offset-commit.ts'
import { OffsetDelete } from '../protocol/offset-delete.ts'
import { OffsetFetch } from '../protocol/offset-fetch.ts'
import { ProtocolReader } from '../protocol/reader.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'

/** A group in a list. */
export interface ListedGroup {
  readonly id: string
  /** `classic`, `consumer`, …; empty where the broker is too old to tell. */
  readonly type: string
  readonly protocolType: string
  readonly state: string
}

/** A member and what it reads. */
export interface DescribedMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly assignment: readonly TopicPartition[]
}

/** A group with its members. */
export interface DescribedGroup {
  readonly id: string
  readonly state: string
  /** Assignor or assignment protocol; empty without members. */
  readonly assignor: string
  readonly coordinator: { readonly id: number; readonly host: string; readonly port: number }
  readonly members: readonly DescribedMember[]
}

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** First versions by id, which need what a tool does not have at hand: names are used below them. */
const BY_NAME = 9

/** Everything about groups. Methods reject with a KafkaError that carries the broker's code. */
export class GroupAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** All groups that the broker knows, sorted by id. Empty filters let all pass. */
  async list(states: readonly string[] = [], types: readonly string[] = []): Promise<ListedGroup[]> {
    const connection = await this.#cluster.any()
    const answer = await connection.request(ListGroups, { statesFilter: states, typesFilter: types })
    if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
    return answer.groups
      .map(({ groupId, groupType, protocolType, groupState }) => {
        return { id: groupId, type: groupType, protocolType, state: groupState }
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** A group with its members. Errors: GROUP_ID_NOT_FOUND. */
  async describe(id: string): Promise<DescribedGroup> {
    const { connection, node } = await this.#coordinator(id)
    const modern = await this.#describeModern(connection, id)
    if (modern !== undefined) return { ...modern, coordinator: node }
    const { groups } = await connection.request(DescribeGroups, { groups: [id] })
    const group = groups[0]
    if (group === undefined || group.errorCode !== 0)
      throw KafkaError.fromNumber(group?.errorCode ?? -1, group?.errorMessage ?? undefined)
    return {
      id,
      state: group.groupState,
      assignor: group.protocolData,
      coordinator: node,
      members: group.members.map((member) => ({
        id: member.memberId,
        instanceId: member.groupInstanceId,
        clientId: member.clientId,
        host: member.clientHost,
        assignment: readAssignment(member.memberAssignment),
      })),
    }
  }

  /** Committed offsets, sorted by topic and partition. */
  async offsets(id: string): Promise<(TopicPartition & { readonly offset: number })[]> {
    const { connection } = await this.#coordinator(id)
    const answer = await connection.request(
      OffsetFetch,
      { groupId: id, topics: null, groups: [{ groupId: id, topics: null }] },
      BY_NAME,
    )
    const code = answer.groups[0]?.errorCode ?? answer.errorCode
    if (code !== 0) throw KafkaError.fromNumber(code)
    return (answer.groups[0]?.topics ?? answer.topics)
      .flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => {
          return { topic: name, partition: partitionIndex, offset: committedOffset }
        }),
      )
      .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  }

  /** Commits offsets from outside a group without members. Errors: UNKNOWN_MEMBER_ID while it has some. */
  async commit(id: string, offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    const { connection } = await this.#coordinator(id)
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: own.map(({ partition, offset }) => ({ partitionIndex: partition, committedOffset: offset })),
    }))
    const answer = await connection.request(OffsetCommit, { groupId: id, topics }, BY_NAME)
    for (const { partitions } of answer.topics)
      for (const { errorCode } of partitions) if (errorCode !== 0) throw KafkaError.fromNumber(errorCode)
  }

  /** Forgets offsets. Returns the error code of each partition, 0 for success. Errors: GROUP_ID_NOT_FOUND. */
  async forget(
    id: string,
    keys: readonly TopicPartition[],
  ): Promise<(TopicPartition & { readonly errorCode: number })[]> {
    const { connection } = await this.#coordinator(id)
    const topics = [...Map.groupBy(keys, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: own.map(({ partition }) => ({ partitionIndex: partition })),
    }))
    const answer = await connection.request(OffsetDelete, { groupId: id, topics })
    if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
    return answer.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode }) => ({ topic: name, partition: partitionIndex, errorCode })),
    )
  }

  /** Deletes a group. Errors: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
  async delete(id: string): Promise<void> {
    const { connection } = await this.#coordinator(id)
    const { results } = await connection.request(DeleteGroups, { groupsNames: [id] })
    const errorCode = results[0]?.errorCode
    if (errorCode !== 0) throw KafkaError.fromNumber(errorCode ?? -1)
  }

  async #coordinator(id: string): Promise<{ connection: Connection; node: DescribedGroup['coordinator'] }> {
    const any = await this.#cluster.any()
    const wish = { keyType: COORDINATOR_GROUP, key: id, coordinatorKeys: [id] }
    const answer = await any.request(FindCoordinator, wish)
    const found = answer.coordinators[0] ?? answer
    if (found.errorCode !== 0) throw KafkaError.fromNumber(found.errorCode, found.errorMessage ?? undefined)
    const node = { id: found.nodeId, host: found.host, port: found.port }
    return { connection: await this.#cluster.at(node.host, node.port), node }
  }

  /** A group of the new protocol; undefined for another one, and for a broker that does not know it. */
  async #describeModern(connection: Connection, id: string): Promise<Omit<DescribedGroup, 'coordinator'> | undefined> {
    const answer = await connection.request(ConsumerGroupDescribe, { groupIds: [id] }).catch((error: unknown) => {
      if (KafkaError.from(error).code === 'UNSUPPORTED_VERSION') return undefined
      throw error
    })
    const group = answer?.groups[0]
    if (group === undefined || group.errorCode !== 0) return undefined
    return {
      id,
      state: group.groupState,
      assignor: group.assignorName,
      members: group.members.map((member) => ({
        id: member.memberId,
        instanceId: member.instanceId,
        clientId: member.clientId,
        host: member.clientHost,
        assignment: member.assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
          partitions.map((partition) => ({ topic: topicName, partition })),
        ),
      })),
    }
  }
}

/** Partitions in a member's assignment (Kafka's consumer protocol); none for what another kind of client put there. */
function readAssignment(bytes: Uint8Array): TopicPartition[] {
  const reader = new ProtocolReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const assigned: TopicPartition[] = []
  try {
    reader.int16()
    for (let topics = reader.arrayLength(false); topics > 0; topics--) {
      const topic = reader.nullableString(false) ?? ''
      for (let left = reader.arrayLength(false); left > 0; left--) assigned.push({ topic, partition: reader.int32() })
    }
  } catch {
    return []
  }
  return assigned
}
