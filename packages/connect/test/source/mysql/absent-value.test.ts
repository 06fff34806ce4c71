// Placeholders of what binlog_row_image=NOBLOB leaves out, by type.
import { type BinlogColumn, type ColumnModel, columnType, type ValueOptions } from '@millrace/mysql'
import { expect, test } from 'vitest'
import type { CellColumn } from '../../../src/data/change-row.ts'
import { structOf } from '../../../src/data/schema-builder.ts'
import { structOfCells } from '../../../src/data/to-record.ts'
import { placeholderBytes, withAbsentValue } from '../../../src/source/mysql/absent-value.ts'

const OPTIONS: ValueOptions = {
  ...{ decimalHandling: 'precise', timePrecision: 'adaptive_time_microseconds', bigintUnsignedHandling: 'long' },
  ...{ binaryHandling: 'bytes', enableTimeAdjuster: true, connectionTimeZone: '+00:00' },
}
const COLUMN: ColumnModel = {
  ...{ name: 'c', typeName: 'TEXT', length: null, scale: null, charset: null, collation: null, isNullable: true },
  ...{ isAutoIncremented: false, isGenerated: false, enumValues: [], hasDefault: false, defaultExpression: null },
  comment: null,
}

function columnOf(
  model: Partial<ColumnModel>,
  binlog: Partial<BinlogColumn>,
  mode = OPTIONS.binaryHandling,
): CellColumn {
  const column = { ...COLUMN, ...model }
  const logged: BinlogColumn = { typeCode: 252, meta: 2, unsigned: false, ...binlog }
  const type = columnType(column, 'binlog', { ...OPTIONS, binaryHandling: mode }, logged)
  return withAbsentValue({ name: 'c', cell: 0, ...type }, column, logged, placeholderBytes('__x'))
}

test('text is the placeholder in any character set; binary columns hold its bytes in their form', () => {
  expect(columnOf({ charset: 'utf16' }, {}).absentValue).toBe('__x')
  expect(columnOf({ typeName: 'BLOB' }, {}).absentValue).toEqual(Buffer.from('__x'))
  expect(columnOf({ typeName: 'BLOB' }, {}, 'hex').absentValue).toBe('5f5f78')
  expect(columnOf({ typeName: 'BLOB' }, {}, 'base64').absentValue).toBe('X194')
  expect(columnOf({ typeName: 'JSON' }, { typeCode: 245, meta: 4 }).absentValue).toBe('__x')
})

test('arrays hold its bytes as numbers, spatial values hold it as their WKB', () => {
  expect(columnOf({ typeName: 'VECTOR' }, { typeCode: 242 }).absentValue).toEqual([0x5f, 0x5f, 0x78])
  const geometry = columnOf({ typeName: 'GEOMETRY' }, { typeCode: 255 })
  expect(geometry.absentValue).toEqual({ schema: geometry.schema, values: [Buffer.from('__x'), null] })
})

test('types that no server leaves out have none: an image without them must stop the task', () => {
  expect(columnOf({ typeName: 'INT' }, { typeCode: 3, meta: 0 }).absentValue).toBeUndefined()
  expect(columnOf({ typeName: 'VARCHAR', charset: 'utf8mb4' }, { typeCode: 15, meta: 80 }).absentValue).toBeUndefined()
})

test('hex: spells bytes', () => {
  expect(placeholderBytes('hex:00FF')).toEqual(Buffer.from([0, 255]))
  expect(placeholderBytes('__debezium_unavailable_value').toString()).toBe('__debezium_unavailable_value')
})

test('NULL stays null, a cell that is not there is the placeholder', () => {
  const column = columnOf({ charset: 'utf8mb4' }, {})
  const schema = structOf([{ name: 'c', schema: column.schema }], {})
  const value = (end: number) =>
    structOfCells(schema, [column], { bytes: Buffer.alloc(0), starts: Int32Array.of(0), ends: Int32Array.of(end) })
      .values
  expect(value(-1)).toEqual([null])
  expect(value(-2)).toEqual(['__x'])
})
