import { describe, expect, it } from 'vitest'
import { transactionSet } from '../../../src/source/mysql/transaction-set.ts'

const mariadb = (text: string) => transactionSet('mariadb', text)

describe("MariaDB's sets", () => {
  it('hold the last transaction of each domain, in order', () => {
    const set = mariadb('7-1-4,0-1-9')
    set.add({ domain: 0, server: 5, sequence: 10n })
    set.add({ domain: 3, server: 1, sequence: 1n })
    expect(set.toString()).toBe('0-5-10,3-1-1,7-1-4')
    expect(set.start()).toEqual({ kind: 'mariadb-gtid', state: '0-5-10,3-1-1,7-1-4' })
  })

  it('are compared by domain, whichever server wrote', () => {
    expect(mariadb('0-1-10').containsAll(mariadb('0-2-9'))).toBe(true)
    expect(mariadb('0-1-10').containsAll(mariadb('0-1-9,1-1-1'))).toBe(false)
    expect(mariadb('0-1-10,1-1-5').subtract(mariadb('0-9-10,1-1-4')).toString()).toBe('1-1-5')
    expect(mariadb('0-1-10').equals(mariadb('0-2-10'))).toBe(false)
  })

  it('pass over domains of others only where nothing was read of them', () => {
    const keeps = (source: string) => source === '0-1'
    const start = mariadb('0-2-6,4-1-3').passOver(mariadb('0-1-9,4-1-8,5-1-2,0-1-9'), keeps)
    expect(start.toString()).toBe('0-2-6,4-1-3,5-1-2')
    expect(mariadb('0-1-4,4-1-3').filter(keeps).toString()).toBe('0-1-4')
  })

  it('refuse what is no GTID', () => {
    expect(() => mariadb('0-1')).toThrow(/not a MariaDB GTID/)
  })
})

describe("MySQL's sets", () => {
  const A = 'aaaaaaaa-0000-1111-2222-333333333333'
  const B = 'bbbbbbbb-0000-1111-2222-333333333333'

  it('take what the server has of sources that do not count as read', () => {
    const start = transactionSet('mysql', `${A}:1-5`).passOver(
      transactionSet('mysql', `${A}:1-9,${B}:1-4`),
      (uuid) => uuid === A,
    )
    expect(start.toString()).toBe(`${A}:1-5,${B}:1-4`)
    start.add({ uuid: A, tag: '', gno: 6n })
    expect(start.containsAll(transactionSet('mysql', `${A}:1-6`))).toBe(true)
  })
})
