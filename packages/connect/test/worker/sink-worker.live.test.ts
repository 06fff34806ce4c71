// Sink tasks over the embedded broker, with real task threads: files filled, offsets committed, dead letters, pauses, rebalances.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Admin,
  type BatchRecord,
  type BrokerThread,
  Cluster,
  GroupAdmin,
  PortLink,
  Producer,
  readToEnd,
  startBrokerThread,
} from '@millrace/kafka'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startWorker, type WorkerHandle } from '../../src/index.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })
/** Of all records: older ones would be deleted by the retention. */
const STAMP_MS = Date.now()
const folder = mkdtempSync(join(tmpdir(), 'sink-worker-'))
let broker: BrokerThread
let worker: WorkerHandle
let cluster: Cluster

beforeAll(async () => {
  broker = await startBrokerThread({ dataFolder: join(folder, 'broker') })
  worker = await startWorker({
    settings: { listeners: 'http://127.0.0.1:0', 'offset.flush.interval.ms': '50' },
    embedded: { addresses: ['embedded:1'], openPort: () => broker.connect() },
  })
  const open = async () => new PortLink(broker.connect())
  cluster = new Cluster({ bootstrap: ['embedded:1'], open, clientId: 'test' })
})

afterAll(async () => {
  await worker.close()
  await cluster.close()
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

async function get(path: string): Promise<unknown> {
  return (await fetch(`${worker.restAddress}${path}`)).json()
}

async function send(method: string, path: string, body?: unknown): Promise<number> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await fetch(`${worker.restAddress}${path}`, { method, ...(body === undefined ? {} : json) })).status
}

/** Asks again until the answer matches. */
async function eventually(path: string, expected: unknown): Promise<void> {
  await expect.poll(() => get(path), { timeout: 120_000, interval: 50 }).toMatchObject(expected as object)
}

async function produce(topic: string, partitions: number, values: readonly string[], base = 0): Promise<void> {
  await new Admin(cluster).createTopic({ name: topic, partitions })
  const producer = await Producer.open({ cluster })
  await expect.poll(() => producer.resolve([topic]), { timeout: 60_000 }).toBe(true)
  for (const [i, value] of values.entries()) {
    const appender = producer.appender(topic, (base + i) % partitions)
    appender.begin(STAMP_MS)
    appender.nullKey()
    appender.beginValue()
    const bytes = Buffer.from(value)
    appender.sink.reserve(bytes.length)
    appender.sink.bytes.set(bytes, appender.sink.pos)
    appender.sink.pos += bytes.length
    appender.endValue()
    appender.end({ count: 0, bytes: Buffer.alloc(0) })
  }
  await producer.close()
}

const strings = {
  'connector.class': 'FileStreamSink',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
}
const running = { connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }] }

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

test('a file is filled, offsets are committed, and the topic is told', async () => {
  const file = join(folder, 'plain.txt')
  await produce('plain', 1, ['one', 'two', 'three'])
  expect(await send('POST', '/connectors', { name: 'plain', config: { ...strings, file, topics: 'plain' } })).toBe(201)
  await eventually('/connectors/plain/offsets', {
    offsets: [{ partition: { kafka_partition: 0, kafka_topic: 'plain' }, offset: { kafka_offset: 3 } }],
  })
  await eventually('/connectors/plain/status', running)
  await eventually('/connectors/plain/topics', { plain: { topics: ['plain'] } })
  expect(linesOf(file)).toEqual(['one', 'two', 'three'])
})

test('a paused task writes nothing and stays in its group; resumed, it goes on where it was', async () => {
  const file = join(folder, 'plain.txt')
  await send('PUT', '/connectors/plain/pause')
  await eventually('/connectors/plain/status', { connector: { state: 'PAUSED' }, tasks: [{ state: 'PAUSED' }] })
  await produce('plain', 1, ['four'])
  const group = await new GroupAdmin(cluster).describe('connect-plain')
  expect(group.members.map(({ clientId }) => clientId)).toEqual(['connector-consumer-plain-0'])
  expect(linesOf(file)).toHaveLength(3)
  await send('PUT', '/connectors/plain/resume')
  await eventually('/connectors/plain/offsets', { offsets: [{ offset: { kafka_offset: 4 } }] })
  expect(linesOf(file)).toEqual(['one', 'two', 'three', 'four'])
})

test('offsets are moved while it is stopped, and count at the next start', async () => {
  await send('PUT', '/connectors/plain/stop')
  await eventually('/connectors/plain/status', { connector: { state: 'STOPPED' }, tasks: [] })
  const offsets = [{ partition: { kafka_topic: 'plain', kafka_partition: 0 }, offset: { kafka_offset: 3 } }]
  expect(await send('PATCH', '/connectors/plain/offsets', { offsets })).toBe(200)
  await send('PUT', '/connectors/plain/resume')
  const file = join(folder, 'plain.txt')
  await expect.poll(() => linesOf(file), { timeout: 120_000 }).toEqual(['one', 'two', 'three', 'four', 'four'])
  expect(await send('DELETE', '/connectors/plain')).toBe(204)
})

