// Errors of the MySQL package as errors of a task, in Debezium's words where it has any.
import { type EventView, MysqlError, MysqlServerError } from '@millrace/mysql'
import type { ErrorCode } from '../../base/error-codes.ts'
import { CdcError } from '../../base/errors.ts'
import { dumpFailure } from './dump-failure.ts'

const LOGIN_CODES: Readonly<Record<string, ErrorCode>> = {
  ER_ACCESS_DENIED_ERROR: 'CDC_AUTH_DENIED',
  ER_MUST_CHANGE_PASSWORD: 'CDC_AUTH_DENIED',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'CDC_AUTH_DENIED',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'CDC_AUTH_DENIED',
  ER_HOST_NOT_PRIVILEGED: 'CDC_AUTH_DENIED',
  ER_DBACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  ER_TABLEACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  ER_SPECIFIC_ACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  ER_PROCACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  MYSQL_CONNECTION_REFUSED: 'CDC_CONNECT_REFUSED',
  MYSQL_HOST_UNKNOWN: 'CDC_CONNECT_REFUSED',
  MYSQL_CONNECTION_TIMEOUT: 'CDC_CONNECT_TIMEOUT',
  MYSQL_CONNECTION_LOST: 'CDC_CONNECT_LOST',
  MYSQL_CONNECTION_SILENT: 'CDC_CONNECT_LOST',
  MYSQL_TLS_FAILED: 'CDC_CONNECT_TLS',
  MYSQL_TLS_UNAVAILABLE: 'CDC_CONNECT_TLS',
  MYSQL_AUTH_EXPOSED: 'CDC_CONNECT_TLS',
  MYSQL_AUTH_UNSUPPORTED: 'CDC_AUTH_DENIED',
  MYSQL_AUTH_KEY: 'CDC_AUTH_DENIED',
  MYSQL_PROTOCOL_CHECKSUM: 'CDC_PROTOCOL_CHECKSUM',
  MYSQL_EVENT_UNSUPPORTED: 'CDC_UNSUPPORTED_EVENT',
  MYSQL_POSITION_TOO_LARGE: 'CDC_POSITION_LOST',
  MYSQL_ABORTED: 'CDC_STATE_ABORTED',
}

const FATAL_READING_BINLOG = 1236
/** Errors whose own remedy is better than that of their code. */
const OWN_HINTS: ReadonlySet<string> = new Set(['MYSQL_AUTH_EXPOSED', 'MYSQL_AUTH_UNSUPPORTED', 'MYSQL_AUTH_KEY'])

/** What can be done, in the words of the connector's options, where those of the table of codes are too general. */
const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  CDC_AUTH_DENIED:
    'Check database.user and database.password, and that the account may log in from this host (SELECT user, host FROM mysql.user).',
  CDC_CONNECT_REFUSED:
    'Check database.hostname and database.port, and that the server runs and can be reached from here.',
  CDC_CONNECT_TLS:
    'Check database.ssl.mode and the certificates; verify_ca and verify_identity want the authority of the server in database.ssl.truststore (PEM, PKCS #12 or JKS).',
  CDC_CONNECT_TIMEOUT:
    'Check database.hostname, database.port and the network path to the server, or raise connect.timeout.ms.',
}

/** The CdcError of anything that reading MySQL threw; CdcErrors pass through. */
export function cdcErrorOf(thrown: unknown): CdcError {
  if (CdcError.is(thrown)) return thrown
  if (!(thrown instanceof MysqlError)) return CdcError.from(thrown)
  const options = {
    ...(thrown.hint === null ? {} : { hint: thrown.hint }),
    retriable: thrown.retriable,
    cause: thrown,
  }
  if (thrown instanceof MysqlServerError) {
    const message = `${thrown.message} Error code: ${thrown.errno}; SQLSTATE: ${thrown.sqlState}.`
    if (thrown.errno === FATAL_READING_BINLOG) {
      const { code, hint } = dumpFailure(thrown.message)
      return new CdcError(code, message, { hint, cause: thrown })
    }
    const known = LOGIN_CODES[thrown.code]
    if (known !== undefined) return new CdcError(known, thrown.message, { cause: thrown, ...hintOf(known) })
    return new CdcError(thrown.retriable ? 'CDC_CONNECT_LOST' : 'CDC_SERVER_REFUSED', message, options)
  }
  const known = LOGIN_CODES[thrown.code]
  const fallback = thrown.code.startsWith('MYSQL_PROTOCOL') ? 'CDC_PROTOCOL_INVALID' : 'CDC_INTERNAL'
  const hint = OWN_HINTS.has(thrown.code) ? {} : hintOf(known ?? fallback)
  return new CdcError(known ?? fallback, thrown.message, { ...options, ...hint })
}

function hintOf(code: ErrorCode): { readonly hint?: string } {
  const hint = HINTS[code]
  return hint === undefined ? {} : { hint }
}

/**
 * Whether connecting again may help: the connection broke, or was damaged on its way, or the server is not ready yet. A server that refuses
 * what it is asked for is asked again only where the error says so.
 */
export function mayReconnect(thrown: unknown): boolean {
  if (thrown instanceof MysqlError) return thrown.retriable || FRAMING.has(thrown.code)
  return CdcError.is(thrown) && thrown.retriable && /^CDC_(CONNECT|POSITION)_/.test(thrown.code)
}

/** Packets that do not follow each other: bytes were lost or changed between the server and us. */
const FRAMING: ReadonlySet<string> = new Set([
  'MYSQL_PROTOCOL_SEQUENCE',
  'MYSQL_PROTOCOL_PACKET',
  'MYSQL_PROTOCOL_PACKET_SIZE',
  'MYSQL_PROTOCOL_GREETING',
])

/** The stop at something that must not be passed over. `what` begins the sentence, `hint` says what an operator can do. */
export function unsupportedInStream(view: EventView, what: string, hint: string): CdcError {
  return new CdcError('CDC_UNSUPPORTED_EVENT', `${what} at ${view.file}:${view.startPosition} is not supported`, {
    hint,
  })
}

/** The stop at a rollback: rows of the transaction may already be sent, going on would keep changes that never were. */
export function rolledBack(view: EventView, what: string): CdcError {
  return unsupportedInStream(
    view,
    `${what} behind rows of its transaction`,
    'Changes of tables without transactions were mixed with others in one transaction; take a new snapshot.',
  )
}
