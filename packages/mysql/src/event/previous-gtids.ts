// PREVIOUS_GTIDS_LOG_EVENT: what the files before hold.
import { GtidSet } from '../gtid/gtid-set.ts'
import type { ByteCursor } from './byte-cursor.ts'

/** The body is a set in binary form. */
export function decodePreviousGtids(cursor: ByteCursor): GtidSet {
  return GtidSet.decode(cursor.copy(cursor.remaining))
}
