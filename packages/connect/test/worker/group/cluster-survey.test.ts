// What a takeover looks at: the connectors of a cluster and what stands against running them, without a trace left behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, type BrokerThread, Cluster, connectTcp, startBrokerThread } from '@millrace/kafka'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPluginCatalog, startWorker, surveyCluster, type WorkerHandle } from '../../../src/index.ts'
import { KafkaConfigStore } from '../../../src/store/kafka-config-store.ts'
import { KafkaTopics } from '../../../src/worker/kafka-topics.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })
const folder = mkdtempSync(join(tmpdir(), 'survey-'))
const file = join(folder, 'in.txt')
let broker: BrokerThread
let worker: WorkerHandle | undefined
let settings: Record<string, string>

const place = () => ({ bootstrap: [settings['bootstrap.servers']!], open: connectTcp, clientId: 'test' })

beforeAll(async () => {
  writeFileSync(file, 'one\n')
  broker = await startBrokerThread({ dataFolder: join(folder, 'broker'), listen: { host: '127.0.0.1', port: 0 } })
  settings = {
    'bootstrap.servers': `127.0.0.1:${broker.address!.port}`,
    'group.id': 'old',
    listeners: 'http://127.0.0.1:0',
    'offset.flush.interval.ms': '50',
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
  }
  worker = await startWorker({ settings })
})

afterAll(async () => {
  await worker?.close()
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

function survey(more: Record<string, string> = {}): ReturnType<typeof surveyCluster> {
  return surveyCluster({ settings: { ...settings, ...more }, catalog: createPluginCatalog(), cluster: place() })
}

/** The ends of every partition of every topic, and the topics' names. */
async function everything(): Promise<unknown> {
  const cluster = new Cluster(place())
  try {
    const admin = new Admin(cluster)
    const topics = (await admin.topics()).filter(({ name }) => !name.startsWith('__'))
    const ends = topics.map(({ name, leaders }) =>
      Promise.all(leaders.map(async (_, partition) => `${name} ${await admin.latestOffset(name, partition)}`)),
    )
    return await Promise.all(ends)
  } finally {
    await cluster.close()
  }
}

test('lists what runs, who runs it and where it stands', async () => {
  const body = JSON.stringify({ 'connector.class': 'FileStreamSource', file, topic: 'lines' })
  const headers = { 'content-type': 'application/json' }
  const url = `${worker!.restAddress}/connectors/lines`
  expect((await fetch(`${url}/config`, { method: 'PUT', headers, body })).status).toBe(201)
  await expect.poll(async () => (await survey()).connectors[0]?.offsets, { timeout: 120_000 }).toBe(1)
  const found = await survey()
  expect(found.connectors).toEqual([
    {
      name: 'lines',
      className: 'FileStreamSource',
      type: 'source',
      target: 'STARTED',
      tasks: 1,
      offsets: 1,
      problems: [],
    },
  ])
  expect(found.groupState).toBe('Stable')
  expect(found.workers).toEqual([`connect-${worker!.restAddress.replace('http://', '')}`])
  await worker!.close()
  worker = undefined
  expect((await survey()).workers).toEqual([])
})

test('says what stands against a connector by names, never by values; a look leaves no trace', async () => {
  const cluster = new Cluster(place())
  const topics = new KafkaTopics(cluster)
  const topic = { topic: 'connect-configs', partitions: 1, replicationFactor: 1 }
  const configs = new KafkaConfigStore({ topics, topic })
  await configs.start()
  await configs.putConfig('alien', { name: 'alien', 'connector.class': 'com.example.Secret', password: 'hush-hush' })
  await configs.putConfig('wrong', { name: 'wrong', 'connector.class': 'FileStreamSource', 'tasks.max': 'hush-hush' })
  await topics[Symbol.asyncDispose]()
  await cluster.close()
  const before = await everything()
  const { connectors } = await survey({ 'inter.worker.key.ttl.ms': '0' })
  const problems = Object.fromEntries(connectors.map((connector) => [connector.name, connector.problems]))
  expect(problems['lines']).toEqual([])
  expect(problems['alien']).toEqual([expect.stringContaining('com.example.Secret') as string])
  expect(problems['wrong']).toContain('The option tasks.max is not accepted')
  expect(JSON.stringify(connectors)).not.toContain('hush-hush')
  expect(await everything()).toEqual(before)
})

test('a topic that is not there is named, with those that may be meant', async () => {
  const error = await survey({ 'config.storage.topic': 'nope' }).then(
    () => null,
    (thrown: Error & { hint?: string }) => thrown,
  )
  expect(error?.message).toContain('nope')
  expect(error?.hint).toContain('connect-configs')
  expect(JSON.stringify(await everything())).not.toContain('nope')
})
