// JSON tokens as Jackson writes them, straight into a byte sink.
import type { ByteSink } from '../../data/change-row.ts'

const HEX = '0123456789ABCDEF'

/** A constant that writers copy again and again. */
export interface Literal {
  readonly length: number
  readonly bytes: Uint8Array
  /** The bytes in little-endian groups of four, zeros behind them. */
  readonly words: Int32Array
}

/** A literal of ASCII or UTF-8 text. */
export function literal(text: string): Literal {
  const bytes = Buffer.from(text, 'utf8')
  return { length: bytes.length, bytes, words: wordsOf(bytes) }
}

/** Bytes in little-endian groups of four, as `DataView.setInt32` writes them; zeros fill the last. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const padded = new DataView(new ArrayBuffer(Math.ceil(bytes.length / 4) * 4))
  for (const [i, byte] of bytes.entries()) padded.setUint8(i, byte)
  return Int32Array.from({ length: padded.byteLength / 4 }, (_, i) => padded.getInt32(i * 4, true))
}

/** Appends a constant. */
export function putLiteral(sink: ByteSink, constant: Literal): void {
  const { length, bytes, words } = constant
  sink.reserve(length + 3)
  const pos = sink.pos
  // A loop beats TypedArray.set below about a hundred bytes; what the last word writes too much the next writer overwrites.
  if (length > 100) sink.bytes.set(bytes, pos)
  else {
    const { view } = sink
    for (let i = 0, at = pos; i < words.length; i++, at += 4) view.setInt32(at, words[i] as number, true)
  }
  sink.pos = pos + length
}

/** Appends ASCII text. */
export function putAscii(sink: ByteSink, text: string): void {
  const { length } = text
  sink.reserve(length)
  const out = sink.bytes
  let { pos } = sink
  for (let i = 0; i < length; i++) out[pos++] = text.charCodeAt(i)
  sink.pos = pos
}

/** Appends a number that is a safe integer. */
export function putInteger(sink: ByteSink, value: number): void {
  putAscii(sink, String(value))
}

/**
 * Appends a string with its quotes. Escapes are Jackson's: short forms for quote, backslash, \b \t \n \f \r, `\u00XX` for other control
 * characters, and a pair of `\uXXXX` for characters beyond the basic plane (Jackson never writes those as four UTF-8 bytes).
 */
export function putString(sink: ByteSink, text: string): void {
  const { length } = text
  sink.reserve(length * 6 + 2)
  const out = sink.bytes
  let { pos } = sink
  out[pos++] = 0x22
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x20 && unit < 0x80) {
      if (unit === 0x22 || unit === 0x5c) out[pos++] = 0x5c
      out[pos++] = unit
    } else if (unit < 0x20) pos = putControl(out, pos, unit)
    else if (unit < 0x800) {
      out[pos++] = 0xc0 | (unit >> 6)
      out[pos++] = 0x80 | (unit & 0x3f)
    } else if (unit >= 0xd800 && unit <= 0xdfff) pos = putUnicodeEscape(out, pos, unit)
    else {
      out[pos++] = 0xe0 | (unit >> 12)
      out[pos++] = 0x80 | ((unit >> 6) & 0x3f)
      out[pos++] = 0x80 | (unit & 0x3f)
    }
  }
  out[pos++] = 0x22
  sink.pos = pos
}

function putControl(out: Uint8Array, pos: number, unit: number): number {
  const short = unit === 8 ? 0x62 : unit === 9 ? 0x74 : unit === 10 ? 0x6e : unit === 12 ? 0x66 : unit === 13 ? 0x72 : 0
  if (short === 0) return putUnicodeEscape(out, pos, unit)
  out[pos] = 0x5c
  out[pos + 1] = short
  return pos + 2
}

function putUnicodeEscape(out: Uint8Array, pos: number, unit: number): number {
  out[pos] = 0x5c
  out[pos + 1] = 0x75
  out[pos + 2] = HEX.charCodeAt(unit >> 12)
  out[pos + 3] = HEX.charCodeAt((unit >> 8) & 15)
  out[pos + 4] = HEX.charCodeAt((unit >> 4) & 15)
  out[pos + 5] = HEX.charCodeAt(unit & 15)
  return pos + 6
}

/** Appends bytes as quoted standard base64 with padding. */
export function putBase64(sink: ByteSink, bytes: Uint8Array): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  sink.reserve(text.length + 2)
  sink.bytes[sink.pos++] = 0x22
  sink.pos += sink.bytes.write(text, sink.pos, 'latin1')
  sink.bytes[sink.pos++] = 0x22
}
