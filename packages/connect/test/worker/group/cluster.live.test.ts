// Two and three workers over the embedded broker: work is spread, moves when a worker goes, and any worker answers for all.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerThread, Cluster, connectTcp, readToEnd, startBrokerThread } from '@millrace/kafka'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startWorker, type WorkerHandle } from '../../../src/index.ts'

vi.setConfig({ testTimeout: 400_000, hookTimeout: 60_000 })
const folder = mkdtempSync(join(tmpdir(), 'cluster-'))
const settings = {
  listeners: 'http://127.0.0.1:0',
  'offset.flush.interval.ms': '50',
  'scheduled.rebalance.max.delay.ms': '0',
  'heartbeat.interval.ms': '100',
  'session.timeout.ms': '6000',
  'config.storage.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
}
let broker: BrokerThread
let bootstrap = ''
const workers: WorkerHandle[] = []

/** The first worker reaches the broker by message ports, the others by TCP as workers elsewhere do. */
async function addWorker(): Promise<WorkerHandle> {
  const isFirst = workers.length === 0
  const embedded = { addresses: [bootstrap], openPort: () => broker.connect() }
  const worker = await startWorker({
    settings: { ...settings, 'bootstrap.servers': bootstrap },
    ...(isFirst ? { embedded } : {}),
  })
  workers.push(worker)
  return worker
}

beforeAll(async () => {
  broker = await startBrokerThread({ dataFolder: join(folder, 'broker'), listen: { host: '127.0.0.1', port: 0 } })
  bootstrap = `127.0.0.1:${broker.address!.port}`
  await addWorker()
})

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()))
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

function send(worker: WorkerHandle, method: string, path: string, body?: unknown): Promise<Response> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return fetch(`${worker.restAddress}${path}`, { method, ...(body === undefined ? {} : json) })
}

interface State {
  readonly connector: { readonly state: string; readonly worker_id: string }
  readonly tasks: readonly { readonly state: string; readonly worker_id: string }[]
}

async function states(worker: WorkerHandle): Promise<State[]> {
  const all = (await (await send(worker, 'GET', '/connectors?expand=status')).json()) as Record<
    string,
    { status: State }
  >
  return Object.values(all).map(({ status }) => status)
}

function isRunning({ connector, tasks }: State): boolean {
  return connector.state === 'RUNNING' && tasks.length === 1 && tasks[0]!.state === 'RUNNING'
}

/** Waits until every connector runs and each of these workers runs as many tasks as said. */
async function spread(counts: readonly number[], from: WorkerHandle): Promise<void> {
  await expect
    .poll(
      async () => {
        const all = await states(from)
        const owners = all.filter(isRunning).map(({ tasks }) => tasks[0]!.worker_id)
        return [...Map.groupBy(owners, (owner) => owner).values()].map((own) => own.length).sort((a, b) => a - b)
      },
      { timeout: 180_000, interval: 50 },
    )
    .toEqual(counts)
}

const fileOf = (n: number) => join(folder, `in-${n}.txt`)

async function valuesOf(topic: string): Promise<string[]> {
  const cluster = new Cluster({ bootstrap: [bootstrap], open: connectTcp, clientId: 'test' })
  try {
    const values: string[] = []
    for await (const { records } of readToEnd(cluster, { topic, partition: 0, fromOffset: 0 }))
      for (const { value } of records)
        values.push((JSON.parse(Buffer.from(value!).toString()) as { payload: string }).payload)
    return values
  } finally {
    await cluster.close()
  }
}

test('a second worker takes half of the connectors and tasks; nothing is read twice', async () => {
  const [first] = workers as [WorkerHandle]
  for (let n = 0; n < 4; n++) {
    writeFileSync(fileOf(n), 'one\n')
    const config = { 'connector.class': 'FileStreamSource', file: fileOf(n), topic: `lines-${n}` }
    expect((await send(first, 'POST', '/connectors', { name: `c${n}`, config })).status).toBe(201)
  }
  await spread([4], first)
  const second = await addWorker()
  await spread([2, 2], second)
  const connectorOwners = new Set((await states(second)).map(({ connector }) => connector.worker_id))
  expect(connectorOwners.size).toBe(2)
  for (let n = 0; n < 4; n++) appendFileSync(fileOf(n), 'two\n')
  await expect
    .poll(() => Promise.all([0, 1, 2, 3].map((n) => valuesOf(`lines-${n}`))), { timeout: 120_000 })
    .toEqual(Array.from({ length: 4 }, () => ['one', 'two']))
})

