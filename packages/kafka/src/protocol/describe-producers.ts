// DescribeProducers: who writes to partitions, and where its open transaction began.

import { int16, int32, int64, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DescribeProducers, 0. -1 stands for "none" in every field of a producer. */
export const DescribeProducers = api(
  61,
  'DescribeProducers',
  { min: 0, max: 0, flexible: 0 },
  { topics: array(structure({ name: string(), partitionIndexes: array(int32()) })) },
  {
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({
        name: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: nullableString({ or: null }),
            activeProducers: array(
              structure({
                producerId: int64(),
                producerEpoch: int32(),
                lastSequence: int32({ or: -1 }),
                lastTimestamp: int64({ or: -1 }),
                coordinatorEpoch: int32(),
                currentTxnStartOffset: int64({ or: -1 }),
              }),
            ),
          }),
        ),
      }),
    ),
  },
)
