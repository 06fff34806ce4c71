import { describe, expect, it } from 'vitest'
import { isAtOrBefore } from '../../../src/source/mysql/history/position-order.ts'

const UUID = 'b718e35f-e80e-11f1-85d1-02fc00000001'
const OTHER = 'c718e35f-e80e-11f1-85d1-02fc00000001'

describe('positions with GTIDs', () => {
  const at = (gtids: string, more: object = {}) => ({ ts_sec: 1, file: 'b.000001', pos: 4, gtids, ...more })

  it('are ordered by their sets', () => {
    expect(isAtOrBefore(at(`${UUID}:1-5`), at(`${UUID}:1-6`))).toBe(true)
    expect(isAtOrBefore(at(`${UUID}:1-6`), at(`${UUID}:1-5`))).toBe(false)
    expect(isAtOrBefore(at(`${UUID}:1-5`), at(`${OTHER}:1-9,${UUID}:1-5`))).toBe(true)
    expect(isAtOrBefore(at(`${UUID}:1-5,${OTHER}:1`), at(`${UUID}:1-9`))).toBe(false)
  })

  it('of one set are ordered by snapshot and events', () => {
    const set = `${UUID}:1-5`
    expect(isAtOrBefore(at(set, { snapshot: 'INITIAL' }), at(set))).toBe(true)
    expect(isAtOrBefore(at(set), at(set, { snapshot: 'INITIAL' }))).toBe(false)
    expect(isAtOrBefore(at(set, { event: 1 }), at(set, { event: 2 }))).toBe(true)
    expect(isAtOrBefore(at(set, { event: 3 }), at(set, { event: 2 }))).toBe(false)
  })

  it('are compared within the sources that count', () => {
    const order = { flavour: 'mysql', keeps: (source: string) => source === UUID } as const
    expect(isAtOrBefore(at(`${UUID}:1-5,${OTHER}:1`), at(`${UUID}:1-9`), order)).toBe(true)
  })

  it('come after positions without', () => {
    const plain = { ts_sec: 1, file: 'b.000001', pos: 4 }
    expect(isAtOrBefore(plain, at(`${UUID}:1`))).toBe(true)
    expect(isAtOrBefore(at(`${UUID}:1`), plain)).toBe(false)
  })
})

describe('positions without GTIDs', () => {
  const at = (file: string, pos: number, more: object = {}) => ({ ts_sec: 10, file, pos, server_id: 1, ...more })

  it('are ordered by file number, position, event and row', () => {
    expect(isAtOrBefore(at('b.000009', 500), at('b.000010', 4))).toBe(true)
    expect(isAtOrBefore(at('b.999999', 500), at('b.1000000', 4))).toBe(true)
    expect(isAtOrBefore(at('b.000010', 4), at('b.000009', 500))).toBe(false)
    expect(isAtOrBefore(at('b.000009', 4), at('b.000009', 4))).toBe(true)
    expect(isAtOrBefore(at('b.000009', 5), at('b.000009', 4, { event: 9 }))).toBe(false)
    expect(isAtOrBefore(at('b.000009', 4, { event: 2 }), at('b.000009', 4, { event: 1, row: 7 }))).toBe(false)
    expect(isAtOrBefore(at('b.000009', 4, { event: 2, row: 1 }), at('b.000009', 4, { event: 2, row: 1 }))).toBe(true)
  })

  it('of different servers are ordered by time', () => {
    expect(isAtOrBefore(at('z.000009', 5, { server_id: 2 }), at('a.000001', 4))).toBe(true)
    expect(isAtOrBefore(at('a.000001', 5, { server_id: 2, ts_sec: 11 }), at('z.000009', 4))).toBe(false)
  })

  it('of a snapshot, which knows no server id, come before the stream', () => {
    const snapshot = { ts_sec: 999, file: 'b.000001', pos: 4, snapshot: 'INITIAL' }
    expect(isAtOrBefore(snapshot, at('b.000001', 900))).toBe(true)
    expect(isAtOrBefore(at('b.000001', 900), snapshot)).toBe(false)
  })
})
