// Bodies of the events around statements, as the servers' sources lay them out.
import { expect, test } from 'vitest'
import { ByteCursor } from '../../src/event/byte-cursor.ts'
import { decodeIncident, decodeIntvar, decodeRand, decodeUserVar } from '../../src/event/statement-context.ts'

const place = { header: { typeCode: 14 }, file: 'binlog.000001', startPosition: 4 } as never
const cursor = (hex: string) => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  return new ByteCursor().open(bytes, 0, bytes.length, place)
}

test('numbers and seeds', () => {
  expect(decodeIntvar(cursor('02 2a00000000000000'))).toEqual({ variable: 'INSERT_ID', value: 42n })
  expect(decodeIntvar(cursor('01 ffffffffffffffff'))).toEqual({ variable: 'LAST_INSERT_ID', value: 2n ** 64n - 1n })
  expect(decodeRand(cursor('0100000000000000 0200000000000000'))).toEqual({ seeds: [1n, 2n] })
})

test.each([
  ['NULL', '01000000 61 01', { type: null, charset: null, value: null }],
  ['latin1', '01000000 61 00 00 08000000 02000000 e941 00', { type: 'STRING', charset: 'latin1', value: 'éA' }],
  ['bytes', '01000000 61 00 00 3f000000 01000000 ff', { type: 'STRING', charset: 'binary', value: Buffer.from([255]) }],
  ['number', '01000000 61 00 02 3f000000 08000000 ffffffffffffffff 00', { type: 'INT', charset: null, value: -1n }],
  [
    'unsigned',
    '01000000 61 00 02 3f000000 08000000 ffffffffffffffff 01',
    { type: 'INT', charset: null, value: 2n ** 64n - 1n },
  ],
  ['real', '01000000 61 00 01 3f000000 08000000 000000000000f83f 00', { type: 'REAL', charset: null, value: 1.5 }],
])('user variable: %s', (_what, hex, expected) => {
  expect(decodeUserVar(cursor(hex))).toEqual({ name: 'a', ...expected })
})

test('incident', () => {
  expect(decodeIncident(cursor('0100 04 6c6f7374'))).toEqual({ incident: 1, message: 'lost' })
})

test('lengths beyond the event are named errors', () => {
  for (const hex of ['ffffffff 61', '01000000 61 00 00 08000000 ffffff7f e9'])
    expect(() => decodeUserVar(cursor(hex))).toThrow(/Binlog event|binlog.000001/)
  expect(() => decodeIncident(cursor('0100 ff 6c'))).toThrow()
})
