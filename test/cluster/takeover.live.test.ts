// From Kafka Connect with Debezium to Millrace and back on the same topics, under a write load: stopped and started in turn, and joined to
// the same group while the other still runs. Nothing is lost; what is repeated lies behind the last stored offset.
import {
  hasJava,
  type KafkaConnectServer,
  type KafkaServer,
  type MysqlServer,
  startKafka,
  startKafkaConnect,
  startMysql,
} from '@millrace/servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLedger, Load, ledgerConnector, missing } from './load.ts'
import { owners, runCommand, send, startWorkerProcess, valuesOf, type WorkerProcess } from './workers.ts'

const isPossible = await hasJava()
const topics = {
  'group.id': 'takeover',
  'config.storage.topic': 'my_connect_configs',
  'offset.storage.topic': 'my_connect_offsets',
  'status.storage.topic': 'my_connect_statuses',
  'config.storage.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
  'offset.flush.interval.ms': '500',
  'scheduled.rebalance.max.delay.ms': '0',
}

const names = ['config', 'offset', 'status'].map(
  (kind) => `--${kind}-topic=my_connect_${kind}${kind === 'status' ? 'es' : 's'}`,
)

let kafka: KafkaServer | undefined
let server: MysqlServer | undefined
let java: KafkaConnectServer | undefined
let ours: WorkerProcess | undefined
let load: Load

beforeAll(async () => {
  if (!isPossible) return
  ;[kafka, server] = await Promise.all([startKafka(), startMysql()])
  await createLedger(server)
  load = new Load(server)
}, 400_000)

afterAll(async () => {
  await load?.stop()
  await ours?.process.stop()
  await java?.stop()
  await Promise.all([kafka?.stop(), server?.stop()])
}, 60_000)

async function startJava(): Promise<string> {
  java = await startKafkaConnect({ bootstrap: kafka!.bootstrap, properties: topics, heapMb: 700 })
  return java.url
}

/** Waits until the connector and its task run, on one of these workers, and a row that is written from now on arrives. */
async function runsOn(base: string, workers: readonly string[] = [base]): Promise<void> {
  const living = workers.map((url) => url.replace('http://', ''))
  const owner = async () => (await owners(base).catch(() => new Map<string, string>())).get('ledger')
  await expect.poll(async () => living.includes((await owner()) ?? ''), { timeout: 300_000, interval: 200 }).toBe(true)
  const now = load.written
  await expect.poll(async () => Math.max(0, ...(await ids())) > now, { timeout: 300_000, interval: 300 }).toBe(true)
}

/** Waits until each of two workers runs one of the two connectors, and both say the same. */
async function runOnBoth(one: string, other: string): Promise<void> {
  const spread = async (base: string) =>
    new Set((await owners(base).catch(() => new Map<string, string>())).values()).size
  for (const base of [one, other]) await expect.poll(() => spread(base), { timeout: 300_000, interval: 200 }).toBe(2)
  const status = (base: string) => send(base, 'GET', '/connectors/second/status')
  await expect.poll(() => status(one)).toEqual(await status(other))
}

async function ids(): Promise<number[]> {
  const values = await valuesOf(kafka!.bootstrap, 'moved.ledger.entry').catch(() => [])
  return values.map((value) => (JSON.parse(value) as { after: { id: number } }).after.id)
}

test.skipIf(!isPossible)(
  'Kafka Connect, then Millrace, then Kafka Connect on the same topics (needs Java and Maven): nothing is lost',
  { timeout: 900_000 },
  async () => {
    const { bootstrap } = kafka!
    let base = await startJava()
    await send(base, 'PUT', '/connectors/ledger/config', ledgerConnector(server!, bootstrap, 'moved'))
    load.start()
    await runsOn(base)
    const words = ['takeover', '--group=takeover', ...names]
    const dryRun = () => runCommand(...words, `--bootstrap-servers=${bootstrap}`)
    const seen = await dryRun()
    expect(seen).toMatch(/^ledger +MySqlConnector +source +STARTED +1 +1 +yes$/m)
    expect(seen).toContain('1 worker(s) run')
    await java!.stop()
    java = undefined
    expect(await dryRun()).toContain('no worker runs')
    ours = await startWorkerProcess(bootstrap, topics, undefined, [...words, '--execute'])
    await runsOn(ours.base)

    // back: both in one group, ours leads; then Kafka Connect alone
    base = await startJava()
    await runsOn(ours.base, [ours.base, base])
    const second = ledgerConnector(server!, bootstrap, 'second')
    const more = { 'database.server.id': '184100', 'snapshot.mode': 'no_data' }
    await send(base, 'PUT', '/connectors/second/config', { ...second, ...more })
    await runOnBoth(base, ours.base)
    await ours.process.stop()
    await runsOn(base)

    // and again without a stop: Kafka Connect leads, then ours alone
    ours = await startWorkerProcess(bootstrap, topics)
    await runOnBoth(ours.base, base)
    await java!.stop()
    java = undefined
    await runsOn(ours.base)

    await load.stop()
    await expect.poll(async () => missing(await ids(), load.written), { timeout: 60_000, interval: 200 }).toEqual([])
    const found = await ids()
    expect(found.length - load.written).toBeLessThan(load.written)
    console.log(`${load.written} rows, ${found.length} records: ${found.length - load.written} repeated`)
  },
)
