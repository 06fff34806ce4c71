// The rows of one transaction of the log, from its start to its end: sent at once, or held until it is known that they happened. What has
// to wait and why is in docs/decisions/0004-rows-that-wait.md.
import { ByteCursor, type EventView, RowsDecoder, type RowsEvent, type TableMapEvent } from '@millrace/mysql'
import type { SourceItem } from '../../data/change-row.ts'
import { HeldEvent, HeldRows, HeldView, MAX_HELD_BYTES } from './held-rows.ts'
import { RowsFate } from './rows-fate.ts'
import type { TableShape } from './shape.ts'
import { rolledBack, unsupportedInStream } from './stream-errors.ts'
import type { StreamProgress } from './stream-progress.ts'
import type { RowEmitter } from './stream-rows.ts'
import { savepointName, type XaStatement } from './stream-statement.ts'
import type { CapturedTable, StreamTables } from './stream-tables.ts'
import { type LogPlace, XaTransactions } from './xa-transactions.ts'

type Visit = (item: SourceItem) => void

/**
 * What has to be read in the log before the stream goes on: how the present transaction ends (`fate`), or the rows of an XA transaction that is
 * committed at `end` (`xa`; `place` null: look for it).
 */
export type LogRequest =
  | { readonly kind: 'fate'; readonly place: LogPlace }
  | { readonly kind: 'xa'; readonly xid: string; readonly place: LogPlace | null; readonly end: HeldView }

/**
 * `plain`: rows are sent at once; `may-roll-back`: they wait for the end of the transaction; `xa`: for XA PREPARE, and then for XA COMMIT.
 */
export type TransactionKind = 'plain' | 'may-roll-back' | 'xa'

/** See the file's head. */
export class TransactionRows {
  /** What the stream has to read before it goes on; it answers by `fateKnown`, or by `xaBegin` to `xaEnd`. */
  request: LogRequest | null = null
  /** The session's connection id; null in XA transactions, as in Debezium. */
  threadId: number | null = null
  /** The statement of the rows that follow, where it is captured. */
  query: string | null = null
  /** The transaction's rows are none of ours (`gtid.source.filter.dml.events`). */
  isFiltered = false
  /** Prepared transactions. */
  readonly xa = new XaTransactions()

  readonly #progress: StreamProgress
  readonly #tables: StreamTables
  readonly #rows: RowEmitter
  readonly #cursor = new ByteCursor()
  readonly #decoder = new RowsDecoder()
  /** `known`: all of it was read ahead; `passed`: too large to hold, its rows are read again. */
  #mode: 'direct' | 'held' | 'known' | 'passed' = 'direct'
  #isXa = false
  #start: LogPlace = { file: '', pos: 0 }
  /** The start, while its BEGIN record is not sent. */
  #begun: HeldView | null = null
  #fate = new RowsFate()
  #held = new HeldRows()
  #mustFlush = false
  /** Behind the last rows event that was sent. */
  #sentTo = 0
  /** Where XA COMMIT stands, as the place of all rows of its transaction; they are numbered through it. */
  #decidedAt: EventView | null = null
  #decidedRows = 0
  // The source block is described once per transaction, table and second.
  #describedTransaction = -1
  #describedShape: TableShape | null = null
  #describedSec = -1
  #describedServer = -1
  #describedQuery: string | null = null

  constructor(progress: StreamProgress, tables: StreamTables, rows: RowEmitter) {
    this.#progress = progress
    this.#tables = tables
    this.#rows = rows
  }

  /** Forgets what belongs to a connection. */
  reset(): void {
    this.request = null
    this.query = null
    this.#mode = 'direct'
    this.#isXa = false
    this.#begun = null
    this.#mustFlush = false
    this.#decidedAt = null
    this.#decidedRows = 0
    this.#fate.restart()
    this.#held.clear()
    this.xa.forgetPlaces()
  }

  /** A transaction starts at the event. */
  begin(view: EventView, kind: TransactionKind, visit: Visit): void {
    const progress = this.#progress
    progress.begin(view)
    this.#fate.restart()
    this.#held.clear()
    this.query = null
    this.#sentTo = 0
    this.#isXa = kind === 'xa'
    this.#start = { file: view.file, pos: view.startPosition }
    this.#begun = null
    if (kind === 'plain') {
      this.#mode = 'direct'
      this.#beginMetadata(view, visit)
      return
    }
    this.#mode = 'held'
    this.#begun = new HeldView(view)
    if (this.#isXa) {
      this.threadId = null
      progress.holdAt(0, 0)
    }
  }

