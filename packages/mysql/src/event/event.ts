// The contract of decoded binlog events that other rooms read: views on the bytes of one event, no copies. One file per event type beside
// this one does the decoding.

/** The common header of every binlog event. */
export interface EventHeader {
  /** Seconds since the epoch on the originating server. */
  timestampSec: number
  /** Type code, see event-types.ts. */
  typeCode: number
  serverId: number
  /** Length of the whole event, header and checksum included. */
  lengthBytes: number
  /** End position as the server wrote it (wraps at 4 GiB; 0 in MariaDB ≥ 11.4 inside transactions): use the stream's own 64-bit position. */
  logPos: number
  flags: number
}

/** TABLE_MAP_EVENT: names the table of the rows events that follow. */
export interface TableMapEvent {
  /** 48-bit table id. */
  readonly tableId: number
  readonly flags: number
  readonly database: string
  readonly table: string
  readonly columnCount: number
  /** Binlog type code per column (MYSQL_TYPE_*), real types resolved (ENUM and SET out of STRING). */
  readonly columnTypes: Uint8Array
  /** Metadata per column, byte order as the row decoder wants it (e.g. VARCHAR: max bytes; DECIMAL: precision<<8|scale; DATETIME2: fraction digits; BLOB: length bytes; BIT: bits; ENUM/SET: bytes; STRING: max bytes). */
  readonly columnMeta: Uint16Array
  /** Bitmap of nullable columns, least significant bit first. */
  readonly nullableBitmap: Uint8Array
  /** Names, signedness, charsets … when the server sent optional metadata; each member null when absent. */
  readonly optional: {
    /** Per column true = unsigned; only meaningful for numeric columns. */
    readonly unsigned: readonly boolean[] | null
    readonly columnNames: readonly string[] | null
    /** Collation id per column; 0 for columns without a character set. */
    readonly collationIds: readonly number[] | null
    readonly primaryKey: readonly number[] | null
    /** Labels of ENUM and SET columns as bytes in the column's character set; null at other columns. */
    readonly labels: readonly (readonly Buffer[] | null)[] | null
  }
}

/** WRITE_ROWS, UPDATE_ROWS or DELETE_ROWS, v1 or v2, or PARTIAL_UPDATE_ROWS: the part before the row images, and where these are. */
export interface RowsEvent {
  readonly kind: 'write' | 'update' | 'delete'
  readonly tableId: number
  readonly flags: number
  readonly columnCount: number
  /** Columns present in the (before) image: bitmap, least significant bit first. */
  readonly presentBefore: Uint8Array
  /** Columns present in the after image of an update; null for write and delete. */
  readonly presentAfter: Uint8Array | null
  /** Whether after images may hold changes of JSON documents instead of documents: PARTIAL_UPDATE_ROWS. */
  readonly isPartial: boolean
  /** The row images are `bytes[rowsStart, rowsEnd)`, valid until the next event is read. */
  readonly bytes: Buffer
  readonly rowsStart: number
  readonly rowsEnd: number
}
