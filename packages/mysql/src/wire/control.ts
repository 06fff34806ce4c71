// A plain mysql2 connection for questions: server variables, grants, table lists. Values are the server's own texts.
import mysql2 from 'mysql2'
import type { ConnectionOptions } from './connection-options.ts'
import { login, queryRows } from './mysql2-takeover.ts'

/** A connection for small queries; everything it answers is held in memory. */
export interface ControlConnection {
  readonly serverVersion: string
  readonly connectionId: number
  /**
   * Runs one statement and answers its rows as texts or nulls, in column order; empty for statements without rows. Time zone and SQL
   * mode of the session are the server's. Throws MysqlServerError, or MysqlError MYSQL_CONNECTION_*.
   */
  query(sql: string): Promise<(string | null)[][]>
  /** Says goodbye to the server and closes. */
  close(): Promise<void>
}

/** Connects and logs in. Errors as `takeConnection`. */
export async function connectControl(options: ConnectionOptions): Promise<ControlConnection> {
  const { connection, handshake } = await login(options)
  const { signal } = options
  const onAbort = () => connection.destroy()
  signal?.addEventListener('abort', onAbort, { once: true })
  return {
    serverVersion: handshake.serverVersion,
    connectionId: handshake.connectionId,
    query: (sql) => queryRows(connection, sql),
    close: () => {
      signal?.removeEventListener('abort', onAbort)
      return new Promise((resolve) => {
        connection.end(() => resolve())
        // A server that no longer answers must not hold up a shutdown.
        setTimeout(() => connection.destroy(), 1000).unref()
      })
    },
  }
}

/** Quotes a name for SQL. */
export function quoteName(name: string): string {
  return mysql2.escapeId(name, true)
}
