// ListTransactions: transactional ids and their states.

import { int16, int32, int64, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** ListTransactions, 0 to 2. `durationFilter` in milliseconds, -1 = any. */
export const ListTransactions = api(
  66,
  'ListTransactions',
  { min: 0, max: 2, flexible: 0 },
  {
    stateFilters: array(string()),
    producerIdFilters: array(int64()),
    durationFilter: int64({ since: 1, or: -1 }),
    transactionalIdPattern: nullableString({ since: 2, or: null }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array(structure({ transactionalId: string(), producerId: int64(), transactionState: string() })),
  },
)
