// The inbox against a real PostgreSQL: exactly once, order, dead letters, positions.
import { type PostgresServer, startPostgres } from '@millrace/servers'
import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { applyBatch, type BatchContext, RejectMessage } from '../src/consume/apply-batch.ts'
import { attemptCounter } from '../src/consume/failure.ts'
import { createInboxTables, readPosition } from '../src/consume/inbox-store.ts'
import type { RawMessage } from '../src/consume/message.ts'
import { startPosition } from '../src/consume/positions.ts'
import { eventIdSource } from '../src/publish/event-id.ts'

let server: PostgresServer
let pool: Pool
const AT = { group: 'g', topic: 't', partition: 0 }
const ids = eventIdSource()

beforeAll(async () => {
  server = await startPostgres()
  const { host, port, user, password, database } = server
  pool = new Pool({ host, port, user, password, database })
  // `end` does not wait until its connections are closed: the server's farewell may still come, and unheard it would end the process
  pool.on('error', () => undefined)
  // several processes that start at once
  await Promise.all(Array.from({ length: 4 }, () => createInboxTables(pool)))
  await pool.query('CREATE TABLE effect (n serial, key text, value text)')
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})
beforeEach(() => pool.query('TRUNCATE effect, inbox_position, inbox_guard, inbox_seen, inbox_dead_letter'))

const context = (handler?: BatchContext['handler']): BatchContext => ({
  pool,
  at: AT,
  topicId: 'topic-1',
  orderGuard: true,
  handler:
    handler ??
    (async (tx, message) => {
      await tx.query('INSERT INTO effect (key, value) VALUES ($1, $2)', [message.key, message.value.toString()])
    }),
})
const message = (offset: number, value: string | null, id: string | null, key = '1'): RawMessage => ({
  topic: 't',
  partition: 0,
  offset: BigInt(offset),
  timestamp: 0n,
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: new Map(id === null ? [] : [[Buffer.from('id'), Buffer.from(id)]]),
})
const effects = async () => (await pool.query('SELECT value FROM effect ORDER BY n')).rows.map((row) => row.value)
const position = async () => (await readPosition(pool, AT, false))?.nextOffset
const letters = async () =>
  (await pool.query('SELECT topic_offset::int AS o, reason, message_value FROM inbox_dead_letter ORDER BY id')).rows

test('rows and position change together, a repeated batch changes nothing', async () => {
  const batch = [message(3, 'a', ids.next()), message(4, 'b', ids.next())]
  expect(await applyBatch(context(), batch)).toEqual({ applied: 2, duplicates: 0, stale: 0, deadLetters: 0 })
  expect(await applyBatch(context(), batch)).toEqual({ applied: 0, duplicates: 2, stale: 0, deadLetters: 0 })
  expect(await effects()).toEqual(['a', 'b'])
  expect(await position()).toBe(5n)
})

test('the same event again under a new offset is not applied, an older one does not overwrite a newer one', async () => {
  const [first, second, third] = [ids.next(), ids.next(), ids.next()]
  await applyBatch(context(), [message(0, 'first', first), message(1, 'third', third)])
  const again = [message(2, 'third', third), message(3, 'second', second), message(4, 'other', first, '2')]
  expect(await applyBatch(context(), again)).toEqual({ applied: 1, duplicates: 1, stale: 1, deadLetters: 0 })
  expect(await effects()).toEqual(['first', 'third', 'other'])
})

test('ids that are not time-ordered are applied in the topic’s order, each once', async () => {
  const [a, b] = ['ffffffffffff4fffbfffffffffffffff', '00000000000040008000000000000000']
  expect(await applyBatch(context(), [message(0, 'a', a), message(1, 'b', b), message(2, 'a', a)])).toMatchObject({
    applied: 2,
    duplicates: 1,
  })
  expect(await applyBatch(context(), [message(3, 'b', b), message(4, 'none', null)])).toMatchObject({
    applied: 1,
    duplicates: 1,
  })
  expect(await effects()).toEqual(['a', 'b', 'none'])
})

test('a failing handler leaves nothing of the batch behind', async () => {
  const batch = [message(0, 'a', ids.next()), message(1, 'bad', ids.next())]
  const failing = context(async (tx, { value }) => {
    await tx.query('INSERT INTO effect (value) VALUES ($1)', [value.toString()])
    if (value.toString() === 'bad') await tx.query('SELECT 1/0')
  })
  await expect(applyBatch(failing, batch)).rejects.toMatchObject({ code: '22012' })
  expect(await effects()).toEqual([])
  expect(await position()).toBeUndefined()
  const onFailure = attemptCounter(2)
  await expect(applyBatch(failing, batch, onFailure)).rejects.toMatchObject({ code: '22012' })
  expect(await applyBatch(failing, batch, onFailure)).toMatchObject({ applied: 1, deadLetters: 1 })
  expect(await effects()).toEqual(['a'])
  expect(await letters()).toMatchObject([{ o: 1, reason: expect.stringContaining('failed 2 times') }])
  expect(await position()).toBe(2n)
})

test('null, keyless and rejected messages become dead letters, the rest is applied', async () => {
  const handler: BatchContext['handler'] = async (tx, { value }) => {
    if (value.toString() === 'odd') throw new RejectMessage('odd message')
    await tx.query('INSERT INTO effect (value) VALUES ($1)', [value.toString()])
  }
  const batch = [
    message(0, null, null),
    message(1, 'odd', null),
    message(2, 'a', null),
    { ...message(3, 'x', null), key: null },
  ]
  expect(await applyBatch(context(handler), batch)).toEqual({ applied: 1, duplicates: 0, stale: 0, deadLetters: 3 })
  expect(await letters()).toMatchObject([
    { o: 0, reason: 'the message has no value', message_value: null },
    { o: 1, reason: 'odd message', message_value: Buffer.from('odd') },
    { o: 3, reason: 'the message has no key' },
  ])
  expect(await position()).toBe(4n)
})

test('two readers of one partition apply each message once', async () => {
  const batches = Array.from({ length: 20 }, (_, i) => [
    message(2 * i, `${2 * i}`, ids.next()),
    message(2 * i + 1, `${2 * i + 1}`, ids.next()),
  ])
  const read = async () => {
    for (const batch of batches) await applyBatch(context(), batch)
  }
  await applyBatch(context(), batches[0]!)
  await Promise.all([read(), read()])
  expect(await effects()).toEqual(Array.from({ length: 40 }, (_, i) => String(i)))
})

test('the start of a partition: stored position, new topic, lost records, cut log', async () => {
  const range = (earliest: bigint, latest: bigint, topicId = 'topic-1') => ({ earliest, latest, topicId })
  expect(await startPosition(pool, AT, range(2n, 9n))).toEqual({ offset: 2n, notice: null })
  await applyBatch(context(), [message(5, 'a', ids.next())])
  expect(await startPosition(pool, AT, range(2n, 9n))).toEqual({ offset: 6n, notice: null })
  expect(await startPosition(pool, AT, range(8n, 9n))).toMatchObject({
    offset: 8n,
    notice: expect.stringContaining('lost offsets 6 to 7'),
  })
  expect(await startPosition(pool, AT, range(0n, 3n))).toMatchObject({
    offset: 0n,
    notice: expect.stringContaining('ends at 3'),
  })
  expect(await startPosition(pool, AT, range(0n, 3n, 'topic-2'))).toMatchObject({
    offset: 0n,
    notice: expect.stringContaining('new topic'),
  })
  expect(await applyBatch(context(), [message(0, 'b', ids.next())])).toBeNull()
})
