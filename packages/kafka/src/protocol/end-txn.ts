// EndTxn: commit or abort of a transaction.

import { bool, int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'

/** EndTxn, 0 to 5. From 5 on each end bumps the epoch, and the answer tells id and epoch to go on with. */
export const EndTxn = api(
  26,
  'EndTxn',
  { min: 0, max: 5, flexible: 3 },
  { transactionalId: string(), producerId: int64(), producerEpoch: int16(), committed: bool() },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    producerId: int64({ since: 5, or: -1 }),
    producerEpoch: int16({ since: 5, or: -1 }),
  },
)
