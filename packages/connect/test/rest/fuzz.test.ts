// Ten thousand requests that nobody should send, and a thousand that are no HTTP: the server answers each or closes the connection, lives on,
// and says 500 only where Connect does.
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Logger, silentLogger } from '../../src/base/logger.ts'
import { createPluginCatalog } from '../../src/plugins.ts'
import { testRest } from '../support/test-worker.ts'

const REQUESTS = 10_000
const NO_HTTP = 1000
const SEED = 20_261_124

let parts: Awaited<ReturnType<typeof testRest>>
const unexpected: string[] = []
const log: Logger = {
  ...silentLogger,
  error: (fields: object | string) => {
    unexpected.push(JSON.stringify(fields))
  },
}
beforeAll(async () => {
  parts = await testRest(createPluginCatalog(), log)
}, 60_000)
afterAll(async () => {
  await parts.server[Symbol.asyncDispose]()
  await parts.worker[Symbol.asyncDispose]()
})

/** mulberry32: the same requests in every run. */
function dice(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { next, below, one: <T>(values: readonly T[]): T => values[below(values.length)] as T }
}

const METHODS = [
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
]
// Each path with the methods that it has: most requests get beyond the 405.
const PATHS: readonly (readonly [string, readonly string[]])[] = [
  ['/', ['GET']],
  ['/health', ['GET']],
  ['/connectors', ['GET', 'POST', 'POST', 'POST']],
  ['/connectors/:c', ['GET', 'DELETE']],
  ['/connectors/:c/config', ['GET', 'PUT', 'PUT', 'PATCH']],
  ['/connectors/:c/status', ['GET']],
  ['/connectors/:c/tasks', ['GET', 'POST']],
  ['/connectors/:c/tasks/:t/status', ['GET']],
  ['/connectors/:c/tasks/:t/restart', ['POST']],
  ['/connectors/:c/restart', ['POST']],
  ['/connectors/:c/pause', ['PUT']],
  ['/connectors/:c/resume', ['PUT']],
  ['/connectors/:c/stop', ['PUT']],
  ['/connectors/:c/topics', ['GET']],
  ['/connectors/:c/topics/reset', ['PUT']],
  ['/connectors/:c/offsets', ['GET', 'PATCH', 'DELETE']],
  ['/connectors/:c/fence', ['PUT']],
  ['/connector-plugins', ['GET']],
  ['/connector-plugins/:p/config', ['GET']],
  ['/connector-plugins/:p/config/validate', ['PUT']],
  ['/admin/loggers', ['GET']],
  ['/admin/loggers/:l', ['GET', 'PUT']],
  ['/nope', ['GET']],
]
const NAMES = [
  'c1',
  'c1',
  'c2',
  'c2',
  'c1',
  'c2',
  'c3',
  ' ',
  'é€\u{1f600}',
  '__proto__',
  'constructor',
  'toString',
  '..',
  '%',
  '{x}',
  'x'.repeat(5000),
  'a;b',
  "'",
  '"',
  '\\',
  '-1',
  'null',
]
const PLUGINS = [
  'MySqlConnector',
  'io.debezium.connector.mysql.MySqlConnector',
  'FileStreamSource',
  'FileStreamSource',
  'FileStreamSink',
  'Cast$Key',
  'JsonConverter',
  '__proto__',
  'x',
]
const HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json'],
  ['content-type', 'application/json; charset=latin1'],
  ['content-type', 'text/plain'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-type', 'garbage'],
  ['content-type', '/;='],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'br, deflate'],
  ['accept', 'text/html'],
  ['accept', 'application/json;q=0'],
  ['accept', '*/*;q=x,,;;'],
  ['accept-encoding', 'zstd'],
  ['authorization', 'Basic !!'],
  ['x-connect-authorization', 'AAAA'],
  ['x-connect-request-signature-algorithm', 'HmacSHA256'],
  ['x-connect-request-signature-algorithm', '__proto__'],
  ['expect', '200-maybe'],
  ['cookie', 'a=b; __proto__=c'],
  ['origin', 'http://localhost'],
  ['origin', 'null'],
  ['host', 'localhost:99999999'],
  ['host', '[::1'],
  ['transfer-encoding', 'chunked'],
  ['x-http-method-override', 'DELETE'],
  ['range', 'bytes=0-1'],
  ['upgrade', 'h2c'],
]

