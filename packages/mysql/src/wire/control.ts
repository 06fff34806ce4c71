// A connection for questions: server variables, grants, table lists. Values are the server's own texts.
import type { ConnectionOptions } from './connection-options.ts'
import { login } from './login.ts'
import { startTextQuery } from './text-query.ts'
import { collectRows } from './text-session.ts'

/** A connection for small queries; everything it answers is held in memory. */
export interface ControlConnection {
  readonly serverVersion: string
  readonly connectionId: number
  /**
   * Runs one statement and answers its rows as texts or nulls, in column order; empty for statements without rows. Calls wait for those
   * before them. Time zone and SQL mode of the session are the server's. Throws MysqlServerError, or MysqlError MYSQL_CONNECTION_*.
   */
  query(sql: string): Promise<(string | null)[][]>
  /** Says goodbye to the server and closes. */
  close(): Promise<void>
}

const COM_QUIT = Buffer.from([0x01])

/** Small questions are answered sooner: a server that is silent for so long is gone. */
const ANSWER_MS = 60_000

/** Connects and logs in. Errors as `login`. */
export async function connectControl(options: ConnectionOptions): Promise<ControlConnection> {
  const { packets, serverVersion, connectionId } = await login(options)
  packets.silenceMs = ANSWER_MS
  let before: Promise<unknown> = Promise.resolve()
  const ask = async (sql: string) => collectRows(await startTextQuery(packets, sql))
  return {
    serverVersion,
    connectionId,
    query(sql) {
      const answer = before.then(() => ask(sql))
      before = answer.catch(() => {})
      return answer
    },
    async close() {
      await before
      packets.quit(COM_QUIT)
    },
  }
}

/** Quotes a name for SQL. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
