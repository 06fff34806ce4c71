// The site against a real MySQL: migrations, login, admin, votes, and the outbox rows each change leaves.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  databaseSettings,
  ensureSuperuser,
  openDatabase,
  prepareDatabase,
  type RunningPolls,
  startPolls,
} from '../src/index.ts'
import { checkDatabase } from '../src/manage/check.ts'
import { appliedMigrations, migrate } from '../src/migrate/migrate.ts'
import { Visitor } from './visitor.ts'

let server: MysqlServer
let polls: RunningPolls
let sql: Connection
let visitor: Visitor
const DATABASE = () => ({ host: server.host, port: server.port })

beforeAll(async () => {
  server = await startMysql()
  await prepareDatabase({ administrator: { host: server.host, port: server.port }, site: DATABASE() })
  await prepareDatabase({ administrator: { socketPath: server.socketPath }, site: DATABASE() }) // safe to repeat
  await expect(startPolls({ ...DATABASE(), httpPort: 0 })).rejects.toMatchObject({ code: 'POLLS_NOT_MIGRATED' })
  polls = await startPolls({ ...DATABASE(), httpPort: 0, migrate: true })
  sql = await createConnection({
    ...DATABASE(),
    user: 'django',
    password: 'django',
    database: 'djangodb',
    dateStrings: true,
  })
  const administrator = { username: 'admin', email: 'admin@Example.COM', password: 'admin' }
  expect(await ensureSuperuser(DATABASE(), administrator)).toBe(true)
  expect(await ensureSuperuser(DATABASE(), administrator)).toBe(false)
  visitor = new Visitor(polls.address)
})
afterAll(async () => {
  await polls?.close()
  await sql?.end()
  await server?.stop()
})

const rows = async (query: string) => (await sql.query<RowDataPacket[]>(query))[0]
const events = async (after: string) =>
  (
    await rows(
      `SELECT id, type, aggregateid, HEX(payload) AS payload FROM polls_outbox WHERE id > '${after}' ORDER BY id`,
    )
  ).map(({ type, aggregateid, payload }) => [type, aggregateid, payload.toLowerCase()])
const lastEvent = async () => ((await rows('SELECT MAX(id) AS id FROM polls_outbox'))[0]?.id as string | null) ?? ''

test('a second migrate has nothing to do; content types and permissions are Django’s', async () => {
  const orm = await openDatabase(databaseSettings(DATABASE()))
  try {
    const printed: string[] = []
    expect(await migrate(orm.em.fork(), { print: (text) => printed.push(text) })).toBe(0)
    expect(printed.join('')).toBe(
      'Operations to perform:\n  Apply all migrations: admin, auth, contenttypes, polls, sessions\nRunning migrations:\n  No migrations to apply.\n',
    )
    expect(await appliedMigrations(orm.em.fork())).toHaveLength(22)
    expect(await checkDatabase(orm.em.fork())).toEqual([])
  } finally {
    await orm.close(true)
  }
  expect(await rows('SELECT id, app_label, model FROM django_content_type ORDER BY id')).toMatchObject([
    { id: 1, app_label: 'polls', model: 'question' },
    { id: 2, model: 'choice' },
    { id: 3, model: 'outbox' },
    { id: 4, app_label: 'admin', model: 'logentry' },
    { id: 5, app_label: 'auth', model: 'permission' },
    { id: 6, model: 'group' },
    { id: 7, model: 'user' },
    { id: 8, app_label: 'contenttypes', model: 'contenttype' },
    { id: 9, app_label: 'sessions', model: 'session' },
  ])
  const permissions = await rows('SELECT name, codename FROM auth_permission ORDER BY id')
  expect(permissions).toHaveLength(36)
  expect(permissions[0]).toMatchObject({ name: 'Can add question', codename: 'add_question' })
  expect(permissions[35]).toMatchObject({ name: 'Can view session', codename: 'view_session' })
})

test('the admin asks for a login, refuses a wrong one, and follows next', async () => {
  const asked = await visitor.get('/admin/polls/question/add/')
  expect(asked.path).toBe('/admin/login/?next=/admin/polls/question/add/')
  const wrong = await visitor.post('/admin/login/', { username: 'admin', password: 'nope', next: '/admin/' })
  expect(wrong.text).toContain('Please enter the correct username and password for a staff account.')
  const right = await visitor.post('/admin/login/', {
    username: 'admin',
    password: 'admin',
    next: '/admin/polls/question/add/',
  })
  expect(right.path).toBe('/admin/polls/question/add/')
  expect(right.text).toContain('Welcome, <strong>admin</strong>')
  expect((await rows('SELECT last_login, email FROM auth_user'))[0]).toMatchObject({ email: 'admin@example.com' })
})

