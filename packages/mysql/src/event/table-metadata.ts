// The optional metadata at the end of a TABLE_MAP event: signedness and charsets always from MySQL 8.0.1 on, names and keys with
// binlog_row_metadata=FULL.
import type { ByteCursor } from './byte-cursor.ts'
import type { TableMapEvent } from './event.ts'

const SIGNEDNESS = 1
const DEFAULT_CHARSET = 2
const COLUMN_CHARSET = 3
const COLUMN_NAME = 4
const SET_LABELS = 5
const ENUM_LABELS = 6
const SIMPLE_PRIMARY_KEY = 8
const PRIMARY_KEY_WITH_PREFIX = 9
const ENUM_AND_SET_DEFAULT_CHARSET = 10
const ENUM_AND_SET_COLUMN_CHARSET = 11

// TINY, SHORT, LONG, FLOAT, DOUBLE, LONGLONG, INT24, YEAR, NEWDECIMAL
const NUMERIC_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 8, 9, 13, 246])
// VARCHAR, VECTOR (a blob to the server), BLOB and its sizes, VAR_STRING, STRING
const CHARACTER_TYPES: ReadonlySet<number> = new Set([15, 242, 249, 250, 251, 252, 253, 254])
// The same, BLOB COMPRESSED, VARCHAR COMPRESSED and GEOMETRY
const MARIADB_CHARACTER_TYPES: ReadonlySet<number> = new Set([...CHARACTER_TYPES, 140, 141, 255])
// ENUM, SET
const LABEL_TYPES: ReadonlySet<number> = new Set([247, 248])

/** Fields of type (1) | length (lenenc) | value, to the end of the event; unknown types are passed over by their length. */
export function decodeOptionalMetadata(cursor: ByteCursor, types: Uint8Array): TableMapEvent['optional'] {
  const characterTypes = cursor.isMariaDb ? MARIADB_CHARACTER_TYPES : CHARACTER_TYPES
  let unsigned: boolean[] | null = null
  let columnNames: string[] | null = null
  let primaryKey: number[] | null = null
  let collationIds: number[] | null = null
  let labels: (readonly Buffer[] | null)[] | null = null
  while (cursor.remaining > 0) {
    const field = cursor.u8()
    const length = cursor.lenenc()
    const end = cursor.take(length) + length
    cursor.pos -= length
    switch (field) {
      case SIGNEDNESS:
        unsigned = decodeSignedness(cursor, types)
        break
      case DEFAULT_CHARSET:
      case ENUM_AND_SET_DEFAULT_CHARSET:
        collationIds ??= new Array<number>(types.length).fill(0)
        decodeDefaultCharset(
          cursor,
          end,
          columnsOf(field === DEFAULT_CHARSET ? characterTypes : LABEL_TYPES, types),
          collationIds,
        )
        break
      case COLUMN_CHARSET:
      case ENUM_AND_SET_COLUMN_CHARSET:
        collationIds ??= new Array<number>(types.length).fill(0)
        for (const column of columnsOf(field === COLUMN_CHARSET ? characterTypes : LABEL_TYPES, types))
          collationIds[column] = cursor.lenenc()
        break
      case COLUMN_NAME:
        columnNames = []
        while (cursor.pos < end) columnNames.push(cursor.utf8(cursor.lenenc()))
        if (columnNames.length !== types.length) throw cursor.corrupt('has another number of names than of columns')
        break
      case SET_LABELS:
      case ENUM_LABELS:
        labels ??= new Array<readonly Buffer[] | null>(types.length).fill(null)
        decodeLabels(cursor, field === SET_LABELS ? 248 : 247, types, labels)
        break
      case SIMPLE_PRIMARY_KEY:
      case PRIMARY_KEY_WITH_PREFIX:
        primaryKey = []
        while (cursor.pos < end) {
          primaryKey.push(cursor.lenenc())
          if (field === PRIMARY_KEY_WITH_PREFIX) cursor.lenenc()
        }
        break
      default:
        break
    }
    if (cursor.pos > end) throw cursor.corrupt(`has optional metadata ${field} beyond its length`)
    cursor.pos = end
  }
  return { unsigned, columnNames, collationIds, primaryKey, labels }
}

// Per column of the type: number of labels, then each with its length.
function decodeLabels(cursor: ByteCursor, type: number, types: Uint8Array, into: (readonly Buffer[] | null)[]): void {
  for (let i = 0; i < types.length; i++) {
    if (types[i] !== type) continue
    const count = cursor.lenenc()
    const labels: Buffer[] = []
    for (let k = 0; k < count; k++) {
      const length = cursor.lenenc()
      labels.push(Buffer.from(cursor.copy(length)))
    }
    into[i] = labels
  }
}

function columnsOf(wanted: ReadonlySet<number>, types: Uint8Array): number[] {
  const columns: number[] = []
  for (let i = 0; i < types.length; i++) if (wanted.has(types[i]!)) columns.push(i)
  return columns
}

// One bit per numeric column, most significant first.
function decodeSignedness(cursor: ByteCursor, types: Uint8Array): boolean[] {
  const unsigned = new Array<boolean>(types.length).fill(false)
  let bit = 0
  let byte = 0
  for (let i = 0; i < types.length; i++) {
    if (!NUMERIC_TYPES.has(types[i]!)) continue
    if ((bit & 7) === 0) byte = cursor.u8()
    unsigned[i] = (byte & (0x80 >> (bit & 7))) !== 0
    bit++
  }
  return unsigned
}

// A default collation, then pairs of (index among these columns, collation) for those that differ.
function decodeDefaultCharset(cursor: ByteCursor, end: number, columns: number[], collationIds: number[]): void {
  const fallback = cursor.lenenc()
  for (const column of columns) collationIds[column] = fallback
  while (cursor.pos < end) {
    const column = columns[cursor.lenenc()]
    const collation = cursor.lenenc()
    if (column === undefined) throw cursor.corrupt('has a charset for a column that it does not have')
    collationIds[column] = collation
  }
}
