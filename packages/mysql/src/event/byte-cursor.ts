// A reader over the body of one event with its bounds checked at every field: a lie in the bytes becomes a named error with the position.
import { MysqlProtocolError } from '../error.ts'

/** Where bytes come from, for messages. */
export interface EventPlace {
  readonly file: string
  readonly startPosition: number
  readonly header: { readonly typeCode: number }
  /** Whether the log is MariaDB's, which gives some numbers another meaning; absent = no. */
  readonly isMariaDb?: boolean
}

/** See the file's head. Reused: {@link ByteCursor.open} points it at other bytes. */
export class ByteCursor {
  bytes: Buffer = Buffer.alloc(0)
  pos = 0
  end = 0
  #place: EventPlace | null = null

  /** Points at `bytes[start, end)` of the event at `place`. */
  open(bytes: Buffer, start: number, end: number, place: EventPlace): this {
    this.bytes = bytes
    this.pos = start
    this.end = end
    this.#place = place
    return this
  }

  /** Whether the event is of a MariaDB server. */
  get isMariaDb(): boolean {
    return this.#place?.isMariaDb === true
  }

  get remaining(): number {
    return this.end - this.pos
  }

  /** Makes sure that `count` bytes are left; answers where they start and moves behind them. */
  take(count: number): number {
    const at = this.pos
    if (count < 0 || this.end - at < count) throw this.corrupt(`needs ${count} bytes where ${this.end - at} are left`)
    this.pos = at + count
    return at
  }

  u8(): number {
    return this.bytes[this.take(1)]!
  }

  u16(): number {
    const at = this.take(2)
    return this.bytes[at]! | (this.bytes[at + 1]! << 8)
  }

  u24(): number {
    const at = this.take(3)
    return this.bytes[at]! | (this.bytes[at + 1]! << 8) | (this.bytes[at + 2]! << 16)
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.take(4))
  }

  u48(): number {
    return this.bytes.readUIntLE(this.take(6), 6)
  }

  u56(): bigint {
    const at = this.take(7)
    return BigInt(this.bytes.readUInt32LE(at)) | (BigInt(this.bytes.readUIntLE(at + 4, 3)) << 32n)
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.take(8))
  }

  /** A length-encoded integer, below 2^53. */
  lenenc(): number {
    const first = this.u8()
    if (first < 0xfb) return first
    if (first === 0xfc) return this.u16()
    if (first === 0xfd) return this.u24()
    if (first !== 0xfe) throw this.corrupt(`has the length byte 0x${first.toString(16)}`)
    const value = this.u64()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.corrupt('has a length beyond 2^53')
    return Number(value)
  }

  utf8(count: number): string {
    const at = this.take(count)
    return this.bytes.toString('utf8', at, at + count)
  }

  latin1(count: number): string {
    const at = this.take(count)
    return this.bytes.toString('latin1', at, at + count)
  }

  /** A copy of the next `count` bytes. */
  copy(count: number): Uint8Array {
    const at = this.take(count)
    return Uint8Array.prototype.slice.call(this.bytes, at, at + count)
  }

  /** The error of this event: `what` completes the sentence "Binlog event … ". */
  corrupt(what: string): MysqlProtocolError {
    return corruptEvent(this.#place, what)
  }
}

/** MYSQL_PROTOCOL_EVENT: an event whose bytes contradict its format. `what` completes "Event … ". */
export function corruptEvent(place: EventPlace | null, what: string): MysqlProtocolError {
  const where = place === null ? '' : ` of type ${place.header.typeCode} at ${place.file}:${place.startPosition}`
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_EVENT',
    message: `Binlog event${where} ${what}`,
    hint:
      place === null
        ? 'Compare with mysqlbinlog.'
        : `Compare with: mysqlbinlog --start-position=${place.startPosition} ${place.file}; if it agrees, the log is damaged.`,
  })
}
