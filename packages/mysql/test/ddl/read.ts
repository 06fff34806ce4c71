// One statement read against tables made by other statements: what the tests of this folder share.
import type { DdlContext, DdlResult, DdlStatement } from '../../src/ddl/ddl-result.ts'
import { parseDdl } from '../../src/ddl/parse-ddl.ts'
import type { ColumnModel, TableChange, TableModel } from '../../src/ddl/table-model.ts'

/** A little server: remembers the tables that its statements make. */
export class DdlLab {
  readonly tables = new Map<string, TableModel>()
  readonly databaseCharsets = new Map<string, string>()
  serverCharset = 'utf8mb4'
  charsets: NonNullable<DdlContext['charsets']> | null = null
  database = 'd'
  sqlMode = ''
  serverVersion = '9.7.0'
  flavour: 'mysql' | 'mariadb' = 'mysql'
  /** Places of tables whose texts may have been given other sizes by CONVERT TO CHARACTER SET. */
  readonly #converted = new Set<string>()
  /** Labels as written → the character set of their column as it was defined. */
  readonly #labelCharsets = new WeakMap<readonly string[], string | null>()

  /** Another server with the same tables. */
  copy(): DdlLab {
    const copy = new DdlLab()
    const { serverCharset, charsets, database, sqlMode, serverVersion, flavour } = this
    Object.assign(copy, { serverCharset, charsets, database, sqlMode, serverVersion, flavour })
    for (const [key, table] of this.tables) copy.tables.set(key, table)
    for (const [key, charset] of this.databaseCharsets) copy.databaseCharsets.set(key, charset)
    return copy
  }

  read(sql: string): DdlResult {
    const context: DdlContext = {
      database: this.database,
      sqlMode: this.sqlMode,
      serverVersion: this.serverVersion,
      flavour: this.flavour,
      tables: { get: (database, name) => this.tables.get(`${database}.${name}`) },
      databaseCharset: (database) => this.databaseCharsets.get(database),
      serverCharset: this.serverCharset,
      ...(this.charsets === null ? {} : { charsets: this.charsets }),
    }
    return parseDdl(sql, context)
  }

  run(sql: string): DdlResult {
    const result = this.read(sql)
    for (const statement of result) {
      if (statement.kind === 'database') this.#changeDatabase(statement)
      if (statement.kind !== 'tables') continue
      for (const change of statement.changes) this.#changeTable(change, sql)
    }
    return result
  }

  #changeTable(change: TableChange, sql: string): void {
    if (change.kind === 'DROP') {
      this.tables.delete(`${change.database}.${change.name}`)
      return
    }
    const key = `${change.table.database}.${change.table.name}`
    let mayBeConverted = /\b(?:CONVERT\s+TO|LIKE)\b/i.test(sql)
    if (change.kind === 'ALTER') {
      const { database, name } = change.previous ?? change.table
      mayBeConverted ||= this.#converted.has(`${database}.${name}`)
      if (change.previous !== null) this.tables.delete(`${database}.${name}`)
    }
    if (mayBeConverted) this.#converted.add(key)
    else this.#converted.delete(key)
    this.tables.set(key, change.table)
    this.#rememberLabels(change.table)
  }

  /** Whether texts of the table may be of other sizes than their definitions say. */
  mayBeConverted({ database, name }: TableModel): boolean {
    return this.#converted.has(`${database}.${name}`)
  }

  #rememberLabels({ columns }: TableModel): void {
    for (const { enumLiterals, charset } of columns) {
      if (enumLiterals !== undefined && !this.#labelCharsets.has(enumLiterals))
        this.#labelCharsets.set(enumLiterals, charset)
    }
  }

  /** Whether a column with labels has gone from one character set to another since it was defined. */
  isConverted({ enumLiterals, charset }: ColumnModel): boolean {
    return enumLiterals !== undefined && this.#labelCharsets.get(enumLiterals) !== charset
  }

  #changeDatabase({ action, database, charset, replaces }: DdlStatement & { readonly kind: 'database' }): void {
    if (action === 'drop' || replaces) {
      this.databaseCharsets.delete(database)
      for (const key of this.tables.keys()) if (key.startsWith(`${database}.`)) this.tables.delete(key)
    }
    if (charset !== null) this.databaseCharsets.set(database, charset)
  }

  /** The table's columns as `name type(length,scale) charset flags`, and its key. */
  show(name: string): string[] {
    const table = this.tables.get(name.includes('.') ? name : `${this.database}.${name}`)
    if (table === undefined) return ['no such table']
    const columns = table.columns.map((c) => {
      const size = c.length === null ? '' : `(${c.length}${c.scale === null ? '' : `,${c.scale}`})`
      const flags = `${c.isNullable ? '' : ' NN'}${c.isAutoIncremented ? ' AI' : ''}${c.isGenerated ? ' GEN' : ''}`
      const value = c.defaultExpression === null ? '' : ` =${c.defaultExpression}`
      return `${c.name} ${c.typeName}${size}${c.charset === null ? '' : ` ${c.charset}`}${flags}${value}`
    })
    return [...columns, `key ${table.primaryKey.join(',')}`]
  }
}
