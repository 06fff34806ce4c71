import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bigIntOfBytes, bytesOfBigInt } from '../../src/data/java-number.ts'
import { JsonNumber, type JsonTree, readJsonText } from '../../src/data/json-text.ts'
import { field, INT32, STRING, schemaEquals, structOf, valueEquals } from '../../src/data/schema-builder.ts'
import { getField, rawField, structFrom } from '../../src/data/struct.ts'

function plain(tree: JsonTree): unknown {
  if (tree instanceof JsonNumber) return Number(tree.text)
  if (Array.isArray(tree)) return tree.map(plain)
  return tree instanceof Map ? Object.fromEntries([...tree].map(([key, value]) => [key, plain(value)])) : tree
}

test('the JSON reader agrees with JSON.parse on any JSON', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(plain(readJsonText(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('the JSON reader keeps the order of members and the text of numbers', () => {
  const tree = readJsonText(' {"b":1,"10":2.50,"2":[-0,1e3]} ') as Map<string, JsonTree>
  expect([...tree.keys()]).toEqual(['b', '10', '2'])
  expect((tree.get('10') as JsonNumber).text).toBe('2.50')
  expect((tree.get('b') as JsonNumber).isInteger).toBe(true)
})

test.each(['', '{', '[1,]', '{"a" 1}', '"\u0001"', '"\\x"', '01', 'tru', '1 2', '[[[', `${'['.repeat(2000)}`])(
  'what is not JSON is refused: %s',
  (text) => {
    expect(() => readJsonText(text)).toThrow('Not JSON at character')
  },
)

test('integers and their two’s complement bytes are inverse, and the bytes shortest', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
      const bytes = bytesOfBigInt(value)
      expect(bigIntOfBytes(bytes)).toBe(value)
      if (bytes.length > 1) expect(bigIntOfBytes(bytes.subarray(1))).not.toBe(value)
    }),
  )
})

test('schemas and values are equal by structure', () => {
  const make = (doc?: string) => structOf([field('a', INT32), field('b', STRING)], doc === undefined ? {} : { doc })
  expect(schemaEquals(make(), make())).toBe(true)
  expect(schemaEquals(make(), make('x'))).toBe(false)
  const value = () => structFrom(make(), { a: 1, b: 'x' })
  expect(valueEquals(value(), value())).toBe(true)
  expect(valueEquals(value(), structFrom(make(), { a: 2, b: 'x' }))).toBe(false)
  expect(valueEquals(Buffer.from('a'), new Uint8Array([97]))).toBe(true)
  expect(valueEquals(new Map([[1, [2]]]), new Map([[1, [2]]]))).toBe(true)
})

test('a struct gives defaults where asked, and refuses unknown names', () => {
  const schema = structOf([field('n', { kind: 'int32', optional: true, default: 3 })])
  const struct = structFrom(schema, {})
  expect(rawField(struct, 'n')).toBeNull()
  expect(getField(struct, 'n')).toBe(3)
  expect(getField(struct, 'm')).toBeUndefined()
  expect(() => structFrom(schema, { m: 1 })).toThrow('m is not a valid field name')
})
