// The connection against a real MySQL: login, take-over, dumps by position and by GTID, big events, checksums, raw queries, errors.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeEvent } from '../../src/event/decode-event.ts'
import {
  type BinlogOptions,
  type BinlogStart,
  type ConnectionOptions,
  connectControl,
  EventType,
  type EventView,
  type GtidEvent,
  GtidSet,
  type HeartbeatEvent,
  openBinlog,
  openTextSession,
  type RowsEvent,
} from '../../src/index.ts'

let server: MysqlServer
let login: ConnectionOptions
let nextServerId = 7001

beforeAll(async () => {
  server = await startMysql({
    args: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--default-time-zone=+00:00', '--max-allowed-packet=64M'],
  })
  await server.sql(
    "CREATE USER t@'%' IDENTIFIED BY 'secret'; GRANT ALL ON *.* TO t@'%'; CREATE USER poor@'%' IDENTIFIED BY 'x'; CREATE DATABASE d",
  )
  login = { host: server.host, port: server.port, user: 't', password: 'secret' }
})
afterAll(async () => {
  await server?.stop()
})

/** What a dump gives until `isEnough`: one text per event, and the rows events' data. */
async function dump(
  start: BinlogStart,
  isEnough: (view: EventView) => boolean,
  options: Partial<BinlogOptions> = {},
): Promise<{ types: number[]; gtids: string[]; rowBytes: number[] }> {
  const reader = await openBinlog({ ...login, serverId: nextServerId++, start, heartbeatMs: 500, ...options })
  const seen = { types: [] as number[], gtids: [] as string[], rowBytes: [] as number[] }
  try {
    for (;;) {
      const chunk = await reader.next()
      if (chunk === null) return seen
      for (let view = chunk.next(); view !== null; view = chunk.next()) {
        const { typeCode } = view.header
        seen.types.push(typeCode)
        const event = decodeEvent(view)
        if (typeCode === EventType.GTID_LOG_EVENT || typeCode === EventType.GTID_TAGGED_LOG_EVENT) {
          const { uuid, tag, gno } = event as GtidEvent
          seen.gtids.push([uuid, tag, gno].filter((part) => part !== '').join(':'))
        }
        if (typeCode === EventType.WRITE_ROWS_EVENT) {
          const { rowsStart, rowsEnd } = event as RowsEvent
          seen.rowBytes.push(rowsEnd - rowsStart)
        }
        if (isEnough(view)) return seen
      }
    }
  } finally {
    reader.close()
  }
}

const isHeartbeat = (view: EventView) => view.header.typeCode === EventType.HEARTBEAT_LOG_EVENT

/** Skipped transactions are reported by heartbeats too: only one at the log's end says that all is there. */
const isBehind = (position: number) => (view: EventView) =>
  isHeartbeat(view) && (decodeEvent(view) as HeartbeatEvent).position >= position

async function logEnd(): Promise<{ file: string; position: number; gtids: string }> {
  const [row] = (await server.sql('SHOW BINARY LOG STATUS')).trim().split('\n').slice(-1)
  const [file, position, , , gtids] = row!.split('\t')
  return { file: file!, position: Number(position), gtids: gtids! }
}

