// Other servers behind the same name, and servers that come back: failover by GTID, restarts, crashes, logs that are gone or shorter.
import { rmSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { freePort, freshFolder, type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FaultProxy } from './fault-proxy.ts'
import { LiveConnector } from './live-connector.ts'

let nextServerId = 8300
const insert = (from: number, to: number) =>
  `INSERT INTO app.t VALUES ${Array.from({ length: to - from + 1 }, (_, i) => `(${from + i},'a row of value')`).join()};`
const SETUP =
  "CREATE USER IF NOT EXISTS dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'; DROP DATABASE IF EXISTS app; CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(20));"
const creates = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `c ${from + i}`)
const has = (text: string) => (connector: LiveConnector) => connector.sent.includes(text)
const never = () => false

function connectorAt(port: number, options: Readonly<Record<string, string>> = {}): LiveConnector {
  return new LiveConnector({
    'database.port': String(port),
    'database.server.id': String(nextServerId++),
    'snapshot.mode': 'no_data',
    ...options,
  })
}

async function logEnd(
  server: MysqlServer,
): Promise<{ readonly file: string; readonly position: number; readonly gtids: string }> {
  const [file = '', position, , , gtids = ''] = (await server.sql('SHOW BINARY LOG STATUS'))
    .trim()
    .split('\n')
    .at(-1)!
    .split('\t')
  return { file, position: Number(position), gtids }
}

