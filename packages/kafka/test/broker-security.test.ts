// Listeners with authentication and TLS, by a client's side written here: what gets in, what does not, and what it may cost before it is known.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ListenAddress } from '../src/broker/net/tcp-listener.ts'
import type { ListenerSecurity, TlsMaterial } from '../src/broker/security/listener.ts'
import { parseUsers } from '../src/broker/security/users.ts'
import { errorName } from '../src/error.ts'
import { Metadata } from '../src/protocol/metadata.ts'
import { Embedded, ensureTopic } from './fixtures/embedded.ts'
import { authenticate, handshake, login, openConnection, openLink } from './fixtures/sasl-client.ts'

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
const tlsFile = (name: string): string => readFileSync(path.join(import.meta.dirname, 'fixtures/tls', name), 'utf8')
const server = tlsFile('server.pem')
const TLS: TlsMaterial = { cert: server, key: server, clientAuth: 'none' }

/** A user whose password the file does not hold, only what SCRAM-SHA-256 keeps of it. */
function storedUser(name: string, password: string): string {
  const salted = pbkdf2Sync(password, 'salt of the test', 4096, 32, 'sha256')
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64')
  const salt = Buffer.from('salt of the test').toString('base64')
  return `${name}=SCRAM-SHA-256[salt=${salt},iterations=4096,storedkey=${storedKey},serverkey=${keyed('Server Key').toString('base64')}]`
}
const users = parseUsers(`# people\nalice=wonder=land\n\n${storedUser('carol', 'sea')}`)
const SASL: ListenerSecurity = { protocol: 'SASL_PLAINTEXT', sasl: { mechanisms: MECHANISMS, users } }

