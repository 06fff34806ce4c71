// The error class of the whole program. Messages and details never hold row values.
import { type ErrorCode, type ErrorCodeEntry, errorCodes } from './error-codes.ts'

const BRAND = Symbol.for('millrace.CdcError')

/** What may accompany a {@link CdcError}; everything not given comes from the table of codes. */
export interface CdcErrorOptions {
  readonly hint?: string
  readonly retriable?: boolean
  readonly httpStatus?: number
  /** Replaces the Java class name that starts the `trace` of Connect's status. */
  readonly javaClass?: string
  /** Names and types, never row values. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** Every error that Millrace raises knowingly. Recognise one with {@link CdcError.is}, not with `instanceof`. */
export class CdcError extends Error {
  override readonly name = 'CdcError'
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly hint: string
  readonly httpStatus: number
  readonly javaClass: string
  readonly details: Readonly<Record<string, unknown>>
  readonly [BRAND] = true

  constructor(code: ErrorCode, message: string, options: CdcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const entry: ErrorCodeEntry = errorCodes[code]
    this.code = code
    this.retriable = options.retriable ?? entry.retriable
    this.hint = options.hint ?? entry.hint
    this.httpStatus = options.httpStatus ?? entry.httpStatus ?? 500
    this.javaClass = options.javaClass ?? entry.javaClass ?? 'org.apache.kafka.connect.errors.ConnectException'
    this.details = options.details ?? {}
  }

  /** Whether a value is a CdcError, also one made by another copy of this module (a worker thread's, for example). */
  static is(value: unknown): value is CdcError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true
  }

  /** Makes a CdcError of anything thrown; never throws. Errors of sockets and of aborts get their own code. */
  static from(thrown: unknown, code?: ErrorCode): CdcError {
    if (CdcError.is(thrown)) return thrown
    return new CdcError(code ?? codeOf(thrown), messageOf(thrown), { ...traitsOf(thrown), cause: thrown })
  }

  /** A plain object that survives structured cloning and JSON; {@link CdcError.revive} is its inverse. */
  toJSON(): CdcErrorJson {
    return {
      code: this.code,
      message: this.message,
      retriable: this.retriable,
      hint: this.hint,
      httpStatus: this.httpStatus,
      javaClass: this.javaClass,
      details: this.details,
      stack: this.stack ?? '',
      cause: this.cause === undefined ? null : causeJson(this.cause),
    }
  }

  /** The error that {@link CdcError.toJSON} described, with its stack. */
  static revive(json: CdcErrorJson): CdcError {
    const known = Object.hasOwn(errorCodes, json.code) ? json.code : 'CDC_INTERNAL'
    const { hint, retriable, httpStatus, javaClass, details } = json
    const cause = json.cause === null ? undefined : CdcError.revive(json.cause)
    const error = new CdcError(known, json.message, { hint, retriable, httpStatus, javaClass, details, cause })
    error.stack = json.stack
    return error
  }
}

/** A foreign cause crosses threads as code, message and its own cause: wrapping it as a CdcError would make it its own cause for ever. */
function causeJson(cause: unknown): CdcErrorJson {
  if (CdcError.is(cause)) return cause.toJSON()
  const inner = cause instanceof Error && cause.cause !== cause ? cause.cause : undefined
  const options = inner === undefined ? {} : { cause: inner }
  return new CdcError(codeOf(cause), messageOf(cause), options).toJSON()
}

/** The form in which an error crosses threads. */
export interface CdcErrorJson {
  readonly code: ErrorCode
  readonly message: string
  readonly retriable: boolean
  readonly hint: string
  readonly httpStatus: number
  readonly javaClass: string
  readonly details: Readonly<Record<string, unknown>>
  readonly stack: string
  readonly cause: CdcErrorJson | null
}

function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name
    return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown))
  } catch {
    return 'unknown error'
  }
}

/** Hint and retry advice that errors of our other packages carry. */
function traitsOf(thrown: unknown): { hint?: string; retriable?: boolean } {
  if (!(thrown instanceof Error)) return {}
  const { hint, retriable } = thrown as { readonly hint?: unknown; readonly retriable?: unknown }
  return {
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(typeof retriable === 'boolean' ? { retriable } : {}),
  }
}

/** Codes of sockets, of MySQL's clients and of our other packages; a code that ends in `_` stands for all that begin so. */
const FOREIGN_CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'CDC_CONNECT_REFUSED',
  ENOTFOUND: 'CDC_CONNECT_REFUSED',
  EAI_AGAIN: 'CDC_CONNECT_REFUSED',
  EHOSTUNREACH: 'CDC_CONNECT_REFUSED',
  ENETUNREACH: 'CDC_CONNECT_REFUSED',
  ETIMEDOUT: 'CDC_CONNECT_TIMEOUT',
  ECONNRESET: 'CDC_CONNECT_LOST',
  EPIPE: 'CDC_CONNECT_LOST',
  PROTOCOL_CONNECTION_LOST: 'CDC_CONNECT_LOST',
  ER_ACCESS_DENIED_ERROR: 'CDC_AUTH_DENIED',
  ER_DBACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  ER_SPECIFIC_ACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  ER_TABLEACCESS_DENIED_ERROR: 'CDC_AUTH_PRIVILEGE',
  ER_HOST_NOT_PRIVILEGED: 'CDC_AUTH_DENIED',
  ER_MASTER_FATAL_ERROR_READING_BINLOG: 'CDC_POSITION_LOST',
  MYSQL_CONNECTION_REFUSED: 'CDC_CONNECT_REFUSED',
  MYSQL_HOST_UNKNOWN: 'CDC_CONNECT_REFUSED',
  MYSQL_CONNECTION_TIMEOUT: 'CDC_CONNECT_TIMEOUT',
  MYSQL_CONNECTION_LOST: 'CDC_CONNECT_LOST',
  MYSQL_TLS_: 'CDC_CONNECT_TLS',
  MYSQL_PROTOCOL_: 'CDC_PROTOCOL_INVALID',
  MYSQL_DDL_: 'CDC_SCHEMA_DDL',
  MYSQL_SCHEMA_: 'CDC_SCHEMA_MISMATCH',
  MYSQL_DATA_: 'CDC_DATA_INVALID',
  MYSQL_UNSUPPORTED_: 'CDC_UNSUPPORTED_EVENT',
  MYSQL_EVENT_UNSUPPORTED: 'CDC_UNSUPPORTED_EVENT',
  MYSQL_CONNECTION_SILENT: 'CDC_CONNECT_TIMEOUT',
  MYSQL_ABORTED: 'CDC_STATE_ABORTED',
}

function codeOf(thrown: unknown): ErrorCode {
  if (!(thrown instanceof Error)) return 'CDC_INTERNAL'
  if (thrown.name === 'AbortError') return 'CDC_STATE_ABORTED'
  if (thrown.name === 'TimeoutError') return 'CDC_CONNECT_TIMEOUT'
  const code = (thrown as { readonly code?: unknown }).code
  if (typeof code !== 'string') return 'CDC_INTERNAL'
  const family = Object.keys(FOREIGN_CODES).find((name) => name.endsWith('_') && code.startsWith(name))
  return FOREIGN_CODES[code] ?? FOREIGN_CODES[family ?? ''] ?? 'CDC_INTERNAL'
}
