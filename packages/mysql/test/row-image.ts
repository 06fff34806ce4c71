// Builds table maps and rows events by hand for tests and benchmarks.
import type { RowsEvent, TableMapEvent } from '../src/event/event.ts'

/** One column of a hand-made table: type code and metadata. */
export interface TestColumn {
  readonly typeCode: number
  readonly meta: number
}

/** A table map of these columns, without optional metadata. */
export function tableMapOf(columns: readonly TestColumn[]): TableMapEvent {
  return {
    tableId: 42,
    flags: 0,
    database: 'app',
    table: 't',
    columnCount: columns.length,
    columnTypes: Uint8Array.from(columns, (column) => column.typeCode),
    columnMeta: Uint16Array.from(columns, (column) => column.meta),
    nullableBitmap: new Uint8Array(Math.ceil(columns.length / 8)).fill(0xff),
    optional: { unsigned: null, columnNames: null, collationIds: null, primaryKey: null, labels: null },
  }
}

/** A row image: cells already packed, length prefix included; null for NULL. */
export function rowImage(cells: readonly (Buffer | null)[]): Buffer {
  const nulls = Buffer.alloc(Math.ceil(cells.length / 8))
  cells.forEach((cell, i) => {
    if (cell === null) nulls[i >> 3]! |= 1 << (i & 7)
  })
  return Buffer.concat([nulls, ...cells.filter((cell) => cell !== null)])
}

/** A rows event holding these images one after the other; all columns present unless bitmaps are given. */
export function rowsEventOf(
  kind: RowsEvent['kind'],
  columnCount: number,
  images: readonly Buffer[],
  present: { before?: Uint8Array; after?: Uint8Array } = {},
): RowsEvent {
  const all = new Uint8Array(Math.ceil(columnCount / 8)).fill(0xff)
  const head = Buffer.from('head of the event, not part of the rows')
  const tail = Buffer.from('CRC!')
  const bytes = Buffer.concat([head, ...images, tail])
  return {
    kind,
    tableId: 42,
    flags: 1,
    columnCount,
    presentBefore: present.before ?? all,
    presentAfter: kind === 'update' ? (present.after ?? all) : null,
    isPartial: false,
    bytes,
    rowsStart: head.length,
    rowsEnd: bytes.length - tail.length,
  }
}
