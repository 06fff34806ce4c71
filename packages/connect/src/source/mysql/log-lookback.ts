// Reads the log again beside the stream: the rows of a prepared XA transaction, the end of a transaction that is too large to hold, and where
// an XA transaction was prepared that this run has not seen.
import {
  ByteCursor,
  type ConnectionOptions,
  connectControl,
  decodeMariaDbGtid,
  decodeQuery,
  decodeXaPrepare,
  EventType,
  type EventView,
  isRowsEvent,
  openBinlog,
} from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { FlatEvents } from './flat-events.ts'
import { RowsFate } from './rows-fate.ts'
import { savepointName, statementKind, xaStatement } from './stream-statement.ts'
import type { LogPlace } from './xa-transactions.ts'

/** What {@link LogLookback} works with. */
export interface LogLookbackOptions {
  readonly connection: ConnectionOptions
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Largest position that a dump command can say. */
const MAX_START = 0xffff_ffff
const FIRST_POSITION = 4

/** How a transaction ended. */
export type GroupEnd = 'commit' | 'rollback' | 'prepared'

/** See the file's head. */
export class LogLookback {
  readonly #options: LogLookbackOptions
  readonly #cursor = new ByteCursor()
  // Transactions prepared in a log file, by file; each file is looked through once. The last prepare of an id counts.
  readonly #prepared = new Map<string, ReadonlyMap<string, number>>()

  constructor(options: LogLookbackOptions) {
    this.#options = options
  }

  /** Another server may answer from now on. */
  forget(): void {
    this.#prepared.clear()
  }

  /** Opens the events from a place on; that of a BEGIN, an XA START or a GTID event. Throws MysqlError. */
  async open({ file, pos }: LogPlace): Promise<FlatEvents> {
    const { connection, signal } = this.#options
    const position = pos > MAX_START ? FIRST_POSITION : pos
    const start = { kind: 'position', file, position } as const
    const events = new FlatEvents(await openBinlog({ ...connection, signal, serverId: 0, start }))
    events.startAt({ file, pos })
    return events
  }

  /** Follows the transaction at `place` to its end: which of its rows events happened. Throws CDC_POSITION_LOST, MysqlError. */
  async fate(place: LogPlace): Promise<RowsFate> {
    const events = await this.open(place)
    const fate = new RowsFate()
    try {
      while (await events.more()) {
        for (let view = events.next(); view !== null; view = events.next()) {
          const end = this.follow(fate, view)
          if (end === null) continue
          if (end === 'rollback') fate.rollback()
          return fate
        }
      }
      throw stopped()
    } finally {
      events.close()
    }
  }

  /** Takes one event of a transaction; answers how it ends with it, null where it does not. */
  follow(fate: RowsFate, view: EventView): GroupEnd | null {
    const { typeCode } = view.header
    if (isRowsEvent(typeCode)) fate.count++
    else if (typeCode === EventType.XID_EVENT) return 'commit'
    else if (typeCode === EventType.XA_PREPARE_LOG_EVENT) return 'prepared'
    else if (typeCode === EventType.QUERY_EVENT || typeCode === EventType.MARIADB_QUERY_COMPRESSED_EVENT) {
      const { sql } = decodeQuery(this.#open(view), typeCode === EventType.MARIADB_QUERY_COMPRESSED_EVENT)
      const kind = statementKind(sql)
      if (kind === 'commit' || kind === 'rollback') return kind
      if (kind === 'savepoint') fate.savepoint(savepointName(sql) ?? '')
      else if (kind === 'release') fate.release(savepointName(sql) ?? '')
      else if (kind === 'rollback-to') fate.rollbackTo(savepointName(sql) ?? '')
      else if (kind === 'xa') {
        const xa = xaStatement(sql)
        if (xa?.verb === 'commit') return 'commit'
        if (xa?.verb === 'rollback') return 'rollback'
      }
    }
    return null
  }

  /**
   * Where the XA transaction was prepared that is decided at `before`: the last one of its id. Looks through the log backwards, file after
   * file. Null where the log no longer has it. Throws MysqlError.
   */
  async find(xid: string, before: LogPlace): Promise<LogPlace | null> {
    const files = await this.#logFiles()
    const { log } = this.#options
    for (let i = files.lastIndexOf(before.file); i >= 0; i--) {
      const file = files[i]!
      const isLast = file === before.file
      let prepared = this.#prepared.get(file)
      if (prepared === undefined || (isLast && !prepared.has(xid))) {
        log.info({ file }, 'looking for prepared XA transactions in the log')
        prepared = await this.#preparedIn(file, isLast ? before.pos : Number.POSITIVE_INFINITY)
        this.#prepared.set(file, prepared)
      }
      const pos = prepared.get(xid)
      if (pos !== undefined) return { file, pos }
    }
    return null
  }

  async #preparedIn(file: string, end: number): Promise<Map<string, number>> {
    const prepared = new Map<string, number>()
    const events = await this.open({ file, pos: FIRST_POSITION })
    let start = -1
    try {
      while (await events.more()) {
        for (let view = events.next(); view !== null; view = events.next()) {
          if (view.file !== file || view.startPosition >= end) return prepared
          start = this.#takeXa(view, start, prepared)
          const { typeCode } = view.header
          const isEnd = typeCode === EventType.ROTATE_EVENT || typeCode === EventType.STOP_EVENT
          if (isEnd && !view.isArtificial) return prepared
        }
      }
      throw stopped()
    } finally {
      events.close()
    }
  }

  // Answers where the present XA transaction starts; -1 for none.
  #takeXa(view: EventView, start: number, prepared: Map<string, number>): number {
    switch (view.header.typeCode) {
      case EventType.QUERY_EVENT:
      case EventType.MARIADB_QUERY_COMPRESSED_EVENT: {
        const isCompressed = view.header.typeCode === EventType.MARIADB_QUERY_COMPRESSED_EVENT
        const { sql } = decodeQuery(this.#open(view), isCompressed)
        return /^XA\s+(START|BEGIN)\b/i.test(sql) ? view.startPosition : start
      }
      case EventType.MARIADB_GTID_EVENT:
        return decodeMariaDbGtid(this.#open(view), view).xa === 'prepared' ? view.startPosition : -1
      case EventType.XA_PREPARE_LOG_EVENT: {
        const { xid, isOnePhase } = decodeXaPrepare(this.#open(view))
        if (start >= 0 && !isOnePhase) prepared.set(xid, start)
        return -1
      }
      default:
        return start
    }
  }

  #open(view: EventView): ByteCursor {
    return this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view)
  }

  async #logFiles(): Promise<string[]> {
    const { connection, signal } = this.#options
    const control = await connectControl({ ...connection, signal })
    try {
      return (await control.query('SHOW BINARY LOGS')).map(([file]) => file ?? '')
    } finally {
      await control.close()
    }
  }
}

function stopped(): CdcError {
  return new CdcError('CDC_STATE_ABORTED', 'The task was stopped while the log was read again')
}
