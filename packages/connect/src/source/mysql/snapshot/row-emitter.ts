// Rows of a snapshot on their way to the visitor. One item is held back all the time, because only what follows tells whether it is the
// last of its table or of the whole snapshot.
import { malformedText, type TextChunk } from '@millrace/mysql'
import type { CellRow, ChangeRow, ChangeShape, Instant, SourceInfo, SourceItem } from '../../../data/change-row.ts'
import type { RecordHeader } from '../../../data/record.ts'
import type { InvalidText } from '../invalid-text.ts'
import type { TableShape } from '../shape.ts'
import type { SnapshotState } from '../source-info.ts'
import { HeldRow } from './held-row.ts'
import { rowMarker } from './row-marker.ts'
import type { ColumnOrder } from './table-query.ts'

/** One table that is being read. */
export interface ReadTable {
  readonly shape: TableShape
  /** Null where the answer has the model's order. */
  readonly order: ColumnOrder | null
  /** The source block of a row with this marker: one object per marker. */
  source(marker: SnapshotState): SourceInfo
}

/** Receives items; see {@link SourceBatch}. */
export type Visit = (item: SourceItem) => void

/** The last schema change before the rows, made when its marker is known. */
export type HeldRecord = (marker: SnapshotState) => SourceItem

/** The reused change row. */
class SnapshotRow implements ChangeRow {
  readonly kind = 'change'
  readonly op = 'r'
  readonly before = null
  readonly transaction = null
  readonly headers: readonly RecordHeader[]
  shape!: ChangeShape
  after!: CellRow
  keyRow!: CellRow
  source!: SourceInfo
  processedAt!: Instant

  constructor(headers: readonly RecordHeader[]) {
    this.headers = headers
  }
}

/** See the file's head. Per batch: set `processedAt`, then one call that takes a visitor. */
export class RowEmitter {
  processedAt: Instant = { epochNs: 0n }
  readonly #item: SnapshotRow
  readonly #held = new HeldRow()
  #heldRecord: HeldRecord | null
  #heldTable: ReadTable | null = null
  #isHeldFirstOfTable = false
  #isHeldLastOfTable = false
  #isHeldFirstOfSnapshot = false
  #tableRows = 0
  /** Tables begun; the marker `first` exists only in the first one, rows or not. */
  #tables = 0

  readonly #invalidText: InvalidText | null

  constructor(headers: readonly RecordHeader[], heldRecord: HeldRecord | null, invalidText: InvalidText | null = null) {
    this.#invalidText = invalidText
    this.#item = new SnapshotRow(headers)
    this.#heldRecord = heldRecord
  }

  /** Rows of the present table so far. */
  get tableRows(): number {
    return this.#tableRows
  }

  beginTable(): void {
    this.#isHeldLastOfTable = this.#heldTable !== null
    this.#tableRows = 0
    this.#tables++
  }

  /** Hands over the rows of a chunk, all but the last one; what was held back goes first. */
  emitChunk(chunk: TextChunk, table: ReadTable, visit: Visit): void {
    for (let row = chunk.next(); row !== null; row = chunk.next()) {
      if (this.#heldTable !== null || this.#heldRecord !== null) this.#emitHeld(visit, false)
      const isFirst = this.#tableRows++ === 0
      const placed = table.order === null ? row : table.order.place(row)
      // Two packets behind this one: the next is a row, so this one is not the last of its table.
      if (chunk.remaining >= 2) {
        const isFirstOfSnapshot = isFirst && this.#tables === 1
        this.#emit(placed, table, isFirst ? (isFirstOfSnapshot ? 'first' : 'first_in_data_collection') : 'true', visit)
        continue
      }
      this.#held.fill(placed)
      this.#heldTable = table
      this.#isHeldFirstOfTable = isFirst
      this.#isHeldFirstOfSnapshot = isFirst && this.#tables === 1
      this.#isHeldLastOfTable = false
    }
  }

  /** Hands over what is still held, as the last of the snapshot. */
  finish(visit: Visit): void {
    if (this.#heldTable !== null || this.#heldRecord !== null) this.#emitHeld(visit, true)
  }

  #emitHeld(visit: Visit, isLastOfSnapshot: boolean): void {
    const record = this.#heldRecord
    if (record !== null) {
      this.#heldRecord = null
      visit(record(isLastOfSnapshot ? 'last' : 'true'))
      return
    }
    const table = this.#heldTable as ReadTable
    this.#heldTable = null
    const marker = rowMarker({
      isFirstOfSnapshot: this.#isHeldFirstOfSnapshot,
      isFirstOfTable: this.#isHeldFirstOfTable,
      isLastOfTable: this.#isHeldLastOfTable,
      isLastOfSnapshot,
    })
    this.#emit(this.#held, table, marker, visit)
  }

  #emit(row: CellRow, table: ReadTable, marker: SnapshotState, visit: Visit): void {
    const item = this.#item
    item.shape = table.shape
    item.after = row
    item.keyRow = row
    item.source = table.source(marker)
    item.processedAt = this.processedAt
    const { count } = malformedText
    visit(item)
    if (malformedText.count !== count) this.#invalidText?.found(table.shape, null, row)
  }
}
