// Applies the statements of the log to the tables, and says what of them is recorded and published, in Debezium's order and wording.
import {
  type DdlEvent,
  type DdlStatement,
  MysqlDdlError,
  parseDdl,
  type TableChange,
  type TableId,
} from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { CaptureFilters } from '../../../config/mysql/filters.ts'
import { javaSetOrder } from './java-set.ts'
import type { TableSchemas } from './table-schema.ts'

/** What {@link DdlTracker} works with. */
export interface DdlTrackerOptions {
  readonly schemas: TableSchemas
  readonly filters: CaptureFilters
  /** `schema.history.internal.store.only.captured.tables.ddl`. */
  readonly storesOnlyCapturedTables: boolean
  /** `schema.history.internal.store.only.captured.databases.ddl`. */
  readonly storesOnlyCapturedDatabases: boolean
  /** `schema.history.internal.skip.unparseable.ddl`. */
  readonly skipsUnparseable: boolean
  /** Statements that are not even read: whole texts, any case; null = none beyond the built-in kinds. */
  readonly ddlFilter: ((sql: string) => boolean) | null
  readonly serverVersion: string
  readonly flavour: 'mysql' | 'mariadb'
  readonly logger: Logger
}

/** A statement as the log or a server's answer gives it. */
export interface StatementText {
  readonly sql: string
  /** The session's current database; empty for none. */
  readonly database: string
  /** Names as in `DdlContext.sqlMode`; `ddlSqlMode` makes them of an event's bits. */
  readonly sqlMode: string
}

/** One piece of a statement that is recorded in the history, published, or both. */
export interface SchemaChange {
  readonly database: string
  readonly ddl: string
  readonly changes: readonly TableChange[]
  /** For `source.table`: names joined by commas; null for statements about databases, empty for those that changed nothing known. */
  readonly sourceTable: string | null
  /** Goes into the history topic. */
  readonly isRecorded: boolean
  /** Goes into the schema-change topic, if that is on. */
  readonly isPublished: boolean
}

/** What a statement did. */
export interface TrackedStatement {
  readonly schemaChanges: readonly SchemaChange[]
  /** The tables that it emptied (TRUNCATE). */
  readonly truncated: readonly TableId[]
  /** It changes rows in statement format, which cannot be captured. */
  readonly isDml: boolean
}

/** Kinds of harmless statements of which nothing is published. */
const UNPUBLISHED = new Set([
  ...[
    'VIEW',
    'TRIGGER',
    'PROCEDURE',
    'FUNCTION',
    'USER',
    'ROLE',
    'ACCOUNT',
    'MAINTENANCE',
    'TRANSACTION',
    'DML',
    'CALL',
  ],
  ...['TEMPORARY_TABLE', 'ADMIN'],
])

/** Keeps {@link TableSchemas} in step with the statements of the log. */
export class DdlTracker {
  readonly schemas: TableSchemas
  readonly #options: DdlTrackerOptions

  constructor(options: DdlTrackerOptions) {
    this.schemas = options.schemas
    this.#options = options
  }

  /**
   * Applies a statement. Throws CDC_SCHEMA_DDL for one that may change a table and cannot be read (unless those are skipped), and
   * CDC_SCHEMA_UNKNOWN_TABLE for a change of a captured table whose definition is not known.
   */
  apply(text: StatementText): TrackedStatement {
    const { ddlFilter } = this.#options
    if (ddlFilter?.(text.sql) === true) return NOTHING
    const statements = this.#parse(text)
    if (statements === null) return NOTHING
    const schemaChanges: SchemaChange[] = []
    const truncated: TableId[] = []
    let isDml = false
    for (const statement of statements) {
      this.#applyToModel(statement, text)
      if (statement.kind === 'truncate') truncated.push(statement.table)
      else if (statement.kind === 'harmless' && statement.what === 'DML') isDml = true
      schemaChanges.push(...this.#schemaChanges(statement, text))
    }
    return { schemaChanges, truncated, isDml }
  }

  /** Applies a statement of the history, without anything being recorded. What cannot be read any more is passed over with a warning. */
  replay(ddl: string, database: string): void {
    try {
      for (const statement of this.#parse({ sql: ddl, database, sqlMode: '' }) ?? [])
        this.#applyToModel(statement, null)
    } catch (error) {
      if (!CdcError.is(error) || !this.#options.skipsUnparseable) throw error
    }
  }

  #parse(text: StatementText): readonly DdlStatement[] | null {
    const { schemas, serverVersion, flavour, skipsUnparseable, logger } = this.#options
    try {
      return parseDdl(text.sql, {
        database: text.database,
        sqlMode: text.sqlMode,
        serverVersion,
        flavour,
        tables: schemas,
        databaseCharset: (database) => schemas.databaseCharset(database),
        serverCharset: schemas.serverCharset,
      })
    } catch (error) {
      if (!(error instanceof MysqlDdlError)) throw error
      if (skipsUnparseable) {
        logger.warn({ reason: error.message }, 'a DDL statement that cannot be read is skipped')
        return null
      }
      throw new CdcError('CDC_SCHEMA_DDL', `DDL statement couldn't be parsed. ${error.message}`, { cause: error })
    }
  }

  /** `text` null = replay of the history: unknown tables are passed over. */
  #applyToModel(statement: DdlStatement, text: StatementText | null): void {
    const { schemas } = this
    switch (statement.kind) {
      case 'tables':
        if (text !== null && statement.action === 'alter') this.#checkKnown(statement.unknownTables)
        schemas.apply(statement.changes)
        break
      case 'database':
        if (statement.action === 'drop' || statement.replaces) schemas.dropDatabase(statement.database)
        if (statement.charset !== null) schemas.setDatabaseCharset(statement.database, statement.charset)
        break
      case 'set':
        for (const { name, value, scope } of statement.assignments) {
          if (name === 'character_set_server' && scope !== 'user') schemas.serverCharset = value.toLowerCase()
        }
        break
      default:
    }
  }

  #checkKnown(unknown: readonly TableId[]): void {
    const { filters, skipsUnparseable } = this.#options
    for (const { database, name } of unknown) {
      if (skipsUnparseable || !filters.includesTable(database, name)) continue
      throw new CdcError(
        'CDC_SCHEMA_UNKNOWN_TABLE',
        `Trying to alter table ${database}.${name}, which does not exist in the schema history`,
      )
    }
  }

