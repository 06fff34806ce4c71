// QUERY_EVENT: a statement: BEGIN, COMMIT, DDL, and everything in statement format; also MariaDB's QUERY_COMPRESSED_EVENT.
import type { ByteCursor } from './byte-cursor.ts'
import { inflateRest } from './mariadb-compressed.ts'
import { statementText } from './statement-text.ts'

/** A statement with the session values that it was run with. Members are null where the event does not carry them. */
export interface QueryEvent {
  readonly threadId: number
  readonly execSec: number
  /** Server's error number that the statement ended with; 0 = none. */
  readonly errorCode: number
  /** Default database; empty for none. */
  readonly database: string
  /** Decoded from the session's character set. */
  readonly sql: string
  readonly sqlMode: bigint | null
  /** Session flags (OPTION_AUTO_IS_NULL, foreign_key_checks …). */
  readonly flags: number | null
  /** Collation ids of character_set_client, of the connection and of the server. */
  readonly charset: { readonly client: number; readonly connection: number; readonly server: number } | null
  readonly timeZone: string | null
  /** Collation of the default database, when it is not the server's. */
  readonly databaseCollation: number | null
  /** Fraction of the event's second. */
  readonly microseconds: number
  readonly defaultCollationForUtf8mb4: number | null
}

const MAX_DATABASES = 254
/** Bits for the commit and the rollback of an ALTER. */
const ENDS_ALTER = 12

interface StatusVariables {
  sqlMode: bigint | null
  flags: number | null
  charset: QueryEvent['charset']
  timeZone: string | null
  databaseCollation: number | null
  microseconds: number
  defaultCollationForUtf8mb4: number | null
}

/**
 * Shape: thread id (4) | seconds (4) | database length (1) | error code (2) | status length (2) | status variables | database | NUL | text.
 * `isCompressed`: the text is packed (see mariadb-compressed.ts).
 */
export function decodeQuery(cursor: ByteCursor, isCompressed = false): QueryEvent {
  const threadId = cursor.u32()
  const execSec = cursor.u32()
  const databaseBytes = cursor.u8()
  const errorCode = cursor.u16()
  const statusBytes = cursor.u16()
  const statusEnd = cursor.take(statusBytes) + statusBytes
  cursor.pos -= statusBytes
  const status = decodeStatus(cursor, statusEnd)
  cursor.pos = statusEnd
  const database = cursor.utf8(databaseBytes)
  cursor.take(1)
  const client = status.charset?.client ?? null
  const sql = isCompressed ? inflatedText(cursor, client) : plainText(cursor, client)
  return { threadId, execSec, errorCode, database, sql, ...status }
}

function plainText(cursor: ByteCursor, client: number | null): string {
  const start = cursor.take(cursor.remaining)
  return statementText(cursor.bytes, start, cursor.pos, client)
}

function inflatedText(cursor: ByteCursor, client: number | null): string {
  const text = inflateRest(cursor)
  return statementText(text, 0, text.length, client)
}

// Variables have no length of their own: behind one that is not known nothing can be read, and nothing of need comes there.
function decodeStatus(cursor: ByteCursor, end: number): StatusVariables {
  const status: StatusVariables = {
    sqlMode: null,
    flags: null,
    charset: null,
    timeZone: null,
    databaseCollation: null,
    microseconds: 0,
    defaultCollationForUtf8mb4: null,
  }
  while (cursor.pos < end) {
    if (!decodeVariable(cursor, status)) break
    if (cursor.pos > end) throw cursor.corrupt('has status variables beyond their length')
  }
  return status
}

function decodeVariable(cursor: ByteCursor, status: StatusVariables): boolean {
  switch (cursor.u8()) {
    case 0: // Q_FLAGS2_CODE
      status.flags = cursor.u32()
      return true
    case 1: // Q_SQL_MODE_CODE
      status.sqlMode = cursor.u64()
      return true
    case 2: // Q_CATALOG_CODE, 5.0: NUL-terminated
      cursor.take(cursor.u8() + 1)
      return true
    case 3: // Q_AUTO_INCREMENT
      cursor.take(4)
      return true
    case 4: // Q_CHARSET_CODE
      status.charset = { client: cursor.u16(), connection: cursor.u16(), server: cursor.u16() }
      return true
    case 5: // Q_TIME_ZONE_CODE
      status.timeZone = cursor.utf8(cursor.u8())
      return true
    case 6: // Q_CATALOG_NZ_CODE
      cursor.take(cursor.u8())
      return true
    case 7: // Q_LC_TIME_NAMES_CODE
      cursor.take(2)
      return true
    case 8: // Q_CHARSET_DATABASE_CODE
      status.databaseCollation = cursor.u16()
      return true
    case 9: // Q_TABLE_MAP_FOR_UPDATE_CODE
      cursor.take(8)
      return true
    case 10: // Q_MASTER_DATA_WRITTEN_CODE
      cursor.take(4)
      return true
    case 11: // Q_INVOKER: user, host
      cursor.take(cursor.u8())
      cursor.take(cursor.u8())
      return true
    case 12: // Q_UPDATED_DB_NAMES
      skipDatabases(cursor)
      return true
    case 13: // Q_MICROSECONDS (MariaDB: Q_HRNOW has 128)
      status.microseconds = cursor.u24()
      return true
    case 16: // Q_EXPLICIT_DEFAULTS_FOR_TIMESTAMP
      cursor.take(1)
      return true
    case 17: // Q_DDL_LOGGED_WITH_XID
      cursor.take(8)
      return true
    case 18: // Q_DEFAULT_COLLATION_FOR_UTF8MB4
      status.defaultCollationForUtf8mb4 = cursor.u16()
      return true
    case 19: // Q_SQL_REQUIRE_PRIMARY_KEY
    case 20: // Q_DEFAULT_TABLE_ENCRYPTION
      cursor.take(1)
      return true
    case 128: // Q_HRNOW of MariaDB
      status.microseconds = cursor.u24()
      return true
    case 129: // Q_XID of MariaDB
      cursor.take(8)
      return true
    case 130: // Q_GTID_FLAGS3 of MariaDB: the end of an ALTER in two parts names its start
      if ((cursor.u8() & ENDS_ALTER) !== 0) cursor.take(8)
      return true
    case 131: // Q_CHARACTER_SET_COLLATIONS of MariaDB 11: pairs of collations; stands before what the smaller codes hold
      cursor.take(cursor.u8() * 4)
      return true
    default:
      return false
  }
}

function skipDatabases(cursor: ByteCursor): void {
  const count = cursor.u8()
  // 254 = more than the server keeps: no names follow.
  if (count >= MAX_DATABASES) return
  for (let i = 0; i < count; i++) {
    const nul = cursor.bytes.indexOf(0, cursor.pos)
    if (nul < 0 || nul >= cursor.end) throw cursor.corrupt('has a database name without an end')
    cursor.pos = nul + 1
  }
}
