// AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit and EndTxn: what transactional producers ask.

import { errorNumber, KafkaError, type KafkaErrorCode } from '../../error.ts'
import type { AddOffsetsToTxn } from '../../protocol/add-offsets-to-txn.ts'
import type { AddPartitionsToTxn } from '../../protocol/add-partitions-to-txn.ts'
import type { EndTxn } from '../../protocol/end-txn.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { TxnOffsetCommit } from '../../protocol/txn-offset-commit.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import { partitionOfGroup } from '../group/group-store.ts'
import { OFFSETS_TOPIC } from '../topic/topic.ts'
import type { Admission, TopicPartition } from '../transaction/transaction-coordinator.ts'

/** First versions that know PRODUCER_FENCED, that carry several transactions, and that belong to `transaction.version` 2. */
const FENCED_SINCE = 2
const SEVERAL_SINCE = 4
const VERSION_2_SINCE = 5

type AddAnswer = ResponseInput<typeof AddPartitionsToTxn>
type TopicResults = NonNullable<AddAnswer['resultsByTopic']>
type AskedTopics = readonly { name: string; partitions: readonly number[] }[]
interface AskedTransaction {
  transactionalId: string
  producerId: number
  producerEpoch: number
  topics: AskedTopics
}

/** Number of an error; older clients know a fenced producer only by its epoch. */
export function fencedNumber(error: KafkaError, knowsFenced: boolean): number {
  return error.code === 'PRODUCER_FENCED' && !knowsFenced ? errorNumber('INVALID_PRODUCER_EPOCH') : error.number
}

/** Answers AddPartitionsToTxn. */
export async function answerAddPartitionsToTxn(
  core: BrokerCore,
  request: RequestOf<typeof AddPartitionsToTxn>,
  { version }: RequestContext,
): Promise<AddAnswer> {
  if (version < SEVERAL_SINCE) {
    const how: Admission = { mode: 'add', clientVersion: 0 }
    return { resultsByTopic: await addPartitions(core, request, how, version >= FENCED_SINCE) }
  }
  const clientVersion = version >= VERSION_2_SINCE ? 2 : 0
  const resultsByTransaction: { transactionalId: string; topicResults: TopicResults }[] = []
  for (const one of request.transactions) {
    const how: Admission = { mode: one.verifyOnly ? 'verify' : 'add', clientVersion }
    const topicResults = await addPartitions(core, one, how, true)
    resultsByTransaction.push({ transactionalId: one.transactionalId, topicResults })
  }
  return { errorCode: 0, resultsByTransaction }
}

async function addPartitions(
  core: BrokerCore,
  asked: AskedTransaction,
  how: Admission,
  knowsFenced: boolean,
): Promise<TopicResults> {
  const partitions = asked.topics.flatMap(({ name, partitions: numbers }) =>
    numbers.map((number): TopicPartition => [name, number]),
  )
  const exists = ([topic, number]: TopicPartition): boolean => core.topics.get(topic)?.partitions[number] !== undefined
  if (!partitions.every(exists)) {
    // one unknown partition spoils all of them
    return resultsOf(asked.topics, (topic, number) =>
      errorNumber(exists([topic, number]) ? 'OPERATION_NOT_ATTEMPTED' : 'UNKNOWN_TOPIC_OR_PARTITION'),
    )
  }
  const code = await errorOf(
    async () => core.transactions.admit(asked.transactionalId, asked, partitions, how, () => undefined),
    knowsFenced,
  )
  return resultsOf(asked.topics, () => code)
}

function resultsOf(topics: AskedTopics, codeOf: (topic: string, partition: number) => number): TopicResults {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => {
      return { partitionIndex, partitionErrorCode: codeOf(name, partitionIndex) }
    }),
  }))
}

/** Answers AddOffsetsToTxn. */
export async function answerAddOffsetsToTxn(
  core: BrokerCore,
  request: RequestOf<typeof AddOffsetsToTxn>,
  { version }: RequestContext,
): Promise<ResponseInput<typeof AddOffsetsToTxn>> {
  const { transactionalId, groupId } = request
  const how: Admission = { mode: 'add', clientVersion: 0 }
  const admit = async (): Promise<undefined> =>
    core.transactions.admit(transactionalId, request, [offsetsPartition(core, groupId)], how, () => undefined)
  return { errorCode: await errorOf(admit, version >= FENCED_SINCE) }
}

/** Answers TxnOffsetCommit when the offsets are on disk; they count when the transaction commits. */
export async function answerTxnOffsetCommit(
  core: BrokerCore,
  request: RequestOf<typeof TxnOffsetCommit>,
  { version }: RequestContext,
): Promise<ResponseInput<typeof TxnOffsetCommit>> {
  const answer = (codeOf: (topic: string, partition: number) => KafkaErrorCode) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        return { partitionIndex, errorCode: errorNumber(codeOf(name, partitionIndex)) }
      }),
    })),
  })
  const { transactionalId, groupId, producerId, producerEpoch } = request
  if (groupId === '') return answer(() => 'INVALID_GROUP_ID')
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
  const isVersion2 = version >= VERSION_2_SINCE
  const how: Admission = { mode: isVersion2 ? 'add' : 'verify', clientVersion: isVersion2 ? 2 : 0 }
  try {
    const errorOfOffset = await core.transactions.admit(
      transactionalId,
      request,
      [offsetsPartition(core, groupId)],
      how,
      () => core.groups.commit(request, offsets, { producerId, producerEpoch }),
    )
    return answer((topic, partition) =>
      exists(topic, partition) ? errorOfOffset({ topic, partition }) : 'UNKNOWN_TOPIC_OR_PARTITION',
    )
  } catch (error) {
    const { code } = KafkaError.from(error)
    return answer(() => (code === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : (code as KafkaErrorCode)))
  }
}

/** Answers EndTxn when readers of committed records see the end. */
export async function answerEndTxn(
  core: BrokerCore,
  request: RequestOf<typeof EndTxn>,
  { version }: RequestContext,
): Promise<ResponseInput<typeof EndTxn>> {
  const { transactionalId, committed } = request
  const clientVersion = version >= VERSION_2_SINCE ? 2 : 0
  try {
    const { producerId, producerEpoch } = await core.transactions.end(
      transactionalId,
      request,
      committed,
      clientVersion,
    )
    return { errorCode: 0, producerId, producerEpoch }
  } catch (error) {
    return { errorCode: fencedNumber(KafkaError.from(error), version >= FENCED_SINCE) }
  }
}

/** The partition of __consumer_offsets that takes the offsets of a group. */
function offsetsPartition(core: BrokerCore, groupId: string): TopicPartition {
  const count = core.topics.get(OFFSETS_TOPIC)?.partitions.length ?? 1
  return [OFFSETS_TOPIC, partitionOfGroup(groupId, count)]
}

async function errorOf(work: () => Promise<unknown>, knowsFenced: boolean): Promise<number> {
  try {
    await work()
    return 0
  } catch (error) {
    return fencedNumber(KafkaError.from(error), knowsFenced)
  }
}
