import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readListeners } from './listener-settings.ts'
import { parseUsers } from './users.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-settings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string): string => {
  const at = path.join(folder, name)
  writeFileSync(at, text)
  return at
}
const tls = (name: string): string => path.join(import.meta.dirname, '../../../test/fixtures/tls', name)
const users = file('users', 'alice=secret-word\n')
const SASL_SSL = { listeners: 'SASL_SSL://127.0.0.1:1', 'millrace.users.file': users }

describe('listeners', () => {
  it('are one on loopback when nothing is said', () => {
    expect(readListeners({})).toEqual({
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092, security: { protocol: 'PLAINTEXT' } }],
      unused: [],
    })
  })

  it('have their own settings before the general ones', () => {
    const { listeners, unused } = readListeners({
      listeners: 'a://127.0.0.1:1, B://[::1]:2,SSL://:3',
      'advertised.listeners': 'SSL://example.org:443',
      'listener.security.protocol.map': 'A:SASL_PLAINTEXT,B:SASL_SSL',
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.b.sasl.enabled.mechanisms': 'SCRAM-SHA-512, SCRAM-SHA-256',
      'millrace.users.file': users,
      'ssl.keystore.location': tls('server.pem'),
      'ssl.truststore.location': tls('ca.pem'),
      'listener.name.ssl.ssl.client.auth': 'required',
      'ssl.enabled.protocols': 'TLSv1.3',
      'num.partitions': '3',
    })
    expect(unused).toEqual(['num.partitions'])
    expect(listeners.map(({ name, host, port }) => [name, host, port])).toEqual([
      ['A', '127.0.0.1', 1],
      ['B', '::1', 2],
      ['SSL', '0.0.0.0', 3],
    ])
    expect(listeners.map(({ security }) => security.sasl?.mechanisms)).toEqual([
      ['PLAIN'],
      ['SCRAM-SHA-512', 'SCRAM-SHA-256'],
      undefined,
    ])
    expect(listeners[2]).toMatchObject({
      advertised: { host: 'example.org', port: 443 },
      security: { tls: { clientAuth: 'required', minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } },
    })
  })

  it('take a PKCS12 store', () => {
    const store = { ...SASL_SSL, 'ssl.keystore.location': tls('server.p12'), 'ssl.keystore.password': 'changeit' }
    expect(readListeners(store).listeners[0]?.security.tls?.pfx).toBeInstanceOf(Uint8Array)
  })

  it.each([
    ['listeners', { listeners: 'PLAINTEXT//nowhere' }],
    ['listeners', { listeners: 'PLAINTEXT://h:1,PLAINTEXT://h:2' }],
    ['listeners', { listeners: 'OTHER://h:1' }],
    ['listeners', { listeners: '' }],
    ['listener.security.protocol.map', { 'listener.security.protocol.map': 'A:TLS' }],
    ['millrace.users.file', { listeners: 'SASL_PLAINTEXT://h:1' }],
    ['millrace.users.file', { listeners: 'SASL_PLAINTEXT://h:1', 'millrace.users.file': '/no/such' }],
    ['ssl.keystore.location', SASL_SSL],
    ['ssl.keystore.location', { ...SASL_SSL, 'ssl.keystore.location': tls('ca.pem') }],
    [
      'ssl.keystore.location',
      { ...SASL_SSL, 'ssl.keystore.location': tls('server.p12'), 'ssl.keystore.password': 'no' },
    ],
    ['ssl.keystore.type', { ...SASL_SSL, 'ssl.keystore.location': 'broker.jks' }],
    [
      'ssl.truststore.location',
      { ...SASL_SSL, 'ssl.keystore.location': tls('server.pem'), 'ssl.client.auth': 'required' },
    ],
    [
      'sasl.enabled.mechanisms',
      { listeners: 'SASL_PLAINTEXT://h:1', 'millrace.users.file': users, 'sasl.enabled.mechanisms': 'GSSAPI' },
    ],
    ['sasl.jaas.config', { 'listener.name.a.plain.sasl.jaas.config': 'user_alice="secret-word";' }],
  ])('that cannot be: %s (%#)', (setting, properties: Record<string, string>) => {
    let failure: unknown
    try {
      readListeners(properties)
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringContaining(setting) })
    expect((failure as Error).message).not.toContain('secret-word')
  })
})

describe('a users file', () => {
  it.each([
    'alice',
    '=x',
    'a=1\na=2',
    'a=SCRAM-SHA-256[salt=AA==]',
    'a=SCRAM-SHA-1[x=y]',
    `a=SCRAM-SHA-256[salt=AA==,iterations=10,storedkey=${Buffer.alloc(32).toString('base64')},serverkey=${Buffer.alloc(32).toString('base64')}]`,
  ])('with %j is refused with the line', (text) => {
    expect(() => parseUsers(`# first\n${text}`)).toThrow(/line [23] of the users file/)
  })
})