type Dice = ReturnType<typeof dice>

function json(of: Dice, depth = 0): unknown {
  const kind = of.below(depth > 3 ? 6 : 9)
  if (kind === 0) return null
  if (kind === 1) return of.one([true, false])
  if (kind === 2) return of.one([0, -1, 1.5, 1e308, 2 ** 53, -0])
  if (kind < 6) return of.one([...NAMES, ...PLUGINS, '', '1', 'true', '${env:HOME}', '\u0000', '[', 'a,b,,a'])
  if (kind === 6) return Array.from({ length: of.below(4) }, () => json(of, depth + 1))
  return Object.fromEntries(Array.from({ length: of.below(5) }, () => [of.one(KEYS), json(of, depth + 1)]))
}

const KEYS = [
  ...[
    'name',
    'config',
    'initial_state',
    'offsets',
    'partition',
    'offset',
    'level',
    'connector.class',
    'tasks.max',
    'transforms',
  ],
  ...[
    'transforms.a.type',
    'predicates',
    'topics',
    'topics.regex',
    'key.converter',
    'value.converter',
    'producer.override.acks',
  ],
  ...[
    'topic.creation.groups',
    'errors.tolerance',
    'exactly.once.support',
    'file',
    'topic',
    '__proto__',
    'constructor',
    '',
    'é',
  ],
]

/** A configuration that gets far: validation of real connectors without a server (the port refuses at once). */
function config(of: Dice): Record<string, unknown> {
  const base: Record<string, unknown> = {
    'connector.class': of.below(2) === 0 ? 'org.apache.kafka.connect.file.FileStreamSourceConnector' : of.one(PLUGINS),
    file: '/nonexistent/x',
    topic: 't',
    'database.hostname': '127.0.0.1',
    'database.port': 1,
  }
  for (let more = of.below(6) * of.below(2); more > 0; more--) base[of.one(KEYS)] = json(of, 3)
  return base
}

function body(of: Dice): string | Buffer | undefined {
  const kind = of.below(12)
  if (kind === 0) return undefined
  if (kind === 1) return Buffer.from(Array.from({ length: of.below(300) }, () => of.below(256)))
  if (kind === 2) return '['.repeat(of.below(3000))
  if (kind === 3) return `{"name":"${of.one(NAMES)}",`
  if (kind < 6)
    return JSON.stringify({
      name: of.one(NAMES),
      config: config(of),
      ...(of.below(4) === 0 ? { initial_state: json(of) } : {}),
    })
  if (kind < 8) return JSON.stringify(config(of))
  if (kind === 8) return JSON.stringify({ offsets: [{ partition: json(of), offset: json(of) }] })
  return JSON.stringify(json(of)) ?? 'undefined'
}

function pathOf(of: Dice): { method: string; path: string } {
  const segment = (values: readonly string[]) =>
    of.below(8) === 0 ? of.one(['%2F', '%zz', '%00', '%ff', '//', '%25', ';a=b']) : encodeURIComponent(of.one(values))
  const [pattern, methods] = of.one(PATHS)
  const path = pattern
    .replace(':c', () => segment(NAMES))
    .replace(':t', () => segment(['0', '1', '-1', '99999999999', 'x', '1e3', '٣']))
    .replace(':p', () => segment(PLUGINS))
    .replace(':l', () => segment(['root', 'ROOT', 'org.apache', 'é', '__proto__']))
  const query = [
    '',
    '',
    '',
    '?expand=info&expand=status',
    '?includeTasks=true&onlyFailed=true',
    '?forward=false',
    '?scope=cluster',
    '?version=%5B1,',
    '?a=%zz&&=',
    '?connectorsOnly=x',
  ]
  const method = of.below(4) === 0 ? of.one(METHODS) : of.one(methods)
  return { method, path: `${path}${of.below(10) === 0 ? '/' : ''}${of.one(query)}` }
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })
afterAll(() => agent.destroy())

