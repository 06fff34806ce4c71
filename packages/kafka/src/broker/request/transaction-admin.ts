// WriteTxnMarkers, DescribeProducers, DescribeTransactions and ListTransactions: how administrators see transactions and end hanging ones.

import { errorNumber, KafkaError } from '../../error.ts'
import type { DescribeProducers } from '../../protocol/describe-producers.ts'
import type { DescribeTransactions } from '../../protocol/describe-transactions.ts'
import type { ListTransactions } from '../../protocol/list-transactions.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { WriteTxnMarkers } from '../../protocol/write-txn-markers.ts'
import type { BrokerCore } from '../core.ts'
import { topicPattern } from '../group/topic-pattern.ts'
import { TRANSACTION_STATES, type Transaction } from '../transaction/transaction.ts'

type DescribedTransaction = ResponseInput<typeof DescribeTransactions>['transactionStates'][number]

/** Answers WriteTxnMarkers when the markers are on disk. */
export async function answerWriteTxnMarkers(
  core: BrokerCore,
  request: RequestOf<typeof WriteTxnMarkers>,
): Promise<ResponseInput<typeof WriteTxnMarkers>> {
  const markers: ResponseInput<typeof WriteTxnMarkers>['markers'][number][] = []
  for (const { producerId, producerEpoch, transactionResult, topics, coordinatorEpoch } of request.markers) {
    const marker = { producerId, producerEpoch, isCommit: transactionResult, coordinatorEpoch }
    const answers: { name: string; partitions: { partitionIndex: number; errorCode: number }[] }[] = []
    for (const { name, partitionIndexes } of topics) {
      const partitions: { partitionIndex: number; errorCode: number }[] = []
      for (const partitionIndex of partitionIndexes) {
        const errorCode = await core.markers.write(name, partitionIndex, marker).then(
          () => 0,
          (error: unknown) => KafkaError.from(error).number,
        )
        partitions.push({ partitionIndex, errorCode })
      }
      answers.push({ name, partitions })
    }
    markers.push({ producerId, topics: answers })
  }
  return { markers }
}

/** Answers DescribeProducers. */
export function answerDescribeProducers(
  core: BrokerCore,
  request: RequestOf<typeof DescribeProducers>,
): ResponseInput<typeof DescribeProducers> {
  return {
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const log = core.topics.get(name)?.partitions[partitionIndex]?.log
        if (log === undefined) {
          const errorCode = errorNumber('UNKNOWN_TOPIC_OR_PARTITION')
          return { partitionIndex, errorCode, activeProducers: [] }
        }
        const activeProducers = [...log.producers.entries()].map((producer) => ({
          producerId: producer.producerId,
          producerEpoch: producer.epoch,
          lastSequence: producer.lastSequence,
          lastTimestamp: producer.lastTimestampMs,
          coordinatorEpoch: producer.coordinatorEpoch,
          currentTxnStartOffset: producer.openFromOffset,
        }))
        return { partitionIndex, errorCode: 0, activeProducers }
      }),
    })),
  }
}

/** Answers DescribeTransactions. */
export function answerDescribeTransactions(
  core: BrokerCore,
  request: RequestOf<typeof DescribeTransactions>,
): ResponseInput<typeof DescribeTransactions> {
  return {
    transactionStates: request.transactionalIds.map((transactionalId) => {
      const entry = core.transactions.store.get(transactionalId)
      if (transactionalId === '') return unknown(transactionalId, errorNumber('INVALID_REQUEST'))
      return entry === undefined
        ? unknown(transactionalId, errorNumber('TRANSACTIONAL_ID_NOT_FOUND'))
        : described(core, entry)
    }),
  }
}

function unknown(transactionalId: string, errorCode: number): DescribedTransaction {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  }
}

function described(core: BrokerCore, entry: Transaction): DescribedTransaction {
  const { transactionalId, state, timeoutMs, startMs, producerId, producerEpoch } = entry
  const partitions = [...entry.partitions].filter(([topic]) => core.topics.get(topic) !== undefined)
  return {
    errorCode: 0,
    transactionalId,
    transactionState: state,
    transactionTimeoutMs: timeoutMs,
    transactionStartTimeMs: startMs,
    producerId,
    producerEpoch,
    topics: partitions.map(([topic, numbers]) => ({ topic, partitions: [...numbers] })),
  }
}

/** Answers ListTransactions. */
export function answerListTransactions(
  core: BrokerCore,
  request: RequestOf<typeof ListTransactions>,
): ResponseInput<typeof ListTransactions> {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
  let isNamed = (_transactionalId: string): boolean => true
  try {
    // the same syntax as in subscriptions: RE2's
    if (transactionalIdPattern !== null && transactionalIdPattern !== '') isNamed = topicPattern(transactionalIdPattern)
  } catch (error) {
    return { errorCode: KafkaError.from(error).number, unknownStateFilters: [], transactionStates: [] }
  }
  const nowMs = Date.now()
  const isWanted = (entry: Transaction): boolean =>
    (stateFilters.length === 0 || stateFilters.includes(entry.state)) &&
    (producerIdFilters.length === 0 || producerIdFilters.includes(entry.producerId)) &&
    // as in Kafka an id that never had a transaction counts as open since 1970
    (durationFilter < 0 || nowMs - entry.startMs > durationFilter) &&
    isNamed(entry.transactionalId)
  return {
    errorCode: 0,
    unknownStateFilters: stateFilters.filter((state) => !Object.hasOwn(TRANSACTION_STATES, state)),
    transactionStates: [...core.transactions.store.all()].filter(isWanted).map((entry) => ({
      transactionalId: entry.transactionalId,
      producerId: entry.producerId,
      transactionState: entry.state,
    })),
  }
}
