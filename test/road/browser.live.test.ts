// The whole road as a person sees it: log in, add a question with two choices, watch it appear on the questions page; then both topics by
// clients that are not ours.
import { Kafka, logLevel } from 'kafkajs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, startBrowser } from './browser.ts'
import { hasKcat, readByKcat } from './kcat.ts'
import { STAGE_A } from './registrations.ts'
import { eventually, type TestRoad, testRoad } from './road-fixture.ts'

const QUESTION = 'Favourite colour? 😀'

describe.skipIf(!hasBrowser || !hasKcat)('the road in a browser (needs chromium and kcat)', () => {
  let road: TestRoad
  let browser: Browser
  let admin: Page

  beforeAll(async () => {
    ;[road, browser] = await Promise.all([testRoad(), startBrowser()])
    const answer = await fetch(`${road.rest}/connectors/`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: STAGE_A,
    })
    expect(answer.status).toBe(201)
  })
  afterAll(async () => {
    await browser?.close()
    await road?.close()
  })

  test('a question added in the admin appears on the questions page without a reload', async () => {
    const watcher = await browser.newPage()
    await watcher.goto(`${road.questions}/fetch-data`)
    expect(await watcher.textContent('h1')).toContain('Received Questions')

    admin = await browser.newPage()
    await admin.goto(`${road.polls}/admin/`)
    await admin.fill('[name=username]', 'admin')
    await admin.fill('[name=password]', 'admin')
    await admin.click('[type=submit]')
    await admin.goto(`${road.polls}/admin/polls/question/add/`)
    await admin.fill('[name=question_text]', QUESTION)
    await admin.fill('[name=pub_date_0]', '2026-11-20')
    await admin.fill('[name=pub_date_1]', '10:11:12')
    await admin.fill('[name=choice_set-0-choice_text]', 'Red')
    await admin.fill('[name=choice_set-1-choice_text]', 'Blue')
    await admin.click('[name=_save]')
    expect(await admin.textContent('body')).toContain('was added successfully')

    await watcher.waitForSelector(`text=${QUESTION}`, { timeout: 15_000 })
  })

  test('the change stands in its topic, read by kafkajs', async () => {
    const topic = 'cdc-mysql.djangodb.polls_question'
    const consumer = new Kafka({ brokers: [road.bootstrap], logLevel: logLevel.NOTHING }).consumer({
      groupId: 'browser-test',
    })
    const values: string[] = []
    await eventually(`topic ${topic}`, async () => {
      const names = await readTopicNames(road.bootstrap)
      return names.includes(topic)
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value))
      },
    })
    const [value] = await eventually('a record', async () => (values.length > 0 ? values : null))
    await consumer.disconnect()
    const { payload } = JSON.parse(value as string)
    expect(payload.op).toMatch(/^[cr]$/)
    expect(payload.after).toEqual({
      id: 1,
      question_text: QUESTION,
      pub_date: Date.UTC(2026, 10, 20, 10, 11, 12) * 1000,
    })
  })

  test('the outbox topic holds the stored payload byte for byte, read by kcat', async () => {
    const records = await eventually('the outbox record', async () => {
      const found = await readByKcat(road.bootstrap, 'outbox.event.question')
      return found.length > 0 ? found : null
    })
    expect(records).toHaveLength(1)
    const text = Buffer.from(QUESTION)
    // Question { 1: id, 2: question_text, 3: pub_date { 1: seconds } }, fields 1 to 3 of the tutorial
    const expected = Buffer.concat([
      Buffer.from([0x08, 1, 0x12, text.length]),
      text,
      Buffer.from('1a0608c0b980d806', 'hex'),
    ])
    expect(records[0]?.value.subarray(0, expected.length).toString('hex')).toBe(expected.toString('hex'))
    expect(records[0]?.headers).toMatch(/(^|,)id=[0-9a-f]{32}$/)
    expect(records[0]?.key).toContain('"payload":"1"')
  })
})

async function readTopicNames(bootstrap: string): Promise<string[]> {
  const admin = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}
