// The part of Produce that is about transactions: the partitions a transactional batch goes to must be in the producer's transaction.

import { KafkaError } from '../../error.ts'
import type { RequestOf } from '../../protocol/message.ts'
import type { Produce } from '../../protocol/produce.ts'
import { BATCH_ATTRIBUTE, BATCH_FIELD, BATCH_HEADER_BYTES, readInt64 } from '../../record/batch-header.ts'
import type { BrokerCore } from '../core.ts'
import type { ProducerIdentity, TopicPartition } from '../transaction/transaction-coordinator.ts'

type Request = RequestOf<typeof Produce>

/** First version of Produce that adds partitions to the transaction by itself, and first that knows TRANSACTION_ABORTABLE. */
const ADDS_SINCE = 12
const ABORTABLE_SINCE = 11

/** The producer of the transactional batches and where they go; undefined when there is none. Throws INVALID_PRODUCER_ID_MAPPING. */
function transactionOf(request: Request): { producer: ProducerIdentity; partitions: TopicPartition[] } | undefined {
  let producer: ProducerIdentity | undefined
  const partitions: TopicPartition[] = []
  for (const { name, partitionData } of request.topicData) {
    for (const { index, records } of partitionData) {
      if (records === null || records.length < BATCH_HEADER_BYTES) continue
      if ((records.readInt16BE(BATCH_FIELD.attributes) & BATCH_ATTRIBUTE.transactional) === 0) continue
      const producerId = readInt64(records, BATCH_FIELD.producerId)
      const producerEpoch = records.readInt16BE(BATCH_FIELD.producerEpoch)
      if (producer !== undefined && producer.producerId !== producerId)
        throw new KafkaError('INVALID_PRODUCER_ID_MAPPING', 'Transactional records contained more than one producer ID')
      producer ??= { producerId, producerEpoch }
      partitions.push([name, index])
    }
  }
  return producer === undefined ? undefined : { producer, partitions }
}

/**
 * Runs `append` where the request may write, with the reason where it may not. No promise is given when nothing has to be waited for: so
 * it is for every request outside of transactions, and for all but the first to a partition within one.
 */
export function appendInTransaction<T>(
  core: BrokerCore,
  request: Request,
  version: number,
  append: (refusal: unknown) => T,
): T | Promise<T> {
  if (request.acks < -1 || request.acks > 1)
    return append(new KafkaError('INVALID_REQUIRED_ACKS', `acks must be -1, 0 or 1, not ${request.acks}`))
  let transaction: ReturnType<typeof transactionOf>
  try {
    transaction = transactionOf(request)
  } catch (error) {
    return append(error)
  }
  if (transaction === undefined) return append(undefined)
  if (request.transactionalId === null) return append(new KafkaError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'))
  const { producer, partitions } = transaction
  const known = partitions.filter(([topic, index]) => core.topics.get(topic)?.partitions[index] !== undefined)
  const adds = version >= ADDS_SINCE
  const how = { mode: adds ? ('add' as const) : ('verify' as const), clientVersion: adds ? 2 : 0 }
  const admitted = core.transactions.admit<T>(request.transactionalId, producer, known, how, () => append(undefined))
  if (!(admitted instanceof Promise)) return admitted
  return admitted.catch((error: unknown) => append(refusalOf(error, version))) as Promise<T>
}

/** The reason in the words that producers of the version understand. */
function refusalOf(error: unknown, version: number): KafkaError {
  const failure = KafkaError.from(error)
  switch (failure.code) {
    case 'PRODUCER_FENCED':
      return new KafkaError('INVALID_PRODUCER_EPOCH', failure.message)
    case 'INVALID_TXN_STATE':
      return version >= ABORTABLE_SINCE ? new KafkaError('TRANSACTION_ABORTABLE', failure.message) : failure
    case 'CONCURRENT_TRANSACTIONS':
      return version >= ADDS_SINCE ? failure : new KafkaError('NOT_ENOUGH_REPLICAS', failure.message)
    case 'COORDINATOR_NOT_AVAILABLE':
      return new KafkaError('NOT_ENOUGH_REPLICAS', failure.message)
    default:
      return failure
  }
}
