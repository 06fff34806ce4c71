// DescribeQuorum: leader and voters of the metadata log.

import { int16, int32, int64, nullableString, string, uint16, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DescribeQuorum, 0 to 2. */
export const DescribeQuorum = api(
  55,
  'DescribeQuorum',
  { min: 0, max: 2, flexible: 0 },
  { topics: array(structure({ topicName: string(), partitions: array(structure({ partitionIndex: int32() })) })) },
  {
    errorCode: int16(),
    errorMessage: nullableString({ since: 2, or: null }),
    topics: array(
      structure({
        topicName: string(),
        partitions: array(
          structure({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: nullableString({ since: 2, or: null }),
            leaderId: int32(),
            leaderEpoch: int32(),
            highWatermark: int64(),
            currentVoters: array(
              structure({
                replicaId: int32(),
                replicaDirectoryId: uuid({ since: 2, or: ZERO_UUID }),
                logEndOffset: int64(),
                lastFetchTimestamp: int64({ since: 1, or: -1 }),
                lastCaughtUpTimestamp: int64({ since: 1, or: -1 }),
              }),
            ),
            observers: array(
              structure({
                replicaId: int32(),
                replicaDirectoryId: uuid({ since: 2, or: ZERO_UUID }),
                logEndOffset: int64(),
                lastFetchTimestamp: int64({ since: 1, or: -1 }),
                lastCaughtUpTimestamp: int64({ since: 1, or: -1 }),
              }),
            ),
          }),
        ),
      }),
    ),
    nodes: array(
      structure({
        nodeId: int32({ since: 2, or: 0 }),
        listeners: array(
          structure({
            name: string({ since: 2, or: '' }),
            host: string({ since: 2, or: '' }),
            port: uint16({ since: 2, or: 0 }),
          }),
          { since: 2 },
        ),
      }),
      { since: 2 },
    ),
  },
)
