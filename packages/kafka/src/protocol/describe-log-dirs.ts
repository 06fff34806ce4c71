// DescribeLogDirs: where partitions lie and how large they are.

import { bool, int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** DescribeLogDirs, 1 to 4. `topics` null asks for all. */
export const DescribeLogDirs = api(
  35,
  'DescribeLogDirs',
  { min: 1, max: 4, flexible: 2 },
  { topics: nullableArray(structure({ topic: string(), partitions: array(int32()) })) },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16({ since: 3, or: 0 }),
    results: array(
      structure({
        errorCode: int16(),
        logDir: string(),
        topics: array(
          structure({
            name: string(),
            partitions: array(
              structure({
                partitionIndex: int32(),
                partitionSize: int64(),
                offsetLag: int64(),
                isFutureKey: bool(),
              }),
            ),
          }),
        ),
        totalBytes: int64({ since: 4, or: -1 }),
        usableBytes: int64({ since: 4, or: -1 }),
      }),
    ),
  },
)
