// The encodings of Unicode other than UTF-8: ucs2, utf16, utf16le, utf32.
import type { CharsetDecoder } from './charset-decoder.ts'
import { type CodePointStep, decoderOfSteps, malformed } from './code-points.ts'

/** The decoder of a wide Unicode encoding; null for a name that is none. */
export function wideDecoder(charset: string): CharsetDecoder | null {
  switch (charset) {
    case 'ucs2':
    case 'utf16':
      return decoderOfSteps(utf16Step(1, 0))
    case 'utf16le':
      return decoderOfSteps(utf16Step(0, 1))
    case 'utf32':
      return decoderOfSteps(utf32Step)
    default:
      return null
  }
}

/** `low` and `high`: which of two bytes is the lower and the higher one. */
function utf16Step(low: number, high: number): CodePointStep {
  const unit = (bytes: Buffer, at: number): number => bytes[at + low]! | (bytes[at + high]! << 8)
  return (bytes, at, end, cursor) => {
    if (at + 2 > end) {
      malformed(cursor)
      return end
    }
    const first = unit(bytes, at)
    if (first < 0xd800 || first > 0xdfff) {
      cursor.codePoint = first
      return at + 2
    }
    const second = at + 4 <= end ? unit(bytes, at + 2) : 0
    if (first > 0xdbff || second < 0xdc00 || second > 0xdfff) {
      malformed(cursor)
      return at + 2
    }
    cursor.codePoint = 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff)
    return at + 4
  }
}

const utf32Step: CodePointStep = (bytes, at, end, cursor) => {
  const codePoint = at + 4 <= end ? bytes.readUInt32BE(at) : -1
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff
  if (codePoint < 0 || codePoint > 0x10ffff || isSurrogate) malformed(cursor)
  else cursor.codePoint = codePoint
  return Math.min(at + 4, end)
}
