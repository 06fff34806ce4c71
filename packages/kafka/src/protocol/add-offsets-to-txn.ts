// AddOffsetsToTxn: a transaction is about to commit offsets of a group.

import { int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'

/** AddOffsetsToTxn, 0 to 4. */
export const AddOffsetsToTxn = api(
  25,
  'AddOffsetsToTxn',
  { min: 0, max: 4, flexible: 3 },
  { transactionalId: string(), producerId: int64(), producerEpoch: int16(), groupId: string() },
  { throttleTimeMs: int32({ or: 0 }), errorCode: int16() },
)
