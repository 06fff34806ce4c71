// Geometries with exchanged coordinates and vectors as JSON, on hand-made rows; tr-geometry has the recorded case.
import { expect, test } from 'vitest'
import { arrayOf, field, primitive, structOf } from '../../src/data/schema-builder.ts'
import { structFrom } from '../../src/data/struct.ts'
import { swapGeometry, vectorToJson } from '../../src/transform/debezium/geometry-and-vector.ts'
import { swapCoordinates } from '../../src/transform/debezium/geometry-bytes.ts'
import { StageOptions } from '../../src/transform/record-side.ts'

const swappedHex = (hex: string) => Buffer.from(swapCoordinates(Buffer.from(hex, 'hex'))).toString('hex')
const one = '000000000000f03f'
const two = '0000000000000040'
const three = '0000000000000840'

test('every kind of geometry is swapped in both byte orders', () => {
  const cases: [string, string][] = [
    [`0101000000${one}${two}`, `0101000000${two}${one}`],
    ['00000000013ff00000000000004000000000000000', '000000000140000000000000003ff0000000000000'],
    [`010200000002000000${one}${two}${three}${one}`, `010200000002000000${two}${one}${one}${three}`],
    [`01030000000100000001000000${one}${two}`, `01030000000100000001000000${two}${one}`],
    [`0104000000010000000101000000${one}${two}`, `0104000000010000000101000000${two}${one}`],
    [`0107000000010000000101000000${one}${two}`, `0107000000010000000101000000${two}${one}`],
    [`01010000a0e6100000${one}${two}${three}`, `01010000a0e6100000${two}${one}${three}`],
    [`01e9030000${one}${two}${three}`, `01e9030000${two}${one}${three}`],
  ]
  for (const [given, wanted] of cases) expect(swappedHex(given)).toBe(wanted)
})

test('what is no geometry has a code, wherever it ends', () => {
  for (const hex of ['', '01', '0101000000', `0101000000${one}`, '0109000000', '0102000000ffffffff', `0102000000`]) {
    expect(() => swappedHex(hex), hex).toThrowError(expect.objectContaining({ code: 'CDC_DATA_INVALID' }))
  }
})

const geometry = structOf([field('wkb', primitive('bytes')), field('srid', primitive('int32', { optional: true }))], {
  name: 'io.debezium.data.geometry.Geometry',
  version: 1,
  optional: true,
})
const vector = arrayOf(primitive('float32'), { name: 'io.debezium.data.FloatVector', optional: true })
const row = structOf([field('id', primitive('int32')), field('g', geometry), field('v', vector)])
const recordOf = (srid: number | null, numbers: number[] | null) => ({
  topic: 't',
  topicPartition: null,
  keySchema: null,
  key: null,
  valueSchema: row,
  value: structFrom(row, {
    id: 1,
    g: structFrom(geometry, { wkb: Buffer.from(`0101000000${one}${two}`, 'hex'), srid }),
    v: numbers,
  }),
  headers: [],
  timestampMs: null,
})

test('only the listed reference systems are swapped', () => {
  const wkbOf = (srid: number | null, options: Record<string, string> = {}) => {
    const out = swapGeometry(new StageOptions(options)).apply(recordOf(srid, null))
    const swapped = out?.value as { values: { values: Uint8Array[] }[] }
    return Buffer.from(swapped.values[1]?.values[0] ?? []).toString('hex')
  }
  const same = `0101000000${one}${two}`
  expect(wkbOf(4326)).toBe(`0101000000${two}${one}`)
  expect(wkbOf(1)).toBe(same)
  expect(wkbOf(null)).toBe(same)
  expect(wkbOf(4326, { srids: '1, 2' })).toBe(same)
  expect(wkbOf(2, { srids: '1, 2' })).not.toBe(same)
  expect(() => swapGeometry(new StageOptions({ srids: 'x' }))).toThrow('For input string: "x"')
})

test('vectors of flattened rows become JSON, and null stays', () => {
  const transform = vectorToJson()
  const filled = transform.apply(recordOf(null, [1, 2.5, -3e-10]))
  expect(filled?.value).toMatchObject({ values: [1, {}, '{ "values": [1.0, 2.5, -3.0E-10] }'] })
  expect(filled?.valueSchema?.fields?.[2]?.schema).toMatchObject({ kind: 'string', optional: true })
  expect(transform.apply(recordOf(null, null))?.value).toMatchObject({ values: [1, {}, null] })
  expect(transform.apply(recordOf(null, null))?.valueSchema).toBe(filled?.valueSchema)
})
