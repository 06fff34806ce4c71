// Produce: record batches for topic partitions.

import { int16, int32, int64, nullableString, records, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, nullableStructure, structure } from './structure.ts'

/** The last version that names topics; later ones have their ids. */
export const PRODUCE_BY_NAME = 12

/** Produce, 3 to 13. Batches are views of the frame when read, references when written. No response follows `acks` 0. */
export const Produce = api(
  0,
  'Produce',
  { min: 3, max: 13, flexible: 9 },
  {
    transactionalId: nullableString({ or: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      structure({
        name: string({ until: PRODUCE_BY_NAME, or: '' }),
        topicId: uuid({ since: 13, or: ZERO_UUID }),
        partitionData: array(structure({ index: int32(), records: records() })),
      }),
    ),
  },
  {
    responses: array(
      structure({
        name: string({ until: PRODUCE_BY_NAME, or: '' }),
        topicId: uuid({ since: 13, or: ZERO_UUID }),
        partitionResponses: array(
          structure({
            index: int32(),
            errorCode: int16(),
            baseOffset: int64(),
            logAppendTimeMs: int64({ or: -1 }),
            logStartOffset: int64({ since: 5, or: -1 }),
            recordErrors: array(
              structure({ batchIndex: int32(), batchIndexErrorMessage: nullableString({ or: null }) }),
              { since: 8, or: [] },
            ),
            errorMessage: nullableString({ since: 8, or: null }),
            currentLeader: nullableStructure({ leaderId: int32(), leaderEpoch: int32() }, { since: 10, tag: 0 }),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32({ or: 0 }),
    nodeEndpoints: array(
      structure({ nodeId: int32(), host: string(), port: int32(), rack: nullableString({ or: null }) }),
      { since: 10, tag: 0, or: [] },
    ),
  },
)