  /**
   * Rows of captured kinds: `mapOf` finds their table. Answers whether the stream has to stop for {@link TransactionRows.request}. Throws what
   * shapes and rows throw.
   */
  take(view: EventView, event: RowsEvent, mapOf: (event: RowsEvent) => TableMapEvent, visit: Visit): boolean {
    const progress = this.#progress
    const number = this.#fate.count++
    if (progress.isSkipping && !this.#isXa) return false
    if (this.isFiltered && !this.#isXa) return false
    const firstRow = this.#isXa ? 0 : progress.skipRows
    progress.skipRows = 0
    if (this.#mode === 'passed' || !this.#rows.wants(event.kind)) return false
    const map = mapOf(event)
    const table = this.#tables.captured(map)
    if (table === null) return false
    if (this.#mode === 'held') return this.#hold(view, map, number, firstRow)
    if (this.#mode === 'known' && this.#fate.isCancelled(number)) return false
    this.#emit(view, event, table, this.query, firstRow, visit)
    this.#sentTo = number + 1
    return false
  }

  /** SAVEPOINT. */
  savepoint(sql: string): void {
    if (this.#mode === 'known') return
    this.#fate.savepoint(savepointName(sql) ?? '')
    // Servers before 8.0.1 are not known to keep rows that were rolled back out of the log.
    if (this.#mode === 'direct' && this.#progress.commitUs === null) this.#mode = 'held'
  }

  /** RELEASE SAVEPOINT. */
  release(sql: string): void {
    if (this.#mode !== 'known') this.#fate.release(savepointName(sql) ?? '')
  }

  /** ROLLBACK TO SAVEPOINT. Throws CDC_UNSUPPORTED_EVENT where rows that it takes back are sent, or its savepoint is not known. */
  rollbackTo(view: EventView, sql: string): void {
    if (this.#mode === 'known') return
    const first = this.#fate.rollbackTo(savepointName(sql) ?? '')
    if (first === null || this.#sentTo > first) throw rolledBack(view, 'ROLLBACK TO SAVEPOINT')
    this.#held.dropFrom(first)
    if (this.#held.events.length === 0 && !this.#isXa) this.#progress.release()
  }

  /** COMMIT or XID. */
  commit(view: EventView, visit: Visit): void {
    this.#flush(visit)
    if (this.#begun !== null) this.#beginMetadata(this.#begun, visit)
    this.#endMetadata(view, visit)
    this.#leave(view)
  }

  /** ROLLBACK of the whole transaction. Throws CDC_UNSUPPORTED_EVENT where rows of it are sent. */
  rollback(view: EventView, visit: Visit): void {
    const isTooLate = this.#mode !== 'known' && this.#sentTo > 0
    if (this.#begun === null) this.#endMetadata(view, visit)
    this.#leave(view)
    if (isTooLate) throw rolledBack(view, 'ROLLBACK')
  }

  /** The end of an XA transaction's rows: they wait on, or are committed in one phase. Answers as `take`. */
  prepare(view: EventView, xid: string, isOnePhase: boolean, visit: Visit): boolean {
    if (!this.#isXa) {
      // Its start was not seen; should it be committed, it is looked for.
      this.#leave(view)
      return false
    }
    if (isOnePhase) return this.#commitHere(view, xid, visit)
    const isHeld = this.#mode === 'held'
    this.xa.remember(xid, this.#start, isHeld ? this.#held.events : null, this.#held.bytes)
    this.#held = new HeldRows()
    this.#leave(view)
    return false
  }

  /** XA COMMIT or XA ROLLBACK. Answers as `take`. */
  decide(view: EventView, { verb, xid, isOnePhase }: XaStatement, visit: Visit): boolean {
    if (this.#isXa) {
      if (verb === 'commit' && isOnePhase) return this.#commitHere(view, xid, visit)
      this.#leave(view)
      return false
    }
    const prepared = this.xa.take(xid)
    if (verb === 'rollback' || this.isFiltered) {
      this.#progress.statement(view)
      this.#progress.endGtid()
      return false
    }
    const events = prepared?.events ?? null
    if (events === null) {
      this.request = { kind: 'xa', xid, place: prepared?.place ?? null, end: new HeldView(view) }
      return true
    }
    this.xaBegin(view, visit)
    for (const event of events) this.xaRows(event, event.map, event.query, visit)
    this.xaEnd(view, visit)
    return false
  }

  /** Which rows of the present transaction happen, read ahead: those that wait are sent by the next `resume`. */
  fateKnown(fate: RowsFate): void {
    const { count } = this.#fate
    this.#fate = fate
    fate.count = count
    this.#mode = 'known'
    this.#mustFlush = true
    this.request = null
  }

  /** Goes on behind a request. */
  resume(visit: Visit): void {
    if (this.#mustFlush) this.#flush(visit)
  }

  /** The rows of a prepared transaction follow; it is committed at `end`, which is either its own end or XA COMMIT. */
  xaBegin(end: EventView, visit: Visit): void {
    this.threadId = null
    if (!this.#isXa) {
      this.#progress.begin(end)
      this.#progress.holdAt(0, 0)
      this.#decidedAt = end
      this.#decidedRows = 0
    }
    this.#sentTo = 0
    this.#beginMetadata(end, visit)
  }

  /** A rows event of the transaction that `xaBegin` named. */
  xaRows(view: EventView, map: TableMapEvent, query: string | null, visit: Visit): void {
    const table = this.#tables.captured(map)
    if (table === null) return
    const event = this.#decoder.decode(this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view), view)
    if (!this.#rows.wants(event.kind)) return
    this.#emit(view, event, table, query, 0, visit)
    this.#sentTo = 1
  }

  /** All rows are sent: offsets move behind `end`. */
  xaEnd(end: EventView, visit: Visit): void {
    const progress = this.#progress
    const { timestampSec, serverId } = end.header
    const { commitUs } = progress
    this.#endMetadata(end, visit)
    this.#leave(end)
    if (this.#sentTo > 0) progress.mark(commitUs === null ? timestampSec : Number(commitUs / 1_000_000n), serverId)
  }

  #leave(view: EventView): void {
    this.#progress.commit(view)
    this.#held.clear()
    this.#mode = 'direct'
    this.#isXa = false
    this.#begun = null
    this.#decidedAt = null
    this.#decidedRows = 0
    this.request = null
    this.query = null
  }

  #hold(view: EventView, map: TableMapEvent, number: number, firstRow: number): boolean {
    const progress = this.#progress
    const held = this.#held
    const { event } = progress
    if (held.events.length === 0 && !this.#isXa) progress.holdAt(event, firstRow)
    held.add(new HeldEvent(view, map, { number, event, firstRow, query: this.query }))
    if (held.bytes <= MAX_HELD_BYTES) return false
    if (!this.#isXa) {
      this.request = { kind: 'fate', place: this.#start }
      return true
    }
    held.clear()
    this.#mode = 'passed'
    return false
  }

  #commitHere(view: EventView, xid: string, visit: Visit): boolean {
    if (this.#mode === 'held') {
      this.commit(view, visit)
      return false
    }
    this.request = { kind: 'xa', xid, place: this.#start, end: new HeldView(view) }
    return true
  }

  #flush(visit: Visit): void {
    this.#mustFlush = false
    const { events } = this.#held
    if (events.length === 0) return
    const progress = this.#progress
    if (this.#begun !== null) this.#beginMetadata(this.#begun, visit)
    for (const held of events) {
      if (this.#fate.isCancelled(held.number)) continue
      const table = this.#tables.captured(held.map)
      if (table === null) continue
      if (!this.#isXa) progress.holdAt(held.event, held.firstRow)
      const event = this.#decoder.decode(this.#cursor.open(held.bytes, 0, held.bodyEnd, held), held)
      this.#emit(held, event, table, held.query, held.firstRow, visit)
    }
    this.#held.clear()
    progress.release()
  }

  #emit(
    view: EventView,
    event: RowsEvent,
    table: CapturedTable,
    query: string | null,
    firstRow: number,
    visit: Visit,
  ): void {
    const at = this.#decidedAt ?? view
    this.#describe(at, table.shape, query)
    this.#progress.mark(this.#describedSec, at.header.serverId, firstRow)
    const rows = this.#rows.emit(table, event, at.startPosition, firstRow, visit, this.#decidedRows)
    if (this.#decidedAt !== null) this.#decidedRows += rows
  }

  #beginMetadata(view: EventView, visit: Visit): void {
    this.#begun = null
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

  #endMetadata(view: EventView, visit: Visit): void {
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

  #describe(view: EventView, shape: TableShape, query: string | null): void {
    const { gtid, commitUs, transactions } = this.#progress
    const { timestampSec, serverId } = view.header
    const epochNs = commitUs === null ? BigInt(timestampSec) * 1_000_000_000n : commitUs * 1000n
    const sec = commitUs === null ? timestampSec : Number(commitUs / 1_000_000n)
    if (
      transactions === this.#describedTransaction &&
      shape === this.#describedShape &&
      sec === this.#describedSec &&
      serverId === this.#describedServer &&
      query === this.#describedQuery
    ) {
      return
    }
    this.#describedTransaction = transactions
    this.#describedShape = shape
    this.#describedSec = sec
    this.#describedServer = serverId
    this.#describedQuery = query
    this.#rows.source.describe({
      epochNs,
      snapshot: 'false',
      database: shape.model.database,
      table: shape.model.name,
      serverId,
      gtid,
      file: view.file,
      threadId: this.threadId,
      query,
    })
  }
}

/** The stop at an XA statement in a form that no server writes. */
export function unknownXa(view: EventView): Error {
  return unsupportedInStream(view, 'an XA statement of a form that is not known', 'Report it with the server version.')
}
