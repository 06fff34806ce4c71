// A stream through a network that breaks again and again, at any byte, in every way: each row once, in order.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Fault, FaultProxy } from './fault-proxy.ts'
import { LiveConnector } from './live-connector.ts'

/** Connections that break; MILLRACE_CHAOS multiplies them. */
const FAULTS = 45 * Number(process.env['MILLRACE_CHAOS'] ?? '1')
const SEED = Number(process.env['MILLRACE_CHAOS_SEED'] ?? '20261124')

let server: MysqlServer
let proxy: FaultProxy
let nextServerId = 8100

beforeAll(async () => {
  server = await startMysql()
  proxy = await FaultProxy.start(server)
  await server.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'")
})
afterAll(async () => {
  await proxy?.stop()
  await server?.stop()
})
beforeEach(async () => {
  proxy.nextFault = () => ({ kind: 'none' })
  proxy.struck.clear()
  await server.sql(
    'DROP DATABASE IF EXISTS app; CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(2000))',
  )
})

/** Numbers in [0, 1) that a seed decides (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * Rows `from` to `to` in one transaction, `bytes` to twice as many each. A dump begins at the start of a transaction: one that no connection
 * lives long enough for would never arrive.
 */
const insert = (from: number, to: number, bytes = 500) =>
  'SET SESSION cte_max_recursion_depth=1000000; INSERT INTO app.t WITH RECURSIVE s(n) AS ' +
  `(SELECT ${from} UNION ALL SELECT n+1 FROM s WHERE n<${to}) SELECT n, REPEAT(CHAR(97+n%26), ${bytes}+n%${bytes}) FROM s;`

function faults(next: () => number): () => Fault {
  let left = FAULTS
  return () => {
    if (left-- <= 0) return { kind: 'none' }
    const kind = next()
    // Some strike within the login, most within the log.
    const afterBytes = Math.floor(next() < 0.25 ? next() * 6000 : 6000 + next() * 300_000)
    if (kind < 0.4) return { kind: 'rst', afterBytes }
    if (kind < 0.8) return { kind: 'fin', afterBytes }
    if (kind < 0.85) return { kind: 'stall', afterBytes: 6000 + afterBytes }
    return {
      kind: 'pieces',
      pieceBytes: 1 + Math.floor(next() * 40),
      forBytes: 20_000,
      afterBytes: 30_000 + afterBytes,
    }
  }
}

describe.each(['disabled', 'required'])('database.ssl.mode=%s', (sslMode) => {
  test('cut, reset, stalled, in pieces: every row once, in order', async () => {
    const connector = new LiveConnector({
      'database.port': String(proxy.port),
      'database.ssl.mode': sslMode,
      'database.server.id': String(nextServerId++),
      'snapshot.mode': 'no_data',
      'connect.keep.alive.interval.ms': '500',
      'connect.timeout.ms': '3000',
    })
    const rows = 9000
    const next = random(SEED)
    const write = async () => {
      let from = 1
      while (from <= rows) {
        const isBig = from > 5000 && from < 5100
        const to = Math.min(rows, isBig ? from + 4000 : from + Math.floor(next() * 60))
        await server.sql(insert(from, to, isBig ? 12 : 500))
        from = to + 1
      }
    }
    const next2 = random(SEED + 1)
    await connector.run(
      ({ sent }) => sent.length >= rows,
      async () => {
        proxy.nextFault = faults(next2)
        proxy.resetAll()
        await write()
      },
    )
    const wrong = connector.sent.findIndex((text, i) => text !== `c ${i + 1}`)
    expect(connector.sent.slice(Math.max(0, wrong - 2), wrong + 3), 'around the first wrong row').toEqual(
      wrong < 0 ? connector.sent.slice(0, 2) : [],
    )
    expect(connector.sent).toHaveLength(rows)
    expect(connector.connections).toBeGreaterThan(10)
    expect([...proxy.struck.keys()].sort()).toEqual(['fin', 'pieces', 'rst', 'stall'])
    expect(new Set(connector.failures)).toEqual(new Set(['CDC_CONNECT_LOST']))
  }, 300_000)
})

test('a half-open connection is noticed within three heartbeats, at rest as well', async () => {
  const connector = new LiveConnector({
    'database.port': String(proxy.port),
    'database.server.id': String(nextServerId++),
    'snapshot.mode': 'no_data',
    'connect.keep.alive.interval.ms': '1000',
  })
  let noticed = 0
  await connector.run(
    ({ sent }) => sent.length >= 2,
    async () => {
      await server.sql(insert(1, 1))
      // The time before the first event is another one: the server may have to look for it.
      await expect.poll(() => connector.sent, { timeout: 20_000 }).toEqual(['c 1'])
      const struck = performance.now()
      proxy.stallAll()
      await expect.poll(() => connector.failures, { timeout: 20_000 }).toEqual(['CDC_CONNECT_LOST'])
      noticed = performance.now() - struck
      await server.sql(insert(2, 2))
    },
  )
  expect(connector.sent).toEqual(['c 1', 'c 2'])
  // 3 x 800 ms and a margin for slow machines.
  expect(noticed).toBeLessThan(15_000)
}, 120_000)

test('a trickle is slow, not dead: no new connection', async () => {
  const connector = new LiveConnector({
    'database.port': String(proxy.port),
    'database.server.id': String(nextServerId++),
    'snapshot.mode': 'no_data',
    'connect.keep.alive.interval.ms': '500',
  })
  await connector.run(
    ({ sent }) => sent.length >= 300,
    async () => {
      proxy.nextFault = () => ({ kind: 'pieces', pieceBytes: 7, forBytes: 10_000_000, afterBytes: 20_000_000 })
      proxy.resetAll()
      await server.sql(insert(1, 300))
    },
  )
  expect(connector.sent).toHaveLength(300)
  expect(connector.connections).toBe(2)
}, 120_000)
