// Rows that a MariaDB server writes into its log although they were rolled back, and its XA transactions.
import { type MysqlServer, startMariadb } from '@millrace/servers'
import mysql, { type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LiveConnector } from './live-connector.ts'

const LARGE = 2000
const TEXT = 'x'.repeat(900)
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)
const created = (ids: readonly number[]) => ids.map((id) => `c ${id}`)
const insert = (ids: readonly number[]) => `INSERT INTO t VALUES ${ids.map((id) => `(${id},'${TEXT}')`).join(',')}`

let server: MysqlServer
let session: Connection
let nextServerId = 9750

beforeAll(async () => {
  server = await startMariadb()
  await server.sql("CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'")
})
afterAll(async () => {
  await server?.stop()
})
beforeEach(async () => {
  await server.sql(`DROP DATABASE IF EXISTS app; CREATE DATABASE app;
    CREATE TABLE app.t (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB; CREATE TABLE app.m (id INT PRIMARY KEY) ENGINE=MyISAM;
    CREATE TABLE app.a (id INT PRIMARY KEY) ENGINE=Aria TRANSACTIONAL=1`)
  session = await open()
  return () => session.end()
})

const open = () => mysql.createConnection({ host: server.host, port: server.port, user: 'root', database: 'app' })

const connector = () =>
  new LiveConnector(
    {
      'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
      'database.port': String(server.port),
      'database.server.id': String(nextServerId++),
      'snapshot.mode': 'no_data',
    },
    'mariadb',
  )

async function run(live: LiveConnector, statements: readonly string[]): Promise<readonly string[]> {
  live.sent.length = 0
  await live.run(
    ({ sent }) => sent.at(-1) === 'c 99999',
    async () => {
      for (const statement of statements) await session.query(statement)
      await session.query("REPLACE INTO t VALUES (99999,'')")
    },
  )
  await session.query('DELETE FROM t WHERE id=99999')
  return live.sent.filter((line) => !line.endsWith(' 99999'))
}

test('rolled back to a savepoint with another engine changed behind it', { timeout: 60_000 }, async () => {
  const sent = await run(connector(), [
    'BEGIN',
    insert([1]),
    'SAVEPOINT `s 1`',
    insert([2]),
    'INSERT INTO m VALUES (100)',
    'SAVEPOINT s2',
    insert([3]),
    'INSERT INTO a VALUES (200)',
    'ROLLBACK TO s2',
    insert([4]),
    'ROLLBACK TO `S 1`',
    insert([5]),
    'COMMIT',
  ])
  expect(sent).toEqual(created([100, 200, 1, 5]))
})

test('rolled back whole, with a temporary table that keeps its rows in the log', { timeout: 60_000 }, async () => {
  const sent = await run(connector(), [
    'BEGIN',
    insert([1]),
    'CREATE TEMPORARY TABLE x (id INT)',
    insert([2]),
    'DROP TEMPORARY TABLE x',
    'ROLLBACK',
    insert([3]),
  ])
  expect(sent).toEqual(created([3]))
})

test('the same in transactions that are not held in memory', { timeout: 60_000 }, async () => {
  const sent = await run(connector(), [
    'BEGIN',
    insert(numbers(LARGE, 1000)),
    'SAVEPOINT s',
    'INSERT INTO m VALUES (100)',
    insert(numbers(LARGE, 4000)),
    'ROLLBACK TO s',
    insert([1]),
    'COMMIT',
    'BEGIN',
    insert(numbers(LARGE, 10_000)),
    'CREATE TEMPORARY TABLE x (id INT)',
    'DROP TEMPORARY TABLE x',
    'ROLLBACK',
    insert(numbers(LARGE, 20_000)),
  ])
  expect(sent).toEqual(created([100, ...numbers(LARGE, 1000), 1, ...numbers(LARGE, 20_000)]))
})

test('XA: committed, rolled back, one phase, with a savepoint; decided in a later run', {
  timeout: 60_000,
}, async () => {
  const live = connector()
  const sent = await run(live, [
    "XA START 'small'",
    insert([1]),
    'SAVEPOINT s',
    'INSERT INTO m VALUES (100)',
    insert([2]),
    'ROLLBACK TO s',
    "XA END 'small'",
    "XA PREPARE 'small'",
    "XA COMMIT 'small'",
    "XA START 'large'",
    insert(numbers(LARGE, 1000)),
    "XA END 'large'",
    "XA PREPARE 'large'",
    "XA COMMIT 'large'",
    "XA START 'gone'",
    insert([3]),
    "XA END 'gone'",
    "XA PREPARE 'gone'",
    "XA ROLLBACK 'gone'",
    "XA START 'one'",
    insert([4]),
    "XA END 'one'",
    "XA COMMIT 'one' ONE PHASE",
  ])
  expect(sent).toEqual(created([100, 1, ...numbers(LARGE, 1000), 4]))
  const other = await open()
  for (const statement of ["XA START 'later'", insert([7]), "XA END 'later'", "XA PREPARE 'later'"])
    await other.query(statement)
  expect(await run(live, [insert([8]), 'FLUSH BINARY LOGS'])).toEqual(created([8]))
  await other.query("XA COMMIT 'later'")
  await other.end()
  expect(await run(live, [])).toEqual(created([7]))
})
