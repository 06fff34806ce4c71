// One binlog event after another: keeps the transaction's state, drives rows to the visitor, and stops at statements, whose handling is
// asynchronous. What an event means stands here; how rows become records stands in stream-rows.ts.
import {
  ByteCursor,
  DUMMY_TABLE_ID,
  decodeGtid,
  decodeQuery,
  decodeRotate,
  decodeRowsQuery,
  EventType,
  type EventView,
  eventHandling,
  PayloadEvents,
  type QueryEvent,
  RowsDecoder,
  type RowsEvent,
  TableMaps,
} from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { SourceItem } from '../../data/change-row.ts'
import type { TableShape } from './shape.ts'
import { rolledBack, unsupportedInStream } from './stream-errors.ts'
import type { StreamProgress } from './stream-progress.ts'
import type { RowEmitter } from './stream-rows.ts'
import { statementKind } from './stream-statement.ts'
import type { StreamTables } from './stream-tables.ts'

/** A statement that the stream has stopped at. */
export interface PendingStatement {
  readonly query: QueryEvent
  readonly file: string
  /** Start of its event. */
  readonly pos: number
  readonly serverId: number
  readonly tsSec: number
  /** The statement's time as its source block shows it. */
  readonly epochNs: bigint
  readonly gtid: string | null
  /** Index of the last row sent before it in the same log file, which Debezium leaves standing in the statement's source block. */
  readonly row: number
  /** The session's connection id; like Debezium only inside a transaction, whose BEGIN says it. */
  readonly threadId: number | null
  /** Inside a transaction (CREATE TABLE … SELECT) the transaction goes on behind it. */
  readonly isInTransaction: boolean
  /** It was handled before the restart: only the state moves on. */
  readonly isDone: boolean
}

/** Inside a compressed transaction a batch ends after about so many bytes, as it does with a chunk of plain events. */
const BATCH_BYTES = 256 * 1024

/** What {@link StreamDecoder} works with. */
export interface StreamDecoderOptions {
  readonly config: MysqlConnectorConfig
  readonly progress: StreamProgress
  readonly tables: StreamTables
  readonly rows: RowEmitter
}

/** See the file's head. */
export class StreamDecoder {
  /** Set by an event that `decode` answered true to; the caller takes it and calls {@link StreamDecoder.statementDone}. */
  pending: PendingStatement | null = null

  readonly #config: MysqlConnectorConfig
  readonly #progress: StreamProgress
  readonly #tables: StreamTables
  readonly #rows: RowEmitter
  readonly #maps = new TableMaps()
  readonly #cursor = new ByteCursor()
  readonly #rowsDecoder = new RowsDecoder()
  /** The compressed transaction whose events are being read. */
  #payload: PayloadEvents | null = null
  #threadId: number | null = null
  #query: string | null = null
  #hasRows = false
  #isFiltered = false
  // The source block is described once per transaction, table and second.
  #describedTransaction = -1
  #describedShape: TableShape | null = null
  #describedSec = -1
  #describedServer = -1
  #describedQuery: string | null = null

  constructor(options: StreamDecoderOptions) {
    this.#config = options.config
    this.#progress = options.progress
    this.#tables = options.tables
    this.#rows = options.rows
  }

  /** Forgets what belongs to a connection. */
  reset(): void {
    this.#maps.clear()
    this.#hasRows = false
    this.#query = null
    this.#payload?.close()
    this.#payload = null
    this.pending = null
  }

  /** Whether {@link StreamDecoder.fill} is to be called before the next batch. */
  get needsFill(): boolean {
    return this.#payload?.needsMore === true
  }

  /** Unpacks more of a compressed transaction. Throws MysqlProtocolError. */
  async fill(): Promise<void> {
    await this.#payload?.fill()
  }

  /** Goes on inside a compressed transaction, if one is open, and answers as {@link StreamDecoder.decode}. */
  resume(visit: (item: SourceItem) => void): boolean {
    const payload = this.#payload
    if (payload === null) return false
    for (let bytes = 0; payload.next(); ) {
      if (this.decode(payload, visit)) return true
      bytes += payload.header.lengthBytes
      if (bytes >= BATCH_BYTES) return true
    }
    if (payload.needsMore) return true
    this.#payload = null
    return false
  }

