// The statements that a server has written into its log files: what a connector would read, not what a client sent.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ddlSqlMode } from '../../src/ddl/session.ts'
import { ByteCursor, decodeQuery, readBinlogFile } from '../../src/index.ts'

const QUERY_EVENT = 2

/** One statement of the log. */
export interface LoggedStatement {
  readonly sql: string
  readonly database: string
  /** As in `DdlContext.sqlMode`. */
  readonly sqlMode: string
}

/** Reads the closed log files of a data folder, each once. */
export class StatementLog {
  readonly #folder: string
  readonly #seen = new Set<string>()

  constructor(dataFolder: string) {
    this.#folder = path.join(dataFolder, 'data')
  }

  /** The statements of files that are new since the last call, without the one that is written to. Transaction marks are left out. */
  read(): LoggedStatement[] {
    const files = readdirSync(this.#folder)
      .filter((name) => /^binlog\.\d+$/.test(name))
      .sort()
    files.pop()
    const statements: LoggedStatement[] = []
    for (const file of files) {
      if (this.#seen.has(file)) continue
      this.#seen.add(file)
      statements.push(...statementsOf(readFileSync(path.join(this.#folder, file)), file))
    }
    return statements
  }
}

function* statementsOf(bytes: Buffer, file: string): Iterable<LoggedStatement> {
  const cursor = new ByteCursor()
  for (const event of readBinlogFile(bytes, file)) {
    if (event.header.typeCode !== QUERY_EVENT) continue
    cursor.open(event.bytes, event.bodyStart, event.bodyEnd, event)
    const { sql, database, sqlMode } = decodeQuery(cursor)
    if (sql !== 'BEGIN' && sql !== 'COMMIT') yield { sql, database, sqlMode: ddlSqlMode(sqlMode) }
  }
}
