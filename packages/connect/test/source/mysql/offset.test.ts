import { describe, expect, test } from 'vitest'
import { offsetJson, parseOffset } from '../../../src/source/mysql/offset.ts'

const RECORDED = [
  '{"ts_sec":1795530478,"file":"binlog.000001","pos":4468,"gtids":"fdb33409-e80f-11f1-b45c-02fc00000001:1-12","row":1,"server_id":223355,"event":2}',
  '{"ts_sec":1700000000,"file":"binlog.000001","pos":16464,"server_id":223344}',
]

test.each(RECORDED)('%s reads and prints as Debezium stored it', (text) => {
  expect(JSON.stringify(offsetJson(parseOffset(JSON.parse(text))))).toBe(text)
})

test('both forms of an unfinished snapshot', () => {
  expect(parseOffset({ file: 'b.000001', pos: 4, snapshot: true }).snapshot).toBe('INITIAL')
  expect(parseOffset({ file: 'b.000001', pos: 4, snapshot: 'BLOCKING' }).snapshot).toBe('BLOCKING')
})

test('white space in a set, big integers', () => {
  const offset = parseOffset({ file: 'b.000001', pos: 5_000_000_000n, gtids: 'a:1,\n b:2' })
  expect(offset).toMatchObject({ pos: 5_000_000_000, gtids: 'a:1,b:2' })
})

describe('what cannot be an offset is refused by name', () => {
  test.each([
    {},
    { file: '' },
    { file: 'b', pos: -1 },
    { file: 'b', pos: 1.5 },
    { file: 'b', pos: {} },
    { file: 'b', pos: 4, row: 'x' },
  ])('%j', (json) => {
    expect(() => parseOffset(json)).toThrow(expect.objectContaining({ code: 'CDC_POSITION_INVALID' }))
  })
})
