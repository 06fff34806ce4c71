// MariaDB's GTID_EVENT (start of a transaction) and GTID_LIST_EVENT (state at the start of a file).
import type { MariaDbGtid } from '../gtid/mariadb-gtid.ts'
import type { ByteCursor } from './byte-cursor.ts'
import type { EventView } from './event-view.ts'

/** The start of one MariaDB transaction. */
export interface MariaDbGtidEvent extends MariaDbGtid {
  /** No XID or COMMIT follows: the group is this one statement (DDL). */
  readonly isStandalone: boolean
  readonly isDdl: boolean
  /** Flags FL_PREPARED_XA or FL_COMPLETED_XA: the group belongs to an XA transaction. */
  readonly isXa: boolean
}

const FL_STANDALONE = 1
const FL_DDL = 32
const FL_PREPARED_XA = 64
const FL_COMPLETED_XA = 128

/** Shape: sequence (8) | domain (4) | flags (1) | …. The server is the header's. */
export function decodeMariaDbGtid(cursor: ByteCursor, view: EventView): MariaDbGtidEvent {
  const sequence = cursor.u64()
  const domain = cursor.u32()
  const flags = cursor.u8()
  return {
    domain,
    server: view.header.serverId,
    sequence,
    isStandalone: (flags & FL_STANDALONE) !== 0,
    isDdl: (flags & FL_DDL) !== 0,
    isXa: (flags & (FL_PREPARED_XA | FL_COMPLETED_XA)) !== 0,
  }
}

const COUNT_MASK = 0x0fffffff

/** Shape: count (28 bits) and flags (4 bits) (4) | count times: domain (4) | server (4) | sequence (8). */
export function decodeMariaDbGtidList(cursor: ByteCursor): MariaDbGtid[] {
  const count = cursor.u32() & COUNT_MASK
  if (count * 16 > cursor.remaining) throw cursor.corrupt(`lists ${count} GTIDs in ${cursor.remaining} bytes`)
  const gtids: MariaDbGtid[] = []
  for (let i = 0; i < count; i++) gtids.push({ domain: cursor.u32(), server: cursor.u32(), sequence: cursor.u64() })
  return gtids
}
