// The whole consumer: a real PostgreSQL and a broker that restarts, loses topics and is late.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Broker } from '@millrace/kafka'
import { type PostgresServer, startPostgres } from '@millrace/servers'
import { Admin, Producer } from '@platformatic/kafka'
import { Client, Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type ConsumeOptions, consume, eventIdSource, type RunningConsumer } from '../src/index.ts'

const TOPIC = 'outbox.event.thing'
const WAIT = { timeout: 30_000, interval: 50 }

let postgres: PostgresServer
let pool: Pool
let folder: string
let broker: Broker
let port: number
let consumers: RunningConsumer[]
let ids: ReturnType<typeof eventIdSource>

beforeAll(async () => {
  postgres = await startPostgres()
  const { host, user, password, database } = postgres
  pool = new Pool({ host, port: postgres.port, user, password, database })
  pool.on('error', () => undefined)
})
afterAll(async () => {
  await pool?.end()
  await postgres?.stop()
})
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'outbox-test-'))
  consumers = []
  ids = eventIdSource()
  port = 0
  await openBroker()
  await pool.query('DROP TABLE IF EXISTS effect, inbox_position, inbox_guard, inbox_seen, inbox_dead_letter')
  await pool.query('CREATE TABLE effect (n serial, event_id text, value text)')
})
afterEach(async () => {
  for (const consumer of consumers) await consumer.close()
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

async function openBroker(): Promise<void> {
  broker = await Broker.open({ dataFolder: folder, autoCreateTopics: false })
  port = (await broker.listen('127.0.0.1', port)).port
}
async function start(change: Partial<ConsumeOptions> = {}): Promise<RunningConsumer> {
  const consumer = await consume({
    topic: TOPIC,
    group: 'things',
    brokers: [`127.0.0.1:${port}`],
    pool,
    maxBackOffMs: 300,
    handler: async (tx, message) => {
      await tx.query('INSERT INTO effect (event_id, value) VALUES ($1, $2)', [
        message.eventId,
        message.value.toString(),
      ])
    },
    ...change,
  })
  consumers.push(consumer)
  return consumer
}
async function createTopic(partitions = 1): Promise<void> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`] })
  await admin.createTopics({ topics: [TOPIC], partitions, replicas: 1 })
  await admin.close()
}
async function send(values: readonly string[], id: () => string = () => ids.next()): Promise<void> {
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`] })
  const messages = values.map((value, i) => ({
    topic: TOPIC,
    key: Buffer.from(String(i % 7)),
    value: Buffer.from(value),
    headers: new Map([[Buffer.from('id'), Buffer.from(id())]]),
  }))
  await producer.send({ messages, acks: -1 })
  await producer.close()
}
const count = async () => Number((await pool.query('SELECT count(*) AS n FROM effect')).rows[0].n)
const distinct = async () => Number((await pool.query('SELECT count(DISTINCT event_id) AS n FROM effect')).rows[0].n)
const numbers = (n: number, from = 0) => Array.from({ length: n }, (_, i) => String(from + i))

test('it waits for the topic, applies everything, and its lag comes to 0', async () => {
  const consumer = await start()
  await vi.waitFor(async () => expect((await consumer.health()).state).toBe('waiting for the topic'), WAIT)
  expect((await consumer.health()).lastError).toBeNull()
  await createTopic(3)
  await send(numbers(1000))
  await vi.waitFor(async () => expect(await count()).toBe(1000), WAIT)
  await vi.waitFor(
    async () => expect(await consumer.health()).toMatchObject({ state: 'running', lag: 0, applied: 1000, restarts: 0 }),
    WAIT,
  )
})

