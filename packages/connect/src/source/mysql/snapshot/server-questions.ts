// What a snapshot asks the server: position, character sets, tables and their definitions.
import { MysqlError, type TextSession } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import { BUILT_IN_DATABASES } from '../../../config/mysql/filters.ts'

/** A table's place. */
export interface TablePlace {
  readonly database: string
  readonly name: string
}

/** Where the log ends at the moment of asking. */
export interface LogEnd {
  readonly file: string
  readonly pos: number
  /** Executed set without line ends; null where GTIDs are off. */
  readonly gtids: string | null
}

/** Character set and collation. */
export interface CharsetPair {
  readonly charset: string
  readonly collation: string
}

const UNKNOWN_STATEMENT = 1064

/** Throws CDC_POSITION_LOST when the server writes no log, MysqlServerError when the account may not ask. */
export async function readLogEnd(session: TextSession): Promise<LogEnd> {
  let statement = 'SHOW BINARY LOG STATUS'
  let rows: (string | null)[][]
  try {
    rows = await session.query(statement)
  } catch (error) {
    if (!isServerError(error, UNKNOWN_STATEMENT)) throw error
    // Servers before 8.2 and MariaDB know only the former name.
    statement = 'SHOW MASTER STATUS'
    rows = await session.query(statement)
  }
  const row = rows[0]
  if (row === undefined) {
    const message = `Cannot read the binlog filename and position via '${statement}'. Make sure your server is correctly configured`
    throw new CdcError('CDC_POSITION_LOST', message, {
      hint: 'Switch the binary log on (log_bin) and restart the server.',
    })
  }
  const gtids = row.length > 4 ? (row[4] ?? '').replace(/\s+/g, '') : await readMariaDbGtids(session)
  return { file: row[0] ?? '', pos: Number(row[1]), gtids: gtids === '' ? null : gtids }
}

/** MariaDB's status has four columns; where its log ends by GTID is a variable. */
async function readMariaDbGtids(session: TextSession): Promise<string> {
  const rows = await session.query("SHOW GLOBAL VARIABLES LIKE 'gtid_binlog_pos'")
  return rows[0]?.[1] ?? ''
}

/** Whether an error is the server's with this number. */
export function isServerError(error: unknown, ...numbers: readonly number[]): boolean {
  if (!(error instanceof MysqlError)) return false
  const { errno } = error as { readonly errno?: number }
  return errno !== undefined && numbers.includes(errno)
}

/** The server's time in whole seconds since the epoch. */
export async function readServerTime(session: TextSession): Promise<number> {
  const rows = await session.query('SELECT UNIX_TIMESTAMP()')
  return Math.floor(Number(rows[0]?.[0]))
}

/** Defaults of the server. */
export async function readServerCharset(session: TextSession): Promise<CharsetPair> {
  const rows = await session.query('SELECT @@GLOBAL.character_set_server, @@GLOBAL.collation_server')
  return { charset: rows[0]?.[0] ?? 'utf8mb4', collation: rows[0]?.[1] ?? 'utf8mb4_general_ci' }
}

/** Defaults of the databases, by name. */
export async function readDatabaseCharsets(session: TextSession): Promise<ReadonlyMap<string, CharsetPair>> {
  const rows = await session.query(
    'SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA',
  )
  return new Map(
    rows.map(([name, charset, collation]) => [name ?? '', { charset: charset ?? '', collation: collation ?? '' }]),
  )
}

/** All tables that hold rows, views and the server's own left out, sorted by `database.name`. */
export async function listTables(session: TextSession, ignoresBuiltIn: boolean): Promise<readonly TablePlace[]> {
  const rows = await session.query(
    "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')",
  )
  return rows
    .map(([database, name]) => ({ database: database ?? '', name: name ?? '' }))
    .filter(({ database }) => !ignoresBuiltIn || !BUILT_IN_DATABASES.has(database.toLowerCase()))
    .sort((a, b) => compareText(`${a.database}.${a.name}`, `${b.database}.${b.name}`))
}

/** The server's estimates of row counts, by `database.name`. */
export async function readRowEstimates(session: TextSession): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query('SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES')
  return new Map(rows.map(([database, name, count]) => [`${database}.${name}`, Number(count ?? 0)]))
}

/** The statement that would make the table. Null where it is gone. */
export async function showCreateTable(session: TextSession, table: TablePlace): Promise<string | null> {
  const rows = await session.query(`SHOW CREATE TABLE ${quoted(table.database)}.${quoted(table.name)}`)
  return rows[0]?.[1] ?? null
}

/** A name in backticks. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
