// The whole worker over the embedded broker, with real task threads and the file source: no server is needed.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerThread, Cluster, PortLink, readToEnd, startBrokerThread } from '@millrace/kafka'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startWorker, type WorkerHandle } from '../../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'worker-'))
const file = join(folder, 'in.txt')
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
let broker: BrokerThread
let worker: WorkerHandle

async function start(): Promise<void> {
  worker = await startWorker({
    settings: { listeners: 'http://127.0.0.1:0', 'offset.flush.interval.ms': '50' },
    embedded: { addresses: ['embedded:1'], openPort: () => broker.connect() },
  })
}

beforeAll(async () => {
  writeFileSync(file, 'one\ntwo\n')
  broker = await startBrokerThread({ dataFolder: join(folder, 'broker') })
  await start()
})

afterAll(async () => {
  await worker.close()
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

async function get(path: string): Promise<unknown> {
  return (await fetch(`${worker.restAddress}${path}`)).json()
}

function send(method: string, path: string, body?: unknown): Promise<Response> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return fetch(`${worker.restAddress}${path}`, { method, ...(body === undefined ? {} : json) })
}

/** Asks again until the answer matches. */
async function eventually(path: string, expected: unknown): Promise<void> {
  await expect.poll(() => get(path), { timeout: 30_000, interval: 50 }).toMatchObject(expected as object)
}

async function valuesOf(topic: string): Promise<string[]> {
  const cluster = new Cluster({
    bootstrap: ['embedded:1'],
    open: async () => new PortLink(broker.connect()),
    clientId: 'test',
  })
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

const config = { 'connector.class': 'FileStreamSource', file, topic: 'lines' }
const running = { connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }] }

test('a source task runs in its thread: records, offsets and topics arrive', async () => {
  expect((await send('POST', '/connectors/', { name: 'lines', config })).status).toBe(201)
  await eventually('/connectors/lines/status', running)
  await eventually('/connectors/lines/offsets', {
    offsets: [{ partition: { filename: file }, offset: { position: 8 } }],
  })
  await eventually('/connectors/lines/topics', { lines: { topics: ['lines'] } })
  expect(await valuesOf('lines')).toEqual(['one', 'two'])
  const metrics = await (await fetch(`${worker.restAddress}/metrics`, { headers: { accept: 'text/plain' } })).text()
  const owner = '{connector="lines",task="0"}'
  expect(metrics).toContain(`kafka_connect_source_task_source_record_write_total${owner} 2\n`)
  expect(metrics).toContain('kafka_connect_connector_status{connector="lines",task="0",status="running"} 1\n')
})

test('a paused task reads nothing, and goes on where it was', async () => {
  await send('PUT', '/connectors/lines/pause')
  await eventually('/connectors/lines/status', { connector: { state: 'PAUSED' }, tasks: [{ state: 'PAUSED' }] })
  appendFileSync(file, 'three\n')
  await send('PUT', '/connectors/lines/resume')
  await eventually('/connectors/lines/offsets', { offsets: [{ offset: { position: 14 } }] })
  expect(await valuesOf('lines')).toEqual(['one', 'two', 'three'])
})

test('after a restart of the worker everything goes on by itself, nothing repeated', async () => {
  await worker.close()
  appendFileSync(file, 'four\n')
  await start()
  await eventually('/connectors/lines/status', running)
  await eventually('/connectors/lines/offsets', { offsets: [{ offset: { position: 19 } }] })
  expect(await valuesOf('lines')).toEqual(['one', 'two', 'three', 'four'])
})

test('offsets are moved while it is stopped, and count at the next start', async () => {
  await send('PUT', '/connectors/lines/stop')
  await eventually('/connectors/lines/status', { connector: { state: 'STOPPED' }, tasks: [] })
  const offsets = [{ partition: { filename: file }, offset: { position: 14 } }]
  expect((await send('PATCH', '/connectors/lines/offsets', { offsets })).status).toBe(200)
  await send('PUT', '/connectors/lines/resume')
  await eventually('/connectors/lines/offsets', { offsets: [{ offset: { position: 19 } }] })
  expect(await valuesOf('lines')).toEqual(['one', 'two', 'three', 'four', 'four'])
})

test('a task that cannot run is FAILED with a trace, and a restart tries again', async () => {
  await send('PUT', '/connectors/lines/config', { ...config, file: folder })
  await eventually('/connectors/lines/status', { connector: { state: 'RUNNING' }, tasks: [{ state: 'FAILED' }] })
  const { trace } = (await get('/connectors/lines/tasks/0/status')) as { trace: string }
  expect(trace).toMatch(/EISDIR/)
  await send('PUT', '/connectors/lines/config', config)
  await eventually('/connectors/lines/status', running)
  expect((await send('DELETE', '/connectors/lines')).status).toBe(204)
  await eventually('/connectors/lines/status', { error_code: 404 })
})

test('what can be validated but not run is refused by name', async () => {
  const missing = { 'connector.class': 'io.debezium.connector.postgresql.PostgresConnector' }
  const answer = await send('POST', '/connectors', { name: 'missing', config: missing })
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(((await answer.json()) as { message: string }).message).toContain('not supported')
})
