// East Asian character sets: one to four bytes per character. Tables come from the runtime's TextDecoder, corrected where the server's
// own differ; they are built when a column first needs them.
import { TextDecoder } from 'node:util'
import type { CharsetDecoder } from './charset-decoder.ts'
import { type CodePointCursor, type CodePointStep, decoderOfSteps, malformed, REPLACEMENT } from './code-points.ts'
import { GAPS } from './multi-byte-gaps.ts'
import { PATCHES } from './multi-byte-patches.ts'

/** How a family finds its characters. */
interface Family {
  /** Label of the WHATWG encoding whose table is the base. */
  readonly label: string
  /** True for bytes from 0x80 up that are a character of their own. */
  readonly isSingle?: (byte: number) => boolean
  /** 0x8f starts a character of three bytes. */
  readonly hasThirdPlane?: boolean
  /** A digit as second byte makes a character of four bytes. */
  readonly hasFourBytes?: boolean
}

const isHalfWidthKatakana = (byte: number): boolean => byte >= 0xa1 && byte <= 0xdf

const FAMILIES: Readonly<Record<string, Family>> = {
  big5: { label: 'big5' },
  euckr: { label: 'euc-kr' },
  gb2312: { label: 'gbk' },
  gbk: { label: 'gbk' },
  gb18030: { label: 'gb18030', hasFourBytes: true },
  sjis: { label: 'shift_jis', isSingle: isHalfWidthKatakana },
  cp932: { label: 'shift_jis', isSingle: isHalfWidthKatakana },
  ujis: { label: 'euc-jp', hasThirdPlane: true },
  eucjpms: { label: 'euc-jp', hasThirdPlane: true },
}

const THIRD_PLANE_LEAD = 0x8f
const THIRD_PLANE_BASE = 0x8f0000
/** The bytes of U+FFFD itself. */
const GB18030_REPLACEMENT = 0x8431a437

/** The decoder of a multi-byte character set; null for a name that is none. */
export function multiByteDecoder(charset: string): CharsetDecoder | null {
  const family = Object.hasOwn(FAMILIES, charset) ? FAMILIES[charset] : undefined
  return family === undefined ? null : decoderOfSteps(stepOf(charset, family))
}

function stepOf(charset: string, family: Family): CodePointStep {
  const text = new TextDecoder(family.label)
  const singles = singleTable(text, family)
  const astral = new Map<number, number>()
  const pairs = pairTable(charset, text, astral)
  const thirds = family.hasThirdPlane === true ? thirdTable(charset, text) : null
  const lookUp = (table: Uint16Array, index: number, at: number, length: number, cursor: CodePointCursor): number => {
    const codePoint = table[index]!
    if (codePoint === 0) malformed(cursor)
    else cursor.codePoint = codePoint
    return at + length
  }
  return (bytes, at, end, cursor) => {
    const lead = bytes[at]!
    if (lead < 0x80 || singles[lead] !== 0) {
      cursor.codePoint = lead < 0x80 ? lead : singles[lead]!
      return at + 1
    }
    if (at + 1 >= end) {
      malformed(cursor)
      return at + 1
    }
    const second = bytes[at + 1]!
    if (thirds !== null && lead === THIRD_PLANE_LEAD && at + 2 < end) {
      return lookUp(thirds, (second << 8) | bytes[at + 2]!, at, 3, cursor)
    }
    if (family.hasFourBytes === true && second >= 0x30 && second <= 0x39 && at + 3 < end) {
      const codePoint = text.decode(bytes.subarray(at, at + 4)).codePointAt(0) ?? REPLACEMENT
      if (codePoint === REPLACEMENT && bytes.readUInt32BE(at) !== GB18030_REPLACEMENT) malformed(cursor)
      else cursor.codePoint = codePoint
      return at + 4
    }
    const code = (lead << 8) | second
    const beyond = pairs[code] === 0 ? astral.get(code) : undefined
    if (beyond !== undefined) {
      cursor.codePoint = beyond
      return at + 2
    }
    return lookUp(pairs, code, at, 2, cursor)
  }
}

