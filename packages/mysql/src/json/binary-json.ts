// Binary JSON, as the server stores it and logs it, to text as Debezium prints it: no spaces, keys in stored order.
import { MAX_FLOAT_TEXT, putJavaDouble } from '../text/java-float.ts'
import { putInt, putInt64, putUint64 } from '../text/json-digits.ts'
import type { ByteSink } from '../type/column-type.ts'
import { damagedJson } from './damaged-json.ts'
import { plainDigits } from './exact-double.ts'
import { JsonOutput } from './json-output.ts'
import { putOpaque } from './opaque.ts'
import {
  DOUBLE,
  INT16,
  INT32,
  INT64,
  LARGE_ARRAY,
  LARGE_OBJECT,
  LITERAL,
  OPAQUE,
  SMALL_ARRAY,
  SMALL_OBJECT,
  STRING,
  UINT16,
  UINT32,
  UINT64,
} from './value-types.ts'

/** The server refuses deeper documents than 100; a damaged one must not overflow the stack. */
const MAX_DEPTH = 120

const LITERALS = ['null', 'true', 'false']

/** Decodes documents one after the other with one set of buffers. */
export class BinaryJson {
  readonly #output = new JsonOutput()
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  /** Length of the string or opaque value found last. */
  #length = 0

  /** The document `bytes[start, end)` as text. Throws MysqlDataError for bytes that are no document. */
  toText(bytes: Buffer, start: number, end: number): string {
    this.#decode(bytes, start, end, null)
    return this.#output.piece.text()
  }

  /** Appends the document's text as the inside of a JSON string, without its quotes. */
  writeEscaped(bytes: Buffer, start: number, end: number, sink: ByteSink): void {
    this.#decode(bytes, start, end, sink)
  }

  #decode(bytes: Buffer, start: number, end: number, target: ByteSink | null): void {
    this.#bytes = bytes
    this.#end = end
    this.#output.start(target)
    this.#value(this.#at(start, 1), start + 1, 0)
    this.#output.finish()
  }

  /** Unsigned little-endian number of 1, 2 or 4 bytes inside the document. */
  #at(at: number, size: number): number {
    if (!(at + size <= this.#end)) throw damagedJson()
    if (size === 1) return this.#bytes[at]!
    return size === 2 ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt32LE(at)
  }

  #value(type: number, at: number, depth: number): void {
    const output = this.#output
    switch (type) {
      case SMALL_OBJECT:
      case SMALL_ARRAY:
        this.#container(at, 2, type === SMALL_OBJECT, depth)
        break
      case LARGE_OBJECT:
      case LARGE_ARRAY:
        this.#container(at, 4, type === LARGE_OBJECT, depth)
        break
      case LITERAL:
        this.#literal(this.#at(at, 1))
        break
      case INT16:
        this.#integer((this.#at(at, 2) << 16) >> 16)
        break
      case UINT16:
        this.#integer(this.#at(at, 2))
        break
      case INT32:
        this.#integer(this.#at(at, 4) | 0)
        break
      case UINT32:
        this.#integer(this.#at(at, 4))
        break
      case INT64:
      case UINT64:
        this.#wide(this.#at(at + 4, 4), this.#at(at, 4), type === INT64)
        break
      case DOUBLE:
        this.#at(at + 4, 4)
        this.#double(this.#bytes.readDoubleLE(at))
        break
      case STRING: {
        const start = this.#afterLength(at)
        output.string(this.#bytes, start, start + this.#length)
        break
      }
      case OPAQUE: {
        const opaqueType = this.#at(at, 1)
        const start = this.#afterLength(at + 1)
        putOpaque(output, opaqueType, this.#bytes, start, start + this.#length)
        break
      }
      default:
        throw damagedJson()
    }
    output.settle()
  }

  #literal(which: number): void {
    const word = LITERALS[which]
    if (word === undefined) throw damagedJson()
    this.#output.ascii(word)
  }

  #integer(value: number): void {
    const { piece } = this.#output
    piece.reserve(17)
    piece.pos = putInt(piece.bytes, piece.pos, value)
  }

  #wide(high: number, low: number, isSigned: boolean): void {
    const { piece } = this.#output
    piece.reserve(20)
    piece.pos = (isSigned ? putInt64 : putUint64)(piece.bytes, piece.pos, high, low)
  }

  /** As Double.toString where that has no exponent, else the exact value in plain digits: what BigDecimal makes of it. */
  #double(value: number): void {
    const magnitude = Math.abs(value)
    if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e7)) this.#output.ascii(plainDigits(value))
    else {
      const { piece } = this.#output
      piece.reserve(MAX_FLOAT_TEXT)
      piece.pos = putJavaDouble(piece.bytes, piece.pos, value)
    }
  }

  /** Reads a length of 1 to 5 bytes, seven bits each, into `#length`; returns where the data starts, checked to be inside. */
  #afterLength(at: number): number {
    let length = 0
    for (let i = 0; i < 5; i++) {
      const byte = this.#at(at++, 1)
      length += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) {
        if (at + length > this.#end) throw damagedJson()
        this.#length = length
        return at
      }
    }
    throw damagedJson()
  }

  /**
   * An object or array at `at`: element count, size, then per key its offset and length, then per value its type and its offset or the
   * value itself. Offsets count from `at` and have `width` bytes.
   */
  #container(at: number, width: number, isObject: boolean, depth: number): void {
    if (depth > MAX_DEPTH) throw damagedJson()
    const output = this.#output
    const count = this.#at(at, width)
    const keyEntries = at + 2 * width
    const valueEntries = isObject ? keyEntries + count * (width + 2) : keyEntries
    // Checked before the loop: a damaged count must not make it long.
    if (valueEntries + count * (width + 1) > this.#end) throw damagedJson()
    output.byte(isObject ? 0x7b : 0x5b)
    for (let i = 0; i < count; i++) {
      if (i > 0) output.byte(0x2c)
      if (isObject) {
        const entry = keyEntries + i * (width + 2)
        const start = at + this.#at(entry, width)
        const end = start + this.#at(entry + width, 2)
        if (end > this.#end) throw damagedJson()
        output.string(this.#bytes, start, end)
        output.byte(0x3a)
      }
      const entry = valueEntries + i * (width + 1)
      const type = this.#at(entry, 1)
      this.#value(type, isInlined(type, width) ? entry + 1 : at + this.#at(entry + 1, width), depth + 1)
    }
    output.byte(isObject ? 0x7d : 0x5d)
  }
}

/** True for values that stand in their entry: literals and 16-bit numbers, in large containers 32-bit numbers too. */
function isInlined(type: number, width: number): boolean {
  return type === LITERAL || type === INT16 || type === UINT16 || (width === 4 && (type === INT32 || type === UINT32))
}
