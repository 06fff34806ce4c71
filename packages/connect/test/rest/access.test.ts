// Who may call, over what, and what answers carry besides: login, TLS, other origins, headers of one's own, limits.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { silentLogger } from '../../src/base/logger.ts'
import { readBasicAuth } from '../../src/rest/basic-auth.ts'
import { readListenerTls } from '../../src/rest/listener-tls.ts'
import type { Resource } from '../../src/rest/resource.ts'
import { crossOriginRule, readHeaderRules } from '../../src/rest/response-headers.ts'
import { type RestServer, type RestServerOptions, startRestServer } from '../../src/rest/rest-server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
const folder = mkdtempSync(join(tmpdir(), 'access-'))
const file = (name: string) => join(folder, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
const servers: RestServer[] = []

beforeAll(() => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const fresh = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  openssl(...fresh, ...subject, '-keyout', 'key.pem', '-out', 'cert.pem')
  openssl('pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-passout', 'pass:secret', '-out', 'store.p12')
})
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const resources: Resource[] = [
  {
    path: '/here',
    methods: {
      GET: () => ({ status: 200, body: {} }),
      POST: (call) => ({ status: 201, body: call.text.length, location: '/here/x' }),
    },
  },
  { path: '/signed', methods: { PUT: () => ({ status: 204 }) }, signed: ['PUT'] },
]

