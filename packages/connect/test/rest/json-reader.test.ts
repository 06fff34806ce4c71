import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonNumber, type JsonValue, readJson } from '../../src/rest/json-reader.ts'

function plain(value: JsonValue | undefined): unknown {
  if (value instanceof JsonNumber) return Number(value.text)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]))
  return Array.isArray(value) ? value.map(plain) : value
}

test('agrees with JSON.parse on every JSON text', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (text, space) => {
      expect(plain(readJson(space + text + space))).toEqual(JSON.parse(text))
    }),
  )
})

test('refuses what JSON.parse refuses, and never fails otherwise', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '{', '}', '"', ',', ':', '\\', 'x', '1', '\u0001'),
      (text, at, piece) => {
        const broken = text.slice(0, at % (text.length + 1)) + piece + text.slice((at + 1) % (text.length + 1))
        let isJson = broken.trim() !== ''
        try {
          JSON.parse(broken)
        } catch {
          isJson = false
        }
        if (broken.trim() === '') expect(readJson(broken)).toBeUndefined()
        else if (isJson) expect(plain(readJson(broken))).toEqual(JSON.parse(broken))
        else expect(() => readJson(broken)).toThrow(/at \[Source/)
      },
    ),
  )
})

test('keeps numbers as written, takes the last of two members, skips a byte order mark', () => {
  const value = readJson('\ufeff{"a":1.50,"a":2.50,"__proto__":1e5}') as Map<string, JsonNumber>
  expect([...value].map(([key, number]) => [key, number.text])).toEqual([
    ['a', '2.50'],
    ['__proto__', '1e5'],
  ])
})

test('points at the place of the fault as Connect does', () => {
  const where = 'at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column:'
  expect(() => readJson('{"name":"a","config":{}} xyz')).toThrow(
    `Unrecognized token 'xyz': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n ${where} 26]`,
  )
  expect(() => readJson('{bad}')).toThrow(
    `Unexpected character ('b' (code 98)): was expecting double-quote to start field name\n ${where} 2]`,
  )
  expect(() => readJson(`${'['.repeat(100_000)}`)).toThrow('Document nesting depth (1001)')
})
