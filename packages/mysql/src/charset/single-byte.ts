// Character sets of one byte per character: a table of 256 code points.
import type { CharsetDecoder } from './charset-decoder.ts'
import { type CodePointStep, decoderOfSteps, malformed, REPLACEMENT } from './code-points.ts'
import { SWE7, UPPER_HALVES } from './single-byte-tables.ts'

/** The decoder of a single-byte character set; null for a name that is none. */
export function singleByteDecoder(charset: string): CharsetDecoder | null {
  const table = tableOf(charset)
  if (table === null) return null
  // Sets in which every byte is a character need no look at what came out.
  return decoderOfSteps(table.includes(REPLACEMENT) ? checkedStep(table) : plainStep(table))
}

function plainStep(table: Uint16Array): CodePointStep {
  return (bytes, at, _end, cursor) => {
    cursor.codePoint = table[bytes[at]!]!
    return at + 1
  }
}

function checkedStep(table: Uint16Array): CodePointStep {
  return (bytes, at, _end, cursor) => {
    const codePoint = table[bytes[at]!]!
    if (codePoint === REPLACEMENT) malformed(cursor)
    else cursor.codePoint = codePoint
    return at + 1
  }
}

function tableOf(charset: string): Uint16Array | null {
  const table = Uint16Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? byte : REPLACEMENT))
  if (charset === 'swe7') {
    for (const [byte, character] of SWE7) table[byte] = character.charCodeAt(0)
    table[0x7f] = REPLACEMENT
    return table
  }
  const upper = UPPER_HALVES.get(charset)
  if (upper === undefined) return null
  for (let i = 0; i < 128; i++) table[0x80 + i] = upper.charCodeAt(i)
  return table
}
