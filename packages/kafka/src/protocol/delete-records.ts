// DeleteRecords: moves the start of a partition forward.

import { int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DeleteRecords, 0 to 2. `offset` -1 means the high watermark. */
export const DeleteRecords = api(
  21,
  'DeleteRecords',
  { min: 0, max: 2, flexible: 2 },
  {
    topics: array(
      structure({ name: string(), partitions: array(structure({ partitionIndex: int32(), offset: int64() })) }),
    ),
    timeoutMs: int32(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({
        name: string(),
        partitions: array(structure({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() })),
      }),
    ),
  },
)
