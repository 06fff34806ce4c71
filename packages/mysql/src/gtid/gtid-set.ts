// MySQL's GTID sets, with tags: algebra, text and the binary form of the dump command and of PREVIOUS_GTIDS.
import { MysqlProtocolError } from '../error.ts'
import { decodeGtidSet, encodeGtidSet } from './gtid-codec.ts'
import { addInterval, coversInterval, type Interval, removeInterval } from './intervals.ts'

/** One source of transactions in a set: a server's uuid with one tag. */
export interface GtidSource {
  readonly uuid: string
  /** Lower case; empty for none. */
  readonly tag: string
  /** Sorted, disjoint, none touching another. */
  readonly intervals: readonly Interval[]
}

interface MutableSource extends GtidSource {
  readonly intervals: Interval[]
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/
const TAG = /^[a-z_][a-z0-9_]{0,31}$/
const INTERVAL = /^([0-9]{1,19})(?:-([0-9]{1,19}))?$/
/** Largest transaction number. */
const MAX_GNO = 0x7fff_ffff_ffff_fffen

/** A mutable set of MySQL GTIDs. */
export class GtidSet {
  readonly #sources = new Map<string, MutableSource>()

  /**
   * Reads the text form: `uuid:1-5:7:tag:1-3, uuid:…`, white space and line ends anywhere between parts, any case.
   * Throws MYSQL_GTID_SYNTAX.
   */
  static parse(text: string): GtidSet {
    const set = new GtidSet()
    for (const part of text.toLowerCase().split(',')) {
      const pieces = part.split(':').map((piece) => piece.trim())
      if (pieces.length === 1 && pieces[0] === '') continue
      const [uuid = '', ...rest] = pieces
      if (!UUID.test(uuid) || rest.length === 0) throw syntaxError(part)
      set.#parseSource(canonicalUuid(uuid), rest, part)
    }
    return set
  }

  /** Reads the binary form; see {@link GtidSet.encode}. Throws MYSQL_PROTOCOL_GTID_SET. */
  static decode(bytes: Uint8Array): GtidSet {
    const set = new GtidSet()
    for (const { uuid, tag, intervals } of decodeGtidSet(bytes)) {
      for (const { first, last } of intervals) set.addRange(uuid, tag, first, last)
    }
    return set
  }

  /** In the order in which MySQL prints them: by uuid, then tag, none first. */
  get sources(): readonly GtidSource[] {
    return [...this.#sources.values()].sort((a, b) => compareText(a.uuid, b.uuid) || compareText(a.tag, b.tag))
  }

  get isEmpty(): boolean {
    return this.#sources.size === 0
  }

  /** Adds one transaction. `uuid` and `tag` as events carry them: lower case, with hyphens. */
  add(uuid: string, tag: string, gno: bigint): void {
    this.addRange(uuid, tag, gno, gno)
  }

  /** Adds the transactions `first` to `last`. */
  addRange(uuid: string, tag: string, first: bigint, last: bigint): void {
    addInterval(this.#source(uuid, tag).intervals, first, last)
  }

  /** Whether one transaction is in the set. */
  contains(uuid: string, tag: string, gno: bigint): boolean {
    const source = this.#sources.get(keyOf(uuid, tag))
    return source !== undefined && coversInterval(source.intervals, gno, gno)
  }

  /** Whether every transaction of `other` is in this set. */
  containsAll(other: GtidSet): boolean {
    for (const [key, { intervals }] of other.#sources) {
      const own = this.#sources.get(key)
      if (own === undefined || !intervals.every(({ first, last }) => coversInterval(own.intervals, first, last)))
        return false
    }
    return true
  }

  equals(other: GtidSet): boolean {
    return this.containsAll(other) && other.containsAll(this)
  }

  /** A new set of what is in either. */
  union(other: GtidSet): GtidSet {
    const result = this.clone()
    for (const { uuid, tag, intervals } of other.#sources.values()) {
      for (const { first, last } of intervals) result.addRange(uuid, tag, first, last)
    }
    return result
  }

  /** A new set of what is in this and not in `other`. */
  subtract(other: GtidSet): GtidSet {
    const result = this.clone()
    for (const [key, { intervals }] of other.#sources) {
      const own = result.#sources.get(key)
      if (own === undefined) continue
      for (const { first, last } of intervals) removeInterval(own.intervals, first, last)
      if (own.intervals.length === 0) result.#sources.delete(key)
    }
    return result
  }

  /** A new set of the sources that `keep` accepts. */
  filter(keep: (source: GtidSource) => boolean): GtidSet {
    const result = new GtidSet()
    for (const source of this.#sources.values()) {
      if (!keep(source)) continue
      for (const { first, last } of source.intervals) result.addRange(source.uuid, source.tag, first, last)
    }
    return result
  }

  clone(): GtidSet {
    return this.filter(() => true)
  }

  /** The binary form of COM_BINLOG_DUMP_GTID; the tagged one only if a source has a tag, so that older servers understand the other. */
  encode(): Buffer {
    return encodeGtidSet(this.sources)
  }

  /** Text as MySQL prints it, but without line ends: `uuid:1-5:7:tag:1-3,uuid:…`. */
  toString(): string {
    let text = ''
    let uuid = ''
    for (const source of this.sources) {
      if (source.uuid !== uuid) {
        if (text !== '') text += ','
        text += source.uuid
        uuid = source.uuid
      }
      if (source.tag !== '') text += `:${source.tag}`
      for (const { first, last } of source.intervals) text += first === last ? `:${first}` : `:${first}-${last}`
    }
    return text
  }

  #parseSource(uuid: string, pieces: readonly string[], part: string): void {
    let tag = ''
    for (const piece of pieces) {
      const match = INTERVAL.exec(piece)
      if (match === null) {
        if (!TAG.test(piece)) throw syntaxError(part)
        tag = piece
        continue
      }
      const first = BigInt(match[1]!)
      const last = match[2] === undefined ? first : BigInt(match[2])
      if (first < 1n || last > MAX_GNO) throw syntaxError(part)
      // An interval that ends before it starts is empty, as in the server.
      if (first <= last) this.addRange(uuid, tag, first, last)
    }
  }

  #source(uuid: string, tag: string): MutableSource {
    const key = keyOf(uuid, tag)
    let source = this.#sources.get(key)
    if (source === undefined) {
      source = { uuid, tag, intervals: [] }
      this.#sources.set(key, source)
    }
    return source
  }
}

function keyOf(uuid: string, tag: string): string {
  return tag === '' ? uuid : `${uuid}:${tag}`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function canonicalUuid(text: string): string {
  const hex = text.replaceAll('-', '')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function syntaxError(part: string): MysqlProtocolError {
  return new MysqlProtocolError({
    code: 'MYSQL_GTID_SYNTAX',
    message: `'${part.trim().slice(0, 100)}' is not part of a GTID set`,
    hint: 'The form is uuid:first-last[:first-last…][:tag:first-last…], parts joined by commas.',
  })
}