describe.each(['off', 'preferred'] as const)('dump, TLS %s', (tls) => {
  test('by position: exactly what was written since', async () => {
    const { file, position } = await logEnd()
    await server.sql('CREATE TABLE IF NOT EXISTS a (id INT); INSERT INTO a VALUES (1),(2),(3)', { database: 'd' })
    const { rowBytes, types } = await dump({ kind: 'position', file, position }, isHeartbeat, { tls })
    expect(rowBytes).toEqual([15])
    expect(types).toContain(EventType.XID_EVENT)
  })

  test('by GTID: only what the set does not have, tags included', async () => {
    const { gtids } = await logEnd()
    await server.sql(
      "CREATE TABLE IF NOT EXISTS b (id INT); INSERT INTO b VALUES (1); SET gtid_next='AUTOMATIC:live'; INSERT INTO b VALUES (2)",
      { database: 'd' },
    )
    const known = GtidSet.parse(gtids)
    const after = await logEnd()
    const { gtids: seen } = await dump({ kind: 'gtid', encoded: known.encode() }, isBehind(after.position), { tls })
    const received = new GtidSet().union(GtidSet.parse(seen.join(',')))
    expect(received.toString()).toBe(GtidSet.parse(after.gtids).subtract(known).toString())
    expect(seen.at(-1)).toMatch(/:live:\d+$/)
    // A set with tags is understood by the server as well.
    const rest = await dump({ kind: 'gtid', encoded: GtidSet.parse(after.gtids).encode() }, isBehind(after.position), {
      tls,
    })
    expect(rest.gtids).toEqual([])
  })

  test('a row of 20 MB comes whole', async () => {
    const { file, position } = await logEnd()
    await server.sql(
      "CREATE TABLE IF NOT EXISTS big (b LONGBLOB); INSERT INTO big VALUES (REPEAT('x', 20000000)),('y')",
      {
        database: 'd',
      },
    )
    const { rowBytes } = await dump({ kind: 'position', file, position }, isHeartbeat, { tls })
    expect(Math.max(...rowBytes)).toBeGreaterThan(20_000_000)
    expect(rowBytes.reduce((a, b) => a + b)).toBe(20_000_000 + 1 + 2 * 5)
  })

  test('raw query: cells, NULL, 20 MB cell, error in between', async () => {
    const session = await openTextSession({ ...login, tls })
    try {
      expect(await session.query("SELECT 1, NULL, 'ü', ''")).toEqual([['1', null, 'ü', '']])
      const result = await session.open("SELECT REPEAT('y', 20000000) AS big, 5")
      expect(result.columns.map(({ name }) => name)).toEqual(['big', '5'])
      const lengths: number[] = []
      for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
        for (let row = chunk.next(); row !== null; row = chunk.next()) lengths.push(row.ends[0]! - row.starts[0]!)
      }
      expect(lengths).toEqual([20_000_000])
      await expect(session.query('SELECT nope')).rejects.toMatchObject({ errno: 1054, sqlState: '42S22' })
      expect(await session.query('SELECT 2')).toEqual([['2']])
    } finally {
      session.close()
    }
  })
})

test('checksums off and on again in one log', async () => {
  const { file, position } = await logEnd()
  await server.sql('SET GLOBAL binlog_checksum=NONE; CREATE TABLE d.c (id INT); INSERT INTO d.c VALUES (1)')
  const off = await dump({ kind: 'position', file, position }, isHeartbeat)
  await server.sql('SET GLOBAL binlog_checksum=CRC32; INSERT INTO d.c VALUES (2)')
  const on = await dump({ kind: 'position', file, position }, isHeartbeat)
  expect(off.rowBytes).toEqual([5])
  expect(on.rowBytes).toEqual([5, 5])
})

test('an abort ends a waiting reader with null', async () => {
  const { file, position } = await logEnd()
  const { signal, abort } = abortable()
  const start: BinlogStart = { kind: 'position', file, position }
  const reader = await openBinlog({ ...login, serverId: nextServerId++, start, signal })
  const reading = (async () => {
    while ((await reader.next()) !== null);
    return 'ended'
  })()
  abort()
  expect(await reading).toBe('ended')
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

test('a killed dump is a retriable error', async () => {
  const { file, position } = await logEnd()
  const reader = await openBinlog({ ...login, serverId: nextServerId++, start: { kind: 'position', file, position } })
  const reading = (async () => {
    while ((await reader.next()) !== null);
  })()
  const failed = expect(reading).rejects.toMatchObject({ retriable: true })
  await server.sql(`KILL ${reader.connectionId}`)
  await failed
})

describe('errors', () => {
  test.each([
    ['wrong password', { password: 'bad' }, 'ER_ACCESS_DENIED_ERROR', false],
    ['unknown host', { host: 'no-such-host.invalid' }, 'MYSQL_HOST_UNKNOWN', true],
    ['closed port', { port: 1 }, 'MYSQL_CONNECTION_REFUSED', true],
  ])('%s', async (_, change, code, retriable) => {
    await expect(connectControl({ ...login, ...change })).rejects.toMatchObject({ code, retriable })
  })

  test('missing privilege for the dump', async () => {
    const { file, position } = await logEnd()
    const options = { ...login, user: 'poor', password: 'x', serverId: nextServerId++ }
    await expect(openBinlog({ ...options, start: { kind: 'position', file, position } })).rejects.toMatchObject({
      errno: 1227,
      message: expect.stringContaining('REPLICATION SLAVE'),
    })
  })

  test('a position that the log does not have', async () => {
    const reading = dump({ kind: 'position', file: 'binlog.999999', position: 4 }, () => false)
    await expect(reading).rejects.toMatchObject({ code: 'ER_MASTER_FATAL_ERROR_READING_BINLOG', errno: 1236 })
  })

  test('a position beyond 4 GiB is refused before the server is asked', async () => {
    const reading = dump({ kind: 'position', file: 'binlog.000001', position: 2 ** 33 }, () => false)
    await expect(reading).rejects.toMatchObject({ code: 'MYSQL_POSITION_TOO_LARGE' })
  })
})
