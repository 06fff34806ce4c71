// Rows of one rows event → items for the visitor: one reused row change, tombstones, and the two halves of a change of key.
import { malformedText, type RowsEvent } from '@millrace/mysql'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { CellColumn, CellRow, ChangeRow, Instant, SourceItem } from '../../data/change-row.ts'
import type { RecordHeader, Struct } from '../../data/record.ts'
import { structOfCells } from '../../data/to-record.ts'
import type { InvalidText } from './invalid-text.ts'
import { rowImageIncomplete, type TableShape } from './shape.ts'
import { ReusedSourceInfo } from './source-info.ts'
import type { ContextHeaders } from './stream-headers.ts'
import type { StreamProgress } from './stream-progress.ts'
import type { CapturedTable } from './stream-tables.ts'
import type { TransactionMetadata } from './stream-transactions.ts'

/** The one row change of a stream. */
class ReusedChange implements ChangeRow {
  readonly kind = 'change'
  shape: TableShape
  op: ChangeRow['op'] = 'c'
  before: CellRow | null = null
  after: CellRow | null = null
  keyRow: CellRow
  readonly source: ReusedSourceInfo
  transaction: Struct | null = null
  processedAt: Instant
  headers: readonly RecordHeader[]

  constructor(source: ReusedSourceInfo, headers: readonly RecordHeader[]) {
    this.source = source
    this.headers = headers
    this.processedAt = { epochNs: 0n }
    // Set before the first visit, as the contract asks; there is no shape to begin with.
    this.shape = null as unknown as TableShape
    this.keyRow = null as unknown as CellRow
  }
}

const OPERATIONS = { write: 'c', update: 'u', delete: 'd' } as const

/** Drives the visitor over rows events. */
export class RowEmitter {
  readonly source: ReusedSourceInfo
  /** Null unless transaction metadata are provided. */
  readonly metadata: TransactionMetadata | null
  readonly #change: ReusedChange
  readonly #config: MysqlConnectorConfig
  readonly #headers: ContextHeaders
  readonly #progress: StreamProgress
  readonly #invalidText: InvalidText | null

  constructor(
    config: MysqlConnectorConfig,
    headers: ContextHeaders,
    progress: StreamProgress,
    metadata: TransactionMetadata | null = null,
    invalidText: InvalidText | null = null,
  ) {
    this.metadata = metadata
    this.#invalidText = invalidText
    this.#config = config
    this.#headers = headers
    this.#progress = progress
    this.source = new ReusedSourceInfo(config)
    this.#change = new ReusedChange(this.source, headers.plain)
  }

  /** The instant that the records of the next batch carry. */
  set processedAt(instant: Instant) {
    this.#change.processedAt = instant
  }

  /** Whether rows of this kind of event are captured at all. */
  wants(kind: RowsEvent['kind']): boolean {
    return !this.#config.skippedOperations.has(OPERATIONS[kind])
  }

  /**
   * Visits the rows from `firstRow` on. Throws CDC_DATA_ROW_IMAGE for images that lack columns which nothing may stand for,
   * MysqlProtocolError for images that do not fit their event. Rows are numbered from `base` on; answers how many the event has.
   */
  emit(
    table: CapturedTable,
    event: RowsEvent,
    pos: number,
    firstRow: number,
    visit: (item: SourceItem) => void,
    base = 0,
  ): number {
    const { reader, shape } = table
    if (!isWhole(event.presentBefore, event.columnCount)) checkImage(shape, event.columnCount, event.presentBefore)
    reader.open(event)
    const change = this.#change
    change.shape = shape
    change.op = OPERATIONS[event.kind]
    change.headers = this.#headers.plain
    let row = 0
    for (; reader.next(); row++) {
      if (row < firstRow) continue
      this.source.at(pos, base + row)
      this.#progress.markRow(row + 1)
      const { before, after } = reader
      change.before = before
      change.after = after
      if (event.kind === 'write') {
        change.keyRow = after!
        this.#visit(change, visit)
      } else if (event.kind === 'delete') {
        change.keyRow = before!
        this.#visit(change, visit)
        this.#tombstone(shape, before!, this.#headers.plain, visit)
      } else this.#update(shape, before!, after!, visit)
    }
    return row
  }

