// A cursor that writes Kafka's primitive types into a growing buffer. Record batches are not copied: the writer keeps them by reference
// between the pieces of its own buffer, and `finish` gives the parts in order, ready for a link.

import { KafkaError } from '../error.ts'

const FIRST_BYTES = 256
/** A byte field shorter than this is copied: a separate part would cost more than the copy. */
const COPY_BELOW_BYTES = 4096

const TWO_TO_32 = 0x1_0000_0000

const MAX_STRING_BYTES = 32_767

/** Writes one message from front to back. Throws KafkaError `INVALID_REQUEST` when a value does not fit its field. */
export class ProtocolWriter {
  #bytes: Buffer
  #pos = 0
  /** Start of the piece of `#bytes` that no part holds yet. */
  #pieceStart = 0
  readonly #parts: Uint8Array[] = []
  #partsBytes = 0

  constructor(capacity = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafe(capacity)
  }

  /** Bytes written so far, referenced ones included. */
  get size(): number {
    return this.#partsBytes + this.#pos - this.#pieceStart
  }

  int8(value: number): void {
    checkInteger(value, -0x80, 0x7f)
    this.#pos = this.#reserve(1).writeInt8(value, this.#pos)
  }

  bool(value: boolean): void {
    this.#pos = this.#reserve(1).writeInt8(value ? 1 : 0, this.#pos)
  }

  int16(value: number): void {
    checkInteger(value, -0x8000, 0x7fff)
    this.#pos = this.#reserve(2).writeInt16BE(value, this.#pos)
  }

  uint16(value: number): void {
    checkInteger(value, 0, 0xffff)
    this.#pos = this.#reserve(2).writeUInt16BE(value, this.#pos)
  }

  int32(value: number): void {
    checkInteger(value, -0x8000_0000, 0x7fff_ffff)
    this.#pos = this.#reserve(4).writeInt32BE(value, this.#pos)
  }

  /** A 64-bit integer given as a number; it must be exact, that is within ±2^53. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw misfit(`${value} is not an exact integer`)
    const bytes = this.#reserve(8)
    bytes.writeInt32BE(Math.floor(value / TWO_TO_32), this.#pos)
    bytes.writeUInt32BE(((value % TWO_TO_32) + TWO_TO_32) % TWO_TO_32, this.#pos + 4)
    this.#pos += 8
  }

  float64(value: number): void {
    const bytes = this.#reserve(8)
    bytes.writeDoubleBE(value, this.#pos)
    this.#pos += 8
  }

  /** A UUID given as hex with or without dashes. */
  uuid(value: string): void {
    const hex = value.replaceAll('-', '')
    if (!/^[0-9a-fA-F]{32}$/.test(hex)) throw misfit('not a UUID')
    const bytes = this.#reserve(16) // first: it may move the position
    this.#pos += bytes.write(hex, this.#pos, 'hex')
  }

  unsignedVarint(value: number): void {
    checkInteger(value, 0, 0xffff_ffff)
    const bytes = this.#reserve(5)
    let rest = value
    while (rest > 0x7f) {
      bytes[this.#pos++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[this.#pos++] = rest
  }

  nullableString(value: string | null, flexible: boolean): void {
    if (value === null) {
      if (flexible) this.unsignedVarint(0)
      else this.int16(-1)
      return
    }
    const length = Buffer.byteLength(value)
    if (flexible) this.unsignedVarint(length + 1)
    else if (length > MAX_STRING_BYTES) throw misfit(`a string of ${length} bytes is too long`)
    else this.int16(length)
    const bytes = this.#reserve(length) // first: it may move the position
    this.#pos += bytes.write(value, this.#pos, 'utf8')
  }

  /** Bytes with their length; longer ones are kept by reference and must not change until the message is sent. */
  nullableBytes(value: Uint8Array | null, flexible: boolean): void {
    if (flexible) this.unsignedVarint(value === null ? 0 : value.length + 1)
    else this.int32(value === null ? -1 : value.length)
    if (value !== null) this.raw(value)
  }

  arrayLength(length: number, flexible: boolean): void {
    if (flexible) this.unsignedVarint(length + 1)
    else this.int32(length)
  }

  /** Bytes without a length; longer ones by reference. */
  raw(value: Uint8Array): void {
    if (value.length < COPY_BELOW_BYTES) {
      this.#reserve(value.length).set(value, this.#pos)
      this.#pos += value.length
      return
    }
    this.#closePiece()
    this.#parts.push(value)
    this.#partsBytes += value.length
  }

  /** The message's parts in order. The writer must not be used afterwards. */
  finish(): Uint8Array[] {
    this.#closePiece()
    return this.#parts
  }

  /** The message as one buffer (a copy when it has several parts). */
  toBuffer(): Buffer {
    const parts = this.finish()
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
  }

  #closePiece(): void {
    if (this.#pos === this.#pieceStart) return
    this.#parts.push(this.#bytes.subarray(this.#pieceStart, this.#pos))
    this.#partsBytes += this.#pos - this.#pieceStart
    this.#pieceStart = this.#pos
  }

  /** Makes room for `count` more bytes. The pieces already handed out keep the old buffer. */
  #reserve(count: number): Buffer {
    if (this.#pos + count <= this.#bytes.length) return this.#bytes
    const kept = this.#pos - this.#pieceStart
    const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * (kept + count)))
    this.#bytes.copy(grown, 0, this.#pieceStart, this.#pos)
    this.#bytes = grown
    this.#pos = kept
    this.#pieceStart = 0
    return grown
  }
}

function checkInteger(value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) throw misfit(`${value} is not between ${min} and ${max}`)
}

function misfit(detail: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', `a value does not fit its Kafka field: ${detail}`)
}
