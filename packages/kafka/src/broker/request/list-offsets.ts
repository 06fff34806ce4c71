// ListOffsets, OffsetForLeaderEpoch and DeleteRecords: the ends of partitions.

import { KafkaError } from '../../error.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import type { DeleteRecords } from '../../protocol/delete-records.ts'
import {
  LIST_EARLIEST,
  LIST_EARLIEST_LOCAL,
  LIST_LATEST,
  LIST_LATEST_TIERED,
  LIST_MAX_TIMESTAMP,
  type ListOffsets,
} from '../../protocol/list-offsets.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { OffsetForLeaderEpoch } from '../../protocol/offset-for-leader-epoch.ts'
import type { BrokerCore } from '../core.ts'
import { unknownTopic } from '../topic/topic-registry.ts'

/** The one epoch of the one leader. */
export const LEADER_EPOCH = 0
const READ_COMMITTED = 1

type ListAnswer = ResponseInput<typeof ListOffsets>['topics'][number]['partitions'][number]

/** Answers ListOffsets. */
export async function answerListOffsets(
  core: BrokerCore,
  request: RequestOf<typeof ListOffsets>,
): Promise<ResponseInput<typeof ListOffsets>> {
  const topics: { name: string; partitions: ListAnswer[] }[] = []
  for (const { name, partitions } of request.topics) {
    const answers: ListAnswer[] = []
    for (const { partitionIndex, timestamp, currentLeaderEpoch } of partitions) {
      try {
        const log = findLog(core, name, partitionIndex)
        checkEpoch(currentLeaderEpoch)
        const found = await listOffset(log, timestamp, request.isolationLevel)
        answers.push({ partitionIndex, errorCode: 0, leaderEpoch: found.offset < 0 ? -1 : LEADER_EPOCH, ...found })
      } catch (error) {
        answers.push({ partitionIndex, errorCode: KafkaError.from(error).number })
      }
    }
    topics.push({ name, partitions: answers })
  }
  return { topics }
}

async function listOffset(
  log: PartitionLog,
  timestamp: number,
  isolation: number,
): Promise<{ offset: number; timestamp: number }> {
  switch (timestamp) {
    case LIST_EARLIEST:
    case LIST_EARLIEST_LOCAL:
      return { offset: log.startOffset, timestamp: -1 }
    case LIST_LATEST:
      return { offset: isolation === READ_COMMITTED ? log.lastStableOffset : log.highWatermark, timestamp: -1 }
    case LIST_LATEST_TIERED:
      return { offset: -1, timestamp: -1 }
    case LIST_MAX_TIMESTAMP: {
      const found = await offsetOfMaxTimestamp(log)
      return found === null ? { offset: -1, timestamp: -1 } : { offset: found.offset, timestamp: found.timestampMs }
    }
    default: {
      if (timestamp < 0) throw new KafkaError('UNSUPPORTED_VERSION', `no offset is defined for time ${timestamp}`)
      const found = await log.offsetForTime(timestamp)
      return found === null ? { offset: -1, timestamp: -1 } : { offset: found.offset, timestamp: found.timestampMs }
    }
  }
}

async function offsetOfMaxTimestamp(log: PartitionLog): Promise<{ offset: number; timestampMs: number } | null> {
  let newestMs = -1
  for (const segment of [...log.segments]) newestMs = Math.max(newestMs, (await segment.index()).maxTimestampMs)
  return newestMs < 0 ? null : log.offsetForTime(newestMs)
}

/** Answers OffsetForLeaderEpoch: the only epoch ends where the log ends. */
export function answerOffsetForLeaderEpoch(
  core: BrokerCore,
  request: RequestOf<typeof OffsetForLeaderEpoch>,
): ResponseInput<typeof OffsetForLeaderEpoch> {
  return {
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
        try {
          const log = findLog(core, topic, partition)
          checkEpoch(currentLeaderEpoch)
          const isKnown = leaderEpoch === LEADER_EPOCH
          return { errorCode: 0, partition, ...(isKnown && { leaderEpoch, endOffset: log.highWatermark }) }
        } catch (error) {
          return { errorCode: KafkaError.from(error).number, partition }
        }
      }),
    })),
  }
}

/** Answers DeleteRecords. */
export async function answerDeleteRecords(
  core: BrokerCore,
  request: RequestOf<typeof DeleteRecords>,
): Promise<ResponseInput<typeof DeleteRecords>> {
  const topics: ResponseInput<typeof DeleteRecords>['topics'][number][] = []
  for (const { name, partitions } of request.topics) {
    const answers: (typeof topics)[number]['partitions'][number][] = []
    for (const { partitionIndex, offset } of partitions) {
      try {
        const log = findLog(core, name, partitionIndex)
        const topic = core.topics.get(name)
        if (topic?.isInternal === true) throw new KafkaError('INVALID_TOPIC_EXCEPTION')
        if (topic?.config('cleanup.policy').includes('delete') === false) throw new KafkaError('POLICY_VIOLATION')
        answers.push({ partitionIndex, lowWatermark: await log.deleteBefore(offset), errorCode: 0 })
      } catch (error) {
        answers.push({ partitionIndex, lowWatermark: -1, errorCode: KafkaError.from(error).number })
      }
    }
    topics.push({ name, partitions: answers })
  }
  return { topics }
}

/** The log of a partition. Throws `UNKNOWN_TOPIC_OR_PARTITION`. */
export function findLog(core: BrokerCore, topic: string, partition: number): PartitionLog {
  const log = core.topics.get(topic)?.partitions[partition]?.log
  if (log === undefined) throw unknownTopic()
  return log
}

/** A client may know an older leader than the only one there is (never), or a newer one (another cluster's). */
export function checkEpoch(currentLeaderEpoch: number): void {
  if (currentLeaderEpoch > LEADER_EPOCH) throw new KafkaError('UNKNOWN_LEADER_EPOCH')
}
