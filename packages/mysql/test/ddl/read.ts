// One statement read against tables made by other statements: what the tests of this folder share.
import type { DdlContext, DdlResult, DdlStatement } from '../../src/ddl/ddl-result.ts'
import { parseDdl } from '../../src/ddl/parse-ddl.ts'
import type { TableModel } from '../../src/ddl/table-model.ts'

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
      for (const change of statement.changes) {
        if (change.kind === 'DROP') this.tables.delete(`${change.database}.${change.name}`)
        else {
          if (change.kind === 'ALTER' && change.previous !== null) {
            this.tables.delete(`${change.previous.database}.${change.previous.name}`)
          }
          this.tables.set(`${change.table.database}.${change.table.name}`, change.table)
        }
      }
    }
    return result
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
