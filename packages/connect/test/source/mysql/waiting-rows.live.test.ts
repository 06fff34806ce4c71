// Rows that wait for the end of their transaction, on a real MySQL: XA transactions small and large, found in the log again, purged, compressed;
// CREATE TABLE … SELECT above what is held; statements that cannot become rows.
import { Readable } from 'node:stream'
import { type MysqlServer, startMysql } from '@millrace/servers'
import mysql, { type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LiveConnector } from './live-connector.ts'

const LARGE = 2000
const TEXT = 'x'.repeat(900)
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)
const created = (ids: readonly number[]) => ids.map((id) => `c ${id}`)

let server: MysqlServer
let session: Connection
let nextServerId = 9700

beforeAll(async () => {
  server = await startMysql()
  await server.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'")
})
afterAll(async () => {
  await server?.stop()
})
beforeEach(async () => {
  await server.sql('DROP DATABASE IF EXISTS app; CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, v TEXT)')
  session = await mysql.createConnection({ host: server.host, port: server.port, user: 'root', database: 'app' })
  return () => session.end()
})

const connector = (options: Readonly<Record<string, string>> = {}) =>
  new LiveConnector({
    'database.port': String(server.port),
    'database.server.id': String(nextServerId++),
    'snapshot.mode': 'no_data',
    ...options,
  })

async function prepare(xid: string, ids: readonly number[], end = `XA PREPARE ${xid}`): Promise<void> {
  await session.query(`XA START ${xid}`)
  await session.query(`INSERT INTO t VALUES ${ids.map((id) => `(${id},'${TEXT}')`).join(',')}`)
  await session.query(`XA END ${xid}`)
  await session.query(end)
}

async function run(live: LiveConnector, last: string, work?: () => Promise<unknown>): Promise<readonly string[]> {
  live.sent.length = 0
  await live.run(({ sent }) => sent.at(-1) === last, work)
  return live.sent
}

describe('XA', () => {
  test.each(['OFF', 'ON'])('small and large, one phase and two, compressed %s', { timeout: 60_000 }, async (on) => {
    await session.query(`SET binlog_transaction_compression=${on}`)
    const large = numbers(LARGE, 1000)
    const sent = await run(connector(), 'c 9', async () => {
      await prepare("'small'", [1, 2])
      await prepare("'large'", large)
      await prepare("'gone'", numbers(LARGE, 5000))
      await prepare("'one'", [3], "XA COMMIT 'one' ONE PHASE")
      await prepare("'many'", numbers(LARGE, 8000), "XA COMMIT 'many' ONE PHASE")
      await session.query("XA COMMIT 'large'")
      await session.query("XA ROLLBACK 'gone'")
      await session.query("XA COMMIT 'small'")
      await session.query("INSERT INTO t VALUES (9,'')")
    })
    expect(sent).toEqual(created([3, ...numbers(LARGE, 8000), ...large, 1, 2, 9]))
  })

  test('prepared in an earlier run and log file, the id used before', { timeout: 60_000 }, async () => {
    const live = connector()
    await run(live, 'c 1', async () => {
      await prepare("'again'", [7])
      await session.query("XA ROLLBACK 'again'")
      await prepare("'again'", [4, 5])
      await session.query('FLUSH BINARY LOGS')
      await prepare("'large'", numbers(LARGE, 1000))
      await session.query('FLUSH BINARY LOGS')
      await session.query("INSERT INTO t VALUES (1,'')")
    })
    expect(live.sent).toEqual(['c 1'])
    const sent = await run(live, 'c 2', async () => {
      await session.query("XA COMMIT 'large'")
      await session.query("XA COMMIT 'again'")
      await session.query("INSERT INTO t VALUES (2,'')")
    })
    expect(sent).toEqual(created([...numbers(LARGE, 1000), 4, 5, 2]))
    // The offset stands behind what was sent: nothing comes again.
    expect(await run(live, 'c 3', () => session.query("INSERT INTO t VALUES (3,'')"))).toEqual(['c 3'])
  })

  test('a log that was purged in between is a named error, or is left out by policy', { timeout: 60_000 }, async () => {
    const live = connector()
    await run(live, 'c 1', async () => {
      await prepare("'lost'", [4])
      await session.query('FLUSH BINARY LOGS')
      await session.query("INSERT INTO t VALUES (1,'')")
    })
    const [rows] = await session.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS')
    await session.query(`PURGE BINARY LOGS TO '${rows.at(-1)!['Log_name']}'`)
    await session.query("XA COMMIT 'lost'")
    await expect(run(live, 'c 2')).rejects.toMatchObject({
      code: 'CDC_POSITION_LOST',
      message: expect.stringMatching(/X'6c6f7374'/),
    })
    const lenient = connector({ 'event.processing.failure.handling.mode': 'warn' })
    lenient.offset = live.offset
    lenient.history.texts = live.history.texts
    expect(await run(lenient, 'c 2', () => session.query("INSERT INTO t VALUES (2,'')"))).toEqual(['c 2'])
    expect(lenient.failures).toEqual(['CDC_POSITION_LOST'])
  })
})

test('CREATE TABLE … SELECT above what is held in memory: every row, none twice', { timeout: 60_000 }, async () => {
  await prepare("'fill'", numbers(LARGE), "XA COMMIT 'fill' ONE PHASE")
  for (const on of ['OFF', 'ON']) {
    await session.query(`SET binlog_transaction_compression=${on}`)
    const live = connector({ 'table.include.list': 'app.n.*,app.t' })
    const sent = await run(live, 'c 3000', async () => {
      await session.query(`CREATE TABLE n${on} (PRIMARY KEY (id)) SELECT * FROM t ORDER BY id`)
      await session.query("INSERT INTO t VALUES (3000,'')")
    })
    await session.query('DELETE FROM t WHERE id = 3000')
    expect(sent).toEqual(created([...numbers(LARGE), 3000]))
  }
})

describe('statements instead of rows', () => {
  const work = async () => {
    await session.query('SET binlog_format=STATEMENT')
    await session.query("INSERT INTO t VALUES (1,'')")
    await session.query('SET binlog_format=ROW')
    await session.query("INSERT INTO t VALUES (2,'')")
  }

  test('stop the task', { timeout: 60_000 }, async () => {
    await expect(run(connector(), 'c 2', work)).rejects.toMatchObject({ code: 'CDC_UNSUPPORTED_EVENT' })
  })

  test.each(['warn', 'skip', 'ignore'])('are left out by %s', { timeout: 60_000 }, async (mode) => {
    const live = connector({ 'event.processing.failure.handling.mode': mode })
    expect(await run(live, 'c 2', work)).toEqual(['c 2'])
    expect(live.failures).toEqual(mode === 'warn' ? ['CDC_UNSUPPORTED_EVENT'] : [])
  })

  test('LOAD DATA as a statement stops the task by name', { timeout: 60_000 }, async () => {
    await session.query('SET GLOBAL local_infile=ON')
    const load = async () => {
      await session.query('SET binlog_format=STATEMENT')
      await session.query({
        sql: "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
        infileStreamFactory: () => Readable.from([Buffer.from('1\tv\n')]),
      } as never)
    }
    await expect(run(connector(), 'c 1', load)).rejects.toMatchObject({
      code: 'CDC_UNSUPPORTED_EVENT',
      message: expect.stringMatching(/LOAD_QUERY_EVENT/),
    })
  })
})
