// The SELECT that reads one table, and how its answer's columns lie in the table's model.
import type { ColumnModel, TableModel, TextColumn } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import type { CellRow, ChangeShape } from '../../../data/change-row.ts'
import { quoted } from './server-questions.ts'

/** The SELECT of a table's captured columns. */
export function tableQuery(model: TableModel, shape: ChangeShape): string {
  return `SELECT ${selectList(model, shape)} FROM ${quoted(model.database)}.${quoted(model.name)}`
}

/** All captured columns in the model's order; NULL in place of the others, so that cells keep their numbers. */
export function selectList(model: TableModel, shape: ChangeShape): string {
  const needed = neededCells(shape)
  const columns = model.columns.map((column, cell) => {
    if (!needed.has(cell)) return 'NULL'
    return isRounded(column) ? `${quoted(column.name)} * 1e0` : quoted(column.name)
  })
  return columns.join(', ')
}

/**
 * The text protocol prints FLOAT with six digits and DOUBLE(M,D) with D behind the point, which need not be all that the server stores; as
 * the result of a calculation all digits come, so that snapshot and stream agree. A product keeps the sign of zero, a sum would not.
 */
function isRounded({ typeName, scale }: ColumnModel): boolean {
  return /^FLOAT/i.test(typeName) || (scale !== null && /^(DOUBLE|REAL)/i.test(typeName))
}

/** Puts a row of a query with columns of its own choice into the model's order. */
export class ColumnOrder {
  readonly #row: { bytes: Buffer; readonly starts: Int32Array; readonly ends: Int32Array }
  /** Per cell of the model the column of the answer; -1 = none. */
  readonly #from: Int32Array

  private constructor(from: Int32Array) {
    this.#from = from
    this.#row = { bytes: Buffer.alloc(0), starts: new Int32Array(from.length), ends: new Int32Array(from.length) }
  }

  /**
   * The order for a statement of `snapshot.select.statement.overrides`, by column names. Throws CDC_CONFIG_INVALID when the answer lacks a
   * captured column.
   */
  static of(model: TableModel, shape: ChangeShape, columns: readonly TextColumn[]): ColumnOrder {
    const needed = neededCells(shape)
    const from = new Int32Array(model.columns.length).fill(-1)
    for (const [cell, column] of model.columns.entries()) {
      from[cell] = columns.findIndex(({ name }) => name.toLowerCase() === column.name.toLowerCase())
      if (from[cell] >= 0 || !needed.has(cell)) continue
      const message = `The SELECT override of ${model.database}.${model.name} does not answer column ${column.name}`
      throw new CdcError('CDC_CONFIG_INVALID', message)
    }
    return new ColumnOrder(from)
  }

  /** The row in the model's order; a reused object. */
  place(row: CellRow): CellRow {
    const placed = this.#row
    placed.bytes = row.bytes
    for (let cell = 0; cell < this.#from.length; cell++) {
      const column = this.#from[cell] as number
      placed.starts[cell] = column < 0 ? 0 : (row.starts[column] as number)
      placed.ends[cell] = column < 0 ? -1 : (row.ends[column] as number)
    }
    return placed
  }
}

function neededCells(shape: ChangeShape): ReadonlySet<number> {
  return new Set([...shape.columns, ...shape.keyColumns].map((column) => column.cell))
}
