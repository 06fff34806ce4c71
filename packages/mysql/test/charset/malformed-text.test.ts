// Bytes that are no characters: U+FFFD in both lanes, and counted exactly then.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { charsetDecoder } from '../../src/charset/charset.ts'
import { GrowingSink } from '../../src/text/growing-sink.ts'
import { malformedText } from '../../src/text/malformed-text.ts'

const CHARSETS = [
  'utf8mb4',
  'ascii',
  'latin1',
  'cp1250',
  'swe7',
  'sjis',
  'ujis',
  'gbk',
  'gb18030',
  'big5',
  'euckr',
  'ucs2',
  'utf16',
  'utf16le',
  'utf32',
] as const

/** What both lanes make of the bytes, and what each counted. */
function read(charset: string, bytes: Buffer) {
  const { decode, writeJson } = charsetDecoder(charset)
  const sink = new GrowingSink(16)
  const start = malformedText.count
  const text = decode(bytes, 0, bytes.length)
  const decoded = malformedText.count
  writeJson(bytes, 0, bytes.length, sink)
  return {
    text,
    json: JSON.parse(sink.text()) as string,
    counted: decoded - start,
    countedInJson: malformedText.count - decoded,
  }
}

describe('bytes that are no characters', () => {
  it.each(CHARSETS)('%s: are counted where U+FFFD stands for them, in both lanes', { timeout: 60_000 }, (charset) => {
    let invalid = 0
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (array) => {
        const { text, json, counted, countedInJson } = read(charset, Buffer.from(array))
        expect(json).toBe(text)
        expect(counted > 0).toBe(text.includes('\uFFFD'))
        expect(countedInJson > 0).toBe(text.includes('\uFFFD'))
        if (counted > 0) invalid++
      }),
      { numRuns: 500, seed: 4 },
    )
    expect(invalid > 0).toBe(charset !== 'latin1')
  })

  it('the character U+FFFD itself is not counted', () => {
    for (const [charset, hex] of [
      ['utf8mb4', 'efbfbd'],
      ['utf16', 'fffd'],
      ['utf16le', 'fdff'],
      ['utf32', '0000fffd'],
      ['gb18030', '8431a437'],
    ] as const)
      expect(read(charset, Buffer.from(hex, 'hex'))).toEqual({
        text: '\uFFFD',
        json: '\uFFFD',
        counted: 0,
        countedInJson: 0,
      })
  })

  it('ASCII is never read as UTF-8', () => {
    expect(read('ascii', Buffer.from('é"x'))).toMatchObject({ text: '\uFFFD\uFFFD"x', json: '\uFFFD\uFFFD"x' })
    const long = Buffer.from('é'.repeat(9000))
    expect(read('ascii', long).json).toBe('\uFFFD'.repeat(18_000))
  })
})