const open: Embedded[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

async function listening(
  security: ListenerSecurity,
  options: ConstructorParameters<typeof Embedded>[0] = {},
): Promise<{ embedded: Embedded; address: ListenAddress }> {
  const embedded = await new Embedded(options).start()
  open.push(embedded)
  return { embedded, address: await embedded.broker.listen('127.0.0.1', 0, { security }) }
}

describe('a login', () => {
  it.each(MECHANISMS)('by %s opens the connection for every request', async (mechanism) => {
    const { address } = await listening(SASL)
    const connection = await openConnection(address)
    const answer = await login(connection, mechanism, 'alice', 'wonder=land')
    expect(answer).toMatchObject({ errorCode: 0, errorMessage: null, sessionLifetimeMs: 0 })
    expect(await ensureTopic(connection, 'seen')).toMatch(/^[0-9a-f-]{36}$/)
    // a second login is out of place, and does no harm
    expect(errorName((await handshake(connection, 'PLAIN')).errorCode)).toBe('ILLEGAL_SASL_STATE')
    expect(await ensureTopic(connection, 'seen')).toBeTruthy()
  })

  it.each(['PLAIN', 'SCRAM-SHA-256'])('by %s of a user with a stored credential', async (mechanism) => {
    const { address } = await listening(SASL)
    expect((await login(await openConnection(address), mechanism, 'carol', 'sea')).errorCode).toBe(0)
    const wrong = await login(await openConnection(address), mechanism, 'carol', 'lake')
    expect(errorName(wrong.errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
  })

  it.each(MECHANISMS)('by %s fails alike for a wrong password and for a name nobody has', async (mechanism) => {
    const { address, embedded } = await listening(SASL)
    const [wrong, unknown] = [await openConnection(address), await openConnection(address)]
    const answer = await login(wrong, mechanism, 'alice', 'secret-guess')
    expect(errorName(answer.errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
    expect(await login(unknown, mechanism, 'nobody', 'secret-guess')).toEqual(answer)
    await expect.poll(() => [wrong.isOpen, unknown.isOpen], { timeout: 10_000 }).toEqual([false, false])
    expect(embedded.lines.join('\n')).not.toContain('secret-guess')
  })

  it('refuses a mechanism that is not offered, and names those that are', async () => {
    const { address } = await listening({ ...SASL, sasl: { mechanisms: ['SCRAM-SHA-512'], users } })
    const connection = await openConnection(address)
    const { errorCode, mechanisms } = await handshake(connection, 'PLAIN')
    expect([errorName(errorCode), mechanisms]).toEqual(['UNSUPPORTED_SASL_MECHANISM', ['SCRAM-SHA-512']])
  })

  it('takes a name with the characters that SCRAM escapes', async () => {
    const special = parseUsers('x=y\n').map((user) => ({ ...user, name: 'a,b=c' }))
    const { address } = await listening({ ...SASL, sasl: { mechanisms: MECHANISMS, users: special } })
    expect((await login(await openConnection(address), 'SCRAM-SHA-256', 'a,b=c', 'y')).errorCode).toBe(0)
  })

  it.each([
    '',
    'n,,',
    'n,,n=alice',
    'p=tls-unique,,n=alice,r=x',
    'n,,n=alice,r=x,tokenauth=true',
    'n,a=bob,n=alice,r=x',
  ])('ends with the broken first message %j', async (token) => {
    const { address } = await listening(SASL)
    const connection = await openConnection(address)
    await handshake(connection, 'SCRAM-SHA-256')
    expect(errorName((await authenticate(connection, token)).errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
    await expect.poll(() => connection.isOpen, { timeout: 10_000 }).toBe(false)
  })
})

describe('before the login', () => {
  it('no request but the login is served', async () => {
    const { address, embedded } = await listening(SASL)
    const connection = await openConnection(address)
    await expect(connection.request(Metadata, { topics: [] })).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' })
    const skipped = await openConnection(address)
    expect(errorName((await authenticate(skipped, '\0alice\0wonder=land')).errorCode)).toBe('ILLEGAL_SASL_STATE')
    expect(embedded.lines.join('\n')).toContain('ILLEGAL_SASL_STATE')
  })

  it('a frame larger than a login needs ends the connection; behind it the usual limit holds', async () => {
    const { address, embedded } = await listening(SASL)
    const large = [Buffer.alloc(70_000)]
    const link = await openLink(address)
    const closed = new Promise((resolve) => {
      link.onClose = resolve
    })
    await link.send(large)
    await closed
    await expect.poll(() => embedded.lines.join('\n')).toContain('frame of 70000 bytes, 65536 are allowed')
    const connection = await openConnection(address)
    await login(connection, 'PLAIN', 'alice', 'wonder=land')
    const names = Array.from({ length: 3000 }, (_, n) => ({ name: `${'x'.repeat(30)}${n}` }))
    const { topics } = await connection.request(Metadata, { topics: names, allowAutoTopicCreation: false })
    expect(topics).toHaveLength(3000)
  })

  it('a client that does not prove who it is in time is sent away', async () => {
    const { address, embedded } = await listening(SASL, { authenticationTimeoutMs: 50 })
    const connection = await openConnection(address)
    await expect.poll(() => connection.isOpen, { timeout: 10_000 }).toBe(false)
    await expect.poll(() => embedded.broker.connections).toBe(0)
  })
})

describe('TLS', () => {
  const ca = tlsFile('ca.pem')

  it('carries a login', async () => {
    const { address } = await listening({ ...SASL, protocol: 'SASL_SSL', tls: TLS })
    const connection = await openConnection(address, { ca })
    expect((await login(connection, 'SCRAM-SHA-512', 'alice', 'wonder=land')).errorCode).toBe(0)
    expect(await ensureTopic(connection, 'over-tls')).toBeTruthy()
  })

  it('asks for a certificate where clients must have one', async () => {
    const { address, embedded } = await listening({ protocol: 'SSL', tls: { ...TLS, ca, clientAuth: 'required' } })
    await expect(openConnection(address, { ca })).rejects.toThrow()
    const client = tlsFile('client.pem')
    const connection = await openConnection(address, { ca, cert: client, key: client })
    expect(await ensureTopic(connection, 'mutual')).toBeTruthy()
    await expect.poll(() => embedded.lines.join('\n')).toContain('TLS handshake')
  })

  it('does not answer a client without it', async () => {
    const { address } = await listening({ protocol: 'SSL', tls: TLS })
    await expect(openConnection(address)).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' })
  })
})

describe('listening', () => {
  it('where other machines reach it needs authentication or consent', async () => {
    const { embedded } = await listening(SASL)
    const { broker } = embedded
    await expect(broker.listen('0.0.0.0', 0)).rejects.toMatchObject({ code: 'LISTEN_REFUSED' })
    await expect(broker.listen('0.0.0.0', 0, { security: { protocol: 'SSL', tls: TLS } })).rejects.toMatchObject({
      code: 'LISTEN_REFUSED',
    })
    expect((await broker.listen('0.0.0.0', 0, { security: SASL })).port).toBeGreaterThan(0)
    expect(embedded.lines.join('\n')).toContain('passwords without TLS')
  })

  it('tells clients of each listener its own address', async () => {
    const { embedded, address } = await listening(SASL)
    const advertised = { host: 'broker.example', port: 19_092 }
    const other = await embedded.broker.listen('127.0.0.1', 0, { advertised })
    const inside = await openConnection(other)
    expect((await inside.request(Metadata, { topics: [] })).brokers).toMatchObject([advertised])
    const outside = await openConnection(address)
    await login(outside, 'PLAIN', 'alice', 'wonder=land')
    expect((await outside.request(Metadata, { topics: [] })).brokers).toMatchObject([address])
  })
})