describe('failover by GTID', () => {
  let first: MysqlServer
  let second: MysqlServer
  let proxy: FaultProxy

  beforeAll(async () => {
    // File names differ, as they do in life.
    ;[first, second] = await Promise.all([
      startMysql({ serverId: 1 }),
      startMysql({ serverId: 2, args: ['--log-bin=other', '--binlog-row-event-max-size=1024'] }),
    ])
    await first.sql(SETUP)
    await second.sql(
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=${first.port}, SOURCE_USER='dbz', SOURCE_PASSWORD='dbz',
       SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1; START REPLICA`,
    )
    proxy = await FaultProxy.start(first)
  })
  afterAll(async () => {
    await proxy?.stop()
    await Promise.all([first?.stop(), second?.stop()])
  })

  const caughtUp = async () => {
    const { gtids } = await logEnd(first)
    await second.sql(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids.replaceAll(/\\n|\s/g, '')}', 60)`)
  }

  test('a cut transaction goes on where it was cut; a crash of the server, the other goes on: every row once', async () => {
    const connector = connectorAt(proxy.port)
    const rows = 30_000
    await connector.run(
      ({ sent }) => sent.length > 0,
      () => first.sql(insert(1, rows)),
    )
    expect(connector.sent.length).toBeLessThan(rows)
    await connector.run(has(`c ${rows + 600}`), async () => {
      for (let from = rows + 1; from <= rows + 300; from += 10) await first.sql(insert(from, from + 9))
      await caughtUp()
      first.kill()
      await second.sql('STOP REPLICA; RESET REPLICA ALL')
      proxy.target = second
      for (let from = rows + 301; from <= rows + 600; from += 10) await second.sql(insert(from, from + 9))
    })
    expect(connector.sent).toEqual(creates(1, rows + 600))
    expect(connector.offset).toMatchObject({ file: expect.stringMatching(/^other\./) })
  }, 240_000)
})

describe('one server that comes back', () => {
  let folder: string
  let port: number
  let server: MysqlServer
  let gtidMode: 'ON' | 'OFF' = 'ON'
  const start = async () => {
    server = await startMysql({ dataFolder: folder, port, gtidMode })
  }

  beforeAll(async () => {
    folder = freshFolder('comes-back')
    port = await freePort()
    await start()
  })
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('stopped, killed, started again under way: every row once', async () => {
    await server.sql(SETUP)
    const connector = connectorAt(port)
    await connector.run(has('c 400'), async () => {
      await server.sql(insert(1, 100))
      await server.stop()
      await start()
      await server.sql(insert(101, 200))
      await expect.poll(() => connector.sent.length, { timeout: 30_000 }).toBe(200)
      server.kill()
      await expect.poll(() => isGone(server.pid), { timeout: 20_000 }).toBe(true)
      await start()
      await server.sql(`${insert(201, 300)} FLUSH BINARY LOGS; ${insert(301, 400)}`)
    })
    expect(connector.sent).toEqual(creates(1, 400))
    expect(connector.connections).toBeGreaterThanOrEqual(3)
  }, 240_000)

  test('a crash that loses the end of the log is told, gtid_mode=OFF', async () => {
    gtidMode = 'OFF'
    await server.stop()
    await start()
    await server.sql(`${SETUP} FLUSH BINARY LOGS; ${insert(1, 1)}`)
    const kept = await logEnd(server)
    const connector = connectorAt(port)
    await connector.run(has('c 3'), () => server.sql(`${insert(2, 2)} ${insert(3, 3)}`))
    server.kill()
    await expect.poll(() => isGone(server.pid), { timeout: 20_000 }).toBe(true)
    const log = path.join(folder, 'data', kept.file)
    expect(statSync(log).size).toBeGreaterThan(kept.position)
    truncateSync(log, kept.position)
    await start()
    await expect(connector.run(never)).rejects.toMatchObject({
      code: 'CDC_POSITION_LOST',
      message: expect.stringMatching(/ends at \d+, \d+ bytes before/),
      hint: expect.stringContaining('sync_binlog'),
    })
    await readsAnew(connector)
  }, 240_000)

  test('transactions that the server no longer has are told, gtid_mode=ON', async () => {
    gtidMode = 'ON'
    await server.stop()
    await start()
    await server.sql(`${SETUP} ${insert(1, 1)}`)
    const connector = connectorAt(port)
    await connector.run(has('c 3'), () => server.sql(`${insert(2, 2)} ${insert(3, 3)}`))
    await server.sql(`RESET BINARY LOGS AND GTIDS; ${insert(4, 4)}`)
    await expect(connector.run(never)).rejects.toMatchObject({
      code: 'CDC_POSITION_LOST',
      message: expect.stringMatching(/the server does not have the transactions [0-9a-f-]{36}:2-\d+\)/),
      hint: expect.stringContaining('sync_binlog'),
    })
    await readsAnew(connector)
  }, 240_000)

  // What the log lost may be in the tables or not: what is there is read.
  async function readsAnew({ offset }: LiveConnector): Promise<void> {
    const healed = connectorAt(port, { 'snapshot.mode': 'when_needed' })
    healed.offset = offset
    const ids = (await server.sql('SELECT id FROM app.t ORDER BY id')).split('\n').filter((line) => /^\d+$/.test(line))
    await healed.run(has(`r ${ids.at(-1)}`))
    expect(healed.sent).toEqual(ids.map((id) => `r ${id}`))
  }

  test.each(['ON', 'OFF'] as const)(
    'a purged log is told with its range, gtid_mode=%s',
    async (mode) => {
      gtidMode = mode
      await server.stop()
      await start()
      await server.sql(`${SETUP} ${insert(1, 1)}`)
      const connector = connectorAt(port)
      await connector.run(has('c 2'), () => server.sql(`${insert(2, 2)} ${insert(3, 3)}`))
      await server.sql(`${insert(4, 4)} FLUSH BINARY LOGS; ${insert(5, 5)}`)
      const { file } = await logEnd(server)
      await server.sql(`PURGE BINARY LOGS TO '${file}'`)
      const lost =
        mode === 'ON'
          ? /the transactions [0-9a-f-]{36}:\d+(-\d+)? are purged/
          : /the file \S+ is gone; it has \S+ to \S+\)/
      await expect(connector.run(never)).rejects.toMatchObject({
        code: 'CDC_POSITION_LOST',
        message: expect.stringMatching(lost),
        hint: expect.stringContaining('binlog_expire_logs_seconds'),
      })
      await readsAnew(connector)
    },
    240_000,
  )

  test('RESET BINARY LOGS AND GTIDS under way is told', async () => {
    gtidMode = 'ON'
    await server.stop()
    await start()
    await server.sql(SETUP)
    const connector = connectorAt(port, { 'connect.keep.alive.interval.ms': '500' })
    const running = connector.run(never, async () => {
      await server.sql(insert(1, 1))
      await expect.poll(() => connector.sent.length, { timeout: 20_000 }).toBe(1)
      await server.sql('RESET BINARY LOGS AND GTIDS')
      await server.sql(insert(2, 2))
    })
    await expect(running).rejects.toMatchObject({
      code: 'CDC_POSITION_LOST',
      hint: expect.stringContaining('snapshot'),
    })
  }, 240_000)

  test('another reader with the same server id is named', async () => {
    const options = { 'database.server.id': '8999' }
    const one = connectorAt(port, options)
    const other = connectorAt(port, options)
    let stopOther = false
    const running = one.run(never, async () => {
      void other.run(() => stopOther)
    })
    await expect(running).rejects.toMatchObject({
      code: 'CDC_POSITION_SERVER',
      hint: expect.stringContaining('database.server.id'),
    })
    stopOther = true
    await server.sql(insert(900, 900))
  }, 120_000)
})

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
