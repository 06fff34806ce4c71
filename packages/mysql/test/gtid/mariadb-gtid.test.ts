import { expect, test } from 'vitest'
import { MariaDbGtidList } from '../../src/index.ts'

test('prints by domain and keeps the last of each', () => {
  const list = MariaDbGtidList.parse(' 1-2-3, 0-1-270')
  expect(list.toString()).toBe('0-1-270,1-2-3')
  list.add({ domain: 0, server: 4, sequence: 18446744073709551615n })
  expect(list.toString()).toBe('0-4-18446744073709551615,1-2-3')
})

test('contains by sequence within the domain', () => {
  const list = MariaDbGtidList.parse('0-1-270')
  expect(list.contains({ domain: 0, server: 9, sequence: 270n })).toBe(true)
  expect(list.contains({ domain: 0, server: 1, sequence: 271n })).toBe(false)
  expect(list.contains({ domain: 1, server: 1, sequence: 1n })).toBe(false)
  expect(list.containsAll(MariaDbGtidList.parse('0-1-5'))).toBe(true)
  expect(list.containsAll(MariaDbGtidList.parse('0-1-5,2-1-1'))).toBe(false)
})

test.each(['x', '0-1', '0-1-2-3', '4294967296-1-1', '0-1-18446744073709551616'])('%j is refused by name', (text) => {
  expect(() => MariaDbGtidList.parse(text)).toThrow(expect.objectContaining({ code: 'MYSQL_GTID_SYNTAX' }))
})
