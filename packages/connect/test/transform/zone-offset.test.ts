import { expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.ts'
import type { ConnectRecord } from '../../src/data/record.ts'
import { field, INT64, primitive, STRING, structOf } from '../../src/data/schema-builder.ts'
import { isStruct } from '../../src/data/struct.ts'
import { createTransforms } from '../../src/plugins.ts'
import { offsetText, zoneOf } from '../../src/transform/debezium/zone-offset.ts'

const HOUR = 3_600_000

test('local times that exist twice have the earlier offset, those in a gap the one before it', () => {
  const berlin = zoneOf('Europe/Berlin')
  expect(berlin.offsetOfLocal(Date.UTC(2024, 6, 1))).toBe(2 * HOUR)
  expect(berlin.offsetOfLocal(Date.UTC(2024, 2, 31, 2, 30))).toBe(1 * HOUR)
  expect(berlin.offsetOfLocal(Date.UTC(2024, 2, 31, 3, 30))).toBe(2 * HOUR)
  expect(berlin.offsetOfLocal(Date.UTC(2024, 9, 27, 2, 30))).toBe(2 * HOUR)
  expect(berlin.offsetOfLocal(Date.UTC(2024, 9, 27, 3, 30))).toBe(1 * HOUR)
  expect(zoneOf('-04:30').offsetAt(0)).toBe(-4.5 * HOUR)
  expect(() => zoneOf('Mars/Olympus')).toThrow('Invalid timezone format')
  expect([offsetText(0), offsetText(-4.5 * HOUR), offsetText(7_265_000)]).toEqual(['Z', '-04:30', '+02:01:05'])
})

const TYPES = {
  a: primitive('string', { optional: true, name: 'io.debezium.time.ZonedTimestamp', version: 1 }),
  b: primitive('int64', { optional: true, name: 'io.debezium.time.MicroTimestamp', version: 1 }),
  c: primitive('int64', { optional: true, name: 'io.debezium.time.Timestamp', version: 1 }),
}

// Values and results of the recorded scenarios smt-timezone-zone and smt-timezone-exclude; streamed times have their column's precision.
test.each([
  ['Europe/Istanbul', {}, ['2024-03-31T03:30:00.5+03:00', 1711845000123456n, 1717232400000n]],
  [
    'America/New_York',
    { 'exclude.list': 'source:t:b' },
    ['2024-03-30T20:30:00.5-04:00', 1711855800123456n, 1717257600000n],
  ],
  ['+05:30', { 'include.list': 'source:t:c' }, ['2024-03-31T00:30:00.500Z', 1711855800123456n, 1717223400000n]],
  ['+05:30', { 'include.list': 'topic:other:c' }, ['2024-03-31T00:30:00.500Z', 1711855800123456n, 1717243200000n]],
])('times of a row in %s %j', (zone, lists, expected) => {
  const row = structOf(
    Object.entries(TYPES).map(([name, schema]) => field(name, schema)),
    { optional: true, name: 's.app.t.Value' },
  )
  const source = structOf([field('table', STRING), field('ts_ms', INT64)])
  const envelope = structOf([field('after', row), field('source', source), field('op', STRING)], {
    name: 's.app.t.Envelope',
  })
  const after = { schema: row, values: ['2024-03-31T00:30:00.500Z', 1711855800123456n, 1717243200000n] }
  const record: ConnectRecord = {
    topic: 's.app.t',
    topicPartition: null,
    keySchema: null,
    key: null,
    valueSchema: envelope,
    value: { schema: envelope, values: [after, { schema: source, values: ['t', 5n] }, 'c'] },
    headers: [],
    timestampMs: null,
  }
  const options = Object.fromEntries(Object.entries(lists).map(([name, value]) => [`transforms.x.${name}`, value]))
  const chain = createTransforms(
    {
      transforms: 'x',
      'transforms.x.type': 'io.debezium.transforms.TimezoneConverter',
      'transforms.x.converted.timezone': zone,
      ...options,
    },
    silentLogger,
  )
  const out = chain.apply(record)?.value
  const values = isStruct(out) ? out.values : []
  expect(isStruct(values[0]) && values[0].values).toEqual(expected)
  expect(isStruct(values[1]) && values[1].values).toEqual(['t', 5n])
})
