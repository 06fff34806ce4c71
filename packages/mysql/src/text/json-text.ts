// Writes text as a JSON string the way Jackson does, and bytes as base64: straight from bytes to bytes.
// Jackson escapes `"`, `\`, control characters (short forms, else \u00XX in capitals) and, as surrogate pairs, everything above U+FFFF.
import type { ByteSink } from '../type/column-type.ts'
import { malformedText } from './malformed-text.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Per byte of UTF-8: 0 = copy, 1 = \u00XX, 2 = part of a sequence, else the letter behind the backslash. */
const ESCAPES = new Uint8Array(256)
ESCAPES.fill(1, 0, 0x20)
ESCAPES.fill(2, 0x80)
ESCAPES[QUOTE] = QUOTE
ESCAPES[BACKSLASH] = BACKSLASH
ESCAPES[0x08] = 0x62
ESCAPES[0x09] = 0x74
ESCAPES[0x0a] = 0x6e
ESCAPES[0x0c] = 0x66
ESCAPES[0x0d] = 0x72

const HEX = Buffer.from('0123456789ABCDEF')

/** Text up to this many bytes is reserved for at once, at its longest possible form. */
const CHUNK_BYTES = 8192

/** Writes `\uXXXX` and returns the position behind it. */
export function putUnicodeEscape(out: Buffer, pos: number, unit: number): number {
  out[pos] = BACKSLASH
  out[pos + 1] = 0x75
  out[pos + 2] = HEX[unit >> 12]!
  out[pos + 3] = HEX[(unit >> 8) & 15]!
  out[pos + 4] = HEX[(unit >> 4) & 15]!
  out[pos + 5] = HEX[unit & 15]!
  return pos + 6
}

/** From this length on a run that needs no escape is copied natively; measured: a loop is faster below (bench/micro). */
const NATIVE_COPY_BYTES = 160

/**
 * Writes the characters of `bytes[start, end)` (UTF-8) escaped, without quotes; six bytes per input byte must be free. `isAscii`: every
 * byte from 0x80 up is no character.
 */
export function putEscapedUtf8(
  out: Buffer,
  pos: number,
  bytes: Buffer,
  start: number,
  end: number,
  isAscii = false,
): number {
  let i = start
  if (end - start >= NATIVE_COPY_BYTES) {
    i = cleanEnd(bytes, start, end)
    bytes.copy(out, pos, start, i)
    pos += i - start
  }
  while (i < end) {
    // Four at a time: half the time of one at a time.
    while (i + 3 < end) {
      const a = bytes[i]!
      const b = bytes[i + 1]!
      const c = bytes[i + 2]!
      const d = bytes[i + 3]!
      if ((ESCAPES[a]! | ESCAPES[b]! | ESCAPES[c]! | ESCAPES[d]!) !== 0) break
      out[pos] = a
      out[pos + 1] = b
      out[pos + 2] = c
      out[pos + 3] = d
      pos += 4
      i += 4
    }
    if (i >= end) break
    const byte = bytes[i]!
    const action = ESCAPES[byte]!
    if (action === 0) {
      out[pos++] = byte
      i++
    } else if (action === 2) {
      const length = isAscii ? -1 : sequenceLength(bytes, i, end)
      pos = putSequence(out, pos, bytes, i, length)
      i += Math.abs(length)
    } else {
      pos = action === 1 ? putUnicodeEscape(out, pos, byte) : putShortEscape(out, pos, action)
      i++
    }
  }
  return pos
}

/** The first byte from `i` on that needs an escape, or `end`; it may stop up to three bytes early. */
function cleanEnd(bytes: Buffer, i: number, end: number): number {
  while (
    i + 3 < end &&
    (ESCAPES[bytes[i]!]! | ESCAPES[bytes[i + 1]!]! | ESCAPES[bytes[i + 2]!]! | ESCAPES[bytes[i + 3]!]!) === 0
  ) {
    i += 4
  }
  return i
}

/** Appends `bytes[start, end)`, which are UTF-8, as a JSON string. */
export function writeUtf8(bytes: Buffer, start: number, end: number, sink: ByteSink): void {
  writeQuoted(bytes, start, end, sink, false)
}

/** Appends `bytes[start, end)`, which are ASCII, as a JSON string. */
export function writeAscii(bytes: Buffer, start: number, end: number, sink: ByteSink): void {
  writeQuoted(bytes, start, end, sink, true)
}

