import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { charsetOfCollationId } from '../src/charset/collation-ids.ts'
import { MysqlUnsupportedError } from '../src/error.ts'
import { columnType } from '../src/type/column-type-of.ts'
import { bothForms, cellOf, columnOf, hex, logged, optionsOf, selected } from './column-cases.ts'

const VARCHAR = 15
const utf8 = columnOf('VARCHAR', { length: 200, charset: 'utf8mb4' })

describe('text in UTF-8', () => {
  test('any text agrees in both forms and with JSON.parse', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
    fc.assert(
      fc.property(text, (value) => {
        const { value: decoded, json } = bothForms(
          utf8,
          { typeCode: VARCHAR, meta: 800, cell: Buffer.from(value) },
          value,
        )
        expect(decoded).toBe(value)
        expect(JSON.parse(json)).toBe(value)
      }),
      { numRuns: 1000 },
    )
  }, 60_000)

  test('is escaped as Jackson does: capitals in \\u, surrogate pairs above U+FFFF, DEL and / as they are', () => {
    expect(cellOf(selected(utf8), '"\\/\b\f\n\r\t\u0000\u001f\u007fé€😀').json).toBe(
      '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\u007fé€\\uD83D\\uDE00"',
    )
  })

  test('long text crosses the chunk borders unharmed', () => {
    for (const unit of ['x', 'é', '日', '😀', '"']) {
      for (let shift = 0; shift < 4; shift++) {
        const value = 'a'.repeat(shift) + unit.repeat(9000)
        expect(JSON.parse(cellOf(selected(utf8), value).json)).toBe(value)
      }
    }
  })

  test('bytes that are not UTF-8 become U+FFFD, the same ones as in the decoded text', () => {
    const bytes = fc.array(
      fc.constantFrom(0x41, 0x80, 0xa0, 0xbf, 0xc0, 0xc3, 0xe0, 0xe2, 0xed, 0xf0, 0x90, 0xf4, 0xf8),
      {
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(fc.oneof(bytes, fc.uint8Array({ maxLength: 20 })), (raw) => {
        const cell = Buffer.from(raw)
        expect(JSON.parse(cellOf(selected(utf8), cell).json)).toBe(cell.toString('utf8'))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('character sets', () => {
  // Text and its bytes as the server stores them (HEX of a column of that character set).
  test.each([
    ['latin1', 'café €', '636166e92080'],
    ['latin1', '\u0081ÿ', '81ff'],
    ['ascii', 'plain', '706c61696e'],
    ['latin2', 'Łódź', 'a3f364bc'],
    ['latin5', 'ışğ', 'fdfef0'],
    ['cp1251', 'Привет', 'cff0e8e2e5f2'],
    ['koi8r', 'Привет', 'f0d2c9d7c5d4'],
    ['greek', 'αβγ', 'e1e2e3'],
    ['hebrew', 'שלום', 'f9ece5ed'],
    ['tis620', 'ไทย', 'e4b7c2'],
    ['swe7', 'ÅÄÖ', '5d5b5c'],
    ['macroman', 'é', '8e'],
    ['sjis', '日本ｱ', '93fa967bb1'],
    ['sjis', '\\ ~', '5c207e'],
    ['cp932', '①～', '87408160'],
    ['ujis', '日本', 'c6fccbdc'],
    ['ujis', '丂', '8fb0a1'],
    ['eucjpms', '日本', 'c6fccbdc'],
    ['gbk', '中文', 'd6d0cec4'],
    ['gb2312', '中文', 'd6d0cec4'],
    ['gb18030', '㐀中😀', '8139ee39d6d09439fc36'],
    ['big5', '繁體', 'c163c5e9'],
    ['euckr', '한국각갂', 'c7d1b1b9b0a28141'],
    ['ucs2', 'aé', '006100e9'],
    ['utf16', 'u😀', '0075d83dde00'],
    ['utf16le', 'u😀', '75003dd800de'],
    ['utf32', '3😀', '000000330001f600'],
    ['utf8mb3', 'ş', 'c59f'],
  ])('%s: %s', (charset, text, bytes) => {
    const column = columnOf('VARCHAR', { length: 50, charset })
    expect(bothForms(column, { typeCode: VARCHAR, meta: 200, cell: hex(bytes) }, text).value).toBe(text)
  })

  test('what the log says of the character set wins over the definition', () => {
    const binlog = { typeCode: VARCHAR, meta: 200, unsigned: false, collationId: 8 }
    expect(cellOf(columnType(utf8, 'binlog', optionsOf(), binlog), hex('e9')).value).toBe('é')
  })

  test('damaged bytes end in U+FFFD, never in an endless loop', () => {
    for (const charset of ['utf16', 'utf32', 'sjis', 'gb18030', 'ujis', 'big5']) {
      const column = columnOf('VARCHAR', { charset })
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 9 }), (bytes) => {
          const { value } = cellOf(logged(column, VARCHAR, 9), Buffer.from(bytes))
          expect(typeof value).toBe('string')
        }),
      )
    }
  })

  test('an unknown character set is refused by name', () => {
    expect(() => logged(columnOf('TEXT', { charset: 'klingon' }), 252, 2)).toThrow(MysqlUnsupportedError)
  })

  test('collation ids', () => {
    expect([8, 33, 45, 46, 63, 255, 28, 309, 1069].map(charsetOfCollationId)).toEqual([
      'latin1',
      'utf8mb3',
      'utf8mb4',
      'utf8mb4',
      'binary',
      'utf8mb4',
      'gbk',
      'utf8mb4',
      'utf8mb4',
    ])
    expect(charsetOfCollationId(0)).toBeNull()
    expect(charsetOfCollationId(9999)).toBeNull()
  })
})

describe('binary columns', () => {
  const varbinary = columnOf('VARBINARY', { length: 50 })
  test('any bytes in all four representations', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (raw) => {
        const cell = Buffer.from(raw)
        const both = (mode: 'bytes' | 'base64' | 'base64-url-safe' | 'hex'): unknown =>
          bothForms(varbinary, { typeCode: VARCHAR, meta: 50, cell }, cell, optionsOf({ binaryHandling: mode })).value
        expect(both('bytes')).toEqual(cell)
        expect(both('base64')).toBe(cell.toString('base64'))
        expect(both('hex')).toBe(cell.toString('hex'))
        expect(both('base64-url-safe')).toBe(cell.toString('base64').replaceAll('+', '-').replaceAll('/', '_'))
      }),
    )
  })

  test('BINARY is padded to its length, CHAR of character set binary too', () => {
    for (const column of [columnOf('BINARY', { length: 5 }), columnOf('CHAR', { length: 5, charset: 'binary' })]) {
      const cell = { typeCode: 254, meta: 5, cell: hex('610062') }
      expect(bothForms(column, cell, hex('6100620000')).value).toEqual(hex('6100620000'))
    }
  })

  test('a value read is a copy', () => {
    const bytes = Buffer.from('abc')
    const value = selected(varbinary).read(bytes, 0, 3)
    bytes.fill(0)
    expect(value).toEqual(Buffer.from('abc'))
  })

  test('megabytes pass in chunks', () => {
    const cell = Buffer.alloc(1_000_001, 'abcdefg')
    for (const binaryHandling of ['bytes', 'hex', 'base64-url-safe'] as const) {
      expect(cellOf(selected(columnOf('LONGBLOB'), optionsOf({ binaryHandling })), cell).json.length).toBeGreaterThan(
        1_333_000,
      )
    }
  })

  test('the default is the text of the DDL', () => {
    const column = columnOf('BINARY', { length: 3, isNullable: false, hasDefault: true, defaultExpression: 'ab\\0' })
    expect(selected(column).schema.default).toEqual(Buffer.from('ab\\0'))
    expect(selected(column, optionsOf({ binaryHandling: 'hex' })).schema).toMatchObject({
      kind: 'string',
      default: '61625c30',
    })
  })
})
