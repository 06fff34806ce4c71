// Every authentication method, with and without TLS, against the real MySQL and MariaDB.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectionOptions, connectControl, openBinlog } from '../../src/index.ts'

/** Who is logged in, as the server sees it, and whether TLS is on. */
async function whoAmI(server: MysqlServer, options: Partial<ConnectionOptions>): Promise<string> {
  const connection = await connectControl({ host: server.host, port: server.port, user: 'u', ...options })
  try {
    const [[name]] = (await connection.query("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)")) as [[string]]
    const [[, cipher]] = (await connection.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")) as [[string, string]]
    return `${name} ${cipher === '' ? 'plain' : 'TLS'}`
  } finally {
    await connection.close()
  }
}

const LONG = 'ü'.repeat(60)

describe('MySQL', () => {
  let server: MysqlServer
  beforeAll(async () => {
    server = await startMysql()
    await server.sql(
      `CREATE USER caching@'%' IDENTIFIED WITH caching_sha2_password BY 'Geheim 1'; CREATE USER blank@'%' IDENTIFIED BY '';
       CREATE USER longer@'%' IDENTIFIED BY '${LONG}'; CREATE USER sha@'%' IDENTIFIED WITH sha256_password BY 'Geheim 2';
       CREATE USER expired@'%' IDENTIFIED BY 'x' PASSWORD EXPIRE; CREATE USER locked@'%' IDENTIFIED BY 'x' ACCOUNT LOCK;
       GRANT REPLICATION SLAVE ON *.* TO sha@'%'`,
    )
  })
  afterAll(async () => {
    await server?.stop()
  })

  const forget = () => server.sql('FLUSH PRIVILEGES')

  describe.each([
    ['off', 'plain'],
    ['preferred', 'TLS'],
  ] as const)('TLS %s', (tls, seen) => {
    test('caching_sha2_password: the whole way, then the short one', async () => {
      await forget()
      for (let i = 0; i < 2; i++)
        expect(await whoAmI(server, { user: 'caching', password: 'Geheim 1', tls })).toBe(`caching ${seen}`)
    })

    test('a long password, an empty one', async () => {
      await forget()
      expect(await whoAmI(server, { user: 'longer', password: LONG, tls })).toBe(`longer ${seen}`)
      expect(await whoAmI(server, { user: 'blank', password: '', tls })).toBe(`blank ${seen}`)
    })

    test('sha256_password', async () => {
      expect(await whoAmI(server, { user: 'sha', password: 'Geheim 2', tls })).toBe(`sha ${seen}`)
    })

    test.each([
      ['a wrong password', { user: 'caching', password: 'falsch' }, 'ER_ACCESS_DENIED_ERROR'],
      ['a wrong password of sha256_password', { user: 'sha', password: 'falsch' }, 'ER_ACCESS_DENIED_ERROR'],
      ['no such user', { user: 'nobody', password: 'x' }, 'ER_ACCESS_DENIED_ERROR'],
      ['an expired password', { user: 'expired', password: 'x' }, 'ER_MUST_CHANGE_PASSWORD_LOGIN'],
      ['a locked account', { user: 'locked', password: 'x' }, 'ER_ACCOUNT_HAS_BEEN_LOCKED'],
    ])('%s', async (_, account, code) => {
      await expect(whoAmI(server, { ...account, tls })).rejects.toMatchObject({ code, retriable: false })
    })
  })

  test('the key of the server from its file, and no key from anybody', async () => {
    await forget()
    const account = { user: 'caching', password: 'Geheim 1', tls: 'off', mayFetchPublicKey: false } as const
    await expect(whoAmI(server, account)).rejects.toMatchObject({ code: 'MYSQL_AUTH_EXPOSED' })
    const serverPublicKey = readFileSync(path.join(server.dataFolder, 'data', 'public_key.pem'), 'latin1')
    expect(await whoAmI(server, { ...account, serverPublicKey })).toBe('caching plain')
  })

  test('a socket file needs no TLS', async () => {
    await forget()
    const account = { user: 'caching', password: 'Geheim 1', tls: 'off', mayFetchPublicKey: false } as const
    expect(await whoAmI(server, { ...account, socketPath: server.socketPath })).toBe('caching plain')
  })

  test('a dump logs in the same way', async () => {
    const start = { kind: 'gtid', encoded: Buffer.alloc(8) } as const
    const account = { host: server.host, port: server.port, user: 'sha', password: 'Geheim 2', tls: 'off' } as const
    const reader = await openBinlog({ ...account, serverId: 7, start })
    expect((await reader.next())!.next()).not.toBeNull()
    reader.close()
  })
})

describe('MariaDB', () => {
  let server: MysqlServer
  beforeAll(async () => {
    server = await startMariadb({ args: ['--plugin-load-add=auth_ed25519', '--plugin-load-add=auth_parsec'] })
    await server.sql(
      `CREATE USER native@'%' IDENTIFIED BY 'Geheim 1'; CREATE USER blank@'%' IDENTIFIED BY '';
       CREATE USER ed@'%' IDENTIFIED VIA ed25519 USING PASSWORD('Geheim 2'); CREATE USER edlong@'%' IDENTIFIED VIA ed25519 USING PASSWORD('${LONG}');
       CREATE USER par@'%' IDENTIFIED VIA parsec USING PASSWORD('Geheim 3'); CREATE USER parlong@'%' IDENTIFIED VIA parsec USING PASSWORD('${LONG}');
       CREATE USER twoways@'%' IDENTIFIED VIA ed25519 USING PASSWORD('a') OR mysql_native_password USING PASSWORD('b')`,
    )
  })
  afterAll(async () => {
    await server?.stop()
  })

  describe.each([
    ['off', 'plain'],
    ['preferred', 'TLS'],
  ] as const)('TLS %s', (tls, seen) => {
    test.each([
      ['mysql_native_password', 'native', 'Geheim 1'],
      ['mysql_native_password, empty', 'blank', ''],
      ['ed25519', 'ed', 'Geheim 2'],
      ['ed25519, long', 'edlong', LONG],
      ['parsec', 'par', 'Geheim 3'],
      ['parsec, long', 'parlong', LONG],
      ['the first of two methods', 'twoways', 'a'],
      ['the second of two methods', 'twoways', 'b'],
    ])('%s', async (_, user, password) => {
      expect(await whoAmI(server, { user, password, tls })).toBe(`${user} ${seen}`)
    })

    test.each(['native', 'ed', 'par', 'twoways'])('%s with a wrong password', async (user) => {
      const login = whoAmI(server, { user, password: 'falsch', tls })
      await expect(login).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
    })
  })
})
