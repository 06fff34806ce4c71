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
  /** `prepared`: the rows of XA PREPARE; `completed`: XA COMMIT or ROLLBACK, which follows as a statement; null for no XA. */
  readonly xa: 'prepared' | 'completed' | null
  /** Number of the group that committed together; null for none. */
  readonly commitId: bigint | null
  /**
   * An ALTER in two parts (binlog_alter_two_phase): its statement stands in the log at its start and again at its `commit` or `rollback`;
   * only the commit changes the table.
   */
  readonly alter: 'start' | 'commit' | 'rollback' | null
  /** Sequence number of the `start` that a `commit` or `rollback` belongs to. */
  readonly alterStart: bigint | null
}

const FL_STANDALONE = 1
const FL_GROUP_COMMIT_ID = 2
const FL_DDL = 32
const FL_PREPARED_XA = 64
const FL_COMPLETED_XA = 128
const FL_EXTRA_MULTI_ENGINE = 1
const FL_EXTRA_START_ALTER = 2
const FL_EXTRA_COMMIT_ALTER = 4
const FL_EXTRA_ROLLBACK_ALTER = 8

/**
 * Shape: sequence (8) | domain (4) | flags (1) | group commit: id (8) | XA: format (4), length of the global (1) and of the branch part (1),
 * both parts | more flags (1) | more engines: count (1) | end of an ALTER: sequence of its start (8); zeros up to 19 bytes. The server is the
 * header's.
 */
export function decodeMariaDbGtid(cursor: ByteCursor, view: EventView): MariaDbGtidEvent {
  const sequence = cursor.u64()
  const domain = cursor.u32()
  const flags = cursor.u8()
  const commitId = (flags & FL_GROUP_COMMIT_ID) !== 0 ? cursor.u64() : null
  const isXa = (flags & (FL_PREPARED_XA | FL_COMPLETED_XA)) !== 0
  if (isXa) {
    cursor.take(4)
    const global = cursor.u8()
    cursor.take(global + cursor.u8())
  }
  const extra = cursor.remaining > 0 ? cursor.u8() : 0
  if ((extra & FL_EXTRA_MULTI_ENGINE) !== 0) cursor.u8()
  const endsAlter = (extra & (FL_EXTRA_COMMIT_ALTER | FL_EXTRA_ROLLBACK_ALTER)) !== 0
  return {
    domain,
    server: view.header.serverId,
    sequence,
    isStandalone: (flags & FL_STANDALONE) !== 0,
    isDdl: (flags & FL_DDL) !== 0,
    isXa,
    xa: isXa ? ((flags & FL_PREPARED_XA) !== 0 ? 'prepared' : 'completed') : null,
    commitId,
    alter: alterPhase(extra),
    alterStart: endsAlter ? cursor.u64() : null,
  }
}

function alterPhase(extra: number): MariaDbGtidEvent['alter'] {
  if ((extra & FL_EXTRA_START_ALTER) !== 0) return 'start'
  if ((extra & FL_EXTRA_COMMIT_ALTER) !== 0) return 'commit'
  return (extra & FL_EXTRA_ROLLBACK_ALTER) !== 0 ? 'rollback' : null
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