test('a form without its token is refused', async () => {
  const answer = await visitor.post('/admin/polls/question/add/', {
    question_text: 'x',
    csrfmiddlewaretoken: 'x'.repeat(64),
  })
  expect(answer.status).toBe(403)
  expect(answer.text).toContain('CSRF verification failed. Request aborted.')
})

test('adding: question, choices, then the event, then the log, in one transaction', async () => {
  const added = await visitor.post(
    '/admin/polls/question/add/',
    visitor.questionForm('Favourite colour?', ['Red', 'Blue']),
  )
  expect(added.path).toBe('/admin/polls/question/')
  expect(added.text).toContain('The question “Favourite colour?” was added successfully.')
  expect(await rows('SELECT * FROM polls_question')).toEqual([
    { id: 1, question_text: 'Favourite colour?', pub_date: '2026-11-20 10:11:12.000000' },
  ])
  expect(await rows('SELECT choice_text, votes, question_id FROM polls_choice')).toMatchObject([
    { choice_text: 'Red', votes: 0, question_id: 1 },
    { choice_text: 'Blue', votes: 0, question_id: 1 },
  ])
  expect(await events('')).toEqual([
    ['question_created', '1', '080112114661766f757269746520636f6c6f75723f1a0608c0b980d806'],
  ])
  const [log] = await rows(
    'SELECT action_flag, object_id, object_repr, change_message, content_type_id, user_id FROM django_admin_log',
  )
  expect(log).toEqual({
    action_flag: 1,
    object_id: '1',
    object_repr: 'Favourite colour?',
    change_message:
      '[{"added": {}}, {"added": {"name": "choice", "object": "Red"}}, {"added": {"name": "choice", "object": "Blue"}}]',
    content_type_id: 1,
    user_id: 1,
  })
})

test('the binary log holds the rows of an addition in order, in one transaction', async () => {
  const [status] = await rows('SHOW BINARY LOG STATUS')
  await visitor.post('/admin/polls/question/add/', visitor.questionForm('Order?', ['a']))
  const log = await sql
    .query<RowDataPacket[]>('SELECT 1')
    .then(() => server.sql(`SHOW BINLOG EVENTS IN '${status!.File}' FROM ${status!.Position}`))
  const tables = [...log.matchAll(/Table_map.*?table_id: \d+ \(djangodb\.(\w+)\)|(Xid)/g)].map(
    (match) => match[1] ?? match[2],
  )
  const from = tables.indexOf('polls_question')
  expect(tables.slice(from, tables.indexOf('Xid', from) + 1)).toEqual([
    'polls_question',
    'polls_choice',
    'polls_outbox',
    'django_admin_log',
    'Xid',
  ])
})

test('saving an untouched form writes no event, changing a choice or the text writes one each', async () => {
  const before = await lastEvent()
  const form = await visitor.formAt('/admin/polls/question/1/change/')
  const untouched = await visitor.post('/admin/polls/question/1/change/', { ...form, _save: 'Save' })
  expect(untouched.text).toContain('was changed successfully.')
  expect(await events(before)).toEqual([])
  await visitor.post('/admin/polls/question/1/change/', {
    ...form,
    'choice_set-0-choice_text': 'Crimson',
    _save: 'Save',
  })
  await visitor.post('/admin/polls/question/1/change/', {
    ...form,
    'choice_set-0-choice_text': 'Crimson',
    question_text: 'Colour?',
    _save: 'Save',
  })
  expect((await events(before)).map(([type, id]) => [type, id])).toEqual([
    ['question_updated', '1'],
    ['question_updated', '1'],
  ])
  const history = await visitor.get('/admin/polls/question/1/history/')
  for (const text of ['No fields changed.', 'Changed Choice text for choice “Crimson”.', 'Changed Question text.']) {
    expect(history.text).toContain(text)
  }
})

test('a wrong form is shown again with its errors and saves nothing', async () => {
  const before = await lastEvent()
  const answer = await visitor.post('/admin/polls/question/add/', {
    ...visitor.questionForm('', ['x']),
    pub_date_0: 'never',
  })
  expect(answer.status).toBe(200)
  for (const text of [
    'Please correct the errors below.',
    'This field is required.',
    'Enter a valid date.',
    'value="never"',
    'value="x"',
  ]) {
    expect(answer.text).toContain(text)
  }
  expect(await events(before)).toEqual([])
})

