// Why a server ends a dump. It has one error number for all reasons; only its text tells them apart. Texts of MySQL 5.7 to 9 and of MariaDB.
import type { ErrorCode } from '../../base/error-codes.ts'

/** What a dump's end means. */
export interface DumpFailure {
  readonly code: ErrorCode
  readonly hint: string
}

const SNAPSHOT =
  'To go on with a new snapshot: snapshot.mode=when_needed, or stop the connector, DELETE /connectors/{name}/offsets and resume it.'
const PURGED = `The server has deleted that part of its log. ${SNAPSHOT} Keep logs longer with binlog_expire_logs_seconds on the server.`

const FAILURES: readonly (DumpFailure & { readonly says: RegExp })[] = [
  {
    says: /same server_(uuid|id)|already connected/i,
    code: 'CDC_POSITION_SERVER',
    hint: 'Another connector or replica uses this database.server.id: give each of them a number of its own.',
  },
  {
    says: /purged required binary logs|has been purged|are missing data for domain/i,
    code: 'CDC_POSITION_LOST',
    hint: PURGED,
  },
  {
    says: /more GTIDs than|not in the master's binlog|has (probably )?diverged|state not found in binlog/i,
    code: 'CDC_POSITION_LOST',
    hint: `The connector has read more than the server has: its log was reset, a backup was restored, or it lost the end of its log in a crash (sync_binlog other than 1). ${SNAPSHOT}`,
  },
  { says: /could not find first log file|could not find next log/i, code: 'CDC_POSITION_LOST', hint: PURGED },
  {
    says: /position < 4/i,
    code: 'CDC_POSITION_INVALID',
    hint: 'Correct pos with PATCH /connectors/{name}/offsets: the first event of a log file is at 4.',
  },
  {
    says: /start replication from (position >|impossible position)/i,
    code: 'CDC_POSITION_LOST',
    hint: `The file is shorter than the position: the server lost the end of its log, or another server answers. ${SNAPSHOT}`,
  },
  {
    says: /exceeded max_allowed_packet/i,
    code: 'CDC_SERVER_REFUSED',
    hint: 'Raise max_allowed_packet on the server (up to 1G) and restart the task. If it stays, the position is not the start of an event: correct it with PATCH /connectors/{name}/offsets.',
  },
  {
    says: /bogus data|truncated in the middle|crc check|corrupt/i,
    code: 'CDC_POSITION_DAMAGED',
    hint: `Check the file on the server with mysqlbinlog --verify-binlog-checksum. If it is damaged, read from a replica by GTID. ${SNAPSHOT}`,
  },
  {
    says: /binary log is not open|server_id was not set|misconfigured/i,
    code: 'CDC_CONFIG_INVALID',
    hint: 'Start the server with --log-bin and --server-id.',
  },
]

/** The meaning of the server's text for error 1236. Texts that are not known mean a position that cannot be read. */
export function dumpFailure(text: string): DumpFailure {
  return (
    FAILURES.find(({ says }) => says.test(text)) ?? {
      code: 'CDC_POSITION_LOST',
      hint: `The server's own words say why it cannot send its log from the stored position. ${SNAPSHOT}`,
    }
  )
}
