// 500 XA transactions, half of them rolled back, interleaved with plain ones, on real servers; the source is killed (kill -9) in between:
// nothing that was rolled back is ever seen, nothing that was committed is missing.
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Cluster, connectTcp, readToEnd } from '@millrace/kafka'
import { freePort, freshFolder, type MysqlServer, ServerProcess, startMariadb, startMysql } from '@millrace/servers'
import { afterAll, expect, test } from 'vitest'
import { eventually } from '../road/road-fixture.ts'
import { XaWorkload } from './xa-workload.ts'

const BEFORE_SNAPSHOT = 24
const MAIN = path.join(import.meta.dirname, '../../packages/millrace/src/main.ts')

const servers: MysqlServer[] = []
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
})

const CASES = [
  { name: 'MySQL by GTID', transactions: 500, kills: 5, open: () => startMysql() },
  { name: 'MariaDB', transactions: 500, kills: 3, open: () => startMariadb(), isMariaDb: true },
  { name: 'MySQL by file and position', transactions: 160, kills: 2, open: () => startMysql({ gtidMode: 'OFF' }) },
]

test.each(CASES)('$name: $transactions XA transactions, $kills kills', { timeout: 300_000 }, async (options) => {
  const { transactions, kills, open, isMariaDb = false } = options
  const server = await open()
  servers.push(server)
  await server.sql('CREATE DATABASE xa; CREATE TABLE xa.t (id INT PRIMARY KEY, v TEXT); INSERT INTO xa.t VALUES (0, 0)')
  const workload = await XaWorkload.open(server, isMariaDb)
  // Prepared before the snapshot and decided after it: in neither the snapshot nor the stream behind it.
  while (workload.count < BEFORE_SNAPSHOT) await workload.prepare()

  const dataFolder = freshFolder('xa')
  const [rest, kafka] = await Promise.all([freePort(), freePort()])
  const start = () => startMillrace(dataFolder, rest, kafka)
  let millrace = await start()
  await register(rest, kafka, server.port, isMariaDb ? 'mariadb.MariaDbConnector' : 'mysql.MySqlConnector')
  await eventually('the snapshot', async () => (await idsIn(kafka)).has(0), 60_000)

  for (let kill = 0; kill < kills; kill++) {
    const until = Math.round((transactions * (kill + 1)) / kills)
    while (workload.count < until) {
      await workload.prepare()
      if (workload.count % 3 === 0) await workload.plain()
      if (workload.undecided > 15 + Math.random() * 30) {
        await workload.decide()
        await workload.decide()
      }
      if (workload.count % 70 === 0) await workload.rotate()
      // Somewhere in the middle, while records are on their way.
      if (workload.count === until - 30) millrace.kill()
    }
    await millrace.exited()
    millrace = await start()
  }
  while (workload.undecided > 0) await workload.decide()
  await workload.plain()

  const seen = await untilAll(kafka, workload.committed)
  const missing = [...workload.committed].filter((id) => !seen.has(id))
  const phantoms = [...seen].filter((id) => id !== 0 && !workload.committed.has(id))
  expect({ missing, phantoms }).toEqual({ missing: [], phantoms: [] })
  expect(workload.rolledBack.size).toBeGreaterThan(transactions / 4)
  const inTable = (await server.sql('SELECT COUNT(*) FROM xa.t')).trim()
  expect(seen.size).toBe(Number(inTable))
  await workload.close()
  await millrace.stop()
  // Restarts and the snapshot leave prepared transactions that only the log knows.
  expect(readFileSync(`${dataFolder}.log`, 'utf8')).toContain('looking for prepared XA transactions')
  rmSync(dataFolder, { recursive: true, force: true })
  rmSync(`${dataFolder}.log`, { force: true })
})

async function startMillrace(dataFolder: string, rest: number, kafka: number): Promise<ServerProcess> {
  const child = ServerProcess.start({
    name: 'millrace',
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'start',
      '--data-dir',
      dataFolder,
      '--rest-port',
      String(rest),
      '--kafka-port',
      String(kafka),
    ],
    logFile: `${dataFolder}.log`,
  })
  await child.waitReady(async () => (await fetch(`http://127.0.0.1:${rest}/connectors`)).ok, 60_000)
  return child
}

async function register(rest: number, kafka: number, port: number, connector: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${rest}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'xa',
      config: {
        'connector.class': `io.debezium.connector.${connector}`,
        'database.hostname': '127.0.0.1',
        'database.port': String(port),
        'database.user': 'root',
        'database.password': '',
        'database.server.id': '4711',
        'topic.prefix': 'xa',
        'database.include.list': 'xa',
        'include.schema.changes': 'false',
        'schema.history.internal.kafka.bootstrap.servers': `127.0.0.1:${kafka}`,
        'schema.history.internal.kafka.topic': 'history.xa',
        'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'key.converter.schemas.enable': 'false',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter.schemas.enable': 'false',
      },
    }),
  })
  expect(answer.status, await answer.text()).toBe(201)
}

/** Ids whose rows stand in the topic. */
async function idsIn(kafka: number): Promise<Set<number>> {
  const cluster = new Cluster({ bootstrap: [`127.0.0.1:${kafka}`], open: connectTcp, clientId: 'xa-test' })
  const ids = new Set<number>()
  try {
    for await (const { records } of readToEnd(cluster, { topic: 'xa.xa.t', partition: 0, fromOffset: 0 }))
      for (const { key } of records) ids.add((JSON.parse(Buffer.from(key!).toString()) as { id: number }).id)
  } catch (error) {
    if (!/UNKNOWN_TOPIC/.test(String(error))) throw error
  } finally {
    await cluster.close()
  }
  return ids
}

/** Reads until all are there or nothing more comes for a while; the caller compares. */
async function untilAll(kafka: number, wanted: ReadonlySet<number>): Promise<Set<number>> {
  let seen = await idsIn(kafka)
  for (let quiet = 0, last = -1; quiet < 60; quiet = seen.size === last ? quiet + 1 : 0) {
    last = seen.size
    if ([...wanted].every((id) => seen.has(id))) return seen
    await delay(250)
    seen = await idsIn(kafka)
  }
  return seen
}
