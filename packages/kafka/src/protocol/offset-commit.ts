// OffsetCommit: a group's read positions.

import { int16, int32, int64, nullableString, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/**
 * OffsetCommit, 2 to 10: topics by name up to 9, by id from 10 on. `generationId`: a member's epoch in a consumer group; -1 with an empty
 * member id commits from outside the group.
 */
export const OffsetCommit = api(
  8,
  'OffsetCommit',
  { min: 2, max: 10, flexible: 8 },
  {
    groupId: string(),
    generationId: int32({ or: -1 }),
    memberId: string({ or: '' }),
    groupInstanceId: nullableString({ since: 7, or: null }),
    retentionTimeMs: int64({ until: 4, or: -1 }),
    topics: array(
      structure({
        name: string({ until: 9, or: '' }),
        topicId: uuid({ since: 10, or: ZERO_UUID }),
        partitions: array(
          structure({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ since: 6, or: -1 }),
            committedMetadata: nullableString({ or: '' }),
          }),
        ),
      }),
    ),
  },
  {
    throttleTimeMs: int32({ since: 3, or: 0 }),
    topics: array(
      structure({
        name: string({ until: 9, or: '' }),
        topicId: uuid({ since: 10, or: ZERO_UUID }),
        partitions: array(structure({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  },
)
