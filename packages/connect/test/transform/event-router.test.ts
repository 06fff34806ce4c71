import { expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.ts'
import { BinaryDataConverter, ByteArrayConverter } from '../../src/convert/bytes-converter.ts'
import type { Converter } from '../../src/convert/converter.ts'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import { SimpleHeaderConverter, StringConverter } from '../../src/convert/string-converter.ts'
import type { ConnectRecord } from '../../src/data/record.ts'
import type { ConnectSchema } from '../../src/data/schema.ts'
import { field, INT64, primitive, STRING, structOf } from '../../src/data/schema-builder.ts'
import { EventRouter } from '../../src/transform/outbox/event-router.ts'
import { bytesOfGolden, type GoldenBytes, goldenConfig, goldenRecords, hasGoldens } from '../support/goldens.ts'

const OPTIONAL = { optional: true }
const JSON_TEXT = primitive('string', { optional: true, name: 'io.debezium.data.Json', version: 1 })
const INT_WITH = (value: number) => primitive('int32', { default: value })

/** Row schemas of the outbox tables of the recorded scenarios: those of `app` and those of `ob`. */
function appRow(prefix: string, ts: ConnectSchema): ConnectSchema {
  const columns = [
    field('id', STRING),
    field('aggregatetype', STRING),
    field('aggregateid', STRING),
    field('type', STRING),
    field('payload', JSON_TEXT),
    field('ts', ts),
    field('ver', primitive('int32', OPTIONAL)),
    field('tenant', primitive('string', OPTIONAL)),
  ]
  return structOf(columns, { optional: true, name: `${prefix}.app.outbox.Value` })
}

function obRow(prefix: string, payload: ConnectSchema, at: ConnectSchema): ConnectSchema {
  const columns = [
    field('id', STRING),
    field('aggregatetype', STRING),
    field('aggregateid', STRING),
    field('type', STRING),
    field('payload', payload),
    field('at', at),
    field('ver', INT_WITH(1)),
    field('part', INT_WITH(0)),
  ]
  return structOf(columns, { optional: true, name: `${prefix}.ob.outbox.Value` })
}

function change(row: ConnectSchema, op: string, values: readonly unknown[]): ConnectRecord {
  const topic = (row.name as string).replace(/\.Value$/, '')
  const envelope = structOf([field('before', row), field('after', row), field('op', STRING), field('ts_ms', INT64)], {
    name: `${topic}.Envelope`,
    version: 2,
  })
  const image = { schema: row, values: [...values] }
  const isDelete = op === 'd'
  return {
    topic,
    topicPartition: null,
    keySchema: null,
    key: null,
    valueSchema: envelope,
    value: { schema: envelope, values: [isDelete ? image : null, isDelete ? null : image, op, 1795530104331n] },
    headers: [{ key: '__debezium.context.taskId', schema: STRING, value: '0' }],
    timestampMs: null,
  }
}

const APP_ROWS = (type: string, name: string, ts: readonly unknown[], ver: readonly unknown[]) => [
  [
    '11111111-1111-1111-1111-111111111111',
    'Order',
    'o-1',
    'OrderCreated',
    '{"id": 1, "note": null, "lines": [{"q": 2, "sku": "a"}], "price": 1.5}',
    ts[0],
    ver[0],
    'acme',
  ],
  ['22222222-2222-2222-2222-222222222222', type, 'c-9', name, '{"a":{"b":[1,2,3]},"t":true}', ts[1], ver[1], 'beta'],
  ['33333333-3333-3333-3333-333333333333', 'Order', 'o-2', 'OrderCancelled', null, ts[2], ver[2], null],
]

const BIG =
  '{"a": [1, 2], "b": true, "e": [], "f": 1.5, "i": 1, "n": null, "o": {"p": {"q": 1}}, "s": "x", "ao": [{"x": 1}, {"y": 2}], "big": 3000000000}'
const AT = [1690000000000n, null, 1690000000001n, 1690000000002n]

function obRows(payloads: readonly unknown[], at: readonly unknown[] = AT): unknown[][] {
  return [
    ['a1', 'Order', 'o-1', 'Created', payloads[0], at[0], 2, 0],
    ['a2', 'Order', 'o-2', 'Changed', payloads[1], at[1], 3, 0],
    ['a3', 'User', 'u-1', 'Joined', payloads[2], at[2], 1, 0],
    ['a4', 'User', 'u-2', 'Empty', payloads[3], at[3], 1, 0],
  ].slice(0, payloads.length)
}

const TEXT = primitive('string', OPTIONAL)
const BYTES = primitive('bytes', OPTIONAL)
const BIGINT = primitive('int64', OPTIONAL)
const MILLIS = primitive('int64', { optional: true, name: 'io.debezium.time.Timestamp', version: 1 })
const MICROS = primitive('int64', { optional: true, name: 'io.debezium.time.MicroTimestamp', version: 1 })
const TEXTS = ['{"a":1}', 'plain', null, '  ']
const BLOBS = [Buffer.from('0801ff00', 'hex'), Buffer.from('7b7d', 'hex'), null, Buffer.alloc(0)]
const CUSTOMER = APP_ROWS('Customer', 'CustomerMoved', [1n, 2n, null], [3, 1, null])
const MOVED = APP_ROWS('Order', 'OrderMoved', [1704067200123n, 1704153600456n, 1704240000000n], [3, 1, 2])

const CASES: readonly (readonly [
  scenario: string,
  row: ConnectSchema,
  rows: readonly (readonly unknown[])[],
  error?: string,
])[] = [
  ['outbox-default', appRow('outbox-default', BIGINT), CUSTOMER],
  ['outbox-key-field', appRow('outbox-key-field', BIGINT), CUSTOMER],
  ['outbox-expand', appRow('outbox-expand', BIGINT), CUSTOMER],
  ['outbox-regex', appRow('outbox-regex', MILLIS), MOVED],
  ['outbox-headers', appRow('outbox-headers', MILLIS), MOVED],
  ['outbox-headers-schemas', appRow('outbox-headers-schemas', MILLIS), MOVED],
  ['outbox-expand-schemas', appRow('outbox-expand-schemas', MILLIS), MOVED],
  [
    'outbox-placement',
    appRow('outbox-placement', BIGINT),
    CUSTOMER,
    'Unsupported field type INT64 (without logical schema name) for event timestamp',
  ],
  ['outbox-route-field', appRow('outbox-route-field', BIGINT), CUSTOMER, 'No group with name {routedByValue}'],
  [
    'router-expand-object',
    obRow('router-expand-object', JSON_TEXT, BIGINT),
    obRows([BIG, '{"e":1e3,"x":[{"a":1,"b":"t"},{"a":2,"b":"u"}],"neg":-5}', null, '{}']),
  ],
  [
    'router-expand-mixed',
    obRow('router-expand-mixed', JSON_TEXT, BIGINT),
    obRows(['[1, "a"]', '5', null, '{"x":[1,2.5],"y":[{"a":1},{"a":"s"}]}']),
  ],
  [
    'router-expand',
    obRow('router-expand', JSON_TEXT, BIGINT),
    obRows([BIG, '[{"x":1},{"x":2}]']),
    'Invalid type for ARRAY: class java.lang.String',
  ],
  [
    'router-missing-field',
    obRow('router-missing-field', TEXT, BIGINT),
    obRows(TEXTS),
    'Unable to find payload field nosuch in event',
  ],
  ['router-placements', obRow('router-placements', TEXT, BIGINT), obRows(TEXTS)],
  [
    'router-text-partition',
    obRow('router-text-partition', TEXT, BIGINT),
    obRows(TEXTS),
    'Unsupported field type INT64 (without logical schema name) for event timestamp',
  ],
  ['router-text-string', obRow('router-text-string', TEXT, BIGINT), obRows(TEXTS)],
  [
    'router-timestamp',
    obRow('router-timestamp', TEXT, MICROS),
    obRows(['t', 'b', 'c'], [1690000000123456n, null, 1690000000500000n]),
  ],
  ['router-bytes-binarydata', obRow('router-bytes-binarydata', BYTES, BIGINT), obRows(BLOBS)],
  ['router-bytes-bytearray', obRow('router-bytes-bytearray', BYTES, BIGINT), obRows(BLOBS)],
  ['router-bytes-json', obRow('router-bytes-json', BYTES, BIGINT), obRows(BLOBS)],
]

function converterOf(config: Readonly<Record<string, string>>, side: string): Converter {
  const name = config[`${side}.converter`] ?? ''
  if (name.endsWith('StringConverter')) return new StringConverter()
  if (name.endsWith('ByteArrayConverter')) return new ByteArrayConverter()
  if (name.endsWith('BinaryDataConverter')) return new BinaryDataConverter({ delegate: new JsonConverter() })
  return new JsonConverter({ schemasEnable: config[`${side}.converter.schemas.enable`] !== 'false' })
}

function routerOf(config: Readonly<Record<string, string>>): EventRouter {
  const options = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith('transforms.o.') && key !== 'transforms.o.type' ? [[key.slice(13), value]] : [],
  )
  return new EventRouter(Object.fromEntries(options), silentLogger)
}

