import { expect, test } from 'vitest'
import { formatRecord, printFormat } from './record-format.ts'

const record = {
  offset: 3,
  timestampMs: 1700000000000,
  key: Buffer.from('k'),
  value: Buffer.from([0xff, 0x41]),
  headers: [
    { key: 'id', value: Buffer.from('7') },
    { key: 'n', value: null },
  ],
}
const print = (...properties: string[]) => formatRecord(record, 1, printFormat(properties)).toString('latin1')

test.each([
  [[], '\u00ffA\n'],
  [['print.key=true'], 'k\t\u00ffA\n'],
  [['print.key=true', 'key.separator=|', 'line.separator=;'], 'k|\u00ffA;'],
  [
    ['print.value=false', 'print.offset=true', 'print.partition=true', 'print.timestamp=true'],
    'CreateTime:1700000000000\tPartition:1\tOffset:3\n',
  ],
  [['print.headers=true', 'print.value=false'], 'id:7,n:null\n'],
])('%j', (properties, text) => {
  expect(print(...properties)).toBe(text)
})

test('a null value prints the literal', () => {
  expect(
    formatRecord(
      { ...record, value: null, headers: [] },
      0,
      printFormat(['print.headers=true', 'null.literal=NIL']),
    ).toString(),
  ).toBe('NO_HEADERS\tNIL\n')
})
