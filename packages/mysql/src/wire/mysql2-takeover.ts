// Logs in with mysql2 and takes the socket from it. The only file that touches what mysql2 does not document: the members of
// `Mysql2Internals`, and that a `stream` factory may hand it a socket. Pinned to mysql2's exact version; wire/takeover.test.ts covers it.
import { connect, type Socket } from 'node:net'
import mysql2, { type Connection, type ConnectionOptions as Mysql2Options } from 'mysql2'
import { MysqlError } from '../error.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { Intake, rawSocketOf, type TakenConnection } from './raw-socket.ts'
import { mysqlErrorFrom } from './server-error.ts'

interface Mysql2Internals {
  stream: Socket
  _closing: boolean
  _handshakePacket: { readonly serverVersion: string; readonly connectionId: number }
}

/**
 * Connects, logs in, runs `statements` in order, and takes the socket over: from then on mysql2 sees no byte of it.
 *
 * Errors: MysqlServerError for refusals and failing statements; MysqlError MYSQL_CONNECTION_*, MYSQL_HOST_UNKNOWN, MYSQL_TLS_*.
 */
export async function takeConnection(
  options: ConnectionOptions,
  statements: (query: SessionQuery) => Promise<void>,
): Promise<TakenConnection> {
  const { connection, plain, intake, handshake } = await login(options)
  try {
    await statements((sql) => queryRows(connection, sql))
  } catch (thrown) {
    plain.destroy()
    throw mysqlErrorFrom(thrown)
  }
  const internals = connection as unknown as Mysql2Internals
  const { serverVersion, connectionId } = handshake
  const socket = internals.stream
  // From here on mysql2 must neither parse nor complain: `_closing` silences its end-of-connection errors.
  internals._closing = true
  for (const event of ['data', 'error', 'end', 'close', 'timeout']) socket.removeAllListeners(event)
  const isTls = socket !== plain
  if (isTls) {
    plain.removeAllListeners('error')
    plain.on('error', () => {})
  }
  return { socket: rawSocketOf(socket, isTls ? null : intake), connectionId, serverVersion }
}

/** Runs one statement and answers its rows, each an array of texts or nulls; an empty array for statements without rows. */
export type SessionQuery = (sql: string) => Promise<(string | null)[][]>

/** A logged-in mysql2 connection and what the server said of itself. */
export interface Login {
  readonly connection: Connection
  /** The socket below TLS. */
  readonly plain: Socket
  readonly intake: Intake
  readonly handshake: Mysql2Internals['_handshakePacket']
}

/** Logs in as the options say; with `preferred` TLS a second time without it if the server has none. */
export async function login(options: ConnectionOptions): Promise<Login> {
  const tls = options.tls ?? 'preferred'
  try {
    return await tryLogin(options, tls !== 'off')
  } catch (error) {
    const code = error instanceof MysqlError ? error.code : ''
    if (tls === 'preferred' && (code === 'MYSQL_TLS_UNAVAILABLE' || code === 'MYSQL_TLS_FAILED')) {
      return await tryLogin(options, false)
    }
    throw error
  }
}

function tryLogin(options: ConnectionOptions, useTls: boolean): Promise<Login> {
  const { signal } = options
  const intake = new Intake()
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal))
    const plain = openSocket(options, intake)
    intake.deliver = (bytes, count) => {
      // mysql2 keeps slices of what it gets, so the login gets copies.
      plain.emit('data', Buffer.from(bytes.subarray(0, count)))
      return true
    }
    const connection = mysql2.createConnection({ ...mysql2Options(options, useTls), stream: () => plain })
    // Errors between two statements (connection lost) reach the next query; without a listener they would end the process.
    connection.on('error', () => {})
    const onAbort = () => {
      plain.destroy()
      reject(abortError(signal!))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    connection.once('connect', () => {
      signal?.removeEventListener('abort', onAbort)
      const { _handshakePacket } = connection as unknown as Mysql2Internals
      resolve({ connection, plain, intake, handshake: _handshakePacket })
    })
    connection.once('error', (error: unknown) => {
      signal?.removeEventListener('abort', onAbort)
      plain.destroy()
      reject(mysqlErrorFrom(error))
    })
  })
}

function openSocket(options: ConnectionOptions, intake: Intake): Socket {
  const { host, port, socketPath } = options
  const { onread } = intake
  const socket = socketPath === undefined ? connect({ host, port, onread }) : connect({ path: socketPath, onread })
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 30_000)
  return socket
}

/** mysql2's options for our login: UTF-8, several-statement packets off, TLS as asked. */
export function mysql2Options(options: ConnectionOptions, useTls: boolean): Mysql2Options {
  const { host, port, user, password, database, tls } = options
  const base: Mysql2Options = {
    host,
    port,
    user,
    password: password ?? '',
    charset: 'UTF8MB4_GENERAL_CI',
    connectTimeout: options.connectTimeoutMs ?? 30_000,
    // LOCAL INFILE would let a hostile server read files; query attributes would put bytes before the text of our own queries.
    flags: ['-LOCAL_FILES', '-CLIENT_QUERY_ATTRIBUTES', '-SESSION_TRACK'],
    ...(database === undefined ? {} : { database }),
  }
  if (!useTls) return base
  const strict = typeof tls === 'object' ? tls : null
  return {
    ...base,
    ssl: {
      ...(strict?.context as object | undefined),
      rejectUnauthorized: strict?.verifyCertificate ?? false,
      verifyIdentity: strict?.verifyIdentity ?? false,
    },
  }
}

/** Runs one statement on a mysql2 connection with every value as text. */
export function queryRows(connection: Connection, sql: string): Promise<(string | null)[][]> {
  return new Promise((resolve, reject) => {
    const query = { sql, rowsAsArray: true, typeCast: (field: { string(): string | null }) => field.string() }
    connection.query(query as never, (error: unknown, rows: unknown) => {
      if (error) reject(mysqlErrorFrom(error))
      else resolve(Array.isArray(rows) ? (rows as (string | null)[][]) : [])
    })
  })
}

/** The error of an aborted signal: MYSQL_ABORTED. */
export function abortError(signal: AbortSignal): MysqlError {
  return new MysqlError({
    code: 'MYSQL_ABORTED',
    message: 'The connection was closed by its owner',
    cause: signal.reason,
  })
}
