import { request } from 'node:http'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testRest, until } from '../support/test-worker.ts'

vi.setConfig({ testTimeout: 30_000 })
let parts: Awaited<ReturnType<typeof testRest>>
beforeAll(async () => {
  parts = await testRest()
})
afterAll(async () => {
  await parts.server[Symbol.asyncDispose]()
  await parts.worker[Symbol.asyncDispose]()
})

interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  json: unknown
}

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const given = text === undefined ? headers : { 'content-type': 'application/json', ...headers }
    const sent = request(`${parts.base}${path}`, { method, headers: given }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString()
        const json: unknown = answer.startsWith('{') || answer.startsWith('[') ? JSON.parse(answer) : null
        resolve({ status: response.statusCode!, headers: response.headers, body: answer, json })
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })
}

const config = { 'connector.class': 'example.Source', 'tasks.max': 1, 'x.flag': true, 'x.number': 1.5 }

test('the life of a connector: create, status, change, stop, offsets, delete', async () => {
  const created = await call('POST', '/connectors/', { name: ' c 1 ', config })
  expect([created.status, created.headers.location]).toEqual([201, `${parts.base}/connectors/c%201`])
  expect(created.body).toBe(
    '{"name":"c 1","config":{"connector.class":"example.Source","tasks.max":"1","x.flag":"true","x.number":"1.5","name":"c 1"},"tasks":[],"type":"source"}',
  )
  await until(async () => (await call('GET', '/connectors/c%201/tasks/0/status')).status === 200)
  const status = await call('GET', '/connectors/c%201/status')
  const worker = `127.0.0.1:${parts.server.port}`
  const running = { state: 'RUNNING', worker_id: worker, version: '1.0' }
  expect(status.json).toEqual({ name: 'c 1', connector: running, tasks: [{ id: 0, ...running }], type: 'source' })
  expect((await call('POST', '/connectors', { name: 'c 1', config })).json).toEqual({
    error_code: 409,
    message: 'Connector c 1 already exists',
  })
  expect((await call('PATCH', '/connectors/c%201/config', { 'x.flag': null, y: 2 })).status).toBe(200)
  expect((await call('GET', '/connectors/c%201/config')).json).toEqual({
    'connector.class': 'example.Source',
    'tasks.max': '1',
    'x.number': '1.5',
    name: 'c 1',
    y: '2',
  })
  expect((await call('PATCH', '/connectors/c%201/offsets', { offsets: [{}] })).status).toBe(400)
  expect((await call('PUT', '/connectors/c%201/stop')).status).toBe(204)
  const partition = { server: 's' }
  const big = '{"offsets":[{"partition":{"server":"s"},"offset":{"pos":9007199254740993}}]}'
  expect((await call('PATCH', '/connectors/c%201/offsets', big)).status).toBe(200)
  expect((await call('GET', '/connectors/c%201/offsets')).body).toBe(big)
  expect((await call('DELETE', '/connectors/c%201/offsets')).status).toBe(200)
  expect((await call('GET', '/connectors/c%201/offsets')).json).toEqual({ offsets: [] })
  expect(partition).toEqual({ server: 's' })
  expect((await call('DELETE', '/connectors/c%201')).status).toBe(204)
  await until(async () => (await call('GET', '/connectors/c%201/status')).status === 404)
  expect((await call('GET', '/connectors')).json).toEqual([])
})

test('two creations of one name at once: one wins, one conflicts', async () => {
  const answers = await Promise.all([1, 2].map(() => call('POST', '/connectors', { name: 'twin', config })))
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409])
  await call('DELETE', '/connectors/twin')
})

test('an invalid configuration is answered with the messages of its validation', async () => {
  const answer = await call('POST', '/connectors', { name: 'inv', config: { ...config, bad: 'x' } })
  expect(answer.json).toEqual({
    error_code: 400,
    message:
      'Connector configuration is invalid and contains the following 1 error(s):\n' +
      'Invalid value x for configuration bad: not allowed\n' +
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  })
})

test('restart answers with what will restart, and a failed task shows its trace', async () => {
  await call('POST', '/connectors', { name: 'r', config })
  await until(async () => (await call('GET', '/connectors/r/tasks/0/status')).status === 200)
  const { CdcError } = await import('../../src/base/errors.ts')
  const task = parts.tasks.findLast(({ order }) => order.connector === 'r')!
  task.say({ kind: 'failed', error: new CdcError('CDC_POSITION_LOST', 'the log is gone') })
  await until(async () => (await call('GET', '/connectors/r/tasks/0/status')).body.includes('FAILED'))
  const failed = (await call('GET', '/connectors/r/tasks/0/status')).json as { trace: string }
  expect(failed.trace.split('\n')[0]).toBe('io.debezium.DebeziumException: the log is gone')
  const answer = await call('POST', '/connectors/r/restart?includeTasks=TRUE&onlyFailed=true')
  expect(answer.status).toBe(202)
  expect(answer.json).toMatchObject({ connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RESTARTING' }] })
  await until(async () => (await call('GET', '/connectors/r/tasks/0/status')).body.includes('RUNNING'))
  expect((await call('POST', '/connectors/r/restart')).status).toBe(204)
  await call('DELETE', '/connectors/r')
})

test.each([
  ['a name of another host', { host: 'evil.example:80' }, 'GET', 403],
  ['a page of another site that changes something', { origin: 'http://evil.example' }, 'POST', 403],
  ['a page of another site that only reads', { origin: 'http://evil.example' }, 'GET', 200],
  ['a page of this machine', { origin: 'http://localhost:8090' }, 'POST', 500],
])('%s', async (_what, headers, method, status) => {
  expect((await call(method, '/connectors', method === 'POST' ? {} : undefined, headers)).status).toBe(status)
})

test('a body beyond the limit is refused, and the server lives on', async () => {
  const answer = await call('POST', '/connectors', `"${'x'.repeat(17 * 1024 * 1024)}"`).catch(() => null)
  if (answer) expect([answer.status, answer.json]).toMatchObject([413, { error_code: 413 }])
  expect((await call('GET', '/')).status).toBe(200)
})

test('unexpected errors are not shown to the client', async () => {
  const { worker } = parts
  const before = worker.connectors.bind(worker)
  worker.connectors = () => {
    throw new TypeError('secret internals')
  }
  const answer = await call('GET', '/connectors')
  worker.connectors = before
  expect(answer.status).toBe(500)
  expect(answer.body).not.toContain('secret')
})

test('a port in use is named, with the remedy', async () => {
  const { startRestServer } = await import('../../src/rest/rest-server.ts')
  const { silentLogger } = await import('../../src/base/logger.ts')
  const taken = startRestServer({
    resources: [],
    listeners: [{ isTls: false, host: '127.0.0.1', port: parts.server.port }],
    log: silentLogger,
  })
  await expect(taken).rejects.toMatchObject({ code: 'CDC_CONFIG_INVALID', hint: expect.stringContaining('listeners') })
})
