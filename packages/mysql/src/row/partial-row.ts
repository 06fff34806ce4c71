// After images of partial updates: documents whose changes alone are logged are rebuilt from the image before.
import { MysqlUnsupportedError } from '../error.ts'
import type { TableMapEvent } from '../event/event.ts'
import { applyJsonDiffs } from '../json/json-diff.ts'
import { MYSQL_TYPE_JSON } from '../type/type-codes.ts'
import { CELL_NULL, type CellRow, cellRow, type ReusedCellRow } from './cell-row.ts'

/** Bit of an image's options that says that bits for its JSON columns follow. */
const PARTIAL_JSON_UPDATES = 1
const NO_DOCUMENT = Buffer.alloc(0)

/** Rebuilds the rows of one table's partial updates. */
export class PartialRow {
  /** Behind the options that {@link PartialRow.open} has read. */
  pos = 0
  readonly #place: string
  /** The table's JSON columns; each has a bit, in the image or not. */
  readonly #jsonColumns: readonly number[]
  /** Columns of this row whose cell holds changes. */
  readonly #partial: number[] = []
  readonly #row: ReusedCellRow

  constructor({ columnTypes, columnCount, database, table }: TableMapEvent) {
    this.#place = `${database}.${table}`
    this.#jsonColumns = [...columnTypes.keys()].filter((i) => columnTypes[i] === MYSQL_TYPE_JSON)
    this.#row = cellRow(columnCount)
  }

  /**
   * Reads what stands before an after image of the columns `present`: options (lenenc) | if they say so, one bit per JSON column: its cell
   * holds changes. Bytes beyond the event are not refused here but by the image that follows.
   */
  open(bytes: Buffer, pos: number, present: Uint8Array): void {
    this.#partial.length = 0
    const options = bytes[pos++]!
    // Longer forms of the number hold options that no server knows yet; their bits may mean more bytes.
    if (options > PARTIAL_JSON_UPDATES) {
      throw new MysqlUnsupportedError({
        code: 'MYSQL_UNSUPPORTED_ROW_OPTIONS',
        message: `${this.#place}: an update with row value options ${options} is not supported`,
        hint: "Set binlog_row_value_options='' on the server.",
      })
    }
    if (options === PARTIAL_JSON_UPDATES) {
      for (const [i, column] of this.#jsonColumns.entries()) {
        if (bitAt(bytes, pos * 8 + i) && bitAt(present, column)) this.#partial.push(column)
      }
      pos += (this.#jsonColumns.length + 7) >> 3
    }
    this.pos = pos
  }

  /** The whole row after: `after` itself where no cell holds changes, else a reused copy. Throws MysqlError where it cannot be rebuilt. */
  rebuild(before: CellRow, after: CellRow): CellRow {
    if (!this.#partial.some((column) => after.ends[column]! >= 0)) return after
    const row = this.#row
    const pieces: Buffer[] = []
    let size = 0
    for (let i = 0; i < row.ends.length; i++) {
      const end = after.ends[i]!
      row.ends[i] = end
      if (end < 0) continue
      const start = after.starts[i]!
      const piece = this.#partial.includes(i)
        ? applyJsonDiffs(this.#document(before, i), after.bytes, start, end)
        : after.bytes.subarray(start, end)
      pieces.push(piece)
      row.starts[i] = size
      size += piece.length
      row.ends[i] = size
    }
    row.bytes = Buffer.concat(pieces, size)
    return row
  }

  #document(before: CellRow, column: number): Buffer {
    const end = before.ends[column]!
    if (end >= 0) return before.bytes.subarray(before.starts[column]!, end)
    if (end === CELL_NULL) return NO_DOCUMENT
    throw new MysqlUnsupportedError({
      code: 'MYSQL_UNSUPPORTED_PARTIAL_WITHOUT_BEFORE',
      message: `${this.#place}: the log holds what an update changed in the JSON of column ${column + 1}, but not the document before it`,
      hint: "With binlog_row_value_options=PARTIAL_JSON the row image must be FULL: set binlog_row_image=FULL, or binlog_row_value_options='', and take a new snapshot of the table.",
    })
  }
}

function bitAt(bytes: Uint8Array, bit: number): boolean {
  return ((bytes[Math.floor(bit / 8)]! >> (bit & 7)) & 1) === 1
}