async function start(options: Partial<RestServerOptions> = {}, isTls = false): Promise<RestServer> {
  const listeners = [{ isTls, host: '127.0.0.1', port: 0 }]
  const server = await startRestServer({ resources, listeners, log: silentLogger, ...options })
  servers.push(server)
  return server
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

function call(address: string, method: string, path: string, options: object = {}, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = address.startsWith('https') ? tlsRequest : plainRequest
    const sent = request(`${address}${path}`, { method, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test.each(['PEM file', 'PKCS #12', 'PEM texts'])('serves https with a key from a %s', async (kind) => {
  const settings =
    kind === 'PEM file'
      ? { 'ssl.keystore.location': pemStore(), 'ssl.keystore.type': 'PEM' }
      : kind === 'PKCS #12'
        ? { 'ssl.keystore.location': file('store.p12'), 'ssl.keystore.password': 'secret' }
        : { 'ssl.keystore.key': text('key.pem'), 'ssl.keystore.certificate.chain': text('cert.pem') }
  const server = await start({ tls: readListenerTls(settings, 'listeners.https.') }, true)
  const reply = await call(
    server.addresses[0]!,
    'POST',
    '/here',
    { ca: text('cert.pem'), headers: { 'content-type': 'application/json' } },
    '{}',
  )
  expect([reply.status, reply.headers['location']]).toEqual([201, `${server.addresses[0]}/here/x`])
})

test('a client without a certificate is sent away where one is required', async () => {
  const settings = {
    'listeners.https.ssl.keystore.location': pemStore(),
    'listeners.https.ssl.truststore.location': file('cert.pem'),
    'listeners.https.ssl.client.auth': 'required',
    'ssl.client.auth': 'none',
  }
  const server = await start({ tls: readListenerTls(settings, 'listeners.https.') }, true)
  const address = server.addresses[0]!
  await expect(call(address, 'GET', '/here', { ca: text('cert.pem') })).rejects.toThrow()
  const own = { ca: text('cert.pem'), cert: text('cert.pem'), key: text('key.pem') }
  expect((await call(address, 'GET', '/here', own)).status).toBe(200)
})

test.each([
  [{}, /ssl\.keystore\.location/],
  [{ 'ssl.keystore.location': 'absent' }, /ssl\.keystore\.location cannot be read/],
  [{ 'ssl.client.auth': 'maybe' }, /ssl\.client\.auth/],
  [{ 'ssl.client.auth': 'required' }, /certificates to trust/],
  [{ 'ssl.enabled.protocols': 'SSLv3' }, /ssl\.enabled\.protocols/],
])('TLS settings %j are refused by name', (settings, message) => {
  expect(() => readListenerTls(settings, 'listeners.https.')).toThrow(message)
})

function jaas(users: string, module = 'PropertyFileLoginModule'): Record<string, string> {
  writeFileSync(file('users'), users)
  const name = `org.apache.kafka.connect.rest.basic.auth.extension.${module}`
  writeFileSync(file('jaas'), `// a comment\nKafkaConnect {\n  ${name} required\n  file="${file('users')}";\n};\n`)
  return {
    'rest.extension.classes': 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension',
    'java.security.auth.login.config': file('jaas'),
  }
}

const basic = (text: string) => ({ headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } })

test('basic authentication lets known users in, before a body is read, and workers without it', async () => {
  const server = await start({ authenticator: readBasicAuth(jaas('rest=pw:with:colons\nops=secret')) })
  const address = server.addresses[0]!
  const statusOf = async (method: string, path: string, options: object = {}) =>
    (await call(address, method, path, options)).status
  expect(await call(address, 'GET', '/here')).toMatchObject({ status: 401, body: 'User cannot access the resource.' })
  expect(await statusOf('OPTIONS', '/here')).toBe(401)
  expect(await statusOf('GET', '/here', basic('rest:pw:with:colons'))).toBe(200)
  for (const bad of ['rest:', 'rest:pw', 'ops', ':secret', 'nobody:secret', ''])
    expect([bad, await statusOf('GET', '/here', basic(bad))]).toEqual([bad, 401])
  expect(await statusOf('PUT', '/signed')).toBe(204)
  expect([await statusOf('GET', '/none'), await statusOf('DELETE', '/here')]).toEqual([404, 405])
  expect(await call(address, 'GET', '/here', { headers: { authorization: 'Basic !!' } })).toMatchObject({
    status: 500,
    body: '{"error_code":500,"message":"Illegal base64 character 21"}',
  })
})

test('login settings that let nobody or everybody in end the start', () => {
  expect(readBasicAuth({})).toBeNull()
  expect(() => readBasicAuth({ 'rest.extension.classes': 'x.Y' })).toThrow(/x\.Y is not supported/)
  expect(() => readBasicAuth(jaas('# nobody'))).toThrow(/is empty/)
  expect(() => readBasicAuth(jaas('a=b', 'OtherModule'))).toThrow(/not understood/)
  const { 'rest.extension.classes': classes } = jaas('a=b')
  expect(() => readBasicAuth({ 'rest.extension.classes': classes! }, {})).toThrow(/no JAAS file/)
  const options = { KAFKA_OPTS: `-Xmx1g -Djava.security.auth.login.config=${file('jaas')}` }
  expect(readBasicAuth({ 'rest.extension.classes': classes! }, options)?.(basic('a:b').headers.authorization)).toBe(
    true,
  )
})

test('pages of allowed origins may read, and are told what they may send', async () => {
  const rule = crossOriginRule(['http://a.example', 'http://*.b.example'], ['PUT', 'GET'])!
  const server = await start({ headerRules: [rule], origins: ['http://a.example'] })
  const ask = (method: string, origin: string, more = {}) =>
    call(server.addresses[0]!, method, '/here', { headers: { origin, ...more } })
  expect((await ask('GET', 'http://a.example')).headers['access-control-allow-origin']).toBe('http://a.example')
  expect((await ask('GET', 'http://x.b.example')).headers['access-control-allow-origin']).toBe('http://x.b.example')
  expect((await ask('GET', 'http://other.example')).headers['access-control-allow-origin']).toBeUndefined()
  const preflight = await ask('OPTIONS', 'http://a.example', { 'access-control-request-method': 'PUT' })
  expect(preflight.headers).toMatchObject({ 'access-control-allow-methods': 'PUT,GET', 'access-control-max-age': '60' })
})

test('answers carry the headers of response.http.headers.config', async () => {
  const rules = readHeaderRules('add X-A: 1,add X-A: 2, "set Cache-Control: no-cache, no-store",setDate Expires: 0')
  const reply = await call((await start({ headerRules: rules })).addresses[0]!, 'GET', '/none')
  expect(reply).toMatchObject({
    status: 404,
    headers: { 'x-a': '1, 2', 'cache-control': 'no-cache, no-store', expires: 'Thu, 01 Jan 1970 00:00:00 GMT' },
  })
  for (const bad of ['X-A: 1', 'put X-A: 1', 'add X A: 1', 'setDate X: soon', 'add X: \u0001'])
    expect(() => readHeaderRules(bad)).toThrow(/response\.http\.headers\.config/)
})

test('bodies and headers beyond their limits are refused before they are read', async () => {
  const address = (await start()).addresses[0]!
  const port = Number(new URL(address).port)
  const raw = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes))
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk.toString()
        socket.destroy() // one chunk holds the status line
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(answer.split('\r\n')[0]!))
    })
  const head = 'POST /here HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
  // The body itself is never sent: the answer does not wait for it.
  expect(await raw(`${head}Content-Length: 16777217\r\n\r\n`)).toBe('HTTP/1.1 413 Payload Too Large')
  expect(await raw(`${head}X: ${'x'.repeat(17_000)}\r\n\r\n`)).toBe('HTTP/1.1 431 Request Header Fields Too Large')
})

function text(name: string): string {
  return readFileSync(file(name), 'utf8')
}

function pemStore(): string {
  writeFileSync(file('both.pem'), text('key.pem') + text('cert.pem'))
  return file('both.pem')
}
