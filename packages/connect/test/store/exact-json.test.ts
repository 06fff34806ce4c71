import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact, stringifyExact } from '../../src/store/exact-json.ts'

test('keeps 64-bit numbers whole', () => {
  const text = '{"pos":9007199254740993,"neg":-9223372036854775808,"small":5,"half":1.5,"n":null,"b":true}'
  expect(stringifyExact(parseExact(text))).toBe(text)
  expect(parseExact('9007199254740993')).toBe(9007199254740993n)
})

test('agrees with JSON for everything without large integers', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const plain: unknown = JSON.parse(text)
      if (/\d{16}/.test(text)) return
      expect(stringifyExact(parseExact(text))).toBe(JSON.stringify(plain))
    }),
  )
})
