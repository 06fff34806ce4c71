// database.ssl.*: every mode against a MySQL with a certificate of our test authority, one with its own, and one without TLS.
import path from 'node:path'
import { connectControl } from '@millrace/mysql'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import { probeConnection } from '../../../src/source/mysql/connection-probe.ts'
import { connectionOptions } from '../../../src/source/mysql/stream-connection.ts'
import { cdcErrorOf } from '../../../src/source/mysql/stream-errors.ts'

const store = (name: string) => path.join(import.meta.dirname, 'key-stores', name)
const trust = (name: string) => ({
  'database.ssl.truststore': store(name),
  'database.ssl.truststore.password': 'changeit',
})
const keys = (name: string) => ({ 'database.ssl.keystore': store(name), 'database.ssl.keystore.password': 'changeit' })

let known: MysqlServer
let own: MysqlServer
let bare: MysqlServer

beforeAll(async () => {
  const certificate = [
    `--ssl-ca=${store('ca.pem')}`,
    `--ssl-cert=${store('server.pem')}`,
    `--ssl-key=${store('server.key.pem')}`,
  ]
  ;[known, own, bare] = await Promise.all([
    startMysql({ args: certificate }),
    startMysql(),
    startMysql({ args: ['--tls-version='] }),
  ])
  const users = "CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'"
  await Promise.all([known, own, bare].map((server) => server.sql(users)))
  await known.sql("CREATE USER cert@'%' IDENTIFIED BY 'dbz' REQUIRE SUBJECT '/CN=client.test'")
})
afterAll(async () => {
  await Promise.all([known, own, bare].map((server) => server?.stop()))
})

function optionsOf(server: MysqlServer, given: Readonly<Record<string, string>>): Record<string, string> {
  return {
    name: 'tls',
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': server.host,
    'database.port': String(server.port),
    'database.user': 'dbz',
    'database.password': 'dbz',
    'database.server.id': '1',
    'topic.prefix': 'p',
    'schema.history.internal.kafka.topic': 'h',
    'schema.history.internal.kafka.bootstrap.servers': 'b',
    ...given,
  }
}

/** `TLS`, `plain` or the error's code and message. */
async function outcome(server: MysqlServer, given: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { config } = parseMysqlConfig(optionsOf(server, given))
    const connection = await connectControl(connectionOptions(config.connection, new AbortController().signal))
    const [[, cipher]] = (await connection.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")) as [[string, string]]
    await connection.close()
    return cipher === '' ? 'plain' : 'TLS'
  } catch (thrown) {
    const { code, message } = cdcErrorOf(thrown)
    return `${code}: ${message}`
  }
}

const mode = (name: string) => ({ 'database.ssl.mode': name })

describe('modes', () => {
  test('disabled and preferred', async () => {
    expect(await outcome(known, mode('disabled'))).toBe('plain')
    expect(await outcome(known, {})).toBe('TLS')
    expect(await outcome(own, mode('preferred'))).toBe('TLS')
    expect(await outcome(bare, mode('preferred'))).toBe('plain')
    expect(await outcome(bare, { ...mode('preferred'), ...trust('trust.jks') })).toBe('plain')
  })

  test('required: never without TLS, with any certificate', async () => {
    expect(await outcome(own, mode('required'))).toBe('TLS')
    expect(await outcome(bare, mode('required'))).toBe('CDC_CONNECT_TLS: The server does not offer TLS')
  })

  test.each(['trust.jks', 'trust.p12', 'trust-legacy.p12', 'ca.pem'])(
    'verify_ca and verify_identity by %s',
    async (file) => {
      for (const name of ['verify_ca', 'verify_identity']) {
        expect(await outcome(known, { ...mode(name), ...trust(file) })).toBe('TLS')
        expect(await outcome(own, { ...mode(name), ...trust(file) })).toMatch(/^CDC_CONNECT_TLS: .*certificate/)
      }
    },
  )

  test('verify_ca without an authority, and with another one', async () => {
    expect(await outcome(known, mode('verify_ca'))).toMatch(/^CDC_CONNECT_TLS: /)
    expect(await outcome(known, { ...mode('verify_ca'), ...trust('other-ca.pem') })).toMatch(/^CDC_CONNECT_TLS: /)
  })

  test('verify_identity looks at the name, verify_ca does not', async () => {
    // The server of its own certificate names neither the address nor localhost.
    const authority = { 'database.ssl.truststore': path.join(own.dataFolder, 'data', 'ca.pem') }
    expect(await outcome(own, { ...mode('verify_ca'), ...authority })).toBe('TLS')
    expect(await outcome(own, { ...mode('verify_identity'), ...authority })).toMatch(/^CDC_CONNECT_TLS: .*127\.0\.0\.1/)
    const byName = { 'database.hostname': 'localhost' }
    expect(await outcome(known, { ...mode('verify_identity'), ...trust('trust.p12'), ...byName })).toBe('TLS')
    expect(await outcome(own, { ...mode('verify_identity'), ...authority, ...byName })).toMatch(/^CDC_CONNECT_TLS: /)
  })
})

describe('client certificates', () => {
  const account = { 'database.user': 'cert', ...mode('required') }

  test.each(['client.jks', 'client.p12', 'client-java.p12', 'client-legacy.p12', 'client-all.pem'])(
    '%s',
    async (file) => {
      expect(await outcome(known, { ...account, ...keys(file) })).toBe('TLS')
    },
  )

  test('none where one is needed', async () => {
    expect(await outcome(known, account)).toMatch(/^CDC_AUTH_DENIED/)
  })
})

test('the probe of a validation uses the same options', async () => {
  const probe = (server: MysqlServer, given: Readonly<Record<string, string>>) =>
    probeConnection(optionsOf(server, given))
  expect(await probe(known, { ...mode('verify_identity'), ...trust('trust.jks') })).toBeNull()
  expect(await probe(known, { ...mode('verify_ca'), ...trust('other-ca.pem') })).toMatch(
    /Error during connection validation/,
  )
  expect(await probe(known, { ...mode('verify_ca'), 'database.ssl.truststore': store('none') })).toMatch(
    /The file of database.ssl.truststore cannot be read/,
  )
})
