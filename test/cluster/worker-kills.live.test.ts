// Three workers on a real Kafka, kill -9 of one after another under a write load: what it ran moves to the others, and nothing is lost.
// MILLRACE_WORKER_KILLS sets the number of kills (default 10).
import { appendFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { freshFolder, hasJava, type KafkaServer, type MysqlServer, startKafka, startMysql } from '@millrace/servers'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { owners, quickGroup, send, startWorkerProcess, valuesOf, type WorkerProcess } from './workers.ts'

const KILLS = Number(process.env['MILLRACE_WORKER_KILLS'] ?? 10)
const FILES = 3
const isPossible = await hasJava()

const folder = freshFolder('worker-kills')
let kafka: KafkaServer | undefined
let server: MysqlServer | undefined
let workers: WorkerProcess[] = []

beforeAll(async () => {
  if (!isPossible) return
  ;[kafka, server] = await Promise.all([startKafka({ 'group.min.session.timeout.ms': '1000' }), startMysql()])
  await server.sql(`CREATE DATABASE ledger; CREATE TABLE ledger.entry (id INT PRIMARY KEY);
    CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%';`)
}, 120_000)

afterAll(async () => {
  await Promise.all(workers.map(({ process: worker }) => worker.stop()))
  await Promise.all([kafka?.stop(), server?.stop()])
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** Writes a row, and a line to each file, again and again until stopped. */
class Load {
  written = 0
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
    const { host, port } = server!
    const connection = await mysql.createConnection({ host, port, user: 'dbz', password: 'dbz', database: 'ledger' })
    while (!this.#isStopped) {
      const n = this.written + 1
      await connection.query('INSERT INTO entry VALUES (?)', [n])
      for (let file = 0; file < FILES; file++) appendFileSync(fileOf(file), `${n}\n`)
      this.written = n
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await connection.end()
  }
}

const fileOf = (file: number) => path.join(folder, `in-${file}.txt`)

async function register(base: string): Promise<void> {
  const { host, port } = server!
  await send(base, 'PUT', '/connectors/ledger/config', {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': host,
    'database.port': String(port),
    'database.user': 'dbz',
    'database.password': 'dbz',
    'database.server.id': '184099',
    'topic.prefix': 'kills',
    'table.include.list': 'ledger.entry',
    'schema.history.internal.kafka.bootstrap.servers': kafka!.bootstrap,
    'schema.history.internal.kafka.topic': 'kills.history',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  })
  for (let file = 0; file < FILES; file++) {
    appendFileSync(fileOf(file), '')
    await send(base, 'PUT', `/connectors/file-${file}/config`, {
      'connector.class': 'FileStreamSource',
      file: fileOf(file),
      topic: `lines-${file}`,
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    })
  }
}

/** Waits until everything runs, on none but the workers that live. */
async function runsOnTheLiving(): Promise<void> {
  const living = new Set(workers.map(({ base }) => base.replace('http://', '')))
  await expect
    .poll(
      async () => {
        const owned = [...(await owners(workers[0]!.base)).values()]
        return owned.length === FILES + 1 && owned.every((owner) => living.has(owner))
      },
      { timeout: 60_000, interval: 50 },
    )
    .toBe(true)
}

test.skipIf(!isPossible)(
  `${KILLS} kills of workers (needs Java and Maven): their tasks move, nothing is lost`,
  { timeout: 120_000 + KILLS * 30_000 },
  async () => {
    const { bootstrap } = kafka!
    for (let n = 0; n < 3; n++) workers.push(await startWorkerProcess(bootstrap, quickGroup))
    await register(workers[1]!.base)
    await runsOnTheLiving()
    expect(new Set((await owners(workers[0]!.base)).values()).size).toBe(3)
    const load = new Load()
    load.start()
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = workers[kill % workers.length]!
      const restPort = Number(new URL(victim.base).port)
      victim.process.kill()
      await victim.process.exited()
      workers = workers.filter((worker) => worker !== victim)
      await runsOnTheLiving()
      workers.push(await startWorkerProcess(bootstrap, quickGroup, restPort))
    }
    await load.stop()
    await runsOnTheLiving()
    const expected = Array.from({ length: load.written }, (_, n) => n + 1)
    const idsOf = async () => {
      const values = await valuesOf(bootstrap, 'kills.ledger.entry')
      return values.map((value) => (JSON.parse(value) as { after: { id: number } }).after.id)
    }
    const lines = (file: number) => async () => (await valuesOf(bootstrap, `lines-${file}`)).map(Number)
    for (const read of [idsOf, ...Array.from({ length: FILES }, (_, file) => lines(file))])
      await expect.poll(async () => missing(await read(), expected), { timeout: 60_000, interval: 200 }).toEqual([])
    expect(load.written).toBeGreaterThan(KILLS * 10)
    console.log(
      `${KILLS} kills: ${load.written} rows and ${FILES} × ${load.written} lines, 0 lost, ${(await idsOf()).length} records of rows`,
    )
  },
)

function missing(found: readonly number[], expected: readonly number[]): number[] {
  const present = new Set(found)
  return expected.filter((n) => !present.has(n)).slice(0, 10)
}