  #update(shape: TableShape, before: CellRow, after: CellRow, visit: (item: SourceItem) => void): void {
    const change = this.#change
    const { keySchema, keyColumns } = shape
    if (keySchema !== null && !haveEqualCells(keyColumns, before, after)) {
      this.#moveKey(shape, before, after, visit)
      return
    }
    if (this.#config.skipsMessagesWithoutChange && haveEqualCells(shape.columns, before, after)) return
    change.keyRow = after
    this.#visit(change, visit)
  }

  // A row whose key changes is deleted under the old key and created under the new one.
  #moveKey(shape: TableShape, before: CellRow, after: CellRow, visit: (item: SourceItem) => void): void {
    const change = this.#change
    const keySchema = shape.keySchema!
    const oldKey = structOfCells(keySchema, shape.keyColumns, before)
    const newKey = structOfCells(keySchema, shape.keyColumns, after)
    change.op = 'd'
    change.after = null
    change.keyRow = before
    change.headers = this.#headers.withKey('__debezium.newkey', newKey)
    this.#visit(change, visit)
    this.#tombstone(shape, before, change.headers, visit)
    change.op = 'c'
    change.before = null
    change.after = after
    change.keyRow = after
    change.headers = this.#headers.withKey('__debezium.oldkey', oldKey)
    this.#visit(change, visit)
    change.op = 'u'
    change.headers = this.#headers.plain
  }

  #visit(change: ReusedChange, visit: (item: SourceItem) => void): void {
    if (this.metadata !== null) {
      const { database, name } = change.shape.model
      change.transaction = this.metadata.next(`${database}.${name}`)
    }
    const { count } = malformedText
    visit(change)
    if (malformedText.count !== count) this.#invalidText?.found(change.shape, change.before, change.after)
  }

  #tombstone(
    shape: TableShape,
    row: CellRow,
    headers: readonly RecordHeader[],
    visit: (item: SourceItem) => void,
  ): void {
    if (!this.#config.tombstonesOnDelete) return
    const { topic, keySchema, keyColumns } = shape
    visit({
      kind: 'record',
      record: {
        topic,
        topicPartition: null,
        keySchema,
        key: keySchema === null ? null : structOfCells(keySchema, keyColumns, row),
        valueSchema: null,
        value: null,
        headers,
        timestampMs: null,
      },
    })
  }
}

/** Whether an image holds all columns. */
function isWhole(present: Uint8Array, columnCount: number): boolean {
  return countOf(present, columnCount) === columnCount
}

function countOf(present: Uint8Array, columnCount: number): number {
  let count = 0
  for (let i = 0; i < columnCount; i++) count += (present[i >> 3]! >> (i & 7)) & 1
  return count
}

// What an image after leaves out is taken from the one before, so that only this one (or that of a write) needs to hold all that records
// need: columns for which no placeholder may stand, and the key, which a placeholder would make the same for different rows.
function checkImage(shape: TableShape, columnCount: number, present: Uint8Array): void {
  const isAbsent = (cell: number): boolean => ((present[cell >> 3]! >> (cell & 7)) & 1) === 0
  if (
    shape.columns.some(({ cell, absentValue }) => absentValue === undefined && isAbsent(cell)) ||
    shape.keyColumns.some(({ cell }) => isAbsent(cell))
  ) {
    throw rowImageIncomplete(shape.model.name, columnCount, countOf(present, columnCount))
  }
}

/** Whether two images have the same bytes in all of the columns. */
function haveEqualCells(columns: readonly CellColumn[], a: CellRow, b: CellRow): boolean {
  for (let i = 0; i < columns.length; i++) {
    const cell = columns[i]!.cell
    const endA = a.ends[cell]!
    const endB = b.ends[cell]!
    if (endA < 0 || endB < 0) {
      if (endA !== endB) return false
      continue
    }
    let atA = a.starts[cell]!
    let atB = b.starts[cell]!
    if (endA - atA !== endB - atB) return false
    while (atA < endA) if (a.bytes[atA++] !== b.bytes[atB++]) return false
  }
  return true
}