test('two tasks share the partitions; with new partitions every record is written once', async () => {
  const file = join(folder, 'shared.txt')
  const first = Array.from({ length: 40 }, (_, i) => `a${i}`)
  await produce('shared', 4, first)
  const config = {
    ...strings,
    file,
    'topics.regex': 'shar.*',
    'tasks.max': '2',
    'consumer.override.metadata.max.age.ms': '200',
  }
  expect(await send('POST', '/connectors', { name: 'shared', config })).toBe(201)
  await expect.poll(() => linesOf(file).sort(), { timeout: 120_000 }).toEqual([...first].sort())
  const group = new GroupAdmin(cluster)
  await expect
    .poll(async () => (await group.describe('connect-shared')).members.map(({ assignment }) => assignment.length), {
      timeout: 120_000,
    })
    .toEqual([2, 2])
  const second = Array.from({ length: 20 }, (_, i) => `b${i}`)
  await produce('shared.too', 2, second)
  await expect.poll(() => linesOf(file).sort(), { timeout: 120_000 }).toEqual([...first, ...second].sort())
  await eventually('/connectors/shared/status', { tasks: [{ state: 'RUNNING' }, { state: 'RUNNING' }] })
  expect(await send('DELETE', '/connectors/shared')).toBe(204)
})

test('what cannot be converted ends the task, or goes to the dead letter queue with the reason in headers', async () => {
  const file = join(folder, 'dead.txt')
  await produce('dead', 1, ['not json', '{"a":1}'])
  const json = {
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  }
  const config = { ...strings, ...json, file, topics: 'dead' }
  expect(await send('POST', '/connectors', { name: 'dead', config })).toBe(201)
  await eventually('/connectors/dead/status', { connector: { state: 'RUNNING' }, tasks: [{ state: 'FAILED' }] })
  const { trace } = (await get('/connectors/dead/tasks/0/status')) as { trace: string }
  expect(trace).toMatch(/^org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n/)
  expect(await get('/connectors/dead/offsets')).toEqual({ offsets: [] })
  const tolerant = {
    ...config,
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'dead.letters',
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  }
  expect(await send('PUT', '/connectors/dead/config', tolerant)).toBe(200)
  await eventually('/connectors/dead/offsets', { offsets: [{ offset: { kafka_offset: 2 } }] })
  expect(linesOf(file)).toEqual(['{a=1}'])
  const letters: BatchRecord[] = []
  for await (const { records } of readToEnd(cluster, { topic: 'dead.letters', partition: 0, fromOffset: 0 }))
    letters.push(...records)
  expect(letters.map(({ value, timestampMs }) => [String(value), timestampMs])).toEqual([['not json', STAMP_MS]])
  const headers = Object.fromEntries(letters[0]!.headers.map(({ key, value }) => [key, Buffer.from(value!).toString()]))
  expect(headers).toMatchObject({
    '__connect.errors.topic': 'dead',
    '__connect.errors.partition': '0',
    '__connect.errors.offset': '0',
    '__connect.errors.connector.name': 'dead',
    '__connect.errors.task.id': '0',
    '__connect.errors.stage': 'VALUE_CONVERTER',
    '__connect.errors.class.name': 'org.apache.kafka.connect.json.JsonConverter',
    '__connect.errors.exception.class.name': 'org.apache.kafka.connect.errors.DataException',
  })
})

test('transforms run behind the converters, and a restart of the worker repeats nothing', async () => {
  const file = join(folder, 'shaped.txt')
  writeFileSync(file, '')
  await produce('shaped', 1, ['{"a":1,"b":2}'])
  const config = {
    ...strings,
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    transforms: 'pick',
    'transforms.pick.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
    'transforms.pick.field': 'b',
    file,
    topics: 'shaped',
  }
  expect(await send('POST', '/connectors', { name: 'shaped', config })).toBe(201)
  await expect.poll(() => linesOf(file), { timeout: 120_000 }).toEqual(['2'])
  await worker.close()
  worker = await startWorker({
    settings: { listeners: 'http://127.0.0.1:0', 'offset.flush.interval.ms': '50' },
    embedded: { addresses: ['embedded:1'], openPort: () => broker.connect() },
  })
  await produce('shaped', 1, ['{"a":1,"b":3}'])
  await expect.poll(() => linesOf(file), { timeout: 120_000 }).toEqual(['2', '3'])
})