test('any worker answers for all: create, change, pause, restart, stop, offsets and delete through a follower', async () => {
  const [first, second] = workers as [WorkerHandle, WorkerHandle]
  writeFileSync(fileOf(9), 'x\n')
  const config = { 'connector.class': 'FileStreamSource', file: fileOf(9), topic: 'lines-9' }
  const created = await send(second, 'POST', '/connectors', { name: 'via', config })
  expect(created.status).toBe(201)
  expect(await created.json()).toMatchObject({ name: 'via', config, tasks: [], type: 'source' })
  expect(created.headers.get('location')).toBe(`${second.restAddress}/connectors/via`)
  const state = async (worker: WorkerHandle) => (await send(worker, 'GET', '/connectors/via/status')).json()
  const becomes = (expected: object, worker = first) =>
    expect.poll(() => state(worker), { timeout: 120_000, interval: 50 }).toMatchObject(expected)
  const running = { connector: { state: 'RUNNING' }, tasks: [{ state: 'RUNNING' }] }
  await becomes(running)
  await becomes(running, second)
  expect((await send(second, 'POST', '/connectors', { name: 'via', config })).status).toBe(409)
  expect((await send(second, 'PATCH', '/connectors/via/config', { 'my.note': 'y' })).status).toBe(200)
  expect((await send(second, 'PUT', '/connectors/via/pause')).status).toBe(202)
  await becomes({ connector: { state: 'PAUSED' }, tasks: [{ state: 'PAUSED' }] })
  expect((await send(first, 'PUT', '/connectors/via/resume')).status).toBe(202)
  await becomes(running, second)
  for (const worker of [first, second]) {
    expect((await send(worker, 'POST', '/connectors/via/restart')).status).toBe(204)
    expect((await send(worker, 'POST', '/connectors/via/tasks/0/restart')).status).toBe(204)
    await becomes(running)
  }
  expect((await send(second, 'POST', '/connectors/via/restart?includeTasks=true')).status).toBe(202)
  await becomes(running)
  const conflict = { error_code: 409, message: expect.stringContaining('conflicting operation') as string }
  const unforwarded = [
    send(first, 'PUT', '/connectors/via/stop?forward=false'),
    send(second, 'PUT', '/connectors/via/stop?forward=false'),
  ]
  const answers = await Promise.all(unforwarded)
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 409])
  expect(await answers.find(({ status }) => status === 409)!.json()).toEqual(conflict)
  await becomes({ connector: { state: 'STOPPED' }, tasks: [] }, second)
  expect((await send(second, 'DELETE', '/connectors/via/offsets')).status).toBe(200)
  await expect.poll(async () => (await send(first, 'GET', '/connectors/via/offsets')).json()).toEqual({ offsets: [] })
  expect((await send(second, 'DELETE', '/connectors/via')).status).toBe(204)
  for (const worker of [first, second]) await becomes({ error_code: 404 }, worker)
})

test('a third worker joins, a worker leaves: the rest takes its work over and reads on', async () => {
  const [first, second] = workers as [WorkerHandle, WorkerHandle]
  const third = await addWorker()
  await spread([1, 1, 2], third)
  await second.close()
  workers.splice(1, 1)
  await spread([2, 2], third)
  for (let n = 0; n < 4; n++) appendFileSync(fileOf(n), 'three\n')
  await expect
    .poll(() => Promise.all([0, 1, 2, 3].map((n) => valuesOf(`lines-${n}`))), { timeout: 120_000 })
    .toEqual(Array.from({ length: 4 }, () => ['one', 'two', 'three']))
  await third.close()
  workers.splice(1, 1)
  await spread([4], first)
})
