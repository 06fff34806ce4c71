// How far the stream is: Debezium's counting of events and rows inside a transaction, the set of executed GTIDs, and what of a
// transaction that was read before must be passed over.
import type { EventView, GtidEvent, MariaDbGtid } from '@millrace/mysql'
import type { FlavourName } from '../../config/mysql/mysql-config.ts'
import type { SourceOffset } from '../source.ts'
import type { BinlogOffset } from './offset.ts'
import type { TransactionState } from './stream-transactions.ts'
import { type Transaction, type TransactionSet, transactionSet, transactionText } from './transaction-set.ts'

/** See the file's head. */
export class StreamProgress {
  /** Text of the running transaction's GTID; null for none. */
  gtid: string | null = null
  /** Commit time of the running transaction, epoch microseconds; null where only headers tell the time. */
  commitUs: bigint | null = null
  isInTransaction = false
  /** Counts transactions: who caches something of one compares it. */
  transactions = 0
  /** What transaction metadata say of the running transaction; null where they are not provided. */
  transaction: TransactionState | null = null
  /** Rows of the next rows event that were sent before. */
  skipRows = 0
  /** Server id of the last event. */
  seenServerId = 0
  /** What offsets say of an incremental snapshot; null while there is none. */
  incremental: SourceOffset | null = null
  /** The last answer of {@link StreamProgress.takeMarkedOffset} that was none of null. */
  lastMarked: BinlogOffset | null = null

  /** Statement at event 1 of MariaDB's present transaction: an offset there is stored only once it was handled. */
  isStatementDone = false

  readonly #flavour: FlavourName
  readonly #executed: TransactionSet | null
  // Transactions that ended and are not yet in #executed: an offset is needed once a batch, not once a transaction.
  #ended: Transaction[] = []
  #current: Transaction | null = null
  #restartFile: string
  #restartPos: number
  #event = 0
  #skipEvents = 0
  // First event whose rows are read but not sent: offsets stay there. -1 for none.
  #heldEvent = -1
  #heldRow = 0
  #resumed: BinlogOffset | null = null
  // Start of the last GTID event: Debezium's offsets begin a transaction there or at its BEGIN.
  #gtidPos = -1
  #tsSec: number | null
  #serverId: number

  #mark: Omit<BinlogOffset, 'gtids' | 'row' | 'snapshot' | 'incremental'> | null = null
  #markRow = 0
  #markEnded = 0
  #gtidText: string | null = null

  /** `offset`: where to go on. `tracksGtids`: the server counts transactions by GTID. */
  constructor(offset: BinlogOffset, tracksGtids: boolean, flavour: FlavourName = 'mysql') {
    this.#flavour = flavour
    this.#executed = tracksGtids ? transactionSet(flavour, offset.gtids ?? '') : null
    this.#restartFile = offset.file
    this.#restartPos = offset.pos
    this.#tsSec = offset.tsSec
    this.#serverId = offset.serverId
    this.resume(offset)
  }

  /** Whether the present event was handled before. */
  get isSkipping(): boolean {
    return this.#skipEvents > 0
  }

  /** Prepares for reading from `offset` again: a transaction that it cuts is passed over up to the cut. */
  resume(offset: BinlogOffset): void {
    this.#resumed = offset
    this.#skipEvents = 0
    this.skipRows = 0
    this.isInTransaction = false
    this.gtid = null
    this.#current = null
    this.commitUs = null
    this.#event = 0
    this.#heldEvent = -1
    this.transactions++
  }

  /** Index of the present event in its transaction. */
  get event(): number {
    return this.#event
  }

  /** Rows of the event of this index, from `row` on, are read but not sent: offsets stay there until it is said anew. */
  holdAt(event: number, row: number): void {
    this.#heldEvent = event
    this.#heldRow = row
  }

  /** Nothing is held any more. */
  release(): void {
    this.#heldEvent = -1
  }

  /** Where reading has to start after the connection broke behind the last event. */
  resumePoint(): BinlogOffset {
    const gtids = this.#executed === null ? null : this.#textOf(this.#ended.length)
    // What is still to be skipped of an interrupted transaction counts as done.
    const isInterrupted = this.#resumed !== null && !this.isInTransaction
    const isHeld = this.#heldEvent >= 0
    // Events that come before it move the position; the transaction that was cut begins where it began.
    const isCut = isInterrupted && this.#resumed!.event > 0
    return {
      tsSec: this.#tsSec,
      file: isCut ? this.#resumed!.file : this.#restartFile,
      pos: isCut ? this.#resumed!.pos : this.#restartPos,
      gtids,
      event: isInterrupted ? this.#resumed!.event : isHeld ? this.#heldEvent : this.#eventsDone(),
      row: isInterrupted ? this.#resumed!.row : isHeld ? this.#heldRow : this.skipRows,
      serverId: this.#serverId,
      snapshot: null,
      incremental: this.incremental,
    }
  }