const sortKey = (line: { topic: string }) => line.topic

test.skipIf(!hasGoldens).each(CASES.map((entry) => ({ entry, scenario: entry[0] })))(
  'routes the rows of $scenario as recorded',
  ({ entry }) => {
    const [scenario, row, rows, error] = entry
    const config = goldenConfig(scenario)
    const router = routerOf(config)
    const [key, value, headers] = [
      converterOf(config, 'key'),
      converterOf(config, 'value'),
      new SimpleHeaderConverter(),
    ]
    const lines: { topic: string; key: unknown; value: unknown; headers: unknown }[] = []
    let failure = ''
    for (const [index, values] of rows.entries()) {
      try {
        const out = router.apply(change(row, index === 0 ? 'r' : 'c', values)) as ConnectRecord
        lines.push({
          topic: out.topic,
          key: key.fromConnect(out.topic, out.keySchema, out.key),
          value: value.fromConnect(out.topic, out.valueSchema, out.value),
          headers: out.headers.map((header) => [header.key, headers.fromConnectHeader(out.topic, header)]),
        })
        if (scenario === 'router-timestamp' && index !== 1) {
          expect(out.timestampMs).toBe(index === 0 ? 1690000000123 : 1690000000500)
        }
      } catch (thrown) {
        failure = (thrown as Error).message
        break
      }
    }
    expect(failure).toBe(error ?? '')
    const bytes = (part: GoldenBytes) => bytesOfGolden(part)
    const expected = goldenRecords(scenario)
      .filter((line) => !line.topic.includes('history') && line.topic !== config['topic.prefix'])
      .map((line) => ({
        topic: line.topic,
        key: bytes(line.key),
        value: bytes(line.value),
        headers: line.headers
          .filter(([name]) => !name.startsWith('__debezium.context') || name.endsWith('taskId'))
          .map(([name, part]) => [name, bytes(part)]),
      }))
    const text = (line: (typeof lines)[number]) =>
      JSON.stringify(line, (_key, part: unknown) =>
        typeof part === 'object' && part !== null && 'type' in part && part.type === 'Buffer'
          ? Buffer.from((part as unknown as { data: number[] }).data).toString()
          : part,
      )
    expect(expected.length > 0 || error !== undefined).toBe(true)
    lines.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0))
    expect(lines.map(text)).toEqual((expected as typeof lines).map(text))
  },
)

