// XID_EVENT: the commit of a transaction of a transactional engine.
import type { ByteCursor } from './byte-cursor.ts'

/** Shape: transaction number (8), which means nothing outside the server. */
export function decodeXid(cursor: ByteCursor): bigint {
  return cursor.u64()
}
