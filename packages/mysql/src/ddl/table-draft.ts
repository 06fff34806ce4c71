// A table model under construction.
import { type ColumnSetting, type ColumnText, columnModel } from './read-column.ts'
import type { KeyText } from './read-key.ts'
import type { ColumnModel, TableModel } from './table-model.ts'

/** Where a column goes: at the end, first, or behind another. */
export type ColumnPlace =
  | { readonly kind: 'last' }
  | { readonly kind: 'first' }
  | { readonly kind: 'after'; readonly column: string }

/** Columns, key, character set and comment of a table to come. */
export class TableDraft {
  readonly columns: ColumnModel[] = []
  primaryKey: string[] = []
  charset: string | null
  comment: string | null = null
  readonly #setting: ColumnSetting

  constructor(setting: ColumnSetting) {
    this.charset = setting.charset
    this.#setting = setting
  }

  /** Adds a column at the end. */
  add(column: ColumnText): void {
    this.columns.push(columnModel(column, this.#setting))
  }

  /**
   * Takes a key into account: a primary key always, a unique one over NOT NULL columns where there is none yet. As in Debezium a column that
   * is UNIQUE by an attribute may be nullable.
   */
  addKey(key: KeyText): void {
    if (key.kind === 'other' || key.columns === null) return
    if (key.kind === 'unique' && this.primaryKey.length > 0) return
    const places = key.columns.map((name) => this.#indexOf(name))
    if (places.includes(-1)) return
    if (key.kind === 'unique') {
      const isNullable = places.some((place) => (this.columns[place] as ColumnModel).isNullable)
      if (isNullable && key.isAttribute !== true) return
    } else {
      for (const place of places) this.columns[place] = notNull(this.columns[place] as ColumnModel)
    }
    this.primaryKey = places.map((place) => (this.columns[place] as ColumnModel).name)
  }

  /** CONVERT TO CHARACTER SET: the table and every text column. */
  convert(charset: string, collation: string | null): void {
    this.charset = charset
    for (const [i, column] of this.columns.entries()) {
      // What became a binary type does not go back.
      if (column.charset !== null && column.charset !== 'binary') this.columns[i] = { ...column, charset, collation }
    }
  }

  model(database: string, name: string): TableModel {
    const { columns, primaryKey, charset, comment } = this
    return { database, name, columns, primaryKey, charset, comment }
  }

  #indexOf(name: string): number {
    const exact = this.columns.findIndex((column) => column.name === name)
    if (exact >= 0) return exact
    const folded = name.toLowerCase()
    return this.columns.findIndex((column) => column.name.toLowerCase() === folded)
  }
}

/** A member of a primary key cannot be NULL, so it loses the implied default NULL. */
export function notNull(column: ColumnModel): ColumnModel {
  if (!column.isNullable) return column
  return { ...column, isNullable: false, hasDefault: column.defaultExpression !== null }
}
