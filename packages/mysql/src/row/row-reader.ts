// Finds the cells of the row images in a rows event. Nothing is decoded: a cell is a place in the event's bytes.
import { MysqlProtocolError } from '../error.ts'
import type { RowsEvent, TableMapEvent } from '../event/event.ts'
import { cellLayout } from './cell-layout.ts'
import { CELL_ABSENT, CELL_NULL, type CellRow, cellRow, type ReusedCellRow } from './cell-row.ts'
import { PartialRow } from './partial-row.ts'

/**
 * Reads the rows of one table's events: `open` an event, then `next` until it is false. `before` and `after` are reused objects
 * that hold views on the event's bytes: use them before the next call.
 */
export class RowReader {
  /** The row before the change; null for a write. */
  before: CellRow | null = null
  /** The row after the change; null for a delete. */
  after: CellRow | null = null

  readonly #tableMap: TableMapEvent
  readonly #layouts: Int32Array
  readonly #first: ReusedCellRow
  readonly #second: ReusedCellRow
  readonly #partial: PartialRow
  #event: RowsEvent | null = null
  #pos = 0
  /** Columns in the two images, counted once per event. */
  #firstCount = 0
  #secondCount = 0

  /** Throws MysqlUnsupportedError where a column has a type that cannot be located. */
  constructor(tableMap: TableMapEvent) {
    this.#tableMap = tableMap
    this.#layouts = new Int32Array(tableMap.columnCount)
    for (let i = 0; i < tableMap.columnCount; i++) {
      this.#layouts[i] = cellLayout(tableMap.columnTypes[i]!, tableMap.columnMeta[i]!)
    }
    this.#first = cellRow(tableMap.columnCount)
    this.#second = cellRow(tableMap.columnCount)
    this.#partial = new PartialRow(tableMap)
  }

  /** Starts on an event of this table. Throws MysqlProtocolError where its column count is another. */
  open(event: RowsEvent): void {
    if (event.columnCount !== this.#tableMap.columnCount) {
      throw new MysqlProtocolError({
        code: 'MYSQL_PROTOCOL_COLUMN_COUNT',
        message: `${this.#place()}: rows event of ${event.columnCount} columns after a table map of ${this.#tableMap.columnCount}`,
        hint: 'The log is damaged or the table map was lost; restart from an earlier position.',
      })
    }
    this.#event = event
    this.#pos = event.rowsStart
    this.#firstCount = presentColumns(event.presentBefore, event.columnCount)
    if (event.kind === 'update') this.#secondCount = presentColumns(this.#afterBitmap(event), event.columnCount)
    this.before = event.kind === 'write' ? null : this.#first
    this.after = event.kind === 'delete' ? null : event.kind === 'write' ? this.#first : this.#second
  }

  /** Moves to the next row; false after the last one. Throws MysqlProtocolError where a row runs over its event. */
  next(): boolean {
    const event = this.#event
    if (event === null || this.#pos >= event.rowsEnd) return false
    const rowStart = this.#pos
    this.#locate(event, event.presentBefore, this.#firstCount, this.#first)
    if (event.kind === 'update') {
      if (event.isPartial) this.#openPartial(event)
      this.#locate(event, this.#afterBitmap(event), this.#secondCount, this.#second)
      if (this.#secondCount < this.#layouts.length) inherit(this.#first, this.#second)
      if (event.isPartial) this.after = this.#partial.rebuild(this.#first, this.#second)
    }
    // An image without any column takes no bytes: going on would never end.
    if (this.#pos === rowStart) throw this.#overrun(0)
    return true
  }

  #openPartial(event: RowsEvent): void {
    if (this.#pos >= event.rowsEnd) throw this.#overrun(0)
    this.#partial.open(event.bytes, this.#pos, this.#afterBitmap(event))
    this.#pos = this.#partial.pos
  }

  #afterBitmap(event: RowsEvent): Uint8Array {
    return event.presentAfter ?? event.presentBefore
  }

  #locate(event: RowsEvent, present: Uint8Array, presentCount: number, row: ReusedCellRow): void {
    const { bytes, rowsEnd } = event
    const layouts = this.#layouts
    const { starts, ends } = row
    row.bytes = bytes
    const nullBits = this.#pos
    const count = layouts.length
    const isWhole = presentCount === count
    let pos = nullBits + ((presentCount + 7) >> 3)
    let nth = 0
    for (let i = 0; i < count; i++) {
      if (!isWhole && ((present[i >> 3]! >> (i & 7)) & 1) === 0) {
        ends[i] = CELL_ABSENT
        continue
      }
      const isNull = (bytes[nullBits + (nth >> 3)]! >> (nth & 7)) & 1
      nth++
      if (isNull === 1) {
        ends[i] = CELL_NULL
        continue
      }
      // Lengths past the end read whatever follows the event, or undefined (0 after |): the check of `pos` below refuses both.
      const layout = layouts[i]!
      let length = layout
      if (layout < 0) {
        length = bytes[pos]!
        if (layout === -2) length |= bytes[pos + 1]! << 8
        else if (layout < -2) {
          length |= (bytes[pos + 1]! << 8) | (bytes[pos + 2]! << 16)
          if (layout === -4) length += bytes[pos + 3]! * 0x1000000
        }
        pos -= layout
      }
      starts[i] = pos
      pos += length
      if (!(pos <= rowsEnd)) throw this.#overrun(i)
      ends[i] = pos
    }
    if (pos > rowsEnd) throw this.#overrun(count - 1)
    this.#pos = pos
  }

  #overrun(column: number): MysqlProtocolError {
    return new MysqlProtocolError({
      code: 'MYSQL_PROTOCOL_ROW_OVERRUN',
      message: `${this.#place()}: a row image runs over the end of its event at column ${column + 1}`,
      hint: 'The log is damaged, or the table map does not belong to these rows.',
    })
  }

  #place(): string {
    return `${this.#tableMap.database}.${this.#tableMap.table}`
  }
}

/** What an image after leaves out did not change: it is what the image before holds, if it holds it. Both lie in one event. */
function inherit(before: CellRow, after: ReusedCellRow): void {
  for (let i = 0; i < after.ends.length; i++) {
    if (after.ends[i] !== CELL_ABSENT) continue
    after.starts[i] = before.starts[i]!
    after.ends[i] = before.ends[i]!
  }
}

/** How many of the first `count` bits are set. */
function presentColumns(bitmap: Uint8Array, count: number): number {
  let present = 0
  for (let i = 0; i < count; i++) present += (bitmap[i >> 3]! >> (i & 7)) & 1
  return present
}
