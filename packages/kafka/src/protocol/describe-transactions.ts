// DescribeTransactions: state of transactional ids.

import { int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DescribeTransactions, 0. */
export const DescribeTransactions = api(
  65,
  'DescribeTransactions',
  { min: 0, max: 0, flexible: 0 },
  { transactionalIds: array(string()) },
  {
    throttleTimeMs: int32({ or: 0 }),
    transactionStates: array(
      structure({
        errorCode: int16(),
        transactionalId: string(),
        transactionState: string(),
        transactionTimeoutMs: int32(),
        transactionStartTimeMs: int64(),
        producerId: int64(),
        producerEpoch: int16(),
        topics: array(structure({ topic: string(), partitions: array(int32()) })),
      }),
    ),
  },
)
