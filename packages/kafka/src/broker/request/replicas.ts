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
    // asked for all, only partitions that needed an election are told: none
    replicaElectionResults: (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partition) => elect(topic, partition)),
    })),
  }
}

/** Answers AlterPartitionReassignments: a partition can stay where it is, and nothing else. */
export function answerAlterPartitionReassignments(
  core: BrokerCore,
  request: RequestOf<typeof AlterPartitionReassignments>,
): ResponseInput<typeof AlterPartitionReassignments> {
  const { nodeId } = core.options
  const alter = (topic: string, partitionIndex: number, replicas: readonly number[] | null) => {
    const about = { partitionIndex }
    const found = core.topics.get(topic)
    if (found === undefined)
      return result(about, 'UNKNOWN_TOPIC_OR_PARTITION', `Unable to find a topic named ${topic}.`)
    if (found.partitions[partitionIndex] === undefined)
      return result(about, 'UNKNOWN_TOPIC_OR_PARTITION', `Unable to find partition ${topic}:${partitionIndex}.`)
    if (replicas === null)
      return result(about, 'NO_REASSIGNMENT_IN_PROGRESS', new KafkaError('NO_REASSIGNMENT_IN_PROGRESS').message)
    if (replicas.length === 0)
      return result(
        about,
        'INVALID_REPLICA_ASSIGNMENT',
        'The manual partition assignment includes an empty replica list.',
      )
    const other = replicas.find((replica) => replica !== nodeId)
    if (other !== undefined) {
      const message = `The manual partition assignment includes broker ${other}, but no such broker is registered.`
      return result(about, 'INVALID_REPLICA_ASSIGNMENT', message)
    }
    if (replicas.length > 1) {
      const message = `The manual partition assignment includes the broker ${nodeId} more than once.`
      return result(about, 'INVALID_REPLICA_ASSIGNMENT', message)
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

function result<T extends object>(about: T, code: KafkaErrorCode, errorMessage: string) {
  return { ...about, errorCode: new KafkaError(code).number, errorMessage }
}
