// Fetch: record batches from topic partitions, with incremental sessions.

import { int8, int16, int32, int64, nullableString, records, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, nullableStructure, structure } from './structure.ts'

/** Fetch, 4 to 17; topics are named up to version 12 and have ids from 13 on. Batches are references when written, views when read. */
export const Fetch = api(
  1,
  'Fetch',
  { min: 4, max: 17, flexible: 12 },
  {
    clusterId: nullableString({ since: 12, tag: 0, or: null }),
    replicaId: int32({ until: 14, or: -1 }),
    replicaState: nullableStructure(
      { replicaId: int32({ or: -1 }), replicaEpoch: int64({ or: -1 }) },
      { since: 15, tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ or: 0x7fff_ffff }),
    isolationLevel: int8({ or: 0 }),
    sessionId: int32({ since: 7, or: 0 }),
    sessionEpoch: int32({ since: 7, or: -1 }),
    topics: array(
      structure({
        topic: string({ until: 12, or: '' }),
        topicId: uuid({ since: 13, or: ZERO_UUID }),
        partitions: array(
          structure({
            partition: int32(),
            currentLeaderEpoch: int32({ since: 9, or: -1 }),
            fetchOffset: int64(),
            lastFetchedEpoch: int32({ since: 12, or: -1 }),
            logStartOffset: int64({ since: 5, or: -1 }),
            partitionMaxBytes: int32(),
            replicaDirectoryId: uuid({ since: 17, tag: 0, or: ZERO_UUID }),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      structure({
        topic: string({ until: 12, or: '' }),
        topicId: uuid({ since: 13, or: ZERO_UUID }),
        partitions: array(int32()),
      }),
      { since: 7, or: [] },
    ),
    rackId: string({ since: 11, or: '' }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16({ since: 7, or: 0 }),
    sessionId: int32({ since: 7, or: 0 }),
    responses: array(
      structure({
        topic: string({ until: 12, or: '' }),
        topicId: uuid({ since: 13, or: ZERO_UUID }),
        partitions: array(
          structure({
            partitionIndex: int32(),
            errorCode: int16(),
            highWatermark: int64(),
            lastStableOffset: int64({ or: -1 }),
            logStartOffset: int64({ since: 5, or: -1 }),
            divergingEpoch: nullableStructure(
              { epoch: int32({ or: -1 }), endOffset: int64({ or: -1 }) },
              { since: 12, tag: 0 },
            ),
            currentLeader: nullableStructure({ leaderId: int32(), leaderEpoch: int32() }, { since: 12, tag: 1 }),
            snapshotId: nullableStructure(
              { endOffset: int64({ or: -1 }), epoch: int32({ or: -1 }) },
              { since: 12, tag: 2 },
            ),
            abortedTransactions: nullableArray(structure({ producerId: int64(), firstOffset: int64() })),
            preferredReadReplica: int32({ since: 11, or: -1 }),
            records: records(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      structure({ nodeId: int32(), host: string(), port: int32(), rack: nullableString({ or: null }) }),
      { since: 16, tag: 0, or: [] },
    ),
  },
)
