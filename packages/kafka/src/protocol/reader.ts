// A cursor that reads Kafka's primitive types from one frame. Every read checks its bounds first, so that hostile bytes end in a named
// error and never in a large allocation: a length is compared with what the frame still holds before anything is made of it.

import { KafkaError } from '../error.ts'

/** Most array elements one frame may hold in total; keeps a frame of tiny elements from becoming a hundred times its size in objects. */
const MAX_ELEMENTS = 2_000_000

const UUID_BYTES = 16
const MAX_VARINT_BYTES = 5
const TWO_TO_32 = 0x1_0000_0000

/** Reads one frame from front to back. All methods throw KafkaError `MALFORMED_FRAME` when the bytes end or break the format. */
export class ProtocolReader {
  readonly #bytes: Buffer
  readonly #end: number
  #pos: number
  #elementsLeft = MAX_ELEMENTS

  /** Reads `bytes` from `start` (default 0) to `end` (default: all). The frame is not copied; byte fields are views of it. */
  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#pos = start
    this.#end = end
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#end - this.#pos
  }

  /** Index of the next byte in the frame. */
  get position(): number {
    return this.#pos
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  /**
   * A 64-bit integer as a number. Kafka's 64-bit fields are offsets, times and producer ids, which stay far below 2^53; a client that
   * sends more (as "beyond every offset") gets the nearest number, which is still beyond every offset.
   */
  int64(): number {
    const at = this.#take(8)
    return this.#bytes.readInt32BE(at) * TWO_TO_32 + this.#bytes.readUInt32BE(at + 4)
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8))
  }

  /** 16 bytes as lower-case hex with dashes. */
  uuid(): string {
    const at = this.#take(UUID_BYTES)
    const hex = this.#bytes.toString('hex', at, at + UUID_BYTES)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  /** Unsigned LEB128 of at most 32 bits. */
  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < MAX_VARINT_BYTES * 7; shift += 7) {
      const byte = this.#bytes[this.#take(1)] as number
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw malformed('a variable-length integer is longer than 32 bits')
  }

  /** String after an int16 length (`flexible`: after a compact length); null when the length says so. */
  nullableString(flexible: boolean): string | null {
    const length = flexible ? this.unsignedVarint() - 1 : this.int16()
    if (length === -1) return null
    const at = this.#take(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  /** Bytes after an int32 length (`flexible`: after a compact length), as a view of the frame; null when the length says so. */
  nullableBytes(flexible: boolean): Buffer | null {
    const length = flexible ? this.unsignedVarint() - 1 : this.int32()
    if (length === -1) return null
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Number of elements of an array that follows, each of at least one byte; -1 for a null array. */
  arrayLength(flexible: boolean): number {
    const length = flexible ? this.unsignedVarint() - 1 : this.int32()
    if (length === -1) return -1
    if (length < -1) throw malformed(`an array has ${length} elements`)
    if (length > this.remaining) throw malformed(`an array claims ${length} elements, ${this.remaining} bytes are left`)
    this.#elementsLeft -= length
    if (this.#elementsLeft < 0) throw malformed(`a frame has more than ${MAX_ELEMENTS} array elements`)
    return length
  }

  /** The next `length` bytes as a view. */
  raw(length: number): Buffer {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /**
   * Reads a section of tagged fields. `read` is called per known or unknown tag with its number; when it returns false the field is
   * skipped, else it must have read exactly the field's `size` bytes.
   */
  tagged(read: (tag: number, size: number) => boolean): void {
    const count = this.unsignedVarint()
    if (count > this.remaining) throw malformed(`${count} tagged fields, ${this.remaining} bytes are left`)
    let previous = -1
    for (let index = 0; index < count; index++) {
      const tag = this.unsignedVarint()
      if (tag <= previous) throw malformed('tagged fields are not in rising order')
      previous = tag
      const size = this.unsignedVarint()
      if (size > this.remaining) throw malformed(`a tagged field of ${size} bytes, ${this.remaining} are left`)
      const end = this.#pos + size
      if (!read(tag, size)) this.#pos = end
      if (this.#pos !== end) throw malformed(`tagged field ${tag} does not have its stated size`)
    }
  }

  /** Throws unless the frame was read to its end. */
  finish(): void {
    if (this.remaining !== 0) throw malformed(`${this.remaining} bytes follow the message`)
  }

  #take(count: number): number {
    const at = this.#pos
    if (count < 0) throw malformed(`a length is ${count}`)
    if (count > this.#end - at) throw malformed(`${count} bytes wanted, ${this.#end - at} are left`)
    this.#pos = at + count
    return at
  }
}

/** The error of bytes that break the format. */
export function malformed(detail: string): KafkaError {
  return new KafkaError('MALFORMED_FRAME', `malformed Kafka frame: ${detail}`)
}
