// Real clients prove who they are to the embedded broker, by every mechanism, over TLS and without: kcat, kafkajs, confluent-kafka for Python and
// Kafka's own Java tools. What is not installed is skipped, and counted.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { hasJava, kafkaTool } from '@millrace/servers'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readListeners } from '../src/broker/security/listener-settings.ts'
import { Embedded } from './fixtures/embedded.ts'

const run = promisify(execFile)
const javaIsThere = await hasJava()
const tls = (name: string): string => path.join(import.meta.dirname, 'fixtures/tls', name)
const canRun = (command: string, args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let embedded: Embedded
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-security-'))
const at: Record<string, string> = {}

beforeAll(async () => {
  embedded = await new Embedded().start()
  const users = path.join(folder, 'users')
  writeFileSync(users, 'alice=wonderland\n')
  const { listeners, unused } = readListeners({
    listeners: 'INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0',
    'listener.security.protocol.map': 'INSIDE:SASL_PLAINTEXT,OUTSIDE:SASL_SSL',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'millrace.users.file': users,
    'listener.name.outside.ssl.keystore.location': tls('server.p12'),
    'listener.name.outside.ssl.keystore.password': 'changeit',
  })
  expect(unused).toEqual([])
  for (const { name, host, port, security } of listeners) {
    const address = await embedded.broker.listen(host, port, { security })
    at[name] = `${address.host}:${address.port}`
  }
})
afterAll(async () => {
  await embedded?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
const CASES = MECHANISMS.flatMap((mechanism) => ['INSIDE', 'OUTSIDE'].map((listener) => ({ mechanism, listener })))

/** The settings of librdkafka. */
function rdkafka(listener: string, mechanism: string, password: string): Record<string, string> {
  const security =
    listener === 'INSIDE'
      ? { 'security.protocol': 'sasl_plaintext' }
      : { 'security.protocol': 'sasl_ssl', 'ssl.ca.location': tls('ca.pem') }
  return {
    'bootstrap.servers': at[listener] as string,
    ...security,
    'sasl.mechanism': mechanism,
    'sasl.username': 'alice',
    'sasl.password': password,
  }
}

describe.skipIf(!canRun('kcat', ['-V']))('kcat', () => {
  const kcat = (listener: string, mechanism: string, password: string) => {
    const options = Object.entries(rdkafka(listener, mechanism, password)).flatMap(([name, value]) => [
      '-X',
      `${name}=${value}`,
    ])
    return run('kcat', ['-L', '-J', '-m', '8', ...options])
  }

  it.each(CASES)('is let in by $mechanism on $listener', async ({ listener, mechanism }) => {
    const { stdout } = await kcat(listener, mechanism, 'wonderland')
    expect(JSON.parse(stdout).brokers).toEqual([{ id: 1, name: at[listener] }])
  })

  it('is told that the password is wrong', async () => {
    const refused = await kcat('OUTSIDE', 'SCRAM-SHA-512', 'looking-glass').catch(
      (error: { stderr: string }) => error.stderr,
    )
    expect(refused).toContain('SCRAM-SHA-512')
    expect(refused).toMatch(/SASL authentication error|SASL_AUTHENTICATION|invalid credentials/i)
  })
})

describe('kafkajs', () => {
  const admin = (listener: string, mechanism: string, password: string) =>
    new Kafka({
      brokers: [at[listener] as string],
      ...(listener === 'OUTSIDE' && { ssl: { rejectUnauthorized: false } }),
      sasl: { mechanism: mechanism.toLowerCase(), username: 'alice', password } as SASLOptions,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin()

  it.each(CASES)('is let in by $mechanism on $listener', async ({ listener, mechanism }) => {
    const client = admin(listener, mechanism, 'wonderland')
    await client.connect()
    expect((await client.describeCluster()).brokers).toHaveLength(1)
    await client.disconnect()
  })

  it.each(MECHANISMS)('is refused with a wrong password by %s', async (mechanism) => {
    const client = admin('INSIDE', mechanism, 'looking-glass')
    await expect(client.connect()).rejects.toThrow(/invalid/i)
    await client.disconnect()
  })
})

describe.skipIf(!canRun('python3', ['-c', 'import confluent_kafka']))('confluent-kafka for Python', () => {
  it.each(CASES)('is let in by $mechanism on $listener', async ({ listener, mechanism }) => {
    const script =
      'import json,sys\nfrom confluent_kafka.admin import AdminClient\nprint(AdminClient(json.loads(sys.argv[1])).list_topics(timeout=20).cluster_id)'
    const { stdout } = await run('python3', ['-c', script, JSON.stringify(rdkafka(listener, mechanism, 'wonderland'))])
    expect(stdout.trim()).toBe(embedded.broker.clusterId)
  })
})

describe.skipIf(!javaIsThere)("Kafka's Java tools", { timeout: 180_000 }, () => {
  /** A file for --command-config. */
  function commandConfig(listener: string, mechanism: string, password: string): string {
    const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
    const file = path.join(folder, `${listener}-${mechanism}-${password}`)
    const protocol =
      listener === 'INSIDE'
        ? ['security.protocol=SASL_PLAINTEXT']
        : ['security.protocol=SASL_SSL', 'ssl.truststore.type=PEM', `ssl.truststore.location=${tls('ca.pem')}`]
    const jaas = `sasl.jaas.config=org.apache.kafka.common.security.${module} required username="alice" password="${password}";`
    writeFileSync(file, [...protocol, `sasl.mechanism=${mechanism}`, jaas, ''].join('\n'))
    return file
  }
  const topics = (listener: string, mechanism: string, password: string, ...args: string[]) =>
    kafkaTool('org.apache.kafka.tools.TopicCommand', [
      '--bootstrap-server',
      at[listener] as string,
      '--command-config',
      commandConfig(listener, mechanism, password),
      ...args,
    ])

  it.each([
    { listener: 'INSIDE', mechanism: 'PLAIN' },
    { listener: 'OUTSIDE', mechanism: 'SCRAM-SHA-256' },
    { listener: 'OUTSIDE', mechanism: 'SCRAM-SHA-512' },
  ])('are let in by $mechanism on $listener', async ({ listener, mechanism }) => {
    const topic = `java-${mechanism.toLowerCase()}`
    await topics(listener, mechanism, 'wonderland', '--create', '--topic', topic)
    expect(await topics(listener, mechanism, 'wonderland', '--list')).toContain(topic)
  })

  it('are told that the password is wrong', async () => {
    const refused = await topics('OUTSIDE', 'SCRAM-SHA-512', 'looking-glass', '--list').catch(
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    )
    expect(refused).toContain(
      'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512',
    )
  })
})
