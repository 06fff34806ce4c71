// EnforceRecordSize on the recorded record of tr-record-size and on what its options refuse.
import { expect, test } from 'vitest'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import type { ConnectRecord, Struct } from '../../src/data/record.ts'
import { field, OPTIONAL_STRING, primitive, STRING, structOf } from '../../src/data/schema-builder.ts'
import { isStruct, structField, structFrom } from '../../src/data/struct.ts'
import { enforceRecordSize } from '../../src/transform/debezium/record-size.ts'
import { StageOptions } from '../../src/transform/record-side.ts'
import { bytesOfGolden, goldenFile, goldenRecords, hasGoldens } from '../support/goldens.ts'

const make = (options: Record<string, string>) => enforceRecordSize(new StageOptions(options))
const row = structOf([field('id', primitive('int32')), field('a', OPTIONAL_STRING), field('b', OPTIONAL_STRING)], {
  optional: true,
})
const header = { key: 'h', schema: STRING, value: 'x' }

/** The recorded change, its row as it was inserted. */
function recordedChange(source: Struct): ConnectRecord {
  const key = structOf([field('id', primitive('int32'))])
  const long = primitive('int64', { optional: true })
  const envelope = structOf([
    field('before', row),
    field('after', row),
    field('source', source.schema),
    field('transaction', structOf([], { optional: true })),
    field('op', STRING),
    field('ts_ms', long),
    field('ts_us', long),
    field('ts_ns', long),
  ])
  const after = structFrom(row, { id: 1, a: 'x'.repeat(5000), b: 'y'.repeat(600) })
  return {
    topic: 'tr-record-size.inv.w',
    topicPartition: null,
    keySchema: key,
    key: structFrom(key, { id: 1 }),
    valueSchema: envelope,
    value: structFrom(envelope, { after, source, op: 'c' }),
    headers: [header, header, header, header],
    timestampMs: null,
  }
}

/** The source block of a recording with schemas, with the facts of this one. */
function sourceBlock(): Struct {
  const converter = new JsonConverter({ replaceNullWithDefault: false })
  const line = goldenRecords('keys-schemas').find(({ topic }) => topic.split('.').length === 3)
  const { value } = converter.toConnect('', bytesOfGolden(line!.value))
  const source = isStruct(value) ? structField(value, 'source') : null
  if (source === null) throw new Error('keys-schemas has no source block')
  const facts: Record<string, unknown> = {}
  for (const [index, { name }] of (source.schema.fields ?? []).entries()) facts[name] = source.values[index]
  const recorded = { name: 'tr-record-size', db: 'inv', table: 'w', file: 'binlog.000001', snapshot: null }
  return structFrom(source.schema, { ...facts, ...recorded, gtid: null, sequence: null, query: null })
}

test.skipIf(!hasGoldens)('the recorded row is shortened to the recorded lengths', () => {
  const { 'transforms.x.max.bytes': max, 'transforms.x.min.field.size': min } = JSON.parse(
    goldenFile('tr-record-size', 'connector.json'),
  ) as Record<string, string>
  const out = make({ 'max.bytes': max ?? '', 'min.field.size': min ?? '' }).apply(recordedChange(sourceBlock()))
  const line = goldenRecords('tr-record-size').find(({ topic }) => topic.endsWith('.w'))
  const recorded = JSON.parse(line?.value.text ?? '') as { after: { id: number; a: string; b: string } }
  expect(isStruct(out?.value) && structField(out.value, 'after')?.values).toEqual(Object.values(recorded.after))
})

test('what fits, short fields and other records stay', () => {
  const source = structFrom(structOf([]), {})
  const record = recordedChange(source)
  expect(make({ 'max.bytes': '100000', 'min.field.size': '10' }).apply(record)).toBe(record)
  expect(make({ 'max.bytes': '100' }).apply(record)?.value).toBe(record.value)
  expect(make({ 'max.bytes': '1000', 'compression.ratio': '0.01' }).apply(record)).toBe(record)
  const tombstone = { ...record, valueSchema: null, value: null }
  expect(make({ 'max.bytes': '1' }).apply(tombstone)).toBe(tombstone)
})

test('no character is cut in half', () => {
  for (let max = 1; max < 400; max++) {
    const record = recordedChange(structFrom(structOf([]), {}))
    const envelope = record.value as Struct
    const values = [...envelope.values]
    values[1] = structFrom(row, { id: 1, a: '😀'.repeat(300), b: null })
    const out = make({ 'max.bytes': String(1200 + max), 'min.field.size': '10' }).apply({
      ...record,
      value: { schema: envelope.schema, values },
    })
    const text = isStruct(out?.value) ? structField(out.value, 'after')?.values[1] : null
    expect(text).toMatch(/^(?:😀)*$/u)
  }
})

test.each([
  [{}, 'Missing required configuration "max.bytes" which has no default value.'],
  [{ 'max.bytes': '0' }, 'Invalid value 0 for configuration max.bytes: Must be a positive integer'],
  [{ 'max.bytes': '1', 'compression.ratio': '0' }, 'configuration compression.ratio: Must be a positive number'],
  [{ 'max.bytes': '1', 'compression.ratio': 'x' }, 'configuration compression.ratio: Not a number of type DOUBLE'],
  [{ 'max.bytes': '1', 'min.field.size': '-1' }, 'configuration min.field.size: Must be non-negative'],
])('%j is refused', (options, message) => {
  expect(() => make(options)).toThrow(message)
})
