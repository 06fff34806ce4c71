// One row image as places in bytes: nothing is decoded. Structurally equal to connect's `CellRow`.

/** The cells of one row image: cell i is `bytes[starts[i], ends[i])`; see {@link CELL_NULL} and {@link CELL_ABSENT}. */
export interface CellRow {
  readonly bytes: Buffer
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** `ends[i]` of a cell that is NULL. */
export const CELL_NULL = -1

/** `ends[i]` of a cell that is not in the image (`binlog_row_image` other than FULL). */
export const CELL_ABSENT = -2

/** A {@link CellRow} that its owner fills again and again. */
export interface ReusedCellRow {
  bytes: Buffer
  readonly starts: Int32Array
  readonly ends: Int32Array
}

const NO_BYTES = Buffer.alloc(0)

/** Makes a row for `columnCount` cells, all absent. */
export function cellRow(columnCount: number): ReusedCellRow {
  return {
    bytes: NO_BYTES,
    starts: new Int32Array(columnCount),
    ends: new Int32Array(columnCount).fill(CELL_ABSENT),
  }
}