test.each([
  ['😀 emoji & <b>markup</b> "quotes"', '2026-11-20', '10:11:12.123456'],
  ['türkçe ığş', '0999-01-01', '00:00:00'],
  ['x'.repeat(200), '9999-12-31', '23:59:59.999999'],
])('"%s" at %s %s survives, also an untouched save', async (text, date, time) => {
  await visitor.post('/admin/polls/question/add/', {
    ...visitor.questionForm(text, []),
    pub_date_0: date,
    pub_date_1: time,
  })
  const [stored] = await rows('SELECT id, question_text, pub_date FROM polls_question ORDER BY id DESC LIMIT 1')
  expect(stored).toMatchObject({
    question_text: text,
    pub_date: `${date} ${time.padEnd(15, time.length > 8 ? '0' : '.000000').slice(0, 15)}`,
  })
  const form = await visitor.formAt(`/admin/polls/question/${stored!.id}/change/`)
  expect(form).toMatchObject({ question_text: text, pub_date_0: date, pub_date_1: time })
  const before = await lastEvent()
  await visitor.post(`/admin/polls/question/${stored!.id}/change/`, { ...form, _save: 'Save' })
  expect(await events(before)).toEqual([])
})

test('voting counts in the database, also a hundred at once', async () => {
  const [choice] = await rows('SELECT id FROM polls_choice WHERE question_id = 1 ORDER BY id')
  const anonymous = new Visitor(polls.address)
  const none = await anonymous.get('/polls/1/').then(() => anonymous.post('/polls/1/vote/', {}))
  expect(none.text).toContain('You didn&#x27;t select a choice.')
  expect((await anonymous.post('/polls/1/vote/', { choice: '99999' })).text).toContain(
    'You didn&#x27;t select a choice.',
  )
  const votes = await Promise.all(
    Array.from({ length: 100 }, () => anonymous.post('/polls/1/vote/', { choice: String(choice!.id) })),
  )
  expect(new Set(votes.map((vote) => vote.path))).toEqual(new Set(['/polls/1/results/']))
  expect((await anonymous.get('/polls/1/results/')).text).toContain('Crimson -- 100 votes')
})

test('questions of the future are for staff only', async () => {
  const [future] = await rows("SELECT id FROM polls_question WHERE pub_date > '9000-01-01'")
  const anonymous = new Visitor(polls.address)
  for (const path of [`/polls/${future!.id}/`, `/polls/${future!.id}/results/`, '/polls/99999/', '/polls/x/']) {
    expect((await anonymous.get(path)).status, path).toBe(404)
  }
  expect((await visitor.get(`/polls/${future!.id}/`)).text).toContain('Preview for staff')
  expect((await anonymous.get('/polls/')).text).not.toContain('x'.repeat(200))
})

test('deleting selected questions: confirmation, then one event each, choices gone', async () => {
  const before = await lastEvent()
  const asked = await visitor.post('/admin/polls/question/', { action: 'delete_selected', _selected_action: '1' })
  for (const text of ['Are you sure?', 'Questions: 1', 'Choices: 2']) expect(asked.text).toContain(text)
  expect(await events(before)).toEqual([])
  const done = await visitor.post('/admin/polls/question/', {
    action: 'delete_selected',
    _selected_action: '1',
    post: 'yes',
  })
  expect(done.text).toContain('Successfully deleted 1 question.')
  expect(await events(before)).toEqual([['question_deleted', '1', '0801']])
  expect(await rows('SELECT * FROM polls_choice WHERE question_id = 1')).toEqual([])
  const gone = await visitor.get('/admin/polls/question/1/change/')
  expect(gone.text).toContain('Question with ID “1” doesn’t exist. Perhaps it was deleted?')
})

test('the outbox shows its payloads decoded', async () => {
  const list = await visitor.get('/admin/polls/outbox/')
  expect(list.text).toContain('question_deleted')
  expect(list.text).toContain('<b>question_text</b> türkçe ığş')
  const { id } = (await rows("SELECT id FROM polls_outbox WHERE type = 'question_created' ORDER BY id LIMIT 1"))[0]!
  const row = await visitor.get(`/admin/polls/outbox/${id}/change/`)
  expect(row.text).toContain('080112114661766f757269746520636f6c6f75723f1a0608c0b980d806')
})

test('staff without rights see nothing, view rights do not allow saving', async () => {
  await ensureSuperuser(DATABASE(), { username: 'viewer', email: '', password: 'viewer' })
  await sql.query("UPDATE auth_user SET is_superuser = 0 WHERE username = 'viewer'")
  const viewer = new Visitor(polls.address)
  await viewer.get('/admin/login/')
  const index = await viewer.post('/admin/login/', { username: 'viewer', password: 'viewer', next: '/admin/' })
  expect(index.text).toContain('You don’t have permission to view or edit anything.')
  expect((await viewer.get('/admin/polls/question/')).status).toBe(403)
  await sql.query(
    "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT u.id, p.id FROM auth_user u, auth_permission p WHERE u.username = 'viewer' AND p.codename = 'view_question'",
  )
  expect((await viewer.get('/admin/polls/question/')).text).toContain('Select question to view')
  const [question] = await rows('SELECT id FROM polls_question ORDER BY id LIMIT 1')
  const view = await viewer.get(`/admin/polls/question/${question!.id}/change/`)
  expect(view.text).toContain('<h1>View question</h1>')
  expect(view.text).not.toContain('name="_save"')
  const before = await lastEvent()
  const refused = await viewer.post(`/admin/polls/question/${question!.id}/change/`, viewer.questionForm('hacked', []))
  expect(refused.status).toBe(403)
  expect(await events(before)).toEqual([])
})