  // At MariaDB's event 1 its statement, if it is one, is not handled yet: reading begins with its GTID event again.
  #eventsDone(): number {
    const done = this.#event + this.#skipEvents
    return this.#flavour === 'mariadb' && done === 1 && !this.isStatementDone ? 0 : done
  }

  /** A GTID event: a transaction begins after it. */
  startGtid(event: GtidEvent, view: EventView): void {
    this.commitUs = event.uuid === null ? null : event.immediateCommitUs
    this.#current = event.uuid === null ? null : { uuid: event.uuid, tag: event.tag, gno: event.gno }
    this.gtid = this.#current === null ? null : transactionText(this.#current)
    this.#gtidPos = view.startPosition
    this.move(view)
  }

  /** A MariaDB GTID event: {@link StreamProgress.begin} follows, there is no BEGIN of its own. */
  startMariaDbGtid({ domain, server, sequence }: MariaDbGtid): void {
    this.#current = { domain, server, sequence }
    this.gtid = transactionText(this.#current)
  }

  /** BEGIN: offsets stay at its start until the transaction ends. */
  begin(view: EventView): void {
    this.#restartFile = view.file
    this.#restartPos = view.startPosition
    this.#event = 0
    this.isInTransaction = true
    this.transactions++
    const resumed = this.#resumed
    this.#resumed = null
    if (resumed !== null && this.#isAt(resumed, view)) {
      this.#skipEvents = resumed.event
      this.skipRows = resumed.event === 0 ? 0 : resumed.row
    }
    this.isStatementDone = this.#flavour === 'mariadb' && this.#skipEvents === 1
  }

  // By GTID another server may answer than the one that counted: its transactions lie elsewhere, and their events may be cut differently.
  // What was read of one there is then sent again, rather than as much left out of whatever comes first.
  #isAt({ file, pos }: BinlogOffset, view: EventView): boolean {
    if (this.gtid === null) return true
    return file === view.file && (pos === view.startPosition || pos === this.#gtidPos)
  }

  /** Ends an event inside a transaction. */
  eventDone(): void {
    if (!this.isInTransaction) return
    this.#event++
    if (this.#skipEvents > 0) this.#skipEvents--
  }

  /** The transaction ends behind the event. */
  commit({ file, endPosition }: Pick<EventView, 'file' | 'endPosition'>): void {
    this.isInTransaction = false
    this.isStatementDone = false
    this.#skipEvents = 0
    this.skipRows = 0
    this.#event = 0
    this.#heldEvent = -1
    this.#restartFile = file
    this.#restartPos = endPosition
    this.endGtid()
  }

  /** Moves behind an event outside of a transaction. */
  move(view: EventView): void {
    if (this.isInTransaction || view.isArtificial) return
    this.#restartFile = view.file
    this.#restartPos = view.endPosition
  }

  /** The log goes on in another file. */
  rotate(file: string, position: number): void {
    if (this.isInTransaction) return
    this.#restartFile = file
    this.#restartPos = position
  }

  /**
   * A statement outside of a transaction (DDL). Answers whether it was handled before: with GTIDs the offset stored at a statement names
   * the set before it, so that the server sends it again.
   */
  statement(view: EventView): boolean {
    const resumed = this.#resumed
    this.#resumed = null
    this.move(view)
    return (
      resumed !== null &&
      this.#executed !== null &&
      resumed.event === 0 &&
      resumed.gtids !== null &&
      resumed.file === view.file &&
      resumed.pos === view.endPosition
    )
  }

  /** The running transaction's GTID is executed. */
  endGtid(): void {
    if (this.#current !== null && this.#executed !== null) this.#ended.push(this.#current)
    this.#current = null
    this.gtid = null
    this.commitUs = null
  }

  /** Records of the present event are about to be sent, `rows` of its rows were before: offsets of the batch are at this event. */
  mark(tsSec: number, serverId: number, rows = 0): void {
    this.#tsSec = tsSec
    this.#serverId = serverId
    const { transaction } = this
    const event = this.#heldEvent >= 0 ? this.#heldEvent : this.#event
    this.#mark = { tsSec, file: this.#restartFile, pos: this.#restartPos, event, serverId, transaction }
    this.#markRow = this.#heldEvent >= 0 ? this.#heldRow : rows
    this.#markEnded = this.#ended.length
  }

  /** `rows` rows of the marked rows event are sent. */
  markRow(rows: number): void {
    this.#markRow = rows
  }

  /** The offset at the last mark, and forgets it; null when nothing was marked since. */
  takeMarkedOffset(): BinlogOffset | null {
    const mark = this.#mark
    if (mark === null) return null
    this.#mark = null
    this.lastMarked = {
      ...mark,
      gtids: this.#executed === null ? null : this.#textOf(this.#markEnded),
      row: this.#markRow,
      snapshot: null,
      incremental: this.incremental,
    }
    return this.lastMarked
  }

  // Text of the set with the first `count` ended transactions in it; they enter the set here.
  #textOf(count: number): string | null {
    const executed = this.#executed!
    if (count > 0 || this.#gtidText === null) {
      for (let i = 0; i < count; i++) executed.add(this.#ended[i]!)
      this.#ended = this.#ended.slice(count)
      this.#markEnded = Math.max(0, this.#markEnded - count)
      this.#gtidText = executed.toString()
    }
    // Debezium leaves the member out while nothing is executed.
    return this.#gtidText === '' ? null : this.#gtidText
  }
}
