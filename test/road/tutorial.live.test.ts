// The tutorial as its reader types it (reference/demo.md §13): registrations of 2021 byte for byte, admin, topics, outbox, consumer, restart.
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { freshFolder } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminSession } from './admin-forms.ts'
import { hasKcat, readByKcat } from './kcat.ts'
import { STAGE_A, STAGE_B } from './registrations.ts'
import { eventually, type TestRoad, testRoad } from './road-fixture.ts'

const run = promisify(execFile)
const MAIN = path.join(import.meta.dirname, '../../packages/millrace/src/main.ts')
const QUESTIONS = 'cdc-mysql.djangodb.polls_question'

/** Values that must come through everywhere unchanged. */
const HARD = [
  ['türkçe ığş 😀', '2026-11-20', '10:11:12.123456', '2026-11-20T10:11:12.123456Z'],
  ['x'.repeat(200), '9999-12-31', '23:59:59.999999', '9999-12-31T23:59:59.999999Z'],
  ['old', '0999-01-01', '00:00:00', '0999-01-01T00:00:00.000000Z'],
] as const

describe.skipIf(!hasKcat)('the tutorial (needs kcat)', { timeout: 120_000 }, () => {
  const dataDir = freshFolder('tutorial')
  let road: TestRoad
  let admin: AdminSession

  beforeAll(async () => {
    road = await testRoad({ dataDir, withoutConnector: true })
    admin = await AdminSession.login(road.polls, 'admin', 'admin')
  })
  afterAll(async () => {
    await road?.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const post = (body: string) =>
    fetch(`${road.rest}/connectors/`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body,
    })
  const untilRunning = (name: string) =>
    eventually(`${name} RUNNING`, async () => {
      const status = (await (await fetch(`${road.rest}/connectors/${name}/status`)).json()) as {
        tasks: { state: string; trace?: string }[]
      }
      if (status.tasks[0]?.state === 'FAILED') throw new Error(status.tasks[0].trace)
      return status.tasks[0]?.state === 'RUNNING'
    })
  const values = async (topic: string) =>
    (await readByKcat(road.bootstrap, topic)).map(({ value }) => value.toString('utf8')).filter((text) => text !== '')
  const payloads = async (topic: string) => (await values(topic)).map((text) => JSON.parse(text).payload)

  test('stage A: registered with the names of 2021, it runs', async () => {
    const answer = await post(STAGE_A)
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatchObject({ name: 'cdc-python-netcore-connector', type: 'source' })
    await untilRunning('cdc-python-netcore-connector')
    expect(await (await fetch(`${road.rest}/connectors`)).json()).toEqual(['cdc-python-netcore-connector'])
  })

  test('a question added, changed and deleted gives c, u, d and a tombstone', async () => {
    await admin.addQuestion('Favourite colour?', '2026-11-20', '10:11:12', ['Red', 'Blue'])
    await eventually('the created question', async () => (await payloads(QUESTIONS)).length === 1)
    await admin.addQuestion('to delete', '2026-11-20', '10:11:12')
    await admin.changeQuestion(2, 'to delete soon', '2026-11-20', '10:11:12')
    await admin.deleteQuestion(2)
    const events = await eventually('all events', async () => {
      const found = await payloads(QUESTIONS)
      return found.length === 4 ? found : null
    })
    // the first one may still be part of the snapshot
    expect(events.map(({ op }) => op).join('')).toMatch(/^[cr]cud$/)
    expect(events[0].after).toEqual({
      id: 1,
      question_text: 'Favourite colour?',
      pub_date: Date.UTC(2026, 10, 20, 10, 11, 12) * 1000,
    })
    expect([events[2].before.question_text, events[2].after.question_text]).toEqual(['to delete', 'to delete soon'])
    expect((await readByKcat(road.bootstrap, QUESTIONS)).at(-1)?.value).toHaveLength(0)
  })

  test('the console commands list the topic and print it from the beginning', async () => {
    const list = await run(process.execPath, [MAIN, 'topics', '--list', '--bootstrap-server', road.bootstrap])
    expect(list.stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'cdc-mysql',
        QUESTIONS,
        'cdc-mysql.djangodb.polls_choice',
        'schema-changes.djangodb',
        'my_connect_offsets',
      ]),
    )
    const old = await run(process.execPath, [
      MAIN,
      'topics',
      '--list',
      '--zookeeper',
      'zookeeper:2181',
      '--bootstrap-server',
      road.bootstrap,
    ])
    expect(old.stdout).toBe(list.stdout)
    expect(old.stderr).toContain('--zookeeper is ignored')
    const printed = await run(process.execPath, [
      MAIN,
      'consume',
      '--topic',
      QUESTIONS,
      '--from-beginning',
      '--max-messages',
      '1',
      '--bootstrap-server',
      road.bootstrap,
    ])
    expect(JSON.parse(printed.stdout).payload.after.id).toBe(1)
  })

  test('a vote is an update of the choice', async () => {
    const page = await admin.get('/polls/1/')
    const choice = /name="choice"[^>]*value="(\d+)"/.exec(page)?.[1] ?? ''
    expect((await admin.post('/polls/1/vote/', { choice })).status).toBe(302)
    const last = await eventually('the vote', async () => {
      const found = (await payloads('cdc-mysql.djangodb.polls_choice')).at(-1)
      return found?.op === 'u' ? found : null
    })
    expect([last.before.votes, last.after.votes]).toEqual([0, 1])
  })

  test('stage B: connector A deleted, the outbox connector registered without a server id', async () => {
    expect((await fetch(`${road.rest}/connectors/cdc-python-netcore-connector`, { method: 'DELETE' })).status).toBe(204)
    expect((await post(STAGE_B)).status).toBe(201)
    await untilRunning('cdc-python-netcore-connector-outbox')
  })

  test('the questions page has every question, values unchanged, the deleted one not', async () => {
    for (const [text, date, time] of HARD) await admin.addQuestion(text, date, time)
    const wanted = [
      ...HARD.map(([questionText, , , pubDate]) => ({ questionText, pubDate })),
      { questionText: 'Favourite colour?', pubDate: '2026-11-20T10:11:12.000000Z' },
    ]
    await eventually('all questions', async () => ((await questions(road)).length === wanted.length ? true : null))
    const found = (await questions(road)).map(({ questionText, pubDate }) => ({ questionText, pubDate }))
    expect(found).toEqual(expect.arrayContaining(wanted))
    expect(found).toHaveLength(wanted.length)
  })

  test('everything started again finds its data: nothing lost, nothing repeated', async () => {
    const before = {
      questions: await questions(road),
      outbox: (await readByKcat(road.bootstrap, 'outbox.event.question')).length,
    }
    await road.close()
    road = await testRoad({ dataDir, withoutConnector: true })
    await untilRunning('cdc-python-netcore-connector-outbox')
    admin = await AdminSession.login(road.polls, 'admin', 'admin')
    await admin.addQuestion('after the restart', '2026-11-20', '10:11:12')
    await eventually('the new question', async () =>
      (await questions(road)).some(({ questionText }) => questionText === 'after the restart'),
    )
    expect((await questions(road)).filter(({ questionText }) => questionText !== 'after the restart')).toEqual(
      before.questions,
    )
    expect((await readByKcat(road.bootstrap, 'outbox.event.question')).length).toBe(before.outbox + 1)
  })
})

async function questions(road: TestRoad): Promise<{ id: number; questionText: string; pubDate: string }[]> {
  return (await (await fetch(`${road.questions}/question`)).json()) as {
    id: number
    questionText: string
    pubDate: string
  }[]
}
