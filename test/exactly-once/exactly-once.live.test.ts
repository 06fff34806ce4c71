// kill -9 of the whole process at random moments under a write load, with exactly.once.source.support=enabled: a read_committed reader sees
// every committed row exactly once, in order. MILLRACE_EXACTLY_ONCE_KILLS sets the number of kills with the embedded broker (default 4);
// with a real Kafka there are a quarter as many.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { Cluster, connectTcp, KafkaError, readTopic } from '@millrace/kafka'
import {
  freePort,
  freshFolder,
  hasJava,
  type KafkaServer,
  type MysqlServer,
  ServerProcess,
  startKafka,
  startMysql,
} from '@millrace/servers'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../road/road-fixture.ts'

const KILLS = Number(process.env['MILLRACE_EXACTLY_ONCE_KILLS'] ?? 4)
const MAIN = path.join(import.meta.dirname, 'exactly-once-process.ts')
const ROWS = 40

let server: MysqlServer
let kafka: KafkaServer | null = null
beforeAll(async () => {
  server = await startMysql()
  await server.sql(`CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%';`)
  if (await hasJava()) kafka = await startKafka()
}, 180_000)
afterAll(async () => {
  await Promise.all([server?.stop(), kafka?.stop()])
})

/** Writes transactions of several rows, numbered through, until stopped. */
class Writer {
  /** The highest number that is committed. */
  committed = 0
  readonly #database: string
  #isStopped = false
  #done: Promise<void> = Promise.resolve()

  constructor(database: string) {
    this.#database = database
  }

  start(): void {
    this.#done = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#done
  }

  async #run(): Promise<void> {
    const { host, port } = server
    const connection = await mysql.createConnection({
      host,
      port,
      user: 'dbz',
      password: 'dbz',
      database: this.#database,
    })
    while (!this.#isStopped) {
      const from = this.committed + 1
      const values = Array.from({ length: ROWS }, (_, index) => `(${from + index}, REPEAT('x', ${index * 20}))`)
      await connection.query(`INSERT INTO entry (id, note) VALUES ${values.join(', ')}`)
      this.committed += ROWS
      // a load that a busy machine can follow: what is asked is how it ends, not how much there is
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await connection.end()
  }
}

/** Follows a topic with read_committed isolation, over the restarts of its broker, and keeps the numbers in the order read. */
class Reader {
  readonly ids: number[] = []
  readonly #stop = new AbortController()
  readonly #done: Promise<void>

  constructor(bootstrap: string, topic: string) {
    this.#done = this.#run(bootstrap, topic)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  async #run(bootstrap: string, topic: string): Promise<void> {
    const { signal } = this.#stop
    let fromOffset = 0
    while (!signal.aborted) {
      const cluster = new Cluster({ bootstrap: [bootstrap], open: connectTcp, clientId: 'reader' })
      try {
        for await (const { records, nextOffset } of readTopic(cluster, { topic, partition: 0, fromOffset, signal })) {
          fromOffset = nextOffset
          for (const { value } of records)
            this.ids.push((JSON.parse(String(value)) as { payload: { after: { id: number } } }).payload.after.id)
        }
      } catch (error) {
        if (!KafkaError.from(error).retriable) throw error
        // the broker is being restarted, or the topic is not there yet
        await new Promise((resolve) => setTimeout(resolve, 50))
      } finally {
        await cluster.close()
      }
    }
  }
}

