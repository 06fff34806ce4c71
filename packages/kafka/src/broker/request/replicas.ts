// ElectLeaders, AlterPartitionReassignments and ListPartitionReassignments: with one broker every leader is elected and no replica can move.

import { KafkaError, type KafkaErrorCode } from '../../error.ts'
import type { AlterPartitionReassignments } from '../../protocol/alter-partition-reassignments.ts'
import type { ElectLeaders } from '../../protocol/elect-leaders.ts'
import type { ListPartitionReassignments } from '../../protocol/list-partition-reassignments.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore } from '../core.ts'

/** Answers ElectLeaders: the one replica leads already. */
export function answerElectLeaders(
  core: BrokerCore,
  request: RequestOf<typeof ElectLeaders>,
): ResponseInput<typeof ElectLeaders> {
  const elect = (topic: string, partitionId: number) => {
    if (core.topics.get(topic) === undefined)
      return result({ partitionId }, 'UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${topic}`)
    if (core.topics.get(topic)?.partitions[partitionId] === undefined)
      return result({ partitionId }, 'UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${topic}-${partitionId}`)
    return result({ partitionId }, 'ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.')
  }
  return {
    errorCode: 0,
    replicaElectionResults:
      // asked for all, only partitions that needed an election are told: none
      request.topicPartitions === null
        ? core.topics.all().map(({ name }) => ({ topic: name, partitionResult: [] }))
        : request.topicPartitions.map(({ topic, partitions }) => ({
            topic,
            partitionResult: partitions.map((partition) => elect(topic, partition)),
          })),
  }
}

/** Throws `INVALID_REPLICA_ASSIGNMENT` unless the replicas are this broker alone. */
export function checkReplicas(core: BrokerCore, brokerIds: readonly number[]): void {
  const fail = (detail: string): never => {
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${detail}`)
  }
  const { nodeId } = core.options
  if (brokerIds.length === 0) fail('an empty replica list.')
  const other = brokerIds.find((id) => id !== nodeId)
  if (other !== undefined) fail(`broker ${other}, but no such broker is registered.`)
  if (brokerIds.length > 1) fail(`the broker ${nodeId} more than once.`)
}

/** Answers AlterPartitionReassignments: a partition can stay where it is, and nothing else. */
export function answerAlterPartitionReassignments(
  core: BrokerCore,
  request: RequestOf<typeof AlterPartitionReassignments>,
): ResponseInput<typeof AlterPartitionReassignments> {
  const alter = (topic: string, partitionIndex: number, replicas: readonly number[] | null) => {
    const about = { partitionIndex }
    const found = core.topics.get(topic)
    if (found === undefined)
      return result(about, 'UNKNOWN_TOPIC_OR_PARTITION', `Unable to find a topic named ${topic}.`)
    if (found.partitions[partitionIndex] === undefined)
      return result(about, 'UNKNOWN_TOPIC_OR_PARTITION', `Unable to find partition ${topic}:${partitionIndex}.`)
    if (replicas === null) return result(about, 'NO_REASSIGNMENT_IN_PROGRESS', null)
    try {
      checkReplicas(core, replicas)
    } catch (error) {
      const { number, message } = KafkaError.from(error)
      return { partitionIndex, errorCode: number, errorMessage: message }
    }
    return { partitionIndex, errorCode: 0 }
  }
  return {
    errorCode: 0,
    allowReplicationFactorChange: request.allowReplicationFactorChange,
    responses: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => alter(name, partitionIndex, replicas)),
    })),
  }
}

/** Answers ListPartitionReassignments: none is under way. */
export function answerListPartitionReassignments(
  _core: BrokerCore,
  _request: RequestOf<typeof ListPartitionReassignments>,
): ResponseInput<typeof ListPartitionReassignments> {
  return { errorCode: 0, topics: [] }
}

function result<T extends object>(about: T, code: KafkaErrorCode, errorMessage: string | null) {
  return { ...about, errorCode: new KafkaError(code).number, errorMessage }
}
