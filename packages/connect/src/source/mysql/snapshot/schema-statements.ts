// The statements by which a snapshot describes the server's tables, in Debezium's order and wording.
import type { TextSession } from '@millrace/mysql'
import {
  type CharsetPair,
  quoted,
  readDatabaseCharsets,
  readServerCharset,
  showCreateTable,
  type TablePlace,
} from './server-questions.ts'

/** One statement and the database under which it runs. */
export interface SnapshotStatement {
  readonly database: string
  readonly sql: string
}

/** Reads the definitions and makes the statements: SET, DROP TABLE of all, then per database DROP, CREATE, USE and its CREATE TABLEs. */
export async function schemaStatements(
  session: TextSession,
  tables: readonly TablePlace[],
): Promise<readonly SnapshotStatement[]> {
  const server = await readServerCharset(session)
  const charsets = await readDatabaseCharsets(session)
  const statements: SnapshotStatement[] = [
    { database: '', sql: `SET character_set_server=${server.charset}, collation_server=${server.collation}` },
  ]
  for (const { database, name } of tables) {
    statements.push({ database, sql: `DROP TABLE IF EXISTS ${quoted(database)}.${quoted(name)}` })
  }
  for (const database of new Set(tables.map((table) => table.database))) {
    statements.push(...databaseStatements(database, charsets.get(database)))
    for (const table of tables) {
      if (table.database !== database) continue
      const sql = await showCreateTable(session, table)
      if (sql !== null) statements.push({ database, sql })
    }
  }
  return statements
}

function databaseStatements(database: string, charset: CharsetPair | undefined): SnapshotStatement[] {
  const name = quoted(database)
  const defaults = charset === undefined ? '' : ` CHARSET ${charset.charset} COLLATE ${charset.collation}`
  return [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}${defaults}`, `USE ${name}`].map((sql) => ({
    database,
    sql,
  }))
}
