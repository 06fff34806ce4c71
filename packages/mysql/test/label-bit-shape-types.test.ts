import { describe, expect, test } from 'vitest'
import { MysqlDataError } from '../src/error.ts'
import { bothForms, cellOf, columnOf, hex, logged, selected } from './column-cases.ts'

describe('ENUM', () => {
  const labels = ['a', 'b,c', "d'e", 'ç"\\', '😀']
  const column = columnOf('ENUM', { enumValues: labels, charset: 'utf8mb4' })
  test('labels by index and as text, commas and backslashes kept', () => {
    labels.forEach((label, i) => {
      const cell = Buffer.from([i + 1])
      expect(bothForms(column, { typeCode: 247, meta: 1, cell }, label).value).toBe(label)
    })
    expect(bothForms(column, { typeCode: 247, meta: 1, cell: hex('00') }, '').value).toBe('')
    expect(selected(column).schema.parameters).toEqual({ allowed: 'a,b\\,c,d\'e,ç"\\\\,😀' })
    expect(selected(column).schema.name).toBe('io.debezium.data.Enum')
  })

  test('two-byte indexes; an index beyond the labels has no representation', () => {
    const many = columnOf('ENUM', { enumValues: Array.from({ length: 300 }, (_, i) => `v${i}`) })
    expect(cellOf(logged(many, 247, 2), hex('2c01')).value).toBe('v299')
    expect(cellOf(logged(many, 247, 2), hex('2d01')).value).toBeNull()
    expect(cellOf(logged(columnOf('ENUM', { enumValues: ['x'], isNullable: false }), 247, 1), hex('07')).value).toBe('')
  })
})

describe('SET', () => {
  test('members in definition order, 64 of them', () => {
    const labels = Array.from({ length: 64 }, (_, i) => `m${i}"`)
    const column = columnOf('SET', { enumValues: labels })
    const all = bothForms(column, { typeCode: 248, meta: 8, cell: hex('ffffffffffffffff') }, labels.join(','))
    expect(all.value).toBe(labels.join(','))
    const some = bothForms(column, { typeCode: 248, meta: 8, cell: hex('0500000000000080') }, 'm0",m2",m63"')
    expect(some.value).toBe('m0",m2",m63"')
    expect(bothForms(column, { typeCode: 248, meta: 8, cell: Buffer.alloc(8) }, '').value).toBe('')
    expect(selected(column).schema.name).toBe('io.debezium.data.EnumSet')
  })
})

describe('BIT', () => {
  test('BIT(1) is a boolean', () => {
    for (const column of [columnOf('BIT'), columnOf('BIT', { length: 1 })]) {
      expect(bothForms(column, { typeCode: 16, meta: 1, cell: hex('01') }, hex('01')).value).toBe(true)
      expect(bothForms(column, { typeCode: 16, meta: 1, cell: hex('00') }, hex('00')).value).toBe(false)
    }
  })

  test('longer ones are little-endian bytes with their length', () => {
    const column = columnOf('BIT', { length: 12, hasDefault: true, defaultExpression: '1010' })
    const { value } = bothForms(column, { typeCode: 16, meta: 12, cell: hex('0aaa') }, hex('0aaa'))
    expect(value).toEqual(hex('aa0a'))
    expect(selected(column).schema).toEqual({
      kind: 'bytes',
      optional: true,
      name: 'io.debezium.data.Bits',
      version: 1,
      parameters: { length: '12' },
      default: hex('0a00'),
    })
    expect(selected(columnOf('BIT', { hasDefault: true, defaultExpression: "b'1'" })).schema.default).toBe(true)
  })
})

describe('spatial types', () => {
  const point = hex('e6100000 0101000000 0000000000003440 0000000000002440')
  test('POINT has coordinates, WKB and SRID', () => {
    const { value, json } = bothForms(columnOf('POINT'), { typeCode: 255, meta: 4, cell: point }, point)
    expect(value).toEqual([20, 10, point.subarray(4), 4326])
    expect(json).toBe('{"x":20.0,"y":10.0,"wkb":"AQEAAAAAAAAAAAA0QAAAAAAAACRA","srid":4326}')
    expect(selected(columnOf('POINT')).schema).toMatchObject({
      kind: 'struct',
      optional: true,
      name: 'io.debezium.data.geometry.Point',
      version: 1,
      doc: 'Geometry (POINT)',
    })
  })

  test('others have WKB and SRID; SRID 0 is null', () => {
    const line = hex('00000000 010200000000000000')
    for (const name of ['GEOMETRY', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'GEOMCOLLECTION', 'MULTIPOLYGON']) {
      const { value, json } = bothForms(columnOf(name), { typeCode: 255, meta: 4, cell: line }, line)
      expect(value).toEqual([line.subarray(4), null])
      expect(json).toBe('{"wkb":"AQIAAAAAAAAA","srid":null}')
    }
  })

  test('a value that is cut off is refused', () => {
    expect(() => cellOf(logged(columnOf('POINT'), 255, 4), point.subarray(0, 20))).toThrow(MysqlDataError)
    expect(() => cellOf(logged(columnOf('GEOMETRY'), 255, 4), hex('0000'))).toThrow(MysqlDataError)
  })
})

test('VECTOR is an array of floats', () => {
  const cell = hex('0000803f 00002040 000040c0 ffe6db2e')
  const { value, json } = bothForms(columnOf('VECTOR', { length: 4 }), { typeCode: 242, meta: 4, cell }, cell)
  expect(json).toBe('[1.0,2.5,-3.0,1.0E-10]')
  expect(value).toHaveLength(4)
  expect(selected(columnOf('VECTOR')).schema).toEqual({
    kind: 'array',
    optional: true,
    name: 'io.debezium.data.FloatVector',
    version: 1,
    items: { kind: 'float32', optional: false },
  })
})
