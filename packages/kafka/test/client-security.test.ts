// Clients that log in and use TLS, against the embedded broker's listeners: Java's option names, what gets in, and the errors that do not.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ListenerSecurity, TlsMaterial } from '../src/broker/security/listener.ts'
import { parseUsers } from '../src/broker/security/users.ts'
import { Admin } from '../src/client/admin.ts'
import { readClientSecurity } from '../src/client/client-security.ts'
import { Cluster } from '../src/client/cluster.ts'
import { Producer } from '../src/client/producer.ts'
import { scramLogin } from '../src/client/scram-login.ts'
import { secureLinks } from '../src/client/secure-link.ts'
import { Embedded } from './fixtures/embedded.ts'

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
const tlsPath = (name: string): string => path.join(import.meta.dirname, 'fixtures/tls', name)
const server = readFileSync(tlsPath('server.pem'), 'utf8')
const TLS: TlsMaterial = { cert: server, key: server, clientAuth: 'none' }
const SASL = { mechanisms: MECHANISMS, users: parseUsers('alice=wonder"land\\;\n') }
const LOGIN = (password: string) =>
  `org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="${password}";`
const PASSWORD = 'wonder\\"land\\\\;'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function clusterWith(security: ListenerSecurity, options: Record<string, string>): Promise<Cluster> {
  const embedded = await new Embedded().start()
  closing.push(() => embedded[Symbol.asyncDispose]())
  const { host, port } = await embedded.broker.listen('127.0.0.1', 0, { security })
  const read = readClientSecurity((name) => options[name])
  expect(read).not.toBeNull()
  const cluster = new Cluster({ bootstrap: [`${host}:${port}`], open: secureLinks(read!, 'c'), clientId: 'c' })
  closing.push(() => cluster.close())
  return cluster
}

describe.each(MECHANISMS)('a login by %s', (mechanism) => {
  const options = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': mechanism }

  it('opens the cluster to every client', async () => {
    const cluster = await clusterWith(
      { protocol: 'SASL_PLAINTEXT', sasl: SASL },
      { ...options, 'sasl.jaas.config': LOGIN(PASSWORD) },
    )
    await new Admin(cluster).createTopic({ name: 't', partitions: 1 })
    const producer = await Producer.open({ cluster, transactionalId: 'x' })
    await producer.close()
    expect((await new Admin(cluster).topics()).map(({ name }) => name)).toContain('t')
  })

  it('with a wrong password fails for good, without the password in the message', async () => {
    const cluster = await clusterWith(
      { protocol: 'SASL_PLAINTEXT', sasl: SASL },
      { ...options, 'sasl.jaas.config': LOGIN('a-guess') },
    )
    const error = await cluster.any().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED', retriable: false })
    expect(String((error as Error).message)).not.toContain('a-guess')
  })
})

it('a mechanism that is not offered is refused with those that are', async () => {
  const cluster = await clusterWith(
    { protocol: 'SASL_PLAINTEXT', sasl: { ...SASL, mechanisms: ['SCRAM-SHA-512'] } },
    { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': LOGIN(PASSWORD) },
  )
  await expect(cluster.any()).rejects.toMatchObject({
    code: 'UNSUPPORTED_SASL_MECHANISM',
    message: expect.stringContaining('SCRAM-SHA-512') as string,
  })
})

describe('TLS', () => {
  const trusting = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': tlsPath('ca.pem') }

  it('with a trusted authority, and a login within it', async () => {
    const cluster = await clusterWith(
      { protocol: 'SASL_SSL', tls: TLS, sasl: SASL },
      {
        ...trusting,
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'SCRAM-SHA-512',
        'sasl.jaas.config': LOGIN(PASSWORD),
        'ssl.endpoint.identification.algorithm': '',
      },
    )
    expect(await new Admin(cluster).clusterId()).not.toBe('')
  })

  it('with certificates given as text on one line', async () => {
    const text = readFileSync(tlsPath('ca.pem'), 'utf8').trim().replaceAll('\n', ' ')
    const cluster = await clusterWith(
      { protocol: 'SSL', tls: TLS },
      { 'security.protocol': 'SSL', 'ssl.truststore.certificates': text, 'ssl.endpoint.identification.algorithm': '' },
    )
    expect(await new Admin(cluster).clusterId()).not.toBe('')
  })

  it('refuses a certificate of an authority that nobody trusts, for good', async () => {
    const cluster = await clusterWith({ protocol: 'SSL', tls: TLS }, { 'security.protocol': 'SSL' })
    await expect(cluster.any()).rejects.toMatchObject({ code: 'TLS_FAILED', retriable: false })
  })
})

it.each([
  [{ 'security.protocol': 'TLS' }, 'security.protocol'],
  [{ 'security.protocol': 'SASL_SSL' }, 'sasl.mechanism'],
  [{ 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': 'x' }, 'sasl.jaas.config'],
  [{ 'security.protocol': 'SSL', 'ssl.truststore.location': '/nowhere/trust.pem' }, 'ssl.truststore.location'],
  [{ 'security.protocol': 'SSL', 'ssl.truststore.location': '/nowhere/trust.jks' }, 'ssl.truststore.location'],
])('%o is refused by the name of the option', (options: Record<string, string>, name) => {
  expect(() => readClientSecurity((option) => options[option])).toThrow(name)
})

it('without security.protocol connections are plain', () => {
  expect(readClientSecurity(() => undefined)).toBeNull()
})

it('SCRAM speaks as RFC 7677 shows', async () => {
  const sent: string[] = []
  const answers = [
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  ]
  await scramLogin(
    'sha256',
    { username: 'user', password: 'pencil' },
    async (message) => {
      sent.push(String(message))
      return Buffer.from(answers.shift() ?? '')
    },
    'rOprNGfwEbeRWgbNEkqO',
  )
  expect(sent).toEqual([
    'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  ])
})

it('a broker that does not know the password is found out', async () => {
  const answers = ['r=abcX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=']
  const login = scramLogin(
    'sha256',
    { username: 'user', password: 'pencil' },
    async () => Buffer.from(answers.shift() ?? ''),
    'abc',
  )
  await expect(login).rejects.toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
})
