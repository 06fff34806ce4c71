// InitProducerId: an identity for an idempotent producer.

import { int16, int32, int64, nullableString } from './field.ts'
import { api } from './message.ts'

/** InitProducerId, 0 to 5. */
export const InitProducerId = api(
  22,
  'InitProducerId',
  { min: 0, max: 5, flexible: 2 },
  {
    transactionalId: nullableString(),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: 3, or: -1 }),
    producerEpoch: int16({ since: 3, or: -1 }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    producerId: int64({ or: -1 }),
    producerEpoch: int16({ or: -1 }),
  },
)
