// A session whose socket is ours: statements in order, big results as raw cells.
import type { ConnectionOptions } from './connection-options.ts'
import { login } from './login.ts'
import { startTextQuery, type TextResult } from './text-query.ts'

/** Runs one statement and answers its rows, each an array of texts or nulls; an empty array for statements without rows. */
export type SessionQuery = (sql: string) => Promise<(string | null)[][]>

/** One session; one statement at a time, each answer read to its end before the next is asked. */
export interface TextSession {
  readonly serverVersion: string
  readonly connectionId: number
  /** Starts a query whose rows are pulled as raw cells. Throws MysqlServerError. */
  open(sql: string): Promise<TextResult>
  /** Runs a statement with a small answer: rows of texts or nulls. Throws MysqlServerError. */
  query: SessionQuery
  close(): void
}

/** Connects and logs in; the session's character set is utf8mb4, everything else the server's. Errors as `login`. */
export async function openTextSession(options: ConnectionOptions): Promise<TextSession> {
  const { packets, serverVersion, connectionId } = await login(options)
  const open = (sql: string) => startTextQuery(packets, sql)
  return {
    serverVersion,
    connectionId,
    open,
    query: async (sql) => collectRows(await open(sql)),
    close: () => packets.close(),
  }
}

/** All rows of a result as texts, read to its end. */
export async function collectRows(result: TextResult): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = []
  for (;;) {
    const chunk = await result.nextChunk()
    if (chunk === null) return rows
    for (let row = chunk.next(); row !== null; row = chunk.next()) {
      const { bytes, starts, ends } = row
      const texts: (string | null)[] = []
      for (let i = 0; i < ends.length; i++)
        texts.push(ends[i]! < 0 ? null : bytes.toString('utf8', starts[i]!, ends[i]!))
      rows.push(texts)
    }
  }
}
