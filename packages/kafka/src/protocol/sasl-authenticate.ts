// SaslAuthenticate: one token of the mechanism's exchange, and the other side's.

import { bytes, int16, int64, nullableString } from './field.ts'
import { api } from './message.ts'

/** SaslAuthenticate, 0 to 2. `sessionLifetimeMs` 0: the connection need not prove itself again. */
export const SaslAuthenticate = api(
  36,
  'SaslAuthenticate',
  { min: 0, max: 2, flexible: 2 },
  { authBytes: bytes() },
  {
    errorCode: int16(),
    errorMessage: nullableString(),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, or: 0 }),
  },
)
