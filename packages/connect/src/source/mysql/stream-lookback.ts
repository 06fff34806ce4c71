// What the stream does when it has to read the log again (LogRequest): the rows of committed XA transactions become batches of their own.
import {
  ByteCursor,
  decodeRowsQuery,
  decodeXaPrepare,
  EventType,
  type EventView,
  isRowsEvent,
  type TableMapEvent,
  TableMaps,
} from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { SourceItem } from '../../data/change-row.ts'
import type { SourceBatch, SourceOffset, SourcePartition } from '../source.ts'
import type { FailurePolicy } from './failure-policy.ts'
import { HeldEvent, HeldRows, MAX_HELD_BYTES } from './held-rows.ts'
import type { LogLookback } from './log-lookback.ts'
import { offsetJson } from './offset.ts'
import { RowsFate } from './rows-fate.ts'
import { cdcErrorOf } from './stream-errors.ts'
import type { StreamProgress } from './stream-progress.ts'
import type { LogRequest, TransactionRows } from './transaction-rows.ts'
import type { LogPlace } from './xa-transactions.ts'

/** What {@link answerRequest} works with. */
export interface AnswerOptions {
  readonly transaction: TransactionRows
  readonly lookback: LogLookback
  readonly progress: StreamProgress
  readonly partition: SourcePartition
  readonly includesQuery: boolean
  readonly policy: FailurePolicy
}

type XaRequest = Extract<LogRequest, { readonly kind: 'xa' }>
type Visit = (item: SourceItem) => void

/** Reads what is wanted. Throws CDC_POSITION_LOST for rows that the log no longer has, MysqlError. */
export async function* answerRequest(options: AnswerOptions): AsyncGenerator<SourceBatch> {
  const { transaction, lookback } = options
  const request = transaction.request!
  if (request.kind === 'fate') {
    transaction.fateKnown(await lookback.fate(request.place))
    return
  }
  const { end, xid } = request
  const before = { file: end.file, pos: end.startPosition }
  const place = request.place ?? (await lookback.find(xid, before))
  if (place === null) {
    options.policy.take(lostXa(request))
    yield new RereadBatch(options, (visit) => {
      transaction.xaBegin(end, visit)
      transaction.xaEnd(end, visit)
    })
    return
  }
  yield* rowsOf(options, request, place)
}

async function* rowsOf(options: AnswerOptions, request: XaRequest, place: LogPlace): AsyncGenerator<SourceBatch> {
  const { transaction, lookback } = options
  const { end } = request
  const first = await readThrough(options, request, place)
  yield new RereadBatch(options, (visit) => {
    transaction.xaBegin(end, visit)
    for (const event of first.held ?? []) transaction.xaRows(event, event.map, event.query, visit)
  })
  if (first.held === null) {
    const events = await lookback.open(place)
    const group = new GroupRows(options.includesQuery)
    try {
      for (let isOver = false; !isOver && (await events.more()); ) {
        yield new RereadBatch(options, (visit) => {
          for (let view = events.next(); view !== null && !isOver; view = isOver ? null : events.next()) {
            const map = group.take(view)
            if (map !== null && !first.fate.isCancelled(group.number)) transaction.xaRows(view, map, group.query, visit)
            isOver = group.isOver(lookback, view)
          }
        })
      }
    } finally {
      events.close()
    }
  }
  yield new RereadBatch(options, (visit) => transaction.xaEnd(end, visit))
}

/** First pass: what happened of the transaction, and its rows if they are few. */
async function readThrough(
  { lookback, includesQuery }: AnswerOptions,
  request: XaRequest,
  place: LogPlace,
): Promise<{ readonly fate: RowsFate; readonly held: readonly HeldEvent[] | null }> {
  const events = await lookback.open(place)
  const group = new GroupRows(includesQuery)
  const held = new HeldRows()
  let isLarge = false
  try {
    while (await events.more()) {
      for (let view = events.next(); view !== null; view = events.next()) {
        const map = group.take(view)
        if (map !== null && !isLarge) {
          held.add(new HeldEvent(view, map, { number: group.number, event: 0, firstRow: 0, query: group.query }))
          isLarge = held.bytes > MAX_HELD_BYTES
          if (isLarge) held.clear()
        }
        if (!group.isOver(lookback, view)) continue
        if (group.xid !== null && group.xid !== request.xid) throw lostXa(request)
        const { fate } = group
        return { fate, held: isLarge ? null : held.events.filter(({ number }) => !fate.isCancelled(number)) }
      }
    }
    throw new CdcError('CDC_STATE_ABORTED', 'The task was stopped while the log was read again')
  } finally {
    events.close()
  }
}

/** Tells the rows events of one transaction and their tables, from its start to its end. */
class GroupRows {
  readonly fate = new RowsFate()
  /** Number of the rows event that `take` answered a table for. */
  number = 0
  query: string | null = null
  /** Id at the transaction's end; null for an end that names none. */
  xid: string | null = null
  readonly #maps = new TableMaps()
  readonly #cursor = new ByteCursor()
  readonly #includesQuery: boolean

  constructor(includesQuery: boolean) {
    this.#includesQuery = includesQuery
  }

  take(view: EventView): TableMapEvent | null {
    const { typeCode } = view.header
    if (isRowsEvent(typeCode)) {
      this.number = this.fate.count
      return this.#maps.get(this.#open(view).u48()) ?? null
    }
    if (typeCode === EventType.TABLE_MAP_EVENT) this.#maps.accept(this.#open(view))
    else if (typeCode === EventType.XA_PREPARE_LOG_EVENT) this.xid = decodeXaPrepare(this.#open(view)).xid
    else if (
      this.#includesQuery &&
      (typeCode === EventType.ROWS_QUERY_LOG_EVENT || typeCode === EventType.MARIADB_ANNOTATE_ROWS_EVENT)
    )
      this.query = decodeRowsQuery(this.#open(view), view)
    return null
  }

  /** Whether the transaction ends with the event. */
  isOver(lookback: LogLookback, view: EventView): boolean {
    return lookback.follow(this.fate, view) !== null
  }

  #open(view: EventView): ByteCursor {
    return this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view)
  }
}

class RereadBatch implements SourceBatch {
  readonly sourcePartition: SourcePartition
  readonly #progress: StreamProgress
  readonly #emit: (visit: Visit) => void
  #offset: SourceOffset | null = null

  constructor({ partition, progress }: AnswerOptions, emit: (visit: Visit) => void) {
    this.sourcePartition = partition
    this.#progress = progress
    this.#emit = emit
  }

  get sourceOffset(): SourceOffset | null {
    return this.#offset
  }

  forEach(visit: Visit): void {
    try {
      this.#emit(visit)
    } catch (error) {
      throw cdcErrorOf(error)
    }
    const offset = this.#progress.takeMarkedOffset()
    this.#offset = offset === null ? null : offsetJson(offset)
  }

  acked(): void {}
}

function lostXa({ xid, end }: XaRequest): CdcError {
  return new CdcError(
    'CDC_POSITION_LOST',
    `The XA transaction ${xid} is committed at ${end.file}:${end.startPosition}, but the binary log no longer has its XA PREPARE and its rows`,
    {
      hint: 'The server has deleted that part of its log: decide XA transactions before the log expires (binlog_expire_logs_seconds), and take a new snapshot of the tables concerned.',
    },
  )
}
