// A decoder from a function that steps from code point to code point.

import { putCodePoint } from '../text/json-text.ts'
import { malformedText } from '../text/malformed-text.ts'
import type { ByteSink } from '../type/column-type.ts'
import type { CharsetDecoder } from './charset-decoder.ts'

/**
 * Reads the character at `at` (`at` < `end`): sets `cursor.codePoint` and returns the position behind it. Always moves on. What is no
 * character is {@link malformed}.
 */
export type CodePointStep = (bytes: Buffer, at: number, end: number, cursor: CodePointCursor) => number

/** Where a step leaves its character. */
export interface CodePointCursor {
  codePoint: number
}

/** U+FFFD, for what is no character. */
export const REPLACEMENT = 0xfffd

/** What a step leaves for bytes that are no character: U+FFFD, counted. */
export function malformed(cursor: CodePointCursor): void {
  cursor.codePoint = REPLACEMENT
  malformedText.count++
}

const QUOTE = 0x22
/** Input bytes between two reservations. */
const CHUNK_BYTES = 4096
/** Longest output of one step: a pair of \uXXXX. */
const STEP_BYTES = 12

/** A decoder that works on bytes only, without strings on the JSON side. */
export function decoderOfSteps(step: CodePointStep): CharsetDecoder {
  const cursor: CodePointCursor = { codePoint: 0 }
  return {
    decode: (bytes, start, end) => {
      let text = ''
      for (let at = start; at < end; ) {
        at = step(bytes, at, end, cursor)
        text += String.fromCodePoint(cursor.codePoint)
      }
      return text
    },
    writeJson: (bytes: Buffer, start: number, end: number, sink: ByteSink) => {
      sink.reserve(1)
      sink.bytes[sink.pos++] = QUOTE
      for (let at = start; at < end; ) {
        const chunkEnd = Math.min(at + CHUNK_BYTES, end)
        sink.reserve((chunkEnd - at) * STEP_BYTES)
        const out = sink.bytes
        let pos = sink.pos
        while (at < chunkEnd) {
          at = step(bytes, at, end, cursor)
          pos = putCodePoint(out, pos, cursor.codePoint)
        }
        sink.pos = pos
      }
      sink.reserve(1)
      sink.bytes[sink.pos++] = QUOTE
    },
  }
}
