// MariaDB's GTIDs: per replication domain the last transaction, `domain-server-sequence`.
import { MysqlProtocolError } from '../error.ts'

/** One MariaDB GTID. */
export interface MariaDbGtid {
  readonly domain: number
  readonly server: number
  readonly sequence: bigint
}

const GTID = /^([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,20})$/
const MAX_U32 = 0xffffffff
const MAX_U64 = 0xffff_ffff_ffff_ffffn

/** Text of one GTID. */
export function mariaDbGtidText(gtid: MariaDbGtid): string {
  return `${gtid.domain}-${gtid.server}-${gtid.sequence}`
}

/** The last GTID of each domain: a position in MariaDB's log. */
export class MariaDbGtidList {
  readonly #byDomain = new Map<number, MariaDbGtid>()

  /** Reads `0-1-270,1-2-3`. Throws MYSQL_GTID_SYNTAX. */
  static parse(text: string): MariaDbGtidList {
    const list = new MariaDbGtidList()
    for (const part of text.split(',')) {
      const trimmed = part.trim()
      if (trimmed === '') continue
      const match = GTID.exec(trimmed)
      const gtid = match && { domain: Number(match[1]), server: Number(match[2]), sequence: BigInt(match[3]!) }
      if (!gtid || gtid.domain > MAX_U32 || gtid.server > MAX_U32 || gtid.sequence > MAX_U64) {
        throw new MysqlProtocolError({
          code: 'MYSQL_GTID_SYNTAX',
          message: `'${trimmed.slice(0, 100)}' is not a MariaDB GTID`,
          hint: 'The form is domain-server-sequence, several joined by commas.',
        })
      }
      list.add(gtid)
    }
    return list
  }

  get gtids(): readonly MariaDbGtid[] {
    return [...this.#byDomain.values()].sort((a, b) => a.domain - b.domain)
  }

  get isEmpty(): boolean {
    return this.#byDomain.size === 0
  }

  /** The GTID becomes the last of its domain. */
  add(gtid: MariaDbGtid): void {
    this.#byDomain.set(gtid.domain, gtid)
  }

  /** Whether the transaction lies at or before this position in its domain. */
  contains(gtid: MariaDbGtid): boolean {
    const last = this.#byDomain.get(gtid.domain)
    return last !== undefined && gtid.sequence <= last.sequence
  }

  /** Whether this position is at or behind `other` in every domain of `other`. */
  containsAll(other: MariaDbGtidList): boolean {
    return other.gtids.every((gtid) => this.contains(gtid))
  }

  clone(): MariaDbGtidList {
    const copy = new MariaDbGtidList()
    for (const gtid of this.#byDomain.values()) copy.add(gtid)
    return copy
  }

  /** By domain: `0-1-270,1-2-3`. */
  toString(): string {
    return this.gtids.map(mariaDbGtidText).join(',')
  }
}
