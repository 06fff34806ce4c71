// TxnOffsetCommit: read positions of a group that count when the transaction commits.

import { int16, int32, int64, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** TxnOffsetCommit, 0 to 5. From 5 on the group needs no AddOffsetsToTxn before. */
export const TxnOffsetCommit = api(
  28,
  'TxnOffsetCommit',
  { min: 0, max: 5, flexible: 3 },
  {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32({ since: 3, or: -1 }),
    memberId: string({ since: 3, or: '' }),
    groupInstanceId: nullableString({ since: 3, or: null }),
    topics: array(
      structure({
        name: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ since: 2, or: -1 }),
            committedMetadata: nullableString({ or: '' }),
          }),
        ),
      }),
    ),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({ name: string(), partitions: array(structure({ partitionIndex: int32(), errorCode: int16() })) }),
    ),
  },
)