async function killed(name: string, kills: number, cluster: KafkaServer | null): Promise<void> {
  await server.sql(`CREATE DATABASE ${name}; CREATE TABLE ${name}.entry (id INT PRIMARY KEY, note TEXT NOT NULL);`)
  const dataDir = freshFolder('exactly-once')
  const [restPort, kafkaPort] = await Promise.all([freePort(), freePort()])
  const bootstrap = cluster?.bootstrap ?? `127.0.0.1:${kafkaPort}`
  const start = async () => {
    const child = ServerProcess.start({
      name: 'millrace',
      command: process.execPath,
      args: [MAIN, dataDir, String(restPort), String(kafkaPort), ...(cluster === null ? [] : [bootstrap])],
      logFile: `${dataDir}.log`,
    })
    await child.waitReady(async () => (await fetch(`http://127.0.0.1:${restPort}/connectors`)).ok, 60_000)
    return child
  }
  let child = await start()
  await register(restPort, name, bootstrap, cluster === null ? '184101' : '184102')
  const reader = new Reader(bootstrap, `${name}.${name}.entry`)
  const writer = new Writer(name)
  try {
    await eventually('the task to run', async () => (await taskState(restPort, name)) === 'RUNNING', 60_000)
    writer.start()
    for (let kill = 0; kill < kills; kill++) {
      // the load is really under way when the process ends: records have come since it began
      const seen = reader.ids.length
      await eventually('records', async () => reader.ids.length > seen, 90_000)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 700))
      child.kill()
      await child.exited()
      child = await start()
    }
    await writer.stop()
    await eventually('all rows in the topic', async () => reader.ids.length >= writer.committed, 120_000)
    // a row more than there are would come from the last transaction, at the latest with this one
    expect(await taskState(restPort, name)).toBe('RUNNING')
    await server.sql(`INSERT INTO ${name}.entry (id, note) VALUES (${writer.committed + 1}, 'the last')`)
    await eventually('the last row', async () => reader.ids.includes(writer.committed + 1), 60_000)
    expect(firstFault(reader.ids)).toBeNull()
    expect(reader.ids.length).toBe(writer.committed + 1)
    const offsets = (await (await fetch(`http://127.0.0.1:${restPort}/connectors/${name}/offsets`)).json()) as {
      offsets: { partition: unknown }[]
    }
    expect(offsets.offsets).toMatchObject([{ partition: { server: name } }])
    console.log(`${name}: ${kills} kills, ${reader.ids.length} rows, each once`)
  } finally {
    await writer.stop()
    await reader.stop()
    await child.stop()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(`${dataDir}.log`, { force: true })
  }
}

/** Where the numbers stop being 1, 2, 3 …: lost, repeated or out of order. */
function firstFault(ids: readonly number[]): string | null {
  const at = ids.findIndex((id, index) => id !== index + 1)
  return at < 0 ? null : `${ids[at]} follows ${ids[at - 1] ?? 'nothing'}`
}

async function taskState(restPort: number, name: string): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${restPort}/connectors/${name}/status`)
  return ((await answer.json()) as { tasks?: { state: string }[] }).tasks?.[0]?.state
}

async function register(restPort: number, name: string, bootstrap: string, serverId: string): Promise<void> {
  const body = JSON.stringify({
    name,
    config: {
      'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
      'exactly.once.support': 'required',
      'database.hostname': server.host,
      'database.port': String(server.port),
      'database.user': 'dbz',
      'database.password': 'dbz',
      'database.server.id': serverId,
      'topic.prefix': name,
      'table.include.list': `${name}.entry`,
      'schema.history.internal.kafka.bootstrap.servers': bootstrap,
      'schema.history.internal.kafka.topic': `${name}.history`,
      'retriable.restart.connector.wait.ms': '200',
    },
  })
  const headers = { 'content-type': 'application/json' }
  // 409: the group of workers has no leader yet
  await eventually(
    'the connector to be taken',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${restPort}/connectors`, { method: 'POST', headers, body })
      if (answer.status !== 201 && answer.status !== 409) throw new Error(`${answer.status}: ${await answer.text()}`)
      return answer.status === 201
    },
    60_000,
  )
}

test(`${KILLS} kills with the embedded broker: every row once`, { timeout: 120_000 + KILLS * 30_000 }, () =>
  killed('eos_embedded', KILLS, null),
)

const KILLS_KAFKA = Math.max(1, Math.floor(KILLS / 4))
test(`${KILLS_KAFKA} kills with a real Kafka: every row once`, { timeout: 120_000 + KILLS * 30_000 }, async ({
  skip,
}) => {
  if (kafka === null) return skip('no Java')
  return killed('eos_real', KILLS_KAFKA, kafka)
})
