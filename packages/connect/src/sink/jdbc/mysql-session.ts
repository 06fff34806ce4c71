// A connection to MySQL or MariaDB over the `mysql2` package; statements carry their values as literals.
import { createConnection } from 'mysql2/promise'
import type { JdbcConfig } from './jdbc-config.ts'
import { SqlFailure, type SqlFailureKind, type SqlResult, type SqlSession } from './sql-session.ts'

/** Lock wait timeout, deadlock, too many connections, server shutdown. */
const BUSY = new Set([1205, 1213, 1040, 1053])

/** Connects. Errors: SqlFailure. */
export async function openMysql({ url, user, password, timeZone }: JdbcConfig): Promise<SqlSession> {
  try {
    const connection = await createConnection({
      host: url.host,
      port: url.port,
      database: url.database,
      user: url.parameters.get('user') ?? user,
      password: url.parameters.get('password') ?? password,
      charset: 'utf8mb4',
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      enableKeepAlive: true,
      ...(/^(true|required|verify)/i.test(url.parameters.get('sslMode') ?? url.parameters.get('useSSL') ?? '')
        ? { ssl: { rejectUnauthorized: /verify/i.test(url.parameters.get('sslMode') ?? '') } }
        : {}),
    })
    connection.on('error', () => {})
    const query = async (text: string, parameters: readonly (string | null)[] = []): Promise<SqlResult> => {
      try {
        const [result] = await connection.query(text, [...parameters])
        if (Array.isArray(result)) return { rows: result as Record<string, unknown>[], affectedRows: result.length }
        return { rows: [], affectedRows: result.affectedRows }
      } catch (thrown) {
        throw failureOf(thrown)
      }
    }
    const zone = timeZone === 'UTC' ? '+00:00' : timeZone
    // Values are escaped with backslashes.
    await query("SET SESSION time_zone = ?, sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')", [zone])
    return { query, close: () => connection.end().catch(() => {}) }
  } catch (thrown) {
    throw thrown instanceof SqlFailure ? thrown : failureOf(thrown)
  }
}

function failureOf(thrown: unknown): SqlFailure {
  const { errno, code, message, sqlState } = thrown as {
    errno?: number
    code?: string
    message?: string
    sqlState?: string
  }
  const number = errno ?? 0
  const kind: SqlFailureKind = sqlState === undefined || number < 1000 ? 'lost' : BUSY.has(number) ? 'busy' : 'refused'
  // MySQL quotes values in its messages (`Duplicate entry '…' for key 'k'`): the first quoted text is left out.
  const words = (message ?? code ?? 'the connection failed').replace(/(entry|value:?) '.*?' for/s, '$1 for')
  return new SqlFailure(kind, String(number || code), words)
}
