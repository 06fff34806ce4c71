// OffsetCommit and OffsetFetch. Newer versions name topics by id.

import { errorNumber, type KafkaErrorCode } from '../../error.ts'
import { ZERO_UUID } from '../../protocol/field.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { OffsetCommit } from '../../protocol/offset-commit.ts'
import type { OffsetFetch } from '../../protocol/offset-fetch.ts'
import type { BrokerCore, RequestContext } from '../core.ts'

/** First version that asks for several groups. */
const GROUPS_SINCE = 8
/** First version of both requests that names topics by id. */
const TOPIC_ID_SINCE = 10
/** First version of OffsetCommit that members of consumer groups (KIP-848) may use. */
const MEMBER_EPOCH_SINCE = 9

interface FetchedPartition {
  partitionIndex: number
  committedOffset: number
  committedLeaderEpoch: number
  metadata: string | null
  errorCode: number
}
interface FetchedTopic {
  name: string
  topicId: string
  partitions: FetchedPartition[]
}
interface AskedTopic {
  name: string
  topicId: string
  partitionIndexes: readonly number[]
}

/** Answers OffsetCommit when the offsets are on disk. */
export async function answerOffsetCommit(
  core: BrokerCore,
  request: RequestOf<typeof OffsetCommit>,
  { version }: RequestContext,
): Promise<ResponseInput<typeof OffsetCommit>> {
  const isById = version >= TOPIC_ID_SINCE
  const unknown: KafkaErrorCode = isById ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
  const topics = request.topics.map((topic) => {
    const name = isById ? core.topics.byId(topic.topicId)?.name : topic.name
    return { ...topic, known: name === undefined ? undefined : core.topics.get(name) }
  })
  const answer = (errorOf: (topic: string | undefined, partition: number) => KafkaErrorCode) => ({
    topics: topics.map(({ name, topicId, known, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => {
        return { partitionIndex, errorCode: errorNumber(errorOf(known?.name, partitionIndex)) }
      }),
    })),
  })
  const isFromMember = request.generationId >= 0
  if (isFromMember && version < MEMBER_EPOCH_SINCE && core.groups.consumers.get(request.groupId) !== undefined)
    return answer(() => 'UNSUPPORTED_VERSION')
  const commitTimestampMs = Date.now()
  const offsets = topics.flatMap(({ known, partitions }) =>
    partitions
      .filter(({ partitionIndex }) => known?.partitions[partitionIndex] !== undefined)
      .map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
        topic: known?.name ?? '',
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
  return answer((topic, partition) => {
    if (topic === undefined) return unknown
    if (core.topics.get(topic)?.partitions[partition] === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
    return errorOf({ topic, partition })
  })
}

/** Answers OffsetFetch. An offset never committed is -1. */
export function answerOffsetFetch(
  core: BrokerCore,
  request: RequestOf<typeof OffsetFetch>,
  { version }: RequestContext,
): ResponseInput<typeof OffsetFetch> {
  if (version < GROUPS_SINCE) {
    const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null
    return { topics: fetchGroup(core, request.groupId, topics, { isById: false, isStable: request.requireStable }) }
  }
  return {
    topics: [],
    groups: request.groups.map(({ groupId, memberId, memberEpoch, topics }) => {
      const refusal = fetchRefusal(core, groupId, memberId, memberEpoch)
      if (refusal !== 'NONE') return { groupId, topics: [], errorCode: errorNumber(refusal) }
      const how = { isById: version >= TOPIC_ID_SINCE, isStable: request.requireStable }
      return { groupId, topics: fetchGroup(core, groupId, topics, how) }
    }),
  }
}

/** Whether a member that names itself is one, in its epoch; who does not name himself may always ask. */
function fetchRefusal(core: BrokerCore, groupId: string, memberId: string | null, memberEpoch: number): KafkaErrorCode {
  if (memberId === null && memberEpoch < 0) return 'NONE'
  const group = core.groups.consumers.get(groupId)
  return group === undefined ? 'NONE' : core.groups.consumers.refusal(group, memberId ?? '', memberEpoch, null)
}

function fetchGroup(
  core: BrokerCore,
  groupId: string,
  asked: readonly AskedTopic[] | null,
  { isById, isStable }: { isById: boolean; isStable: boolean },
): FetchedTopic[] {
  const committed = core.groups.offsets(groupId)
  const all = (): AskedTopic[] =>
    [...(committed ?? [])].flatMap(([name, partitions]) => {
      const topicId = core.topics.get(name)?.id
      if (topicId === undefined && isById) return []
      return [{ name, topicId: topicId ?? ZERO_UUID, partitionIndexes: [...partitions.keys()] }]
    })
  return (asked ?? all()).map(({ name, topicId, partitionIndexes }) => {
    const known = isById ? core.topics.byId(topicId)?.name : name
    const isUnknownId = isById && known === undefined
    return {
      name,
      topicId,
      partitions: partitionIndexes.map((partitionIndex) => {
        const isUnstable =
          isStable && core.groups.isPending({ group: groupId, topic: known ?? '', partition: partitionIndex })
        const found = isUnstable ? undefined : committed?.get(known ?? '')?.get(partitionIndex)
        const error = isUnstable ? 'UNSTABLE_OFFSET_COMMIT' : isUnknownId ? 'UNKNOWN_TOPIC_ID' : 'NONE'
        return {
          partitionIndex,
          committedOffset: found?.offset ?? -1,
          committedLeaderEpoch: found?.leaderEpoch ?? -1,
          metadata: found?.metadata ?? '',
          errorCode: errorNumber(error),
        }
      }),
    }
  })
}
