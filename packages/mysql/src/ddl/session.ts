// One statement text being read: its cursor, its context, and the tables as the statement has changed them so far.
import { SqlCursor, type TableId } from './cursor.ts'
import type { DdlContext } from './ddl-result.ts'
import type { ColumnSetting } from './read-column.ts'
import type { TableChange, TableModel } from './table-model.ts'
import type { SqlDialect } from './tokenizer.ts'

/** How the server of a context reads text. */
export function dialectOf(context: DdlContext): SqlDialect {
  const mode = context.sqlMode.toUpperCase()
  const isOracle = context.flavour === 'mariadb' && mode.includes('ORACLE')
  return {
    ansiQuotes: isOracle || mode.includes('ANSI'),
    noBackslashEscapes: mode.includes('NO_BACKSLASH_ESCAPES'),
    oracleTypes: isOracle,
    maxdbTypes: mode.includes('MAXDB'),
    flavour: context.flavour,
    versionNumber: versionNumber(context.serverVersion),
  }
}

const MODES: readonly (readonly [bit: bigint, name: string])[] = [
  [0x4n, 'ANSI_QUOTES'],
  [0x200n, 'ORACLE'],
  [0x1000n, 'MAXDB'],
  [0x100000n, 'NO_BACKSLASH_ESCAPES'],
]

/** The names in a QUERY event's sql_mode bits that change how text is read, for {@link DdlContext.sqlMode}. Null bits: none. */
export function ddlSqlMode(bits: bigint | null): string {
  if (bits === null) return ''
  return MODES.filter(([bit]) => (bits & bit) !== 0n)
    .map(([, name]) => name)
    .join(',')
}

/** `9.7.0` → 90700, `10.11.6-MariaDB` → 101106; a text without a version is the newest. */
export function versionNumber(version: string): number {
  const parts = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)
  if (parts === null) return 999_999
  return Number(parts[1]) * 10_000 + Number(parts[2]) * 100 + Number(parts[3] ?? 0)
}

/** What the readers of statements share. */
export class DdlSession {
  readonly cursor: SqlCursor
  readonly context: DdlContext
  readonly dialect: SqlDialect
  /** The current database: the context's until a USE. */
  database: string
  /** Null = dropped. */
  readonly #changed = new Map<string, TableModel | null>()
  readonly #charsets = new Map<string, string | null>()

  constructor(sql: string, context: DdlContext) {
    this.context = context
    this.dialect = dialectOf(context)
    this.cursor = new SqlCursor(sql, this.dialect)
    this.database = context.database
  }

  table(id: TableId): TableModel | undefined {
    const changed = this.#changed.get(keyOf(id))
    if (changed !== undefined) return changed ?? undefined
    return this.context.tables.get(id.database, id.name)
  }

  /** Remembers a change for the statements and parts that follow in this text. */
  apply(change: TableChange): void {
    if (change.kind === 'DROP') {
      this.#changed.set(keyOf(change), null)
      return
    }
    if (change.kind === 'ALTER' && change.previous !== null) this.#changed.set(keyOf(change.previous), null)
    this.#changed.set(keyOf(change.table), change.table)
  }

  setDatabaseCharset(database: string, charset: string | null): void {
    this.#charsets.set(database, charset)
  }

  hasDatabaseCharset(database: string): boolean {
    return (this.#charsets.get(database) ?? this.context.databaseCharset(database)) !== undefined
  }

  /** The character set that a new table of the database has without saying so. */
  databaseCharset(database: string): string | null {
    const known = this.#charsets.get(database) ?? this.context.databaseCharset(database)
    return known ?? this.context.serverCharset
  }

  /** Whether character sets are followed as the server does: needed where its table maps do not state them (MySQL < 8.0, MariaDB). */
  get tracksCharsets(): boolean {
    const { charsets } = this.context
    if (charsets !== undefined) return charsets === 'tracked'
    return this.dialect.flavour === 'mariadb' || this.dialect.versionNumber < 80_000
  }

  /** How columns are read in a table of the given default character set. */
  columnSetting(charset: string | null): ColumnSetting {
    return { charset, noBackslashEscapes: this.dialect.noBackslashEscapes, tracksCharsets: this.tracksCharsets }
  }

  /** The text from an offset to the end of the statement's last token: the end mark of a versioned comment around it is left out, as in Debezium. */
  textFrom(start: number): string {
    return this.cursor.sql.slice(start, this.cursor.lastEnd)
  }
}

function keyOf(id: TableId): string {
  return `${id.database}\0${id.name}`
}

/** A name as Debezium writes it into a statement of its own. */
export function backquoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
