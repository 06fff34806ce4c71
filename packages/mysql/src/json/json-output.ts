// Where decoded JSON text goes: gathered in a small buffer and handed on in pieces, so that a large document is never whole in memory.

import { GrowingSink } from '../text/growing-sink.ts'
import { putUnicodeEscape, writeEscapedUtf8 } from '../text/json-text.ts'
import type { ByteSink } from '../type/column-type.ts'

/** A piece is handed on when it has this many bytes. */
const PIECE_BYTES = 16_384
/** Characters of a string value that are escaped between two checks of the piece's size. */
const CHUNK_BYTES = 4096

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Per byte of UTF-8 in a JSON string: 0 = as is, 1 = \u00XX, else the letter behind the backslash. */
const ESCAPES = new Uint8Array(128)
ESCAPES.fill(1, 0, 0x20)
ESCAPES[QUOTE] = QUOTE
ESCAPES[BACKSLASH] = BACKSLASH
ESCAPES[0x08] = 0x62
ESCAPES[0x09] = 0x74
ESCAPES[0x0a] = 0x6e
ESCAPES[0x0c] = 0x66
ESCAPES[0x0d] = 0x72

/** Collects JSON text. With a target the text goes there as the inside of a JSON string; without, it stays in `piece`. */
export class JsonOutput {
  /** Writers append here; call {@link settle} after each token. */
  readonly piece = new GrowingSink(PIECE_BYTES * 2)
  #target: ByteSink | null = null

  /** Starts a document whose text goes to `target`, or stays here. */
  start(target: ByteSink | null): void {
    this.piece.clear()
    this.#target = target
  }

  /** Hands on what is left. */
  finish(): void {
    if (this.#target !== null) this.#handOn(this.#target)
  }

  /** Appends one byte of punctuation. */
  byte(value: number): void {
    this.piece.reserve(1)
    this.piece.bytes[this.piece.pos++] = value
  }

  /** Appends ASCII text. */
  ascii(text: string): void {
    this.piece.reserve(text.length)
    this.piece.pos += this.piece.bytes.write(text, this.piece.pos, 'latin1')
    this.settle()
  }

  /** Appends `bytes[start, end)`, which are UTF-8, as a JSON string. */
  string(bytes: Buffer, start: number, end: number): void {
    this.byte(QUOTE)
    while (start < end) {
      let cut = Math.min(start + CHUNK_BYTES, end)
      for (let back = 0; cut < end && back < 3 && (bytes[cut]! & 0xc0) === 0x80; back++) cut--
      this.piece.reserve((cut - start) * 6)
      this.piece.pos = putEscaped(this.piece.bytes, this.piece.pos, bytes, start, cut)
      this.settle()
      start = cut
    }
    this.byte(QUOTE)
  }

  /** Hands the piece on when it is large; only between whole characters. */
  settle(): void {
    if (this.#target !== null && this.piece.pos >= PIECE_BYTES) this.#handOn(this.#target)
  }

  #handOn(target: ByteSink): void {
    writeEscapedUtf8(this.piece.bytes, 0, this.piece.pos, target)
    this.piece.clear()
  }
}

function putEscaped(out: Buffer, pos: number, bytes: Buffer, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    const action = byte < 0x80 ? ESCAPES[byte]! : 0
    if (action === 0) out[pos++] = byte
    else if (action === 1) pos = putUnicodeEscape(out, pos, byte)
    else {
      out[pos] = BACKSLASH
      out[pos + 1] = action
      pos += 2
    }
  }
  return pos
}
