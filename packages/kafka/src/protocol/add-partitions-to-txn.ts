// AddPartitionsToTxn: partitions that a transaction is about to write to.

import { bool, int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

const topics = array(structure({ name: string(), partitions: array(int32()) }))
const topicResults = structure({
  name: string(),
  resultsByPartition: array(structure({ partitionIndex: int32(), partitionErrorCode: int16() })),
})

/** AddPartitionsToTxn, 0 to 5: one transaction up to version 3 (clients), several in `transactions` from 4 on (brokers). */
export const AddPartitionsToTxn = api(
  24,
  'AddPartitionsToTxn',
  { min: 0, max: 5, flexible: 3 },
  {
    transactions: array(
      structure({
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool({ or: false }),
        topics,
      }),
      { since: 4, or: [] },
    ),
    transactionalId: string({ until: 3, or: '' }),
    producerId: int64({ until: 3, or: 0 }),
    producerEpoch: int16({ until: 3, or: 0 }),
    topics: array(structure({ name: string(), partitions: array(int32()) }), { until: 3, or: [] }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16({ since: 4, or: 0 }),
    resultsByTransaction: array(structure({ transactionalId: string(), topicResults: array(topicResults) }), {
      since: 4,
      or: [],
    }),
    resultsByTopic: array(topicResults, { until: 3, or: [] }),
  },
)
