// Source partition and source offsets of the MySQL connector, in Debezium's JSON.
import { CdcError } from '../../base/errors.ts'
import type { SourceOffset, SourcePartition } from '../source.ts'
import { incrementalMembers } from './incremental/snapshot-context.ts'
import { javaSetOrder } from './schema/java-set.ts'
import type { TransactionState } from './stream-transactions.ts'

const ORDER = 'transaction_data_collection_order_'

/** `{"server": <topic.prefix>}`. */
export function sourcePartition(topicPrefix: string): SourcePartition {
  return { server: topicPrefix }
}

/** A place in the log from which reading can go on. */
export interface BinlogOffset {
  readonly tsSec: number | null
  readonly file: string
  /** Inside a transaction the start of its BEGIN, else the end of the last event. */
  readonly pos: number
  /** What was executed before the present transaction; null without GTIDs. */
  readonly gtids: string | null
  /** Rows of the next rows event that are done. */
  readonly row: number
  readonly serverId: number
  /** Events done since `pos`. */
  readonly event: number
  /** `INITIAL` while a snapshot is not finished. */
  readonly snapshot: string | null
  /** The running transaction, where transaction metadata are provided. */
  readonly transaction?: TransactionState | null
  /** Members of the incremental snapshot under way. */
  readonly incremental?: SourceOffset | null
}

/** Debezium's form: members in its order, those at zero left out. */
export function offsetJson(offset: BinlogOffset): SourceOffset {
  const { tsSec, file, pos, gtids, row, serverId, event, snapshot, transaction, incremental } = offset
  const place = {
    ...(tsSec === null ? {} : { ts_sec: tsSec }),
    file,
    pos,
    ...(gtids === null ? {} : { gtids }),
    ...(row === 0 ? {} : { row }),
    ...(serverId === 0 ? {} : { server_id: serverId }),
    ...(event === 0 ? {} : { event }),
    ...(snapshot === null ? {} : { snapshot }),
  }
  if (transaction == null && incremental == null) return place
  return inMapOrder({ ...place, ...transactionMembers(transaction ?? null), ...incremental })
}

// The order of members is that of a Java map, which the other members keep by chance without the transaction's.
function inMapOrder(all: SourceOffset): SourceOffset {
  return Object.fromEntries(javaSetOrder(Object.keys(all)).map((name) => [name, all[name]])) as SourceOffset
}

function transactionMembers(transaction: TransactionState | null): SourceOffset {
  if (transaction === null) return {}
  const members: Record<string, unknown> = { transaction_id: transaction.id }
  for (const [table, order] of transaction.orders) members[`${ORDER}${table}`] = order
  return members
}

/** Reads a stored offset. Throws CDC_POSITION_INVALID for one without file and position. */
export function parseOffset(json: SourceOffset): BinlogOffset {
  const { file } = json
  if (typeof file !== 'string' || file === '') throw invalid('it has no binlog file')
  const gtids = json['gtids']
  const { snapshot } = json
  return {
    tsSec: json['ts_sec'] === undefined || json['ts_sec'] === null ? null : whole(json, 'ts_sec'),
    file,
    pos: whole(json, 'pos'),
    gtids: typeof gtids === 'string' && gtids.trim() !== '' ? gtids.replaceAll(/\s/g, '') : null,
    row: whole(json, 'row'),
    serverId: whole(json, 'server_id'),
    event: whole(json, 'event'),
    // `true` is what Debezium wrote up to 3.0.
    snapshot: snapshot === true ? 'INITIAL' : typeof snapshot === 'string' ? snapshot : null,
    transaction: transactionOf(json),
    incremental: incrementalMembers(json),
  }
}

function transactionOf(json: SourceOffset): TransactionState | null {
  const { transaction_id: id } = json
  if (typeof id !== 'string') return null
  const names = Object.keys(json).filter((name) => name.startsWith(ORDER))
  return { id, orders: new Map(names.map((name) => [name.slice(ORDER.length), whole(json, name)])) }
}

function whole(json: SourceOffset, name: string): number {
  const value = json[name]
  if (value === undefined || value === null) return 0
  const number = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) throw invalid(`${name} is not a count`)
  return number
}

function invalid(reason: string): CdcError {
  return new CdcError('CDC_POSITION_INVALID', `The stored source offset cannot be used: ${reason}`)
}
