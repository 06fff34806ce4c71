// OffsetFetch: a group's committed offsets.

import { bool, int16, int32, int64, nullableString, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** OffsetFetch, 1 to 10: one group up to version 7, several in `groups` from 8 on; topics by id in version 10. `topics` null asks for all. */
export const OffsetFetch = api(
  9,
  'OffsetFetch',
  { min: 1, max: 10, flexible: 6 },
  {
    groupId: string({ until: 7, or: '' }),
    topics: nullableArray(structure({ name: string(), partitionIndexes: array(int32()) }), { until: 7 }),
    groups: array(
      structure({
        groupId: string(),
        memberId: nullableString({ since: 9, or: null }),
        memberEpoch: int32({ since: 9, or: -1 }),
        topics: nullableArray(
          structure({
            name: string({ until: 9, or: '' }),
            topicId: uuid({ since: 10, or: ZERO_UUID }),
            partitionIndexes: array(int32()),
          }),
        ),
      }),
      { since: 8, or: [] },
    ),
    requireStable: bool({ since: 7, or: false }),
  },
  {
    throttleTimeMs: int32({ since: 3, or: 0 }),
    topics: array(
      structure({
        name: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ since: 5, or: -1 }),
            metadata: nullableString(),
            errorCode: int16(),
          }),
        ),
      }),
      { until: 7, or: [] },
    ),
    errorCode: int16({ since: 2, until: 7, or: 0 }),
    groups: array(
      structure({
        groupId: string(),
        topics: array(
          structure({
            name: string({ until: 9, or: '' }),
            topicId: uuid({ since: 10, or: ZERO_UUID }),
            partitions: array(
              structure({
                partitionIndex: int32(),
                committedOffset: int64(),
                committedLeaderEpoch: int32({ or: -1 }),
                metadata: nullableString(),
                errorCode: int16(),
              }),
            ),
          }),
        ),
        errorCode: int16({ or: 0 }),
      }),
      { since: 8, or: [] },
    ),
  },
)
