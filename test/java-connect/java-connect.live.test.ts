// Kafka Connect 4.3.1 in distributed mode with Debezium 3.6.1, both Java and unchanged, on the embedded broker with exactly-once source
// support: the worker is killed (kill -9) and started again, then the broker, under a workload. Readers of committed records see every change
// once, in order. Skipped, and counted, where Java and Maven are not there.
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Cluster, connectTcp, readToEnd } from '@millrace/kafka'
import {
  answersAt,
  freePort,
  freshFolder,
  hasJava,
  type KafkaConnectServer,
  type MysqlServer,
  ServerProcess,
  startKafkaConnect,
  startMysql,
} from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workload } from './workload.ts'

const isPossible = await hasJava()
const TOPIC = 'java.eos.t'
/** A member that was killed is missed after this time: the shortest that Connect allows the broker to allow. */
const SESSION = {
  'session.timeout.ms': '6000',
  'heartbeat.interval.ms': '1000',
  'scheduled.rebalance.max.delay.ms': '0',
}

describe.skipIf(!isPossible)('Kafka Connect with Debezium on the embedded broker', { timeout: 600_000 }, () => {
  const folder = freshFolder('java-connect')
  let mysql: MysqlServer
  let port: number
  let broker: ServerProcess
  let worker: KafkaConnectServer
  let workload: Workload

  beforeAll(async () => {
    mysql = await startMysql()
    port = await freePort()
    broker = await startBroker(folder, port)
    worker = await startWorker(port)
    workload = await Workload.open(mysql)
  }, 480_000)
  afterAll(async () => {
    await workload?.end()
    await worker?.stop()
    await broker?.stop()
    await mysql?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const seen = (): Promise<number[]> => changesIn(port)
  /** Waits until as many further changes as given were made and a change made after this call has been seen. */
  const progress = async (more: number): Promise<void> => {
    await workload.reach(workload.count + more)
    const wanted = workload.count - 1
    await expect.poll(async () => (await seen()).includes(wanted), { timeout: 240_000, interval: 300 }).toBe(true)
  }

  test('exactly once, through a kill of the worker and one of the broker', async () => {
    const made = await fetch(`${worker.url}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'java', config: configuration(mysql.port, port) }),
    })
    expect(made.status, await made.clone().text()).toBe(201)
    const snapshot = workload.count
    await expect.poll(async () => (await seen()).length, { timeout: 240_000, interval: 300 }).toBe(snapshot)
    workload.start()
    await progress(100)

    await worker.kill()
    await workload.reach(workload.count + 100)
    worker = await startWorker(port)
    await progress(100)

    broker.kill()
    await broker.exited()
    broker = await startBroker(folder, port)
    await progress(100)

    await workload.end()
    const expected = Array.from({ length: workload.count }, (_, n) => n)
    await expect.poll(async () => (await seen()).at(-1), { timeout: 120_000, interval: 300 }).toBe(workload.count - 1)
    expect(await seen()).toEqual(expected)
    const status = (await (await fetch(`${worker.url}/connectors/java/status`)).json()) as {
      connector: { state: string }
      tasks: { state: string }[]
    }
    expect(status.connector.state).toBe('RUNNING')
    expect(status.tasks.map(({ state }) => state)).toEqual(['RUNNING'])
    expect(readFileSync(path.join(folder, 'log'), 'utf8')).not.toMatch(/^error:/m)
  })
})

async function startBroker(folder: string, port: number): Promise<ServerProcess> {
  const broker = ServerProcess.start({
    name: 'embedded broker',
    command: process.execPath,
    args: [path.join(import.meta.dirname, 'broker-process.ts'), path.join(folder, 'data'), String(port)],
    logFile: path.join(folder, 'log'),
  })
  await broker.waitReady(() => answersAt(port), 60_000)
  return broker
}

const startWorker = (port: number): Promise<KafkaConnectServer> =>
  startKafkaConnect({
    bootstrap: `127.0.0.1:${port}`,
    properties: { 'exactly.once.source.support': 'enabled', ...SESSION },
  })

function configuration(mysqlPort: number, kafkaPort: number): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'exactly.once.support': 'required',
    'transaction.boundary': 'poll',
    'database.hostname': '127.0.0.1',
    'database.port': String(mysqlPort),
    'database.user': 'root',
    'database.password': '',
    'database.server.id': '5501',
    'topic.prefix': 'java',
    'database.include.list': 'eos',
    'schema.history.internal.kafka.bootstrap.servers': `127.0.0.1:${kafkaPort}`,
    'schema.history.internal.kafka.topic': 'history.java',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  }
}

/** Numbers of the changes in the topic, in its order, as a reader of committed records sees them. */
async function changesIn(port: number): Promise<number[]> {
  const cluster = new Cluster({ bootstrap: [`127.0.0.1:${port}`], open: connectTcp, clientId: 'java-connect-test' })
  const numbers: number[] = []
  try {
    for await (const { records } of readToEnd(cluster, { topic: TOPIC, partition: 0, fromOffset: 0 }))
      for (const { value } of records) {
        const { after } = JSON.parse(Buffer.from(value as Uint8Array).toString()) as { after: { n: number } }
        numbers.push(after.n)
      }
  } catch (error) {
    if (!/UNKNOWN_TOPIC/.test(String(error))) throw error
  } finally {
    await cluster.close()
  }
  return numbers
}
