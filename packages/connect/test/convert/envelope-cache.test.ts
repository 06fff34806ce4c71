// A schema that was read before is the same object, and nothing else changes: odd envelopes are refused as before.
import { expect, test } from 'vitest'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import { OPTIONAL_INT64, structOf } from '../../src/data/schema-builder.ts'

const schema = structOf([{ name: 'a"}b', schema: OPTIONAL_INT64 }], { name: 'x{"' })

test('two messages of one schema share it, values are their own', () => {
  const converter = new JsonConverter()
  const first = converter.toConnect('t', converter.fromConnect('t', schema, { schema, values: [1n] }))
  const second = converter.toConnect('t', converter.fromConnect('t', schema, { schema, values: [null] }))
  expect(second.schema).toBe(first.schema)
  expect(first.schema).toEqual(schema)
  expect([first.value, second.value]).toEqual([
    { schema, values: [1n] },
    { schema, values: [null] },
  ])
})

test('what is no envelope is refused, also when it begins as one did before', () => {
  const converter = new JsonConverter()
  const good = Buffer.from('{"schema":{"type":"int32","optional":false},"payload":5}')
  expect(converter.toConnect('t', good).value).toBe(5)
  expect(converter.toConnect('t', Buffer.from('{"schema":{"type":"int32","optional":false},"payload":6}')).value).toBe(
    6,
  )
  for (const bad of [
    '{"schema":{"type":"int32","optional":false},"payload":5,"more":1}',
    '{"schema":{"type":"int32","optional":false},"payload":}',
    '{"schema":{"type":"int32","optional":false},"payload":5',
    '{"schema":{"type":"int32","optional":false},"payload":5}}',
  ])
    expect(() => converter.toConnect('t', Buffer.from(bad))).toThrow()
})
