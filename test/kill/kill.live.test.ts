// kill -9 of the whole process at random moments under a write load: no change is missing in the topic or in PostgreSQL, none is applied
// twice in PostgreSQL. MILLRACE_KILLS sets the number of kills (default 30).
import path from 'node:path'
import { publish } from '@millrace/outbox'
import {
  freePort,
  freshFolder,
  type MysqlServer,
  type PostgresServer,
  ServerProcess,
  startMysql,
  startPostgres,
} from '@millrace/servers'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readByKcat } from '../road/kcat.ts'
import { eventually } from '../road/road-fixture.ts'

const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 30)
const MAIN = path.join(import.meta.dirname, 'whole-process.ts')

let server: MysqlServer
let postgres: PostgresServer
beforeAll(async () => {
  ;[server, postgres] = await Promise.all([startMysql(), startPostgres()])
  await server.sql(`CREATE DATABASE ledger; USE ledger;
    CREATE TABLE polls_outbox (id CHAR(32) PRIMARY KEY, aggregatetype VARCHAR(255) NOT NULL, aggregateid VARCHAR(255) NOT NULL, type VARCHAR(255) NOT NULL, payload LONGBLOB NOT NULL);
    CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%';`)
})
afterAll(async () => {
  await Promise.all([server?.stop(), postgres?.stop()])
})

/** Writes one event per transaction until stopped; remembers every committed id. */
class Writer {
  readonly committed: string[] = []
  #isStopped = false
  #done: Promise<void> = Promise.resolve()

  start(): void {
    this.#done = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#done
  }

  async #run(): Promise<void> {
    const connection = await mysql.createConnection({
      host: server.host,
      port: server.port,
      user: 'dbz',
      password: 'dbz',
      database: 'ledger',
    })
    for (let n = 1; !this.#isStopped; n++) {
      await connection.beginTransaction()
      const id = await publish(connection, {
        aggregateType: 'ledger',
        aggregateId: String(n),
        type: 'written',
        payload: Buffer.from([n & 0xff, 0xff]),
      })
      // every tenth is rolled back: it must never appear
      if (n % 10 === 0) await connection.rollback()
      else {
        await connection.commit()
        this.committed.push(id)
      }
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await connection.end()
  }
}

test(`${KILLS} kills lose nothing and apply nothing twice`, { timeout: 60_000 + KILLS * 15_000 }, async () => {
  const dataDir = freshFolder('kill')
  const [restPort, kafkaPort] = await Promise.all([freePort(), freePort()])
  const start = async () => {
    const child = ServerProcess.start({
      name: 'millrace',
      command: process.execPath,
      args: [
        '--disable-warning=ExperimentalWarning',
        MAIN,
        dataDir,
        String(restPort),
        String(kafkaPort),
        String(postgres.port),
      ],
      logFile: `${dataDir}.log`,
    })
    await child.waitReady(async () => (await fetch(`http://127.0.0.1:${restPort}/connectors`)).ok, 30_000)
    return child
  }
  let child = await start()
  await register(restPort, kafkaPort)
  const writer = new Writer()
  writer.start()
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 1200))
    child.kill()
    await child.exited()
    child = await start()
  }
  await writer.stop()
  expect(writer.committed.length).toBeGreaterThan(100)

  const pool = new pg.Pool({
    host: postgres.host,
    port: postgres.port,
    user: postgres.user,
    password: postgres.password,
    database: postgres.database,
  })
  pool.on('error', () => {}) // the farewell of a server that is stopped before the last connection has closed
  await eventually(
    'all events in PostgreSQL',
    async () => (await countOf(pool, 'count(DISTINCT event)')) >= writer.committed.length,
    120_000,
  )
  const records = await readByKcat(`127.0.0.1:${kafkaPort}`, 'outbox.event.ledger')
  const inTopic = new Set(records.map(({ headers }) => /id=([0-9a-f]{32})/.exec(headers)?.[1]))
  const missing = writer.committed.filter((id) => !inTopic.has(id))
  expect(missing).toEqual([])
  expect(inTopic.size).toBe(writer.committed.length)
  const { rows } = await pool.query<{ event: string }>('SELECT event FROM applied')
  expect(rows.map(({ event }) => event).sort()).toEqual([...writer.committed].sort())
  console.log(
    `${KILLS} kills: ${writer.committed.length} events committed, ${records.length} records in the topic, ${rows.length} applied`,
  )
  await pool.end()
  await child.stop()
})

async function register(restPort: number, kafkaPort: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${restPort}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'ledger',
      config: {
        'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
        'database.hostname': server.host,
        'database.port': String(server.port),
        'database.user': 'dbz',
        'database.password': 'dbz',
        'database.server.id': '184055',
        'topic.prefix': 'kill',
        'table.include.list': 'ledger.polls_outbox',
        'schema.history.internal.kafka.bootstrap.servers': `127.0.0.1:${kafkaPort}`,
        'schema.history.internal.kafka.topic': 'kill.history',
        transforms: 'outbox',
        'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'io.debezium.converters.BinaryDataConverter',
        'value.converter.delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter.delegate.converter.type.schemas.enable': 'false',
      },
    }),
  })
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`)
}

async function countOf(pool: pg.Pool, expression: string): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`SELECT ${expression} AS n FROM applied`)
  return Number(rows[0]?.n)
}
