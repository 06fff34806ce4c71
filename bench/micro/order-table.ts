// A table of ten columns as a shop would have it: its model, its table map, and row images made of a counter.
import type { ColumnModel, RowsEvent, TableMapEvent, TableModel } from '@millrace/mysql'

const PLAIN = {
  length: null,
  scale: null,
  charset: null,
  collation: null,
  isNullable: false,
  isAutoIncremented: false,
  isGenerated: false,
  enumValues: [],
  hasDefault: false,
  defaultExpression: null,
  comment: null,
} as const

interface OrderColumn {
  readonly model: ColumnModel
  readonly typeCode: number
  readonly meta: number
  /** Packs the cell of row `i`; null for NULL. */
  readonly cell: (i: number) => Buffer | null
}

const STATUSES = ['open', 'paid', 'sent', 'done']
const NOTE = 'Leave it "at the door", çift kapı'

function bytesOf(size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size)
  write(bytes)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

const utf8 = { charset: 'utf8mb4' } as const

const COLUMNS: readonly OrderColumn[] = [
  {
    model: { ...PLAIN, name: 'id', typeName: 'BIGINT' },
    typeCode: 8,
    meta: 0,
    cell: (i) => bytesOf(8, (bytes) => bytes.writeBigInt64LE(7_000_000_000n + BigInt(i))),
  },
  {
    model: { ...PLAIN, name: 'customer_id', typeName: 'INT' },
    typeCode: 3,
    meta: 0,
    cell: (i) => bytesOf(4, (bytes) => bytes.writeInt32LE((i * 7919) % 2_000_000)),
  },
  {
    model: { ...PLAIN, ...utf8, name: 'status', typeName: 'VARCHAR', length: 20 },
    typeCode: 15,
    meta: 80,
    cell: (i) => text(STATUSES[i % STATUSES.length]!),
  },
  {
    model: { ...PLAIN, ...utf8, name: 'email', typeName: 'VARCHAR', length: 63 },
    typeCode: 15,
    meta: 252,
    cell: (i) => text(`c${i % 100_000}@example.com`),
  },
  {
    model: { ...PLAIN, ...utf8, name: 'note', typeName: 'VARCHAR', length: 60, isNullable: true },
    typeCode: 15,
    meta: 240,
    cell: (i) => (i % 8 === 0 ? null : text(NOTE.slice(i % 8))),
  },
  {
    model: { ...PLAIN, name: 'amount', typeName: 'DECIMAL', length: 10, scale: 2 },
    typeCode: 246,
    meta: (10 << 8) | 2,
    cell: (i) =>
      bytesOf(5, (bytes) => {
        bytes.writeUInt32BE(0x80000000 + ((i * 31) % 90_000))
        bytes[4] = i % 100
      }),
  },
  {
    model: { ...PLAIN, name: 'quantity', typeName: 'SMALLINT UNSIGNED' },
    typeCode: 2,
    meta: 0,
    cell: (i) => bytesOf(2, (bytes) => bytes.writeUInt16LE(1 + (i % 40))),
  },
  {
    model: { ...PLAIN, name: 'is_gift', typeName: 'TINYINT', length: 1 },
    typeCode: 1,
    meta: 0,
    cell: (i) => Buffer.from([i & 1]),
  },
  {
    model: { ...PLAIN, name: 'created_at', typeName: 'DATETIME', length: 6 },
    typeCode: 18,
    meta: 6,
    cell: (i) => packedDatetime(i),
  },
  {
    model: { ...PLAIN, name: 'updated_at', typeName: 'TIMESTAMP', length: 3, isNullable: true },
    typeCode: 17,
    meta: 3,
    cell: (i) =>
      bytesOf(6, (bytes) => {
        bytes.writeUInt32BE(1_750_000_000 + i)
        bytes.writeUInt16BE((i * 10) % 10_000, 4)
      }),
  },
]

/** DATETIME2(6) of a minute of 2024 and a fraction. */
function packedDatetime(i: number): Buffer {
  const date = BigInt(2024 * 13 + 1 + (i % 12)) * 32n + BigInt(1 + (i % 28))
  const clock = BigInt(((i % 24) << 12) | ((i % 60) << 6) | (i % 59))
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE((date << 17n) + clock + 0x8000000000n)
  return Buffer.concat([bytes.subarray(3), bytesOf(3, (fraction) => fraction.writeUIntBE((i * 997) % 1_000_000, 0, 3))])
}

/** The table's model. */
export const ORDER_TABLE: TableModel = {
  database: 'shop',
  name: 'orders',
  columns: COLUMNS.map((column) => column.model),
  primaryKey: ['id'],
  charset: 'utf8mb4',
  comment: null,
}

/** The table map that stands before the rows events. */
export const ORDER_TABLE_MAP: TableMapEvent = {
  tableId: 90,
  flags: 1,
  database: 'shop',
  table: 'orders',
  columnCount: COLUMNS.length,
  columnTypes: Uint8Array.from(COLUMNS, (column) => column.typeCode),
  columnMeta: Uint16Array.from(COLUMNS, (column) => column.meta),
  nullableBitmap: new Uint8Array(2),
  optional: { unsigned: null, columnNames: null, collationIds: null, primaryKey: null, labels: null },
}

/** A WRITE_ROWS event with the rows `first` to `first + count - 1`. */
export function orderRowsEvent(first: number, count: number): RowsEvent {
  const images: Buffer[] = []
  for (let i = first; i < first + count; i++) {
    const nulls = Buffer.alloc(2)
    const cells = COLUMNS.map((column) => column.cell(i))
    cells.forEach((cell, at) => {
      if (cell === null) nulls[at >> 3]! |= 1 << (at & 7)
    })
    images.push(nulls, ...cells.filter((cell) => cell !== null))
  }
  const bytes = Buffer.concat(images)
  return {
    kind: 'write',
    tableId: 90,
    flags: 1,
    columnCount: COLUMNS.length,
    presentBefore: new Uint8Array(2).fill(0xff),
    presentAfter: null,
    isPartial: false,
    bytes,
    rowsStart: 0,
    rowsEnd: bytes.length,
  }
}
