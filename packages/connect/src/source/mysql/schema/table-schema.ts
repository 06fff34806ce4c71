// The tables as they are at the connector's place in the log: changed by DDL, by the history at recovery, and by the snapshot.
import type { DdlContext, TableChange, TableModel } from '@millrace/mysql'

/** How names are compared: as the server's `lower_case_table_names` says (0 = as written). */
export interface TableSchemasOptions {
  readonly isCaseSensitive: boolean
}

/** The mutable set of table models. */
export class TableSchemas implements Pick<DdlContext, 'databaseCharset'> {
  /** Counts changes: who caches something of a table compares it. */
  version = 0
  /** The server's default character set; null until a SET or the snapshot has said it. */
  serverCharset: string | null = null
  readonly #isCaseSensitive: boolean
  readonly #databases = new Map<string, Map<string, TableModel>>()
  readonly #charsets = new Map<string, string>()

  constructor(options: TableSchemasOptions = { isCaseSensitive: true }) {
    this.#isCaseSensitive = options.isCaseSensitive
  }

  get(database: string, table: string): TableModel | undefined {
    return this.#databases.get(this.#key(database))?.get(this.#key(table))
  }

  /** All tables, by database in the order of their first appearance. */
  *all(): IterableIterator<TableModel> {
    for (const tables of this.#databases.values()) yield* tables.values()
  }

  get isEmpty(): boolean {
    return this.#databases.size === 0
  }

  apply(changes: readonly TableChange[]): void {
    for (const change of changes) {
      if (change.kind === 'DROP') this.#remove(change.database, change.name)
      else {
        if (change.kind === 'ALTER' && change.previous !== null)
          this.#remove(change.previous.database, change.previous.name)
        this.#put(change.table)
      }
    }
    if (changes.length > 0) this.version++
  }

  /** Forgets a database's tables and its character set. */
  dropDatabase(database: string): void {
    this.#databases.delete(this.#key(database))
    this.#charsets.delete(this.#key(database))
    this.version++
  }

  databaseCharset(database: string): string | undefined {
    return this.#charsets.get(this.#key(database))
  }

  setDatabaseCharset(database: string, charset: string): void {
    this.#charsets.set(this.#key(database), charset)
  }

  /** Back to knowing nothing: before a new snapshot or recovery. */
  clear(): void {
    this.#databases.clear()
    this.#charsets.clear()
    this.serverCharset = null
    this.version++
  }

  #put(table: TableModel): void {
    const key = this.#key(table.database)
    let tables = this.#databases.get(key)
    if (tables === undefined) {
      tables = new Map()
      this.#databases.set(key, tables)
    }
    tables.set(this.#key(table.name), table)
  }

  #remove(database: string, name: string): void {
    this.#databases.get(this.#key(database))?.delete(this.#key(name))
  }

  #key(name: string): string {
    return this.#isCaseSensitive ? name : name.toLowerCase()
  }
}