test('a long list: pages, show all, search, filter, sorting, and an action on all of them', async () => {
  await sql.query('DELETE FROM polls_choice')
  await sql.query('DELETE FROM polls_question')
  const values = Array.from({ length: 150 }, (_, i) => `('Long ${i}', '2020-01-01 00:00:00')`)
  await sql.query(
    `INSERT INTO polls_question (question_text, pub_date) VALUES ${values.join(',')}, ('Unlike', UTC_TIMESTAMP(6))`,
  )
  const names = (text: string) => [...text.matchAll(/field-question_text"><a [^>]*>([^<]*)</g)].map((match) => match[1])
  const list = async (query: string) => visitor.get(`/admin/polls/question/${query}`)
  const first = await list('')
  expect(names(first.text)).toHaveLength(100)
  expect(names(first.text)[0]).toBe('Unlike')
  for (const text of ['151 questions', 'Show all', '0 of 100 selected', 'Select all 151 questions'])
    expect(first.text).toContain(text)
  expect(names((await list('?p=2')).text)).toHaveLength(51)
  expect(names((await list('?all=')).text)).toHaveLength(151)
  expect((await list('?p=3')).path).toBe('/admin/polls/question/?e=1')
  const found = await list('?q=LONG+14')
  expect(names(found.text)).toHaveLength(12)
  expect(found.text).toContain('12 results (<a href="?">151 total</a>)')
  expect(names((await list('?q=100%25')).text)).toEqual([])
  expect(names((await list('?pub_date__gte=2021-01-01')).text)).toEqual(['Unlike'])
  expect(names((await list('?o=1')).text)[0]).toBe('Long 0')
  expect(names((await list('?o=-1')).text)[0]).toBe('Unlike')
  expect((await list('?o=-2.1')).text).toContain('title="Sorting priority: 2"')
  const kept = await visitor.get('/admin/polls/question/add/?_changelist_filters=q%3DLONG')
  expect(kept.text).toContain('href="/admin/polls/question/?q=LONG"')
  const before = await lastEvent()
  const action = { action: 'delete_selected', select_across: '1' }
  const id = String((await rows("SELECT id FROM polls_question WHERE question_text = 'Long 7'"))[0]!.id)
  const asked = await visitor.post('/admin/polls/question/?q=Long', { ...action, _selected_action: id })
  expect(asked.text).toContain('Questions: 150')
  const done = await visitor.post('/admin/polls/question/?q=Long', { ...action, _selected_action: id, post: 'yes' })
  expect(done.text).toContain('Successfully deleted 150 questions.')
  expect(await events(before)).toHaveLength(150)
  expect(await rows('SELECT question_text FROM polls_question')).toEqual([{ question_text: 'Unlike' }])
})

test('logging out ends the session, changing the password ends the others', async () => {
  const other = new Visitor(polls.address)
  await other.get('/admin/login/')
  await other.post('/admin/login/', { username: 'admin', password: 'admin' })
  await visitor.get('/admin/password_change/')
  const changed = await visitor.post('/admin/password_change/', {
    old_password: 'admin',
    new_password1: 'n3w',
    new_password2: 'n3w',
  })
  expect(changed.text).toContain('Your password was changed.')
  expect((await other.get('/admin/')).path).toBe('/admin/login/?next=/admin/')
  const out = await visitor.post('/admin/logout/', {})
  expect(out.text).toContain('Logged out')
  expect((await visitor.get('/admin/')).path).toBe('/admin/login/?next=/admin/')
})

test('a busy port, a wrong password and an absent server are named with the remedy', async () => {
  const port = Number(new URL(polls.address).port)
  await expect(startPolls({ ...DATABASE(), httpPort: port, portFlag: '--polls-port' })).rejects.toMatchObject({
    code: 'POLLS_PORT_BUSY',
    hint: expect.stringContaining('--polls-port'),
  })
  await expect(startPolls({ ...DATABASE(), password: 'wrong' })).rejects.toMatchObject({ code: 'POLLS_DATABASE_LOGIN' })
  await expect(startPolls({ ...DATABASE(), database: 'nowhere' })).rejects.toMatchObject({
    code: /POLLS_DATABASE_(MISSING|LOGIN)/,
  })
  await expect(startPolls({ host: '127.0.0.1', port: 1 })).rejects.toMatchObject({ code: 'POLLS_DATABASE_UNREACHABLE' })
})
