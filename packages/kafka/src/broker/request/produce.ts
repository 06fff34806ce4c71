// Produce: hands batches to the logs, waits until they are on disk, answers. Nothing here looks at a record, except to pack it
// anew for a topic with a compression of its own.

import { KafkaError } from '../../error.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import { PRODUCE_BY_NAME, type Produce } from '../../protocol/produce.ts'
import { BATCH_ATTRIBUTE, BATCH_FIELD, batchSizeAt, readInt64 } from '../../record/batch-header.ts'
import { recompressBatch } from '../../record/recompress.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import type { Topic } from '../topic/topic.ts'
import { unknownTopic } from '../topic/topic-registry.ts'
import { appendInTransaction } from './produce-transaction.ts'

type Request = RequestOf<typeof Produce>
type Answer = ResponseInput<typeof Produce>
type PartitionAnswer = Answer['responses'][number]['partitionResponses'][number]

/** First version that may carry zstd. */
const ZSTD_SINCE = 7
const ZSTD = 4

/** Answers Produce; undefined when the client wants no answer (`acks` 0). */
export async function answerProduce(
  core: BrokerCore,
  asked: Request,
  { version }: RequestContext,
): Promise<Answer | undefined> {
  const request = version > PRODUCE_BY_NAME ? withNames(core, asked) : asked
  const waits: Promise<void>[] = []
  const appendAll = (refusal: unknown): Answer['responses'] =>
    request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index, records }) => {
        const answer: PartitionAnswer = { index, errorCode: 0, baseOffset: -1 }
        try {
          if (refusal !== undefined) throw refusal
          const topic = writableTopic(core, name, version)
          const log = topic.partitions[index]?.log
          if (log === undefined) throw unknownTopic()
          append(log, topic, records, version, answer)
          // also for a repeated batch: the first time it may not have reached the disk yet
          waits.push(log.flush().catch((error: unknown) => fail(answer, error)))
        } catch (error) {
          fail(answer, error)
        }
        return answer
      }),
    }))
  const admitted = appendInTransaction(core, request, version, appendAll)
  // A request that need not wait for a transaction is appended before anything else can run: in the order of arrival.
  const responses = admitted instanceof Promise ? await admitted : admitted
  await Promise.all(waits)
  if (request.acks !== 0) return { responses }
  // without answers the end of the connection is the only way to say that something was not taken
  const failed = responses
    .flatMap(({ partitionResponses }) => partitionResponses)
    .find(({ errorCode }) => errorCode !== 0)
  if (failed !== undefined) throw KafkaError.fromNumber(failed.errorCode, failed.errorMessage)
  return undefined
}

/** The request with the names of the topics that it has by id; a name stays empty where no topic has the id. */
function withNames(core: BrokerCore, request: Request): Request {
  const topicData = request.topicData.map((data) => ({ ...data, name: core.topics.byId(data.topicId)?.name ?? '' }))
  return { ...request, topicData }
}

function writableTopic(core: BrokerCore, name: string, version: number): Topic {
  const topic = core.topics.get(name)
  if (topic === undefined)
    throw version > PRODUCE_BY_NAME
      ? new KafkaError('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.')
      : unknownTopic()
  if (topic.isInternal) throw new KafkaError('INVALID_TOPIC_EXCEPTION', `Clients may not write to ${name}.`)
  return topic
}

function append(
  log: PartitionLog,
  topic: Topic,
  records: Buffer | null,
  version: number,
  answer: PartitionAnswer,
): void {
  checkBatch(records, topic, version)
  const { compression } = topic
  const batch = compression === undefined ? records : recompressBatch(records, compression)
  const { baseOffset, appendTimeMs } = log.append(batch)
  answer.baseOffset = baseOffset
  answer.logAppendTimeMs = appendTimeMs
  answer.logStartOffset = log.startOffset
}

/** What the protocol asks of a produced batch beyond what the log checks for itself. */
function checkBatch(records: Buffer | null, topic: Topic, version: number): asserts records is Buffer {
  if (records === null || records.length === 0)
    throw new KafkaError('INVALID_RECORD', 'no record batch for the partition')
  const sizeBytes = batchSizeAt(records, 0)
  if (sizeBytes === 0) throw new KafkaError('CORRUPT_MESSAGE', 'a record batch is cut short')
  if (sizeBytes !== records.length) {
    throw new KafkaError('INVALID_RECORD', 'a Produce request carries exactly one record batch per partition')
  }
  const attributes = records.readInt16BE(BATCH_FIELD.attributes)
  if ((attributes & BATCH_ATTRIBUTE.compressionMask) === ZSTD && version < ZSTD_SINCE) {
    throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', `zstd needs Produce ${ZSTD_SINCE} or later`)
  }
  const maxTimestamp = readInt64(records, BATCH_FIELD.maxTimestamp)
  const limit = Date.now() + topic.maxFutureMs
  if (maxTimestamp > limit && topic.config('message.timestamp.type') === 'CreateTime') {
    throw new KafkaError(
      'INVALID_TIMESTAMP',
      `a time of the batch is beyond message.timestamp.after.max.ms (${topic.maxFutureMs})`,
    )
  }
}

function fail(answer: PartitionAnswer, error: unknown): void {
  const { number, message } = KafkaError.from(error)
  answer.errorCode = number
  answer.errorMessage = message
  answer.baseOffset = -1
}
