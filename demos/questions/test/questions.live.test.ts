// The application with a real PostgreSQL and the embedded broker: what is in the topic comes to table, JSON and page.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { Broker } from '@millrace/kafka'
import { eventIdSource } from '@millrace/outbox'
import { QuestionSchema } from '@millrace/proto'
import { type PostgresServer, startPostgres } from '@millrace/servers'
import { Kafka, type Producer } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type RunningQuestions, startQuestions } from '../src/index.ts'

const TOPIC = 'outbox.event.question'
const WAIT = { timeout: 20_000, interval: 50 }
let postgres: PostgresServer
let broker: Broker
let folder: string
let port: number
let producer: Producer
let questions: RunningQuestions
const ids = eventIdSource()

beforeAll(async () => {
  postgres = await startPostgres()
  folder = mkdtempSync(path.join(tmpdir(), 'questions-test-'))
  broker = await Broker.open({ dataFolder: folder })
  port = (await broker.listen('127.0.0.1', 0)).port
  questions = await startQuestions(options())
  producer = new Kafka({ clientId: 'test', brokers: [`127.0.0.1:${port}`], logLevel: 0 }).producer()
  await producer.connect()
})
afterAll(async () => {
  await producer?.disconnect()
  await questions?.close()
  await broker?.close()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const options = () => ({ postgres, brokers: [`127.0.0.1:${port}`], httpPort: 0 })
const seconds = 1_795_169_472n // 2026-11-20T10:11:12Z
const question = (id: number, questionText: string, nanos = 0) =>
  Buffer.from(toBinary(QuestionSchema, create(QuestionSchema, { id, questionText, pubDate: { seconds, nanos } })))
const wrapped = (id: number) => JSON.stringify({ schema: { type: 'string', optional: false }, payload: String(id) })
async function send(key: string, value: Buffer | null, id = ids.next()): Promise<void> {
  await producer.send({ topic: TOPIC, messages: [{ key, value, headers: { id } }] })
}
const read = async () =>
  (await fetch(`${questions.address}/question`)).json() as Promise<
    { id: number; questionText: string; pubDate: string }[]
  >
const health = async () => {
  const answer = await fetch(`${questions.address}/health`)
  return { code: answer.status, ...((await answer.json()) as Record<string, unknown>) }
}

test('before anything is there: empty list, page that says so, health that waits', async () => {
  expect(await read()).toEqual([])
  const page = await (await fetch(`${questions.address}/fetch-data`)).text()
  expect(page).toContain('<h1>Received Questions</h1>')
  expect(page).toContain('Nothing received yet.')
  await vi.waitFor(
    async () => expect(await health()).toMatchObject({ code: 200, state: 'waiting for the topic', lastError: null }),
    WAIT,
  )
  expect(await (await fetch(`${questions.address}/`)).text()).toContain('Hello Protobuf')
  expect((await fetch(`${questions.address}/nowhere`)).status).toBe(404)
})

test('questions arrive, newest 20 by id, with all six digits; plain and wrapped keys', async () => {
  for (let id = 1; id <= 25; id++)
    await send(id % 2 === 0 ? wrapped(id) : String(id), question(id, `q${id} 😀`, 123_456_000))
  await vi.waitFor(async () => expect((await read())[0]?.id).toBe(25), WAIT)
  const list = await read()
  expect(list.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => 25 - i))
  expect(list[0]).toEqual({ id: 25, questionText: 'q25 😀', pubDate: '2026-11-20T10:11:12.123456Z' })
  expect(await health()).toMatchObject({ code: 200, status: 'up', state: 'running', lag: 0, applied: 25 })
})

test('changes and deletions are applied, repeats and older events are not', async () => {
  const [older, newer] = [ids.next(), ids.next()]
  await send('25', question(25, 'changed'), newer)
  await send('25', question(25, 'old'), older)
  await send('25', question(25, 'changed'), newer)
  await send('24', Buffer.from('0818', 'hex'))
  await vi.waitFor(async () => expect((await read())[1]?.id).toBe(23), WAIT)
  expect((await read())[0]).toMatchObject({ id: 25, questionText: 'changed' })
  expect(await health()).toMatchObject({ stale: 1, duplicates: 1, applied: 27 })
})

test('null and malformed messages do not stop it', async () => {
  await send('1', null)
  await send('1', Buffer.from('garbage'))
  await send('26', question(26, 'after'))
  await vi.waitFor(async () => expect((await read())[0]?.id).toBe(26), WAIT)
  expect(await health()).toMatchObject({ code: 200, deadLetters: 2, lag: 0 })
})

test('an open page gets the list at once and again with every change', async () => {
  const abort = new AbortController()
  const answer = await fetch(`${questions.address}/question/live`, { signal: abort.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const events = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const until = async (part: string) => {
    while (!text.includes(part)) {
      const { value, done } = await events.read()
      if (done) throw new Error(`the stream ended before ${part}`)
      text += value
    }
  }
  await until('"id":26')
  await send('27', question(27, 'live'))
  await until('"questionText":"live"')
  abort.abort()
})

test('a restart goes on where it was; replaying the topic changes nothing', async () => {
  const before = await read()
  await questions.close()
  const admin = new Kafka({ clientId: 'test', brokers: [`127.0.0.1:${port}`], logLevel: 0 }).admin()
  await admin.connect()
  await admin.resetOffsets({ groupId: 'hus-dotnet-consumer', topic: TOPIC, earliest: true })
  await admin.disconnect()
  questions = await startQuestions(options())
  await vi.waitFor(async () => expect(await health()).toMatchObject({ state: 'running', lag: 0 }), WAIT)
  expect(await read()).toEqual(before)
  expect(await health()).toMatchObject({ applied: 0 })
})

test('what cannot start says why and what to do', async () => {
  const httpPort = Number(new URL(questions.address).port)
  await expect(startQuestions({ ...options(), httpPort, portFlag: '--questions-port' })).rejects.toMatchObject({
    code: 'QUESTIONS_PORT_BUSY',
    hint: expect.stringContaining('--questions-port'),
  })
  const { host, user, database } = postgres
  const bad = { host, port: postgres.port, user, database }
  await expect(startQuestions({ ...options(), postgres: { ...bad, password: 'wrong' } })).rejects.toMatchObject({
    code: 'QUESTIONS_DATABASE_LOGIN',
  })
  await expect(startQuestions({ ...options(), postgres: { ...postgres, database: 'nowhere' } })).rejects.toMatchObject({
    code: 'QUESTIONS_DATABASE_MISSING',
  })
  await expect(startQuestions({ ...options(), postgres: { ...bad, port: 1 } })).rejects.toMatchObject({
    code: 'QUESTIONS_DATABASE_UNREACHABLE',
  })
})
