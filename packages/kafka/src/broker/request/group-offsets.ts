// OffsetCommit and OffsetFetch.

import { errorNumber, type KafkaErrorCode } from '../../error.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { OffsetCommit } from '../../protocol/offset-commit.ts'
import type { OffsetFetch } from '../../protocol/offset-fetch.ts'
import type { BrokerCore, RequestContext } from '../core.ts'

/** First version that asks for several groups. */
const GROUPS_SINCE = 8

interface FetchedPartition {
  partitionIndex: number
  committedOffset: number
  committedLeaderEpoch: number
  metadata: string | null
  errorCode: number
}
interface FetchedTopic {
  name: string
  partitions: FetchedPartition[]
}

/** Answers OffsetCommit when the offsets are on disk. */
export async function answerOffsetCommit(
  core: BrokerCore,
  request: RequestOf<typeof OffsetCommit>,
): Promise<ResponseInput<typeof OffsetCommit>> {
  const exists = (topic: string, partition: number): boolean =>
    core.topics.get(topic)?.partitions[partition] !== undefined
  const commitTimestampMs = Date.now()
  const offsets = request.topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ partitionIndex }) => exists(name, partitionIndex))
      .map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
        topic: name,
        partition: partitionIndex,
        value: {
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata: committedMetadata ?? '',
          commitTimestampMs,
        },
      })),
  )
  const errorOf = await core.groups.commit(request, offsets)
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const own = errorOf({ topic: name, partition: partitionIndex })
        const code: KafkaErrorCode =
          own === 'NONE' && !exists(name, partitionIndex) ? 'UNKNOWN_TOPIC_OR_PARTITION' : own
        return { partitionIndex, errorCode: errorNumber(code) }
      }),
    })),
  }
}

/** Answers OffsetFetch. An offset never committed is -1. */
export function answerOffsetFetch(
  core: BrokerCore,
  request: RequestOf<typeof OffsetFetch>,
  { version }: RequestContext,
): ResponseInput<typeof OffsetFetch> {
  if (version < GROUPS_SINCE) return { topics: fetchGroup(core, request.groupId, request.topics) }
  return {
    topics: [],
    groups: request.groups.map(({ groupId, topics }) => ({ groupId, topics: fetchGroup(core, groupId, topics) })),
  }
}

function fetchGroup(
  core: BrokerCore,
  groupId: string,
  asked: readonly { name: string; partitionIndexes: readonly number[] }[] | null,
): FetchedTopic[] {
  const committed = core.groups.offsets(groupId)
  const wanted =
    asked ?? [...(committed ?? [])].map(([name, partitions]) => ({ name, partitionIndexes: [...partitions.keys()] }))
  return wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const found = committed?.get(name)?.get(partitionIndex)
      return {
        partitionIndex,
        committedOffset: found?.offset ?? -1,
        committedLeaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found?.metadata ?? '',
        errorCode: 0,
      }
    }),
  }))
}