  /**
   * Takes one event. Answers true when the stream has to stop behind it: for {@link StreamDecoder.pending}, or in the middle of a compressed
   * transaction, with which {@link StreamDecoder.resume} goes on. Throws CDC_UNSUPPORTED_EVENT, CDC_SCHEMA_* and MysqlProtocolError.
   */
  decode(view: EventView, visit: (item: SourceItem) => void): boolean {
    const cursor = this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view)
    const progress = this.#progress
    switch (view.header.typeCode) {
      case EventType.TABLE_MAP_EVENT:
        this.#maps.accept(cursor)
        progress.eventDone()
        return false
      case EventType.WRITE_ROWS_EVENT:
      case EventType.UPDATE_ROWS_EVENT:
      case EventType.DELETE_ROWS_EVENT:
      case EventType.WRITE_ROWS_EVENT_V1:
      case EventType.UPDATE_ROWS_EVENT_V1:
      case EventType.DELETE_ROWS_EVENT_V1:
      case EventType.PARTIAL_UPDATE_ROWS_EVENT:
      case EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT_V1:
      case EventType.MARIADB_UPDATE_ROWS_COMPRESSED_EVENT_V1:
      case EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT_V1:
      case EventType.MARIADB_WRITE_ROWS_COMPRESSED_EVENT:
      case EventType.MARIADB_UPDATE_ROWS_COMPRESSED_EVENT:
      case EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT:
        this.#takeRows(view, this.#rowsDecoder.decode(cursor, view), visit)
        progress.eventDone()
        return false
      case EventType.XID_EVENT:
        this.#endTransaction(view, visit)
        return false
      case EventType.QUERY_EVENT:
        return this.#takeQuery(view, decodeQuery(cursor), visit)
      case EventType.MARIADB_QUERY_COMPRESSED_EVENT:
        return this.#takeQuery(view, decodeQuery(cursor, true), visit)
      case EventType.GTID_LOG_EVENT:
      case EventType.ANONYMOUS_GTID_LOG_EVENT:
      case EventType.GTID_TAGGED_LOG_EVENT:
        this.#takeGtid(view)
        return false
      case EventType.ROTATE_EVENT: {
        const { nextFile, nextPosition } = decodeRotate(cursor)
        progress.rotate(nextFile, nextPosition)
        this.#rows.source.at(nextPosition, 0)
        this.#maps.clear()
        return false
      }
      case EventType.ROWS_QUERY_LOG_EVENT:
        if (this.#config.includeQuery) this.#query = decodeRowsQuery(cursor, view)
        progress.eventDone()
        return false
      case EventType.FORMAT_DESCRIPTION_EVENT:
      case EventType.PREVIOUS_GTIDS_LOG_EVENT:
      case EventType.HEARTBEAT_LOG_EVENT:
      case EventType.HEARTBEAT_LOG_EVENT_V2:
        progress.move(view)
        return false
      case EventType.TRANSACTION_PAYLOAD_EVENT:
        // Its events stand at the position of the one that holds them.
        this.#payload = new PayloadEvents(view, cursor)
        return this.resume(visit)
      case EventType.MARIADB_GTID_EVENT:
      case EventType.MARIADB_GTID_LIST_EVENT:
      case EventType.MARIADB_ANNOTATE_ROWS_EVENT:
        throw unsupportedInStream(view, 'an event of MariaDB', 'The MySQL connector reads MySQL servers only.')
      default:
        if (eventHandling(view.header.typeCode, view.header.flags) !== 'harmless') {
          throw unsupportedInStream(
            view,
            'an event that the stream does not know',
            'Report it with the server version.',
          )
        }
        progress.eventDone()
        progress.move(view)
        return false
    }
  }

  /** The pending statement was handled (or was none of ours): the stream may go on behind it. */
  statementDone(): void {
    const { pending } = this
    this.pending = null
    if (pending === null) return
    if (pending.isInTransaction) this.#progress.eventDone()
    else this.#progress.endGtid()
  }

  #takeGtid(view: EventView): void {
    const gtid = decodeGtid(this.#cursor, view)
    this.#progress.startGtid(gtid, view)
    const { includes, excludes, filtersDml } = this.#config.gtid
    this.#isFiltered =
      filtersDml &&
      gtid.uuid !== null &&
      ((includes !== null && !includes(gtid.uuid)) || excludes?.(gtid.uuid) === true)
  }