test('deletes and tombstones are dropped, other records pass, updates follow table.op.invalid.behavior', () => {
  const row = obRow('srv', TEXT, BIGINT)
  const [values] = obRows(TEXTS) as [unknown[]]
  const router = new EventRouter({}, silentLogger)
  expect(router.apply(change(row, 'd', values))).toBeNull()
  expect(router.apply(change(row, 'u', values))).toBeNull()
  expect(router.apply({ ...change(row, 'c', values), valueSchema: null, value: null })).toBeNull()
  const heartbeat: ConnectRecord = { ...change(row, 'c', values), valueSchema: STRING, value: 'x' }
  expect(router.apply(heartbeat)).toBe(heartbeat)
  const fatal = new EventRouter({ 'table.op.invalid.behavior': 'fatal' }, silentLogger)
  expect(() => fatal.apply(change(row, 'u', values))).toThrow('Unexpected update message received')
})

test('a partition placement sets the partition; a missing column is an error or is skipped', () => {
  const row = obRow('srv', TEXT, BIGINT)
  const [values] = obRows(TEXTS) as [unknown[]]
  values[7] = 5
  const router = new EventRouter({ 'table.fields.additional.placement': 'part:partition' }, silentLogger)
  expect(router.apply(change(row, 'c', values))?.topicPartition).toBe(5)
  const missing = { 'table.fields.additional.placement': 'nosuch:header' }
  expect(() => new EventRouter(missing, silentLogger).apply(change(row, 'c', values))).toThrow('nosuch')
  const ignoring = new EventRouter({ ...missing, 'table.field.additional.missing': 'ignore' }, silentLogger)
  expect(ignoring.apply(change(row, 'c', values))?.headers.map((header) => header.key)).toEqual([
    '__debezium.context.taskId',
    'id',
  ])
})

test('bad router options are refused with their names', () => {
  const make = (options: Record<string, string>) => () => new EventRouter(options, silentLogger)
  expect(make({ 'table.fields.additional.placement': 'a:b:c:d' })).toThrow('table.fields.additional.placement')
  expect(make({ 'route.topic.regex': '(' })).toThrow('Unclosed group near index 1')
  expect(make({ 'table.op.invalid.behavior': 'shrug' })).toThrow('Value must be one of warn, error, fatal')
})