  #schemaChanges(statement: DdlStatement, text: StatementText): readonly SchemaChange[] {
    switch (statement.kind) {
      case 'truncate':
        return []
      case 'harmless':
        return UNPUBLISHED.has(statement.what) ? [] : this.#unchanged(text)
      case 'use':
        return [this.#ofDatabase(statement.database, statement.ddl)]
      case 'set':
        return [this.#ofDatabase('', statement.ddl)]
      case 'database':
        if (statement.events.length === 0) return this.#unchanged(text)
        return statement.events.map((event) => this.#ofDatabase(event.database, event.ddl))
      case 'tables':
        if (statement.events.length === 0) return this.#unchanged(text)
        return this.#ofTables(statement)
    }
  }

  /** A statement that changed nothing known: its whole text, filed under the session's database. */
  #unchanged(text: StatementText): SchemaChange[] {
    if (this.#options.storesOnlyCapturedTables) return []
    const passes = this.#passesDatabase(text.database)
    const { sql: ddl, database } = text
    return [{ database, ddl, changes: [], sourceTable: '', isRecorded: passes, isPublished: passes }]
  }

  #ofDatabase(database: string, ddl: string): SchemaChange {
    const passes = this.#passesDatabase(database)
    // Only SET survives among these in a history of captured tables: it says the server's character set.
    const isRecorded = passes && (!this.#options.storesOnlyCapturedTables || database === '')
    return { database, ddl, changes: [], sourceTable: null, isRecorded, isPublished: passes }
  }

  #ofTables(statement: DdlStatement & { readonly kind: 'tables' }): SchemaChange[] {
    const { filters, storesOnlyCapturedTables } = this.#options
    const isCaptured = (id: TableId | null) => id !== null && filters.includesTable(id.database, id.name)
    if (storesOnlyCapturedTables && !statement.events.some((event) => isCaptured(event.table))) return []
    const changes: SchemaChange[] = []
    for (const events of runsOfDatabases(statement.events)) {
      const { database } = events[0] as DdlEvent
      const ids = events.flatMap((event) => (event.table === null ? [] : [`${database}.${event.table.name}`]))
      const sourceTable = javaSetOrder(ids)
        .map((id) => id.slice(database.length + 1))
        .join(',')
      const passes = this.#passesDatabase(database)
      for (const event of events) {
        const isKept = !storesOnlyCapturedTables || isCaptured(event.table)
        const { ddl } = event
        changes.push({
          database,
          ddl,
          changes: event.changes,
          sourceTable,
          isRecorded: passes && isKept,
          isPublished: passes && isKept,
        })
      }
    }
    return changes
  }

  #passesDatabase(database: string): boolean {
    const { storesOnlyCapturedDatabases, filters } = this.#options
    return !storesOnlyCapturedDatabases || database === '' || filters.includesDatabase(database)
  }
}

const NOTHING: TrackedStatement = { schemaChanges: [], truncated: [], isDml: false }

/** Debezium files a statement's pieces together as long as they are of one database. */
function runsOfDatabases(events: readonly DdlEvent[]): readonly (readonly DdlEvent[])[] {
  const runs: DdlEvent[][] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (last?.[0]?.database === event.database) last.push(event)
    else runs.push([event])
  }
  return runs
}