  #takeQuery(view: EventView, query: QueryEvent, visit: (item: SourceItem) => void): boolean {
    const progress = this.#progress
    switch (statementKind(query.sql)) {
      case 'begin':
        this.#threadId = query.threadId
        this.#hasRows = false
        this.#query = null
        progress.begin(view)
        this.#beginMetadata(view, visit)
        progress.eventDone()
        return false
      case 'commit':
        this.#endTransaction(view, visit)
        return false
      case 'rollback':
        if (this.#hasRows) throw rolledBack(view, 'ROLLBACK')
        this.#endTransaction(view, visit)
        return false
      case 'rollback-to':
        if (this.#hasRows) throw rolledBack(view, 'ROLLBACK TO SAVEPOINT')
        progress.eventDone()
        return false
      case 'savepoint':
        progress.eventDone()
        return false
      case 'xa':
        throw unsupportedInStream(
          view,
          'an XA transaction',
          'Its rows must wait for XA COMMIT, which is not built yet.',
        )
      case 'other':
        return this.#stopAtStatement(view, query)
    }
  }

  #stopAtStatement(view: EventView, query: QueryEvent): boolean {
    const progress = this.#progress
    const { isInTransaction, commitUs, gtid } = progress
    const isDone = isInTransaction ? progress.isSkipping : progress.statement(view)
    const { timestampSec, serverId } = view.header
    // Debezium keeps milliseconds only of a statement's commit time.
    const epochNs = commitUs === null ? BigInt(timestampSec) * 1_000_000_000n : (commitUs / 1000n) * 1_000_000n
    const tsSec = Number(epochNs / 1_000_000_000n)
    const { file, startPosition: pos } = view
    const threadId = isInTransaction ? this.#threadId : null
    const { row } = this.#rows.source
    this.pending = { query, file, pos, row, serverId, tsSec, epochNs, gtid, threadId, isInTransaction, isDone }
    return true
  }

  #beginMetadata(view: EventView, visit: (item: SourceItem) => void): void {
    const { metadata } = this.#rows
    if (metadata === null) return
    const progress = this.#progress
    const { gtid, isSkipping } = progress
    const id = gtid ?? `file=${view.file},pos=${view.startPosition}`
    const ms = this.#timeMs(view)
    const record = metadata.begin(id, ms)
    progress.transaction = metadata.state
    if (record === null) return
    // While events are passed over the stored offset is ahead of this one.
    if (!isSkipping) progress.mark(Math.floor(ms / 1000), view.header.serverId)
    visit({ kind: 'record', record })
  }

  #endMetadata(view: EventView, visit: (item: SourceItem) => void): void {
    const { metadata } = this.#rows
    const progress = this.#progress
    if (metadata === null || !progress.isInTransaction) return
    const ms = this.#timeMs(view)
    if (!progress.isSkipping) progress.mark(Math.floor(ms / 1000), view.header.serverId)
    visit({ kind: 'record', record: metadata.end(ms) })
    progress.transaction = null
  }

  #timeMs(view: EventView): number {
    const { commitUs } = this.#progress
    return commitUs === null ? view.header.timestampSec * 1000 : Number(commitUs / 1000n)
  }

  #endTransaction(view: EventView, visit: (item: SourceItem) => void): void {
    this.#endMetadata(view, visit)
    this.#progress.commit(view)
    this.#hasRows = false
    this.#query = null
  }

  #takeRows(view: EventView, event: RowsEvent, visit: (item: SourceItem) => void): void {
    const progress = this.#progress
    this.#hasRows = true
    if (progress.isSkipping || this.#isFiltered || event.tableId === DUMMY_TABLE_ID) return
    const firstRow = progress.skipRows
    progress.skipRows = 0
    if (!this.#rows.wants(event.kind)) return
    const map = this.#maps.get(event.tableId)
    if (map === undefined) {
      throw new CdcError(
        'CDC_PROTOCOL_INVALID',
        `Rows of table id ${event.tableId} at ${view.file}:${view.startPosition} without their TABLE_MAP event`,
      )
    }
    const table = this.#tables.captured(map)
    if (table === null) return
    this.#describe(view, table.shape)
    progress.mark(this.#describedSec, view.header.serverId, firstRow)
    this.#rows.emit(table, event, view.startPosition, firstRow, visit)
  }

  #describe(view: EventView, shape: TableShape): void {
    const { gtid, commitUs, transactions } = this.#progress
    const { timestampSec, serverId } = view.header
    const epochNs = commitUs === null ? BigInt(timestampSec) * 1_000_000_000n : commitUs * 1000n
    const sec = commitUs === null ? timestampSec : Number(commitUs / 1_000_000n)
    if (
      transactions === this.#describedTransaction &&
      shape === this.#describedShape &&
      sec === this.#describedSec &&
      serverId === this.#describedServer &&
      this.#query === this.#describedQuery
    ) {
      return
    }
    this.#describedTransaction = transactions
    this.#describedShape = shape
    this.#describedSec = sec
    this.#describedServer = serverId
    this.#describedQuery = this.#query
    this.#rows.source.describe({
      epochNs,
      snapshot: 'false',
      database: shape.model.database,
      table: shape.model.name,
      serverId,
      gtid,
      file: view.file,
      threadId: this.#threadId,
      query: this.#query,
    })
  }
}
