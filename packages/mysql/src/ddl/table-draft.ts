// A table model under construction: what CREATE TABLE and the actions of ALTER TABLE do to it.
import { type ColumnText, columnModel } from './read-column.ts'
import type { KeyText } from './read-key.ts'
import type { ColumnModel, TableModel } from './table-model.ts'

/** Where a column goes: at the end, first, or behind another. */
export type ColumnPlace =
  | { readonly kind: 'last' }
  | { readonly kind: 'first' }
  | { readonly kind: 'after'; readonly column: string }

/** Mutable copy of a table model. Names are compared as MySQL compares column names: without case. */
export class TableDraft {
  readonly columns: ColumnModel[]
  primaryKey: string[]
  charset: string | null
  comment: string | null
  readonly #noBackslashEscapes: boolean

  constructor(model: TableModel | null, charset: string | null, noBackslashEscapes: boolean) {
    this.columns = model === null ? [] : [...model.columns]
    this.primaryKey = model === null ? [] : [...model.primaryKey]
    this.charset = model?.charset ?? charset
    this.comment = model?.comment ?? null
    this.#noBackslashEscapes = noBackslashEscapes
  }

  indexOf(name: string): number {
    const exact = this.columns.findIndex((column) => column.name === name)
    if (exact >= 0) return exact
    const folded = name.toLowerCase()
    return this.columns.findIndex((column) => column.name.toLowerCase() === folded)
  }

  /** Adds a column; false where the place's column does not exist. */
  add(column: ColumnText, place: ColumnPlace): boolean {
    return this.#insert(columnModel(column, this.charset, this.#noBackslashEscapes), place)
  }

  /** Replaces a column's definition, its place too unless `place` is null. False where it does not exist. */
  change(name: string, column: ColumnText, place: ColumnPlace | null): boolean {
    const index = this.indexOf(name)
    if (index < 0) return false
    this.#renameInKey((this.columns[index] as ColumnModel).name, column.name)
    const model = columnModel(column, this.charset, this.#noBackslashEscapes)
    if (place === null) {
      this.columns[index] = model
      return true
    }
    this.columns.splice(index, 1)
    return this.#insert(model, place)
  }

  drop(name: string): boolean {
    const index = this.indexOf(name)
    if (index < 0) return false
    const [dropped] = this.columns.splice(index, 1)
    this.primaryKey = this.primaryKey.filter((key) => key !== (dropped as ColumnModel).name)
    return true
  }

  /** Replaces members of a column's model. */
  edit(name: string, edit: (column: ColumnModel) => ColumnModel): boolean {
    const index = this.indexOf(name)
    if (index < 0) return false
    this.columns[index] = edit(this.columns[index] as ColumnModel)
    return true
  }

  /** Renames columns at once, so that names can be swapped. False where one does not exist. */
  rename(pairs: readonly (readonly [from: string, to: string])[]): boolean {
    const places = pairs.map(([from]) => this.indexOf(from))
    if (places.includes(-1)) return false
    const key = this.primaryKey.map((name) => this.indexOf(name))
    for (const [i, place] of places.entries()) {
      this.columns[place] = {
        ...(this.columns[place] as ColumnModel),
        name: (pairs[i] as readonly [string, string])[1],
      }
    }
    this.primaryKey = key.map((place) => (this.columns[place] as ColumnModel).name)
    return true
  }

  /** Takes a key into account: a primary key always, a unique one over NOT NULL columns where there is none yet. */
  addKey(key: KeyText): void {
    if (key.kind === 'other' || key.columns === null) return
    if (key.kind === 'unique' && this.primaryKey.length > 0) return
    const places = key.columns.map((name) => this.indexOf(name))
    if (places.includes(-1)) return
    if (key.kind === 'unique') {
      if (places.some((place) => (this.columns[place] as ColumnModel).isNullable)) return
    } else {
      for (const place of places) this.columns[place] = notNull(this.columns[place] as ColumnModel)
    }
    this.primaryKey = places.map((place) => (this.columns[place] as ColumnModel).name)
  }

  /** CONVERT TO CHARACTER SET: the table and every text column. */
  convert(charset: string, collation: string | null): void {
    this.charset = charset
    for (const [i, column] of this.columns.entries()) {
      if (column.charset !== null) this.columns[i] = { ...column, charset, collation }
    }
  }

  model(database: string, name: string): TableModel {
    return {
      database,
      name,
      columns: this.columns,
      primaryKey: this.primaryKey,
      charset: this.charset,
      comment: this.comment,
    }
  }

  #insert(model: ColumnModel, place: ColumnPlace): boolean {
    if (place.kind === 'first') this.columns.unshift(model)
    else if (place.kind === 'last') this.columns.push(model)
    else {
      const after = this.indexOf(place.column)
      if (after < 0) return false
      this.columns.splice(after + 1, 0, model)
    }
    return true
  }

  #renameInKey(from: string, to: string): void {
    const index = this.primaryKey.indexOf(from)
    if (index >= 0) this.primaryKey[index] = to
  }
}

/** A member of a primary key cannot be NULL, so it loses the implied default NULL. */
function notNull(column: ColumnModel): ColumnModel {
  if (!column.isNullable) return column
  return { ...column, isNullable: false, hasDefault: column.defaultExpression !== null }
}
