// Sets of executed transactions, as both flavours count them: by source UUID (MySQL) or as the last one of each replication domain (MariaDB).
import { type BinlogStart, GtidSet, type MariaDbGtid, MariaDbGtidList, mariaDbGtidText } from '@millrace/mysql'
import type { FlavourName } from '../../config/mysql/mysql-config.ts'

/** One transaction of a MySQL server. */
export interface MysqlTransaction {
  readonly uuid: string
  readonly tag: string
  readonly gno: bigint
}

/** One transaction as a set takes it; the flavour of both must be the same. */
export type Transaction = MysqlTransaction | MariaDbGtid

/** Whether transactions of a source count: a UUID, or `domain-server` in MariaDB. */
export type SourceFilter = (source: string) => boolean

/** A set of transactions. Sets that meet are of one flavour. */
export interface TransactionSet {
  readonly isEmpty: boolean
  /** The transaction is executed too. */
  add(transaction: Transaction): void
  /** Whether both were written the same. */
  equals(other: TransactionSet): boolean
  containsAll(other: TransactionSet): boolean
  /** Those of sources that count. */
  filter(keeps: SourceFilter): TransactionSet
  /** What `other` does not contain. */
  subtract(other: TransactionSet): TransactionSet
  /** This set, with the transactions of sources that do not count taken as executed as far as the server has them. */
  passOver(executed: TransactionSet, keeps: SourceFilter): TransactionSet
  /** A dump of everything that is not in the set. */
  start(): BinlogStart
  /** As source offsets have it; empty for the empty set. */
  toString(): string
}

/** Reads a set. Throws MYSQL_GTID_SYNTAX. */
export function transactionSet(flavour: FlavourName, text: string): TransactionSet {
  return flavour === 'mysql' ? new MysqlSet(GtidSet.parse(text)) : new MariadbSet(MariaDbGtidList.parse(text))
}

/** Text of one transaction. */
export function transactionText(transaction: Transaction): string {
  if ('sequence' in transaction) return mariaDbGtidText(transaction)
  const { uuid, tag, gno } = transaction
  return tag === '' ? `${uuid}:${gno}` : `${uuid}:${tag}:${gno}`
}

class MysqlSet implements TransactionSet {
  readonly #set: GtidSet

  constructor(set: GtidSet) {
    this.#set = set
  }

  get isEmpty(): boolean {
    return this.#set.isEmpty
  }

  add(transaction: Transaction): void {
    const { uuid, tag, gno } = transaction as MysqlTransaction
    this.#set.add(uuid, tag, gno)
  }

  equals(other: TransactionSet): boolean {
    return this.#set.equals(setOf(other))
  }

  containsAll(other: TransactionSet): boolean {
    return this.#set.containsAll(setOf(other))
  }

  filter(keeps: SourceFilter): TransactionSet {
    return new MysqlSet(this.#set.filter(({ uuid }) => keeps(uuid)))
  }

  subtract(other: TransactionSet): TransactionSet {
    return new MysqlSet(this.#set.subtract(setOf(other)))
  }

  passOver(executed: TransactionSet, keeps: SourceFilter): TransactionSet {
    const others = setOf(executed).filter(({ uuid }) => !keeps(uuid))
    return new MysqlSet(this.#set.filter(({ uuid }) => keeps(uuid)).union(others))
  }

  start(): BinlogStart {
    return { kind: 'gtid', encoded: this.#set.encode() }
  }

  toString(): string {
    return this.#set.toString()
  }

  static inner(set: TransactionSet): GtidSet {
    return (set as MysqlSet).#set
  }
}

const setOf = (set: TransactionSet) => MysqlSet.inner(set)

class MariadbSet implements TransactionSet {
  readonly #list: MariaDbGtidList

  constructor(list: MariaDbGtidList) {
    this.#list = list
  }

  get isEmpty(): boolean {
    return this.#list.isEmpty
  }

  add(transaction: Transaction): void {
    this.#list.add(transaction as MariaDbGtid)
  }

  equals(other: TransactionSet): boolean {
    return this.toString() === other.toString()
  }

  containsAll(other: TransactionSet): boolean {
    return this.#list.containsAll(listOf(other))
  }

  filter(keeps: SourceFilter): TransactionSet {
    return this.#only((gtid) => keeps(sourceOf(gtid)))
  }

  subtract(other: TransactionSet): TransactionSet {
    const list = listOf(other)
    return this.#only((gtid) => !list.contains(gtid))
  }

  // Only domains of which nothing was read are passed over: in the others the last transaction hides those of further servers before it.
  passOver(executed: TransactionSet, keeps: SourceFilter): TransactionSet {
    const list = this.#list.clone()
    const known = new Set(list.gtids.map(({ domain }) => domain))
    for (const gtid of listOf(executed).gtids) if (!known.has(gtid.domain) && !keeps(sourceOf(gtid))) list.add(gtid)
    return new MariadbSet(list)
  }

  start(): BinlogStart {
    return { kind: 'mariadb-gtid', state: this.toString() }
  }

  toString(): string {
    return this.#list.toString()
  }

  #only(isWanted: (gtid: MariaDbGtid) => boolean): MariadbSet {
    const list = new MariaDbGtidList()
    for (const gtid of this.#list.gtids) if (isWanted(gtid)) list.add(gtid)
    return new MariadbSet(list)
  }

  static inner(set: TransactionSet): MariaDbGtidList {
    return (set as MariadbSet).#list
  }
}

const listOf = (set: TransactionSet) => MariadbSet.inner(set)

function sourceOf({ domain, server }: MariaDbGtid): string {
  return `${domain}-${server}`
}
