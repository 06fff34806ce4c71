// WriteTxnMarkers: a coordinator (or an administrator) ends transactions in partitions.

import { bool, int8, int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** WriteTxnMarkers, 1 to 2. `transactionResult`: true commits, false aborts. */
export const WriteTxnMarkers = api(
  27,
  'WriteTxnMarkers',
  { min: 1, max: 2, flexible: 1 },
  {
    markers: array(
      structure({
        producerId: int64(),
        producerEpoch: int16(),
        transactionResult: bool(),
        topics: array(structure({ name: string(), partitionIndexes: array(int32()) })),
        coordinatorEpoch: int32(),
        transactionVersion: int8({ since: 2, or: 0 }),
      }),
    ),
  },
  {
    markers: array(
      structure({
        producerId: int64(),
        topics: array(
          structure({ name: string(), partitions: array(structure({ partitionIndex: int32(), errorCode: int16() })) }),
        ),
      }),
    ),
  },
)
