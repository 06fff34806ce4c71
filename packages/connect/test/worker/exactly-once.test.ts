// A worker with exactly-once source support over the embedded broker, with real task threads and the file source.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerThread, Cluster, fenceProducers, PortLink, readToEnd, startBrokerThread } from '@millrace/kafka'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startWorker, type WorkerHandle } from '../../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'exactly-once-'))
const file = join(folder, 'in.txt')
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })
let broker: BrokerThread
let worker: WorkerHandle
let cluster: Cluster

async function start(): Promise<void> {
  worker = await startWorker({
    settings: {
      listeners: 'http://127.0.0.1:0',
      'group.id': 'g',
      'exactly.once.source.support': 'Enabled',
      // the offset would not be stored in time by an interval
      'offset.flush.interval.ms': '600000',
    },
    embedded: { addresses: ['embedded:1'], openPort: () => broker.connect() },
  })
}

beforeAll(async () => {
  writeFileSync(file, 'one\ntwo\n')
  broker = await startBrokerThread({ dataFolder: join(folder, 'broker') })
  cluster = new Cluster({
    bootstrap: ['embedded:1'],
    open: async () => new PortLink(broker.connect()),
    clientId: 'test',
  })
  await start()
})

afterAll(async () => {
  await worker.close()
  await cluster.close()
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

function send(method: string, path: string, body?: unknown): Promise<Response> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return fetch(`${worker.restAddress}${path}`, { method, ...(body === undefined ? {} : json) })
}

const get = async (path: string): Promise<unknown> => (await send('GET', path)).json()

async function eventually(path: string, expected: object): Promise<void> {
  await expect.poll(() => get(path), { timeout: 60_000, interval: 50 }).toMatchObject(expected)
}

/** Committed values of the topic. */
async function lines(): Promise<string[]> {
  const values: string[] = []
  for await (const { records } of readToEnd(cluster, { topic: 'lines', partition: 0, fromOffset: 0 }))
    for (const { value } of records) values.push((JSON.parse(String(value)) as { payload: string }).payload)
  return values
}

const config = { 'connector.class': 'FileStreamSource', file, topic: 'lines', 'exactly.once.support': 'required' }
const running = { connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }] }
const offsetOf = (position: number) => ({ offsets: [{ partition: { filename: file }, offset: { position } }] })

test('records and offset are committed together, at every poll', async () => {
  expect((await send('POST', '/connectors', { name: 'lines', config })).status).toBe(201)
  await eventually('/connectors/lines/status', running)
  await eventually('/connectors/lines/offsets', offsetOf(8))
  expect(await lines()).toEqual(['one', 'two'])
  appendFileSync(file, 'three\n')
  await eventually('/connectors/lines/offsets', offsetOf(14))
  expect(await lines()).toEqual(['one', 'two', 'three'])
})

test('a worker that starts anew goes on where the last transaction ended', async () => {
  await worker.close()
  appendFileSync(file, 'four\n')
  await start()
  await eventually('/connectors/lines/offsets', offsetOf(19))
  expect(await lines()).toEqual(['one', 'two', 'three', 'four'])
})

test('a task whose transactional id was taken over fails by name, and its restart repeats nothing', async () => {
  await eventually('/connectors/lines/status', running)
  await fenceProducers(cluster, ['g-lines-0'])
  appendFileSync(file, 'five\n')
  await eventually('/connectors/lines/status', { tasks: [{ state: 'FAILED' }] })
  const { tasks } = (await get('/connectors/lines/status')) as { tasks: { trace: string }[] }
  expect(tasks[0]!.trace).toContain('There is a newer producer with transactional id g-lines-0')
  expect(await lines()).toEqual(['one', 'two', 'three', 'four'])
  expect((await send('POST', '/connectors/lines/tasks/0/restart')).status).toBe(204)
  await eventually('/connectors/lines/offsets', offsetOf(24))
  expect(await lines()).toEqual(['one', 'two', 'three', 'four', 'five'])
})

test('an offset topic of the connector’s own is refused by the task', async () => {
  const own = { ...config, 'offsets.storage.topic': 'own', topic: 'other' }
  expect((await send('POST', '/connectors', { name: 'own', config: own })).status).toBe(201)
  await eventually('/connectors/own/status', { tasks: [{ state: 'FAILED' }] })
  const { tasks } = (await get('/connectors/own/status')) as { tasks: { trace: string }[] }
  expect(tasks[0]!.trace).toContain('offsets.storage.topic=own is not supported')
})

test('a support that nobody knows ends the start by name', async () => {
  const settings = { listeners: 'http://127.0.0.1:0', 'exactly.once.source.support': 'perhaps' }
  const embedded = { addresses: ['embedded:1'], openPort: () => broker.connect() }
  await expect(startWorker({ settings, embedded })).rejects.toThrow('exactly.once.source.support')
})
