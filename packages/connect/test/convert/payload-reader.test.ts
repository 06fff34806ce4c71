// The direct reader of payloads beside the general one: equal values for what the converter writes, and nothing of its own for any other text.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import { parseJson, readValue } from '../../src/convert/json/json-reader.ts'
import { NOT_PLAIN, readPayload } from '../../src/convert/json/payload-reader.ts'
import { field, primitive, structOf } from '../../src/data/schema-builder.ts'

const options = { decimalFormat: 'BASE64', replaceNullWithDefault: true } as const
const inner = structOf([field('ü"x', primitive('string', { optional: true }))], { optional: true })
const schema = structOf([
  field('i', primitive('int32')),
  field('l', primitive('int64', { optional: true })),
  field('f', primitive('float32', { optional: true, default: 1.5 })),
  field('d', primitive('float64')),
  field('b', primitive('boolean')),
  field('s', primitive('string', { optional: true })),
  field('y', primitive('bytes')),
  field('n', inner),
])

function general(bytes: Uint8Array): unknown {
  return readValue(schema, parseJson(bytes), options)
}

const row = fc.tuple(
  fc.integer(),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.float({ noNaN: true, noDefaultInfinity: true })),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.option(fc.string({ unit: 'grapheme' })),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.option(fc.string({ unit: 'binary' }).map((text) => ({ schema: inner, values: [text] }))),
)

const converter = new JsonConverter({ schemasEnable: false })

test('what the converter writes is read as the general reader reads it', () => {
  fc.assert(
    fc.property(row, (values) => {
      const bytes = converter.fromConnect('t', schema, { schema, values: [...values] })!
      expect(readPayload(schema, bytes, options)).toEqual(general(bytes))
    }),
  )
})

test('a text that was changed anywhere is read alike, or left to the general reader', () => {
  fc.assert(
    fc.property(row, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), (values, at, byte, cuts) => {
      const bytes = Buffer.from(converter.fromConnect('t', schema, { schema, values: [...values] })!)
      const changed = cuts ? bytes.subarray(0, at % bytes.length) : bytes
      if (!cuts) changed[at % bytes.length] = byte
      let found: unknown
      try {
        found = readPayload(schema, changed, options)
      } catch {
        return expect(() => general(changed)).toThrow()
      }
      if (found !== NOT_PLAIN) expect(found).toEqual(general(changed))
    }),
    { numRuns: 3000 },
  )
}, 120_000)
