// One binlog event after another: keeps the transaction's state, drives rows to the visitor, and stops at statements, whose handling is
// asynchronous. What an event means stands here; how rows become records stands in stream-rows.ts.
import {
  ByteCursor,
  DUMMY_TABLE_ID,
  decodeGtid,
  decodeMariaDbGtid,
  decodeQuery,
  decodeRotate,
  decodeRowsQuery,
  decodeXaPrepare,
  EventType,
  type EventView,
  eventHandling,
  type MariaDbGtidEvent,
  PayloadEvents,
  type QueryEvent,
  RowsDecoder,
  type RowsEvent,
  type TableMapEvent,
  TableMaps,
} from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { SourceItem } from '../../data/change-row.ts'
import { unsupportedInStream } from './stream-errors.ts'
import type { StreamProgress } from './stream-progress.ts'
import type { RowEmitter } from './stream-rows.ts'
import { statementKind, xaStatement } from './stream-statement.ts'
import type { StreamTables } from './stream-tables.ts'
import { type TransactionKind, TransactionRows, unknownXa } from './transaction-rows.ts'

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
  /** It was handled before the restart, or does nothing: only the state moves on. */
  readonly isDone: boolean
  /** It is the whole transaction, and no COMMIT follows (MariaDB). */
  readonly endsTransaction: boolean
  /** End of its event. */
  readonly endPosition: number
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
  /** Asked behind every event: whether something else wants the stream to stop there. */
  mustStop: (() => boolean) | null = null
  /** The present transaction. Its `request` too stops the stream. */
  readonly transaction: TransactionRows

  readonly #config: MysqlConnectorConfig
  readonly #progress: StreamProgress
  readonly #rows: RowEmitter
  readonly #maps = new TableMaps()
  readonly #cursor = new ByteCursor()
  readonly #rowsDecoder = new RowsDecoder()
  /** The compressed transaction whose events are being read. */
  #payload: PayloadEvents | null = null
  /** Rows of the next transaction may be followed by ROLLBACK; servers before 5.7 do not say. */
  #mayRollBack = true
  /** MariaDB: the present transaction is one statement. */
  #isStandalone = false
  #passesStatement = false
  readonly #mapOf = (event: RowsEvent): TableMapEvent => this.#tableOf(event)
  /** The event that is being decoded. */
  #view: EventView | null = null

  constructor(options: StreamDecoderOptions) {
    this.#config = options.config
    this.#progress = options.progress
    this.#rows = options.rows
    this.transaction = new TransactionRows(options.progress, options.tables, options.rows)
  }

  /** Forgets what belongs to a connection. */
  reset(): void {
    this.#maps.clear()
    this.transaction.reset()
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
    this.transaction.resume(visit)
    const payload = this.#payload
    if (payload === null) return false
    for (let bytes = 0; payload.next(); ) {
      if (this.decode(payload, visit) || this.mustStop?.() === true) return true
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
    progress.seenServerId = view.header.serverId
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
        return this.#takeRows(view, this.#rowsDecoder.decode(cursor, view), visit)
      case EventType.XID_EVENT:
        this.transaction.commit(view, visit)
        return false
      case EventType.XA_PREPARE_LOG_EVENT: {
        const { xid, isOnePhase } = decodeXaPrepare(cursor)
        return this.transaction.prepare(view, xid, isOnePhase, visit)
      }
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
      case EventType.MARIADB_ANNOTATE_ROWS_EVENT:
        if (this.#config.includeQuery) this.transaction.query = decodeRowsQuery(cursor, view)
        progress.eventDone()
        return false
      case EventType.FORMAT_DESCRIPTION_EVENT:
      case EventType.PREVIOUS_GTIDS_LOG_EVENT:
      case EventType.MARIADB_GTID_LIST_EVENT:
      case EventType.HEARTBEAT_LOG_EVENT:
      case EventType.HEARTBEAT_LOG_EVENT_V2:
        progress.move(view)
        return false
      case EventType.TRANSACTION_PAYLOAD_EVENT:
        // Its events stand at the position of the one that holds them.
        this.#payload = new PayloadEvents(view, cursor)
        return this.resume(visit)
      case EventType.MARIADB_GTID_EVENT:
        this.#takeMariaDbGtid(view, visit)
        return false
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
    if (pending.endsTransaction) this.#progress.commit(pending)
    else if (pending.isInTransaction) this.#progress.eventDone()
    else this.#progress.endGtid()
  }

  #takeGtid(view: EventView): void {
    const gtid = decodeGtid(this.#cursor, view)
    this.#progress.startGtid(gtid, view)
    this.#mayRollBack = gtid.mayHaveStatements
    this.transaction.isFiltered = this.#config.gtid.filtersDml && gtid.uuid !== null && !this.#isWanted(gtid.uuid)
  }

  // Also the BEGIN of its transaction; a standalone one holds one statement and has no end of its own.
  #takeMariaDbGtid(view: EventView, visit: (item: SourceItem) => void): void {
    const gtid = decodeMariaDbGtid(this.#cursor, view)
    const { transaction } = this
    this.#isStandalone = gtid.isStandalone
    // The two phases of an ALTER carry its text twice: only the one that commits changes the table.
    this.#passesStatement = gtid.alter === 'start' || gtid.alter === 'rollback'
    this.#progress.startMariaDbGtid(gtid)
    transaction.isFiltered = this.#config.gtid.filtersDml && !this.#isWanted(`${gtid.domain}-${gtid.server}`)
    transaction.threadId = null
    transaction.begin(view, transactionKind(gtid), visit)
    this.#progress.eventDone()
  }

  #isWanted(source: string): boolean {
    const { includes, excludes } = this.#config.gtid
    return includes !== null ? includes(source) : excludes?.(source) !== true
  }

  #takeQuery(view: EventView, query: QueryEvent, visit: (item: SourceItem) => void): boolean {
    const progress = this.#progress
    const { transaction } = this
    switch (statementKind(query.sql)) {
      case 'begin':
        transaction.threadId = query.threadId
        transaction.begin(view, this.#mayRollBack ? 'may-roll-back' : 'plain', visit)
        progress.eventDone()
        return false
      case 'commit':
        transaction.commit(view, visit)
        return false
      case 'rollback':
        transaction.rollback(view, visit)
        return false
      case 'rollback-to':
        transaction.rollbackTo(view, query.sql)
        progress.eventDone()
        return false
      case 'savepoint':
        transaction.savepoint(query.sql)
        progress.eventDone()
        return false
      case 'release':
        transaction.release(query.sql)
        progress.eventDone()
        return false
      case 'xa':
        return this.#takeXa(view, query.sql, visit)
      case 'other':
        return this.#stopAtStatement(view, query)
    }
  }

  #takeXa(view: EventView, sql: string, visit: (item: SourceItem) => void): boolean {
    const statement = xaStatement(sql)
    if (statement === null) throw unknownXa(view)
    switch (statement.verb) {
      case 'start':
        this.transaction.begin(view, 'xa', visit)
        this.#progress.eventDone()
        return false
      case 'end':
      case 'prepare':
        this.#progress.eventDone()
        return false
      case 'commit':
      case 'rollback':
        return this.transaction.decide(view, statement, visit)
    }
  }

  #stopAtStatement(view: EventView, query: QueryEvent): boolean {
    const progress = this.#progress
    const { isInTransaction, commitUs, gtid } = progress
    const wasDone = isInTransaction ? progress.isSkipping || progress.isStatementDone : progress.statement(view)
    const isDone = wasDone || this.#passesStatement
    const endsTransaction = this.#isStandalone
    const { timestampSec, serverId } = view.header
    // Debezium keeps milliseconds only of a statement's commit time.
    const epochNs = commitUs === null ? BigInt(timestampSec) * 1_000_000_000n : (commitUs / 1000n) * 1_000_000n
    const tsSec = Number(epochNs / 1_000_000_000n)
    const { file, startPosition: pos, endPosition } = view
    const threadId = isInTransaction ? this.transaction.threadId : null
    const { row } = this.#rows.source
    this.pending = {
      query,
      file,
      pos,
      row,
      serverId,
      tsSec,
      epochNs,
      gtid,
      threadId,
      isInTransaction,
      isDone,
      endsTransaction,
      endPosition,
    }
    return true
  }

  #takeRows(view: EventView, event: RowsEvent, visit: (item: SourceItem) => void): boolean {
    let isStopped = false
    if (event.tableId !== DUMMY_TABLE_ID) {
      this.#view = view
      isStopped = this.transaction.take(view, event, this.#mapOf, visit)
    }
    this.#progress.eventDone()
    return isStopped
  }

  #tableOf({ tableId }: RowsEvent): TableMapEvent {
    const map = this.#maps.get(tableId)
    if (map !== undefined) return map
    const { file, startPosition } = this.#view!
    throw new CdcError(
      'CDC_PROTOCOL_INVALID',
      `Rows of table id ${tableId} at ${file}:${startPosition} without their TABLE_MAP event`,
    )
  }
}

function transactionKind({ xa, isStandalone }: MariaDbGtidEvent): TransactionKind {
  if (xa === 'prepared') return 'xa'
  return isStandalone ? 'plain' : 'may-roll-back'
}