function fire(of: Dice): Promise<{ what: string; status: number; text: string }> {
  const { method, path } = pathOf(of)
  const sent = body(of)
  const headers: Record<string, string> = of.below(5) === 0 ? {} : { 'content-type': 'application/json' }
  for (let more = of.below(3) * of.below(2); more > 0; more--) {
    const [name, value] = of.one(HEADERS)
    headers[name] = value
  }
  // Node's client gives the bodies of some methods no length of its own.
  if (sent !== undefined && headers['transfer-encoding'] === undefined)
    headers['content-length'] = String(Buffer.byteLength(sent))
  const what = `${method} ${path.slice(0, 200)} ${JSON.stringify(headers)} ${String(sent).slice(0, 600)}`
  return new Promise((resolve) => {
    const call = request(`${parts.base}/`, { method, path, headers, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ what, status: response.statusCode!, text: Buffer.concat(chunks).toString() }))
      response.on('error', () => resolve({ what, status: 0, text: '' }))
    })
    call.on('error', () => resolve({ what, status: 0, text: '' }))
    call.end(sent)
  })
}

// What Connect answers with 500 too: bodies that its parser refuses, absent bodies, what stands in its own 500 texts.
const CONNECTS_500 = [
  /^Unexpected (?:character|end-of-input)|^Unrecognized (?:token|field|character)|^Illegal (?:unquoted|base64|null)|^Document nesting/,
  /^Expected space|^No digit|^Number value|^A JSON object is (?:missing|expected)|^The (?:value of|member)|contains no connector type/,
  /^The template variable|^Instantiation error|^Offsets may only contain|^org\.apache\.kafka\.\S+Exception: |^Failed to (?:alter|modify)/,
]

test(`${REQUESTS} requests at random: no crash, no 500 that Connect would not give`, async () => {
  const of = dice(SEED)
  const wrong: string[] = []
  let answered = 0
  let accepted = 0
  for (let done = 0; done < REQUESTS; done += 8) {
    const replies = await Promise.all(Array.from({ length: 8 }, () => fire(of)))
    for (const { what, status, text } of replies) {
      if (status > 0) answered++
      if (status >= 200 && status < 300) accepted++
      if (status < 500) continue
      const message = text.startsWith('{') ? String((JSON.parse(text) as { message: unknown }).message) : text
      if (status !== 500 || !CONNECTS_500.some((known) => known.test(message)))
        wrong.push(`${status} ${message.slice(0, 300)} <- ${what}`)
    }
  }
  expect(wrong).toEqual([])
  expect(unexpected).toEqual([])
  expect(answered).toBeGreaterThan(REQUESTS * 0.95)
  expect(accepted).toBeGreaterThan(REQUESTS * 0.1)
  expect((await fetch(`${parts.base}/health`)).status).toBe(200)
}, 600_000)

test(`${NO_HTTP} connections that send no HTTP: each is answered or closed`, async () => {
  const of = dice(SEED + 1)
  const port = parts.server.port
  const pieces = [
    'GET / HTTP/1.1\r\n',
    'POST /connectors HTTP/1.1\r\n',
    'Host: localhost\r\n',
    'Content-Length: 5\r\n',
    'Content-Length: -1\r\n',
    'Transfer-Encoding: chunked\r\n',
    '\r\n',
    '\r\n',
    'ffffffffff\r\n',
    'zz\r\n',
    '0\r\n\r\n',
    '\u0000',
    'GET',
    ' ',
    '\r',
    '\n',
    'HTTP/9.9',
    'x'.repeat(20_000),
    ': :\r\n',
    '\u00ff\u00fe',
  ]
  const send = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => {
        socket.end(Array.from({ length: 1 + of.below(8) }, () => of.one(pieces)).join(''), 'latin1')
      })
      socket.resume()
      socket.on('error', () => {})
      socket.on('close', () => resolve())
    })
  for (let done = 0; done < NO_HTTP; done += 20) await Promise.all(Array.from({ length: 20 }, send))
  expect(unexpected).toEqual([])
  expect((await fetch(`${parts.base}/health`)).status).toBe(200)
}, 600_000)
