import { describe, expect, test } from 'vitest'
import { MysqlProtocolError, MysqlUnsupportedError } from '../src/error.ts'
import { CELL_ABSENT, CELL_NULL, type CellRow } from '../src/row/cell-row.ts'
import { RowReader } from '../src/row/row-reader.ts'
import { rowImage, rowsEventOf, tableMapOf } from './row-image.ts'

const COLUMNS = [
  { typeCode: 3, meta: 0 },
  { typeCode: 15, meta: 255 },
  { typeCode: 15, meta: 256 },
  { typeCode: 252, meta: 3 },
  { typeCode: 252, meta: 4 },
  { typeCode: 246, meta: (10 << 8) | 2 },
  { typeCode: 18, meta: 6 },
  { typeCode: 16, meta: 12 },
  { typeCode: 247, meta: 2 },
]

function cells(row: CellRow | null): (string | number)[] {
  if (row === null) throw new Error('no row')
  return Array.from(row.starts, (start, i) =>
    row.ends[i]! < 0 ? row.ends[i]! : row.bytes.toString('hex', start, row.ends[i]!),
  )
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const FULL = [
  hex('01000000'),
  hex('02 6869'),
  hex('0100 68'),
  hex('010000 ff'),
  hex('02000000 aabb'),
  hex('8000000a32'),
  hex('99b2b6c82a 01e240'),
  hex('0abc'),
  hex('0100'),
]

describe('RowReader', () => {
  test('finds fixed and prefixed cells, NULLs and both images of an update', () => {
    const reader = new RowReader(tableMapOf(COLUMNS))
    const second = FULL.map((cell, i) => (i % 2 === 0 ? cell : null))
    reader.open(rowsEventOf('update', 9, [rowImage(FULL), rowImage(second), rowImage(second), rowImage(FULL)]))
    const full = ['01000000', '6869', '68', 'ff', 'aabb', '8000000a32', '99b2b6c82a01e240', '0abc', '0100']
    const sparse = full.map((cell, i) => (i % 2 === 0 ? cell : CELL_NULL))
    expect(reader.next()).toBe(true)
    expect(cells(reader.before)).toEqual(full)
    expect(cells(reader.after)).toEqual(sparse)
    expect(reader.next()).toBe(true)
    expect(cells(reader.before)).toEqual(sparse)
    expect(cells(reader.after)).toEqual(full)
    expect(reader.next()).toBe(false)
  })

  test('marks columns that are not in the image as absent', () => {
    const reader = new RowReader(tableMapOf(COLUMNS))
    const present = Uint8Array.from([0b00000101, 1])
    reader.open(rowsEventOf('delete', 9, [rowImage([FULL[0]!, null, FULL[8]!])], { before: present }))
    expect(reader.next()).toBe(true)
    expect(reader.after).toBeNull()
    const a = CELL_ABSENT
    expect(cells(reader.before)).toEqual(['01000000', a, CELL_NULL, a, a, a, a, a, '0100'])
  })

  test('refuses a row that runs over its event, wherever it is cut', () => {
    const reader = new RowReader(tableMapOf(COLUMNS))
    const image = rowImage(FULL)
    for (let cut = 1; cut < image.length; cut++) {
      reader.open(rowsEventOf('write', 9, [image.subarray(0, cut)]))
      expect(() => reader.next(), `cut at ${cut}`).toThrow(MysqlProtocolError)
    }
  })

  test('refuses another column count, images without columns and unknown types', () => {
    const reader = new RowReader(tableMapOf(COLUMNS))
    expect(() => reader.open(rowsEventOf('write', 8, []))).toThrow(/8 columns after a table map of 9/)
    reader.open(rowsEventOf('write', 9, [hex('00')], { before: new Uint8Array(2) }))
    expect(() => reader.next()).toThrow(MysqlProtocolError)
    expect(() => new RowReader(tableMapOf([{ typeCode: 99, meta: 0 }]))).toThrow(MysqlUnsupportedError)
  })
})
