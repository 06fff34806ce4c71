// OffsetDelete: forget a group's committed offsets of some partitions.

import { int16, int32, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** OffsetDelete, 0 only; it never became flexible. */
export const OffsetDelete = api(
  47,
  'OffsetDelete',
  { min: 0, max: 0, flexible: 0x7fff },
  {
    groupId: string(),
    topics: array(structure({ name: string(), partitions: array(structure({ partitionIndex: int32() })) })),
  },
  {
    errorCode: int16(),
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({ name: string(), partitions: array(structure({ partitionIndex: int32(), errorCode: int16() })) }),
    ),
  },
)
