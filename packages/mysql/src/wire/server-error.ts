// ERR packets and the system's network errors as named errors.
import { MysqlError } from '../error.ts'

/** An error that the server answered: `errno` and SQLSTATE are the server's, the message is its text. */
export class MysqlServerError extends MysqlError {
  readonly errno: number
  readonly sqlState: string
  /** The server's text without our prefix. */
  readonly serverMessage: string

  constructor(errno: number, sqlState: string, serverMessage: string, cause?: unknown) {
    const known = knownErrors[errno]
    super({
      code: known?.name ?? `MYSQL_SERVER_${errno}`,
      message: serverMessage,
      retriable: known?.retriable ?? false,
      ...(known?.hint === undefined ? {} : { hint: known.hint }),
      cause,
    })
    this.errno = errno
    this.sqlState = sqlState
    this.serverMessage = serverMessage
  }
}

interface KnownError {
  readonly name: string
  readonly retriable?: boolean
  readonly hint?: string
}

const GRANT = 'Grant the privilege that the message names to the account.'
const SERVER_ID =
  'Check that the position is still on the server and that the replica server id is used once in the topology.'

/** Errors that this package's callers meet, by the server's number; names are the server's own. */
const knownErrors: Readonly<Record<number, KnownError>> = {
  1040: { name: 'ER_CON_COUNT_ERROR', retriable: true, hint: 'Raise max_connections or close idle connections.' },
  1044: { name: 'ER_DBACCESS_DENIED_ERROR', hint: GRANT },
  1045: {
    name: 'ER_ACCESS_DENIED_ERROR',
    hint: 'Check user and password and from which hosts the account may log in.',
  },
  1046: { name: 'ER_NO_DB_ERROR' },
  1049: { name: 'ER_BAD_DB_ERROR' },
  1053: { name: 'ER_SERVER_SHUTDOWN', retriable: true, hint: 'The server shuts down; connect again once it is up.' },
  1064: { name: 'ER_PARSE_ERROR' },
  1105: { name: 'ER_UNKNOWN_ERROR' },
  1129: {
    name: 'ER_HOST_IS_BLOCKED',
    hint: 'Run FLUSH HOSTS on the server after removing the cause of the failed logins.',
  },
  1130: { name: 'ER_HOST_NOT_PRIVILEGED', hint: 'Create the account for the host from which this program connects.' },
  1142: { name: 'ER_TABLEACCESS_DENIED_ERROR', hint: GRANT },
  1146: { name: 'ER_NO_SUCH_TABLE' },
  1152: { name: 'ER_ABORTING_CONNECTION', retriable: true },
  1153: { name: 'ER_NET_PACKET_TOO_LARGE', hint: 'Raise max_allowed_packet on the server.' },
  1158: { name: 'ER_NET_READ_ERROR', retriable: true },
  1159: { name: 'ER_NET_READ_INTERRUPTED', retriable: true },
  1160: { name: 'ER_NET_ERROR_ON_WRITE', retriable: true },
  1161: { name: 'ER_NET_WRITE_INTERRUPTED', retriable: true },
  1205: { name: 'ER_LOCK_WAIT_TIMEOUT', retriable: true },
  1213: { name: 'ER_LOCK_DEADLOCK', retriable: true },
  1226: { name: 'ER_USER_LIMIT_REACHED', retriable: true },
  1227: { name: 'ER_SPECIFIC_ACCESS_DENIED_ERROR', hint: GRANT },
  1236: { name: 'ER_MASTER_FATAL_ERROR_READING_BINLOG', hint: SERVER_ID },
  1317: { name: 'ER_QUERY_INTERRUPTED', retriable: true },
  1370: { name: 'ER_PROCACCESS_DENIED_ERROR', hint: GRANT },
  1373: { name: 'ER_UNKNOWN_TARGET_BINLOG', hint: SERVER_ID },
  1397: { name: 'ER_XAER_NOTA' },
  1792: { name: 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION' },
  1820: { name: 'ER_MUST_CHANGE_PASSWORD', hint: 'Set a new password for the account.' },
  1862: { name: 'ER_MUST_CHANGE_PASSWORD_LOGIN', hint: 'Set a new password for the account.' },
  2013: { name: 'CR_SERVER_LOST', retriable: true },
  3118: { name: 'ER_ACCOUNT_HAS_BEEN_LOCKED', hint: 'Unlock the account.' },
  4031: { name: 'ER_CLIENT_INTERACTION_TIMEOUT', retriable: true },
}

/**
 * Reads an ERR packet's payload: `0xFF | errno (2, LE) | ['#' sqlstate (5)] | message`.
 */
export function serverErrorFrom(bytes: Buffer, start: number, end: number): MysqlServerError {
  const errno = end - start >= 3 ? bytes.readUInt16LE(start + 1) : 0
  let at = Math.min(start + 3, end)
  let sqlState = 'HY000'
  if (end - at >= 6 && bytes[at] === 0x23) {
    sqlState = bytes.toString('latin1', at + 1, at + 6)
    at += 6
  }
  return new MysqlServerError(errno, sqlState, bytes.toString('utf8', at, end))
}

/** Makes one of our errors of what a socket threw; ours pass through. */
export function mysqlErrorFrom(thrown: unknown): MysqlError {
  if (thrown instanceof MysqlError) return thrown
  if (!(thrown instanceof Error)) return new MysqlError({ code: 'MYSQL_INTERNAL', message: String(thrown) })
  const { code, message } = thrown as { readonly code?: unknown; readonly message: string }
  const name = typeof code === 'string' ? code : 'MYSQL_INTERNAL'
  const network = networkErrors[name]
  return new MysqlError({
    code: network?.name ?? name,
    message: message === '' ? name : message,
    retriable: network?.retriable ?? false,
    ...(network?.hint === undefined ? {} : { hint: network.hint }),
    cause: thrown,
  })
}

const REACH = 'Check host, port, firewall and that the server runs.'

const networkErrors: Readonly<Record<string, KnownError>> = {
  ECONNREFUSED: { name: 'MYSQL_CONNECTION_REFUSED', retriable: true, hint: REACH },
  ENOTFOUND: { name: 'MYSQL_HOST_UNKNOWN', retriable: true, hint: 'Check the host name and the name server.' },
  EAI_AGAIN: { name: 'MYSQL_HOST_UNKNOWN', retriable: true, hint: 'Check the host name and the name server.' },
  EHOSTUNREACH: { name: 'MYSQL_CONNECTION_REFUSED', retriable: true, hint: REACH },
  ENETUNREACH: { name: 'MYSQL_CONNECTION_REFUSED', retriable: true, hint: REACH },
  ETIMEDOUT: { name: 'MYSQL_CONNECTION_TIMEOUT', retriable: true, hint: REACH },
  ECONNRESET: { name: 'MYSQL_CONNECTION_LOST', retriable: true },
  EPIPE: { name: 'MYSQL_CONNECTION_LOST', retriable: true },
  ECONNABORTED: { name: 'MYSQL_CONNECTION_LOST', retriable: true },
  ENETRESET: { name: 'MYSQL_CONNECTION_LOST', retriable: true },
  ENETDOWN: { name: 'MYSQL_CONNECTION_REFUSED', retriable: true, hint: REACH },
  EHOSTDOWN: { name: 'MYSQL_CONNECTION_REFUSED', retriable: true, hint: REACH },
  ENOENT: { name: 'MYSQL_CONNECTION_REFUSED', retriable: true, hint: REACH },
}
