// WRITE_ROWS, UPDATE_ROWS and DELETE_ROWS events, versions 1 and 2, also MariaDB's compressed ones, and PARTIAL_UPDATE_ROWS: what stands before
// the row images, and where these are.
import type { ByteCursor } from './byte-cursor.ts'
import type { RowsEvent } from './event.ts'
import { EventType } from './event-types.ts'
import type { EventView } from './event-view.ts'
import { inflateRest, isMariaDbCompressed } from './mariadb-compressed.ts'

/** Flag: the last rows event of its statement. */
export const STMT_END_F = 1
/** Table id of a rows event without rows, which only ends a statement. */
export const DUMMY_TABLE_ID = 0xffffff

class MutableRowsEvent implements RowsEvent {
  kind: RowsEvent['kind'] = 'write'
  tableId = 0
  flags = 0
  columnCount = 0
  presentBefore: Uint8Array = new Uint8Array(0)
  presentAfter: Uint8Array | null = null
  isPartial = false
  bytes: Buffer = Buffer.alloc(0)
  rowsStart = 0
  rowsEnd = 0
}

/** Decodes rows events into one reused object. */
export class RowsDecoder {
  readonly #event = new MutableRowsEvent()
  #before: Uint8Array = new Uint8Array(0)
  #after: Uint8Array = new Uint8Array(0)

  /**
   * Shape: table id (6) | flags (2) | version 2 only: length of extra data incl. itself (2), extra data | column count (lenenc) |
   * bitmap of columns in the (before) image | updates only: bitmap of columns in the after image | row images (packed in compressed events).
   * The answer and its bitmaps are valid until the next call.
   */
  decode(cursor: ByteCursor, view: EventView): RowsEvent {
    const event = this.#event
    const { typeCode } = view.header
    const isCompressed = isMariaDbCompressed(typeCode)
    event.kind = kindOf(typeCode)
    event.isPartial = typeCode === EventType.PARTIAL_UPDATE_ROWS_EVENT
    event.tableId = cursor.u48()
    event.flags = cursor.u16()
    if (isVersion2(typeCode)) {
      const extraBytes = cursor.u16()
      if (extraBytes < 2) throw cursor.corrupt(`has extra data of ${extraBytes} bytes`)
      cursor.take(extraBytes - 2)
    }
    event.columnCount = cursor.lenenc()
    const bitmapBytes = Math.ceil(event.columnCount / 8)
    event.presentBefore = this.#before = readBitmap(cursor, bitmapBytes, this.#before)
    if (event.kind === 'update') event.presentAfter = this.#after = readBitmap(cursor, bitmapBytes, this.#after)
    else event.presentAfter = null
    event.bytes = cursor.bytes
    event.rowsStart = cursor.pos
    event.rowsEnd = cursor.end
    if (isCompressed) {
      event.bytes = inflateRest(cursor)
      event.rowsStart = 0
      event.rowsEnd = event.bytes.length
    }
    return event
  }
}

/** Whether events of this type hold rows. */
export function isRowsEvent(typeCode: number): boolean {
  return (
    (typeCode >= EventType.WRITE_ROWS_EVENT_V1 && typeCode <= EventType.DELETE_ROWS_EVENT_V1) ||
    (typeCode >= EventType.WRITE_ROWS_EVENT && typeCode <= EventType.DELETE_ROWS_EVENT) ||
    typeCode === EventType.PARTIAL_UPDATE_ROWS_EVENT ||
    (typeCode > EventType.MARIADB_QUERY_COMPRESSED_EVENT && isMariaDbCompressed(typeCode))
  )
}

function kindOf(typeCode: number): RowsEvent['kind'] {
  switch (typeCode) {
    case EventType.WRITE_ROWS_EVENT:
    case EventType.WRITE_ROWS_EVENT_V1:
    case EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT_V1:
    case EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT:
      return 'write'
    case EventType.DELETE_ROWS_EVENT:
    case EventType.DELETE_ROWS_EVENT_V1:
    case EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT_V1:
    case EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT:
      return 'delete'
    default:
      return 'update'
  }
}

/** Version 2 has extra data; MariaDB's compressed events of both versions have larger codes. */
function isVersion2(typeCode: number): boolean {
  return typeCode < EventType.MARIADB_QUERY_COMPRESSED_EVENT
    ? typeCode >= EventType.WRITE_ROWS_EVENT
    : typeCode >= EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT
}

function readBitmap(cursor: ByteCursor, count: number, old: Uint8Array): Uint8Array {
  const at = cursor.take(count)
  const bitmap = old.length === count ? old : new Uint8Array(count)
  for (let i = 0; i < count; i++) bitmap[i] = cursor.bytes[at + i]!
  return bitmap
}