function singleTable(text: TextDecoder, family: Family): Uint16Array {
  const table = new Uint16Array(256)
  if (family.isSingle === undefined) return table
  const one = Buffer.alloc(1)
  for (let byte = 0x80; byte < 256; byte++) {
    if (!family.isSingle(byte)) continue
    one[0] = byte
    table[byte] = text.decode(one).charCodeAt(0)
  }
  return table
}

/** Code points by pair; those beyond the basic plane go to `astral`. */
function pairTable(charset: string, text: TextDecoder, astral: Map<number, number>): Uint16Array {
  const table = new Uint16Array(65536)
  const pair = Buffer.alloc(2)
  for (let code = 0x8000; code < 65536; code++) {
    pair.writeUInt16BE(code)
    const codePoint = only(text.decode(pair))
    if (codePoint > 0xffff) astral.set(code, codePoint)
    else table[code] = codePoint
  }
  if (charset === 'euckr') addHangulSyllables(table)
  for (const [code, count, codePoint] of PATCHES[charset] ?? []) {
    if (code >= 65536) continue
    for (let i = 0; i < count; i++) table[code + i] = patched(codePoint, i)
  }
  for (const [code, count] of GAPS[charset] ?? []) {
    if (code >= 65536) continue
    table.fill(0, code, code + count)
    for (let i = 0; i < count; i++) astral.delete(code + i)
  }
  return table
}

/** What a patch puts into a table; 0 for what is no character. */
function patched(codePoint: number, i: number): number {
  return codePoint === REPLACEMENT ? 0 : codePoint + i
}

function thirdTable(charset: string, text: TextDecoder): Uint16Array {
  const table = new Uint16Array(65536)
  const three = Buffer.from([THIRD_PLANE_LEAD, 0, 0])
  for (let code = 0xa1a1; code <= 0xfefe; code++) {
    three.writeUInt16BE(code, 1)
    const codePoint = only(text.decode(three))
    table[code] = codePoint > 0xffff ? 0 : codePoint
  }
  for (const [code, count, codePoint] of PATCHES[charset] ?? []) {
    if (code < THIRD_PLANE_BASE) continue
    for (let i = 0; i < count; i++) table[code - THIRD_PLANE_BASE + i] = patched(codePoint, i)
  }
  for (const [code, count] of GAPS[charset] ?? []) {
    if (code >= THIRD_PLANE_BASE) table.fill(0, code - THIRD_PLANE_BASE, code - THIRD_PLANE_BASE + count)
  }
  return table
}

/** The one character of a text; 0 where there are more, or none that is valid. */
function only(text: string): number {
  const codePoint = text.codePointAt(0) ?? 0
  const length = codePoint > 0xffff ? 2 : 1
  return text.length !== length || codePoint === REPLACEMENT ? 0 : codePoint
}

/**
 * The extension of EUC-KR (code page 949): the 8822 Hangul syllables that KS X 1001 lacks, in Unicode's order over the lead bytes 0x81 to
 * 0xc6 and the second bytes A–Z, a–z, 0x81 up. The runtime's decoder does not have them.
 */
function addHangulSyllables(table: Uint16Array): void {
  const known = new Set(table.subarray(0xa1a1))
  let syllable = 0xac00
  for (let lead = 0x81; lead <= 0xc6; lead++) {
    const last = lead >= 0xa1 ? 0xa0 : 0xfe
    for (let second = 0x41; second <= last; second++) {
      if ((second > 0x5a && second < 0x61) || (second > 0x7a && second < 0x81)) continue
      while (known.has(syllable)) syllable++
      if (syllable > 0xd7a3) return
      table[(lead << 8) | second] = syllable++
    }
  }
}