function writeQuoted(bytes: Buffer, start: number, end: number, sink: ByteSink, isAscii: boolean): void {
  if (end - start <= CHUNK_BYTES) {
    sink.reserve((end - start) * 6 + 2)
    const out = sink.bytes
    let pos = sink.pos
    out[pos++] = QUOTE
    pos = putEscapedUtf8(out, pos, bytes, start, end, isAscii)
    out[pos++] = QUOTE
    sink.pos = pos
    return
  }
  openQuote(sink)
  writeEscapedUtf8(bytes, start, end, sink, isAscii)
  openQuote(sink)
}

/** Appends the characters of `bytes[start, end)` (UTF-8, any length) escaped, without quotes. */
export function writeEscapedUtf8(bytes: Buffer, start: number, end: number, sink: ByteSink, isAscii = false): void {
  while (start < end) {
    let cut = Math.min(start + CHUNK_BYTES, end)
    // Never cut inside a sequence: step back over continuation bytes, at most three.
    for (let back = 0; cut < end && back < 3 && (bytes[cut]! & 0xc0) === 0x80; back++) cut--
    sink.reserve((cut - start) * 6)
    sink.pos = putEscapedUtf8(sink.bytes, sink.pos, bytes, start, cut, isAscii)
    start = cut
  }
}

/** Appends a JavaScript string as a JSON string; a lone surrogate becomes U+FFFD. For text of rare character sets and constants. */
export function writeString(text: string, sink: ByteSink): void {
  const bytes = Buffer.from(text, 'utf8')
  writeUtf8(bytes, 0, bytes.length, sink)
}

/** Writes a code point below U+110000 as UTF-8 inside a JSON string, escaped as Jackson does; twelve bytes must be free. */
export function putCodePoint(out: Buffer, pos: number, codePoint: number): number {
  if (codePoint < 0x80) {
    const action = ESCAPES[codePoint]!
    if (action === 0) {
      out[pos] = codePoint
      return pos + 1
    }
    return action === 1 ? putUnicodeEscape(out, pos, codePoint) : putShortEscape(out, pos, action)
  }
  if (codePoint < 0x800) {
    out[pos] = 0xc0 | (codePoint >> 6)
    out[pos + 1] = 0x80 | (codePoint & 0x3f)
    return pos + 2
  }
  if (codePoint < 0x10000) {
    out[pos] = 0xe0 | (codePoint >> 12)
    out[pos + 1] = 0x80 | ((codePoint >> 6) & 0x3f)
    out[pos + 2] = 0x80 | (codePoint & 0x3f)
    return pos + 3
  }
  pos = putUnicodeEscape(out, pos, 0xd7c0 + (codePoint >> 10))
  return putUnicodeEscape(out, pos, 0xdc00 | (codePoint & 0x3ff))
}

/** Appends one `"`. */
export function openQuote(sink: ByteSink): void {
  sink.reserve(1)
  sink.bytes[sink.pos++] = QUOTE
}

function putShortEscape(out: Buffer, pos: number, letter: number): number {
  out[pos] = BACKSLASH
  out[pos + 1] = letter
  return pos + 2
}

/**
 * Length of the UTF-8 sequence at `i`, whose first byte is 0x80 or more; negative for bytes that are no character, of which so many become
 * one U+FFFD, as TextDecoder does it (the longest beginning of a valid sequence, or one byte).
 */
function sequenceLength(bytes: Buffer, i: number, end: number): number {
  const lead = bytes[i]!
  if (lead < 0xc2 || lead > 0xf4) return -1
  const second = i + 1 < end ? bytes[i + 1]! : 0
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return -1
  if (lead < 0xe0) return 2
  if (i + 2 >= end || (bytes[i + 2]! & 0xc0) !== 0x80) return -2
  if (lead < 0xf0) return 3
  return i + 3 < end && (bytes[i + 3]! & 0xc0) === 0x80 ? 4 : -3
}

/** Copies a sequence; four bytes become a surrogate pair, what is no character U+FFFD, which is counted. */
function putSequence(out: Buffer, pos: number, bytes: Buffer, i: number, length: number): number {
  if (length < 0) {
    malformedText.count++
    out[pos] = 0xef
    out[pos + 1] = 0xbf
    out[pos + 2] = 0xbd
    return pos + 3
  }
  const second = bytes[i + 1]!
  if (length === 4) {
    const codePoint =
      ((bytes[i]! & 7) << 18) | ((second & 0x3f) << 12) | ((bytes[i + 2]! & 0x3f) << 6) | (bytes[i + 3]! & 0x3f)
    pos = putUnicodeEscape(out, pos, 0xd7c0 + (codePoint >> 10))
    return putUnicodeEscape(out, pos, 0xdc00 | (codePoint & 0x3ff))
  }
  out[pos] = bytes[i]!
  out[pos + 1] = second
  if (length === 3) out[pos + 2] = bytes[i + 2]!
  return pos + length
}
