// OffsetForLeaderEpoch: where the log of an older leader ended.

import { int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** OffsetForLeaderEpoch, 2 to 4. */
export const OffsetForLeaderEpoch = api(
  23,
  'OffsetForLeaderEpoch',
  { min: 2, max: 4, flexible: 4 },
  {
    replicaId: int32({ since: 3, or: -2 }),
    topics: array(
      structure({
        topic: string(),
        partitions: array(
          structure({ partition: int32(), currentLeaderEpoch: int32({ or: -1 }), leaderEpoch: int32() }),
        ),
      }),
    ),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({
        topic: string(),
        partitions: array(
          structure({
            errorCode: int16(),
            partition: int32(),
            leaderEpoch: int32({ or: -1 }),
            endOffset: int64({ or: -1 }),
          }),
        ),
      }),
    ),
  },
)