test('a consumer that starts again goes on where PostgreSQL says, whatever the group’s offsets are', async () => {
  await createTopic()
  await send(numbers(50))
  const first = await start()
  await vi.waitFor(async () => expect(await count()).toBe(50), WAIT)
  await first.close()
  expect(await first.health()).toMatchObject({ state: 'closed' })
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`] })
  const offsets = await admin.listConsumerGroupOffsets({ groups: ['things'] })
  expect(offsets[0]?.topics[0]?.partitions[0]?.committedOffset).toBe(50n)
  await admin.deleteGroups({ groups: ['things'] })
  await admin.close()
  await send(numbers(50, 50))
  const second = await start()
  await vi.waitFor(async () => expect(await count()).toBe(100), WAIT)
  expect(await second.health()).toMatchObject({ applied: 50, duplicates: 0 })
})

test('a restart of the broker is survived, and named while it lasts', async () => {
  await createTopic()
  const consumer = await start()
  await send(numbers(10))
  await vi.waitFor(async () => expect(await count()).toBe(10), WAIT)
  await broker.close()
  await vi.waitFor(async () => expect((await consumer.health()).lastError).not.toBeNull(), WAIT)
  await openBroker()
  await send(numbers(10, 10))
  await vi.waitFor(async () => expect(await count()).toBe(20), WAIT)
  expect(await distinct()).toBe(20)
  expect((await consumer.health()).restarts).toBeGreaterThan(0)
})

test('with a name of its own, a reader is back at once after a restart of the broker', async () => {
  await createTopic()
  const consumer = await start({ instanceId: 'one' })
  await vi.waitFor(async () => expect((await consumer.health()).state).toBe('running'), WAIT)
  await broker.close()
  await vi.waitFor(async () => expect((await consumer.health()).lastError).not.toBeNull(), WAIT)
  await openBroker()
  await vi.waitFor(async () => expect((await consumer.health()).state).toBe('running'), WAIT)
})

test('lost database connections are survived without a gap or a repetition', async () => {
  await createTopic()
  const consumer = await start({ batchMessages: 5 })
  // A connection of its own: the pool may hand out one that was cut a moment ago.
  const { host, user, password, database } = postgres
  const cutter = new Client({ host, port: postgres.port, user, password, database })
  await cutter.connect()
  let cuts = 0
  for (let i = 0; i < 20; i++) {
    await send(numbers(20, 20 * i))
    const cut = await cutter.query(
      'SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
    )
    cuts += Number(cut.rows[0].n)
  }
  await cutter.end()
  await vi.waitFor(async () => expect(await count()).toBe(400), WAIT)
  expect(await distinct()).toBe(400)
  expect(cuts).toBeGreaterThan(0)
  expect((await consumer.health()).deadLetters).toBe(0)
})

test('two consumers share the partitions; when one leaves the other takes over', async () => {
  await createTopic(4)
  const [one, two] = [await start(), await start()]
  await vi.waitFor(async () => {
    for (const consumer of [one, two]) expect((await consumer.health()).state).toBe('running')
  }, WAIT)
  await vi.waitFor(async () => {
    await send(numbers(40))
    for (const consumer of [one, two]) expect((await consumer.health()).applied).toBeGreaterThan(0)
  }, WAIT)
  await one.close()
  const before = await count()
  await send(numbers(100))
  await vi.waitFor(async () => expect(await count()).toBeGreaterThanOrEqual(before + 100), WAIT)
  expect(await distinct()).toBe(await count())
})

test('a topic deleted and created again is read from its start', async () => {
  await createTopic()
  const consumer = await start()
  await send(numbers(5))
  await vi.waitFor(async () => expect(await count()).toBe(5), WAIT)
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`] })
  await admin.deleteTopics({ topics: [TOPIC] })
  await admin.close()
  await createTopic()
  await send(numbers(3))
  await vi.waitFor(async () => expect(await count()).toBe(8), WAIT)
  expect((await consumer.health()).applied).toBe(8)
})

test('bad options are named', async () => {
  await expect(start({ topic: '' })).rejects.toMatchObject({ code: 'OUTBOX_BAD_OPTION' })
  await expect(start({ brokers: [] })).rejects.toMatchObject({ code: 'OUTBOX_BAD_OPTION' })
})
