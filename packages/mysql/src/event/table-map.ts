// TABLE_MAP_EVENT: which table the rows events that follow belong to, and how their columns are packed.
import type { ByteCursor } from './byte-cursor.ts'
import type { TableMapEvent } from './event.ts'
import { decodeOptionalMetadata } from './table-metadata.ts'

const TYPE_FLOAT = 4
const TYPE_DOUBLE = 5
const TYPE_VARCHAR = 15
const TYPE_BIT = 16
const TYPE_TIMESTAMP2 = 17
const TYPE_DATETIME2 = 18
const TYPE_TIME2 = 19
const TYPE_BLOB_COMPRESSED = 140
const TYPE_VARCHAR_COMPRESSED = 141
const TYPE_VECTOR = 242
const TYPE_JSON = 245
const TYPE_NEWDECIMAL = 246
const TYPE_ENUM = 247
const TYPE_SET = 248
const TYPE_TINY_BLOB = 249
const TYPE_BLOB = 252
const TYPE_VAR_STRING = 253
const TYPE_STRING = 254
const TYPE_GEOMETRY = 255
const TYPE_TYPED_ARRAY = 244

/** Most columns that a table can have, with room for other servers. */
const MAX_COLUMNS = 65_535

/**
 * Shape: table id (6) | flags (2) | database length (1) | database | NUL | table length (1) | table | NUL | column count (lenenc) |
 * type per column (1) | metadata length (lenenc) | metadata | bitmap of nullable columns | optional metadata.
 */
export function decodeTableMap(cursor: ByteCursor): TableMapEvent {
  const tableId = cursor.u48()
  const flags = cursor.u16()
  const database = cursor.utf8(cursor.u8())
  cursor.take(1)
  const table = cursor.utf8(cursor.u8())
  cursor.take(1)
  const columnCount = cursor.lenenc()
  if (columnCount > MAX_COLUMNS) throw cursor.corrupt(`has ${columnCount} columns`)
  const columnTypes = cursor.copy(columnCount)
  const metaBytes = cursor.lenenc()
  const metaEnd = cursor.take(metaBytes) + metaBytes
  cursor.pos -= metaBytes
  const columnMeta = decodeColumnMeta(cursor, columnTypes)
  if (cursor.pos !== metaEnd) throw cursor.corrupt('has column metadata that does not fit its columns')
  const nullableBitmap = cursor.copy((columnCount + 7) >> 3)
  const optional = decodeOptionalMetadata(cursor, columnTypes)
  return { tableId, flags, database, table, columnCount, columnTypes, columnMeta, nullableBitmap, optional }
}

// Resolves ENUM and SET out of STRING in `types`, and brings the metadata into the order of the TableMapEvent contract.
function decodeColumnMeta(cursor: ByteCursor, types: Uint8Array): Uint16Array {
  const meta = new Uint16Array(types.length)
  for (let i = 0; i < types.length; i++) {
    switch (types[i]) {
      case TYPE_FLOAT:
      case TYPE_DOUBLE:
      case TYPE_TIMESTAMP2:
      case TYPE_DATETIME2:
      case TYPE_TIME2:
      case TYPE_VECTOR:
      case TYPE_JSON:
      case TYPE_TINY_BLOB:
      case TYPE_TINY_BLOB + 1:
      case TYPE_TINY_BLOB + 2:
      case TYPE_BLOB:
      case TYPE_BLOB_COMPRESSED:
      case TYPE_GEOMETRY:
        meta[i] = cursor.u8()
        break
      case TYPE_VARCHAR:
      case TYPE_VARCHAR_COMPRESSED:
      case TYPE_VAR_STRING:
        meta[i] = cursor.u16()
        break
      case TYPE_BIT: {
        const bits = cursor.u8()
        meta[i] = cursor.u8() * 8 + bits
        break
      }
      case TYPE_NEWDECIMAL: {
        const precision = cursor.u8()
        meta[i] = (precision << 8) | cursor.u8()
        break
      }
      case TYPE_ENUM:
      case TYPE_SET:
      case TYPE_STRING: {
        const high = cursor.u8()
        const low = cursor.u8()
        // Lengths above 255 hide two bits in the type byte, inverted.
        types[i] = high | 0x30
        meta[i] = low | (((high & 0x30) ^ 0x30) << 4)
        break
      }
      case TYPE_TYPED_ARRAY:
        throw cursor.corrupt('has a column of the internal type TYPED_ARRAY')
      default:
        break
    }
  }
  return meta
}

/**
 * The tables that rows events may refer to. A TABLE_MAP whose bytes equal the last one of its id answers the same object, so that what is
 * compiled for it can be kept with it.
 */
export class TableMaps {
  readonly #byId = new Map<number, { readonly bytes: Buffer; readonly event: TableMapEvent }>()

  /** Decodes a TABLE_MAP event's body, or finds it. */
  accept(cursor: ByteCursor): TableMapEvent {
    const { bytes, pos, end } = cursor
    const tableId = cursor.u48()
    const known = this.#byId.get(tableId)
    if (known !== undefined && known.bytes.compare(bytes, pos, end) === 0) return known.event
    cursor.pos = pos
    const event = decodeTableMap(cursor)
    // A server numbers tables anew with every restart and every DDL: ids of the past are let go by count.
    if (this.#byId.size >= 10_000) this.#byId.clear()
    this.#byId.set(tableId, { bytes: Buffer.from(bytes.subarray(pos, end)), event })
    return event
  }

  /** The table of an id; undefined when its TABLE_MAP was not seen. */
  get(tableId: number): TableMapEvent | undefined {
    return this.#byId.get(tableId)?.event
  }

  /** Ids end with the log file. */
  clear(): void {
    this.#byId.clear()
  }
}
