// ListOffsets: offsets of a partition by time, and its ends.

import { int8, int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** Times with a special meaning in ListOffsets. */
export const LIST_LATEST = -1
export const LIST_EARLIEST = -2
export const LIST_MAX_TIMESTAMP = -3
export const LIST_EARLIEST_LOCAL = -4
export const LIST_LATEST_TIERED = -5

/** ListOffsets, 1 to 10. */
export const ListOffsets = api(
  2,
  'ListOffsets',
  { min: 1, max: 10, flexible: 6 },
  {
    replicaId: int32({ or: -1 }),
    isolationLevel: int8({ since: 2, or: 0 }),
    topics: array(
      structure({
        name: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            currentLeaderEpoch: int32({ since: 4, or: -1 }),
            timestamp: int64(),
          }),
        ),
      }),
    ),
    timeoutMs: int32({ since: 10, or: 0 }),
  },
  {
    throttleTimeMs: int32({ since: 2, or: 0 }),
    topics: array(
      structure({
        name: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            errorCode: int16(),
            timestamp: int64({ or: -1 }),
            offset: int64({ or: -1 }),
            leaderEpoch: int32({ since: 4, or: -1 }),
          }),
        ),
      }),
    ),
  },
)
