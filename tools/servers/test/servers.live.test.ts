// Every server starts on a fresh folder, answers, and leaves nothing behind.
import { existsSync } from 'node:fs'
import pg from 'pg'
import { expect, test } from 'vitest'
import { answersAt, hasJava, kafkaTool, startKafka, startMariadb, startMysql, startPostgres } from '../src/index.ts'

const java = await hasJava()

test('MySQL', async () => {
  const server = await startMysql()
  expect(await server.sql('SELECT @@version, @@gtid_mode, @@log_bin')).toMatch(/^9\.\d+\.\S+\tON\t1/)
  await expect(server.sql('SELEC')).rejects.toThrow(/syntax/)
  await server.stop()
  expect(await answersAt(server.port)).toBe(false)
  expect(existsSync(server.dataFolder)).toBe(false)
})

test.each(['10.11', '11.8'] as const)('MariaDB %s', async (version) => {
  const server = await startMariadb({ version })
  expect(await server.sql('SELECT @@version, @@log_bin, @@binlog_format')).toMatch(/MariaDB.*\t1\tROW/)
  expect(await server.sql('SELECT @@version')).toContain(version)
  expect(await server.sql("SELECT count(*) FROM mysql.global_priv WHERE User=''")).toBe('0\n')
  await server.stop()
  expect(await answersAt(server.port)).toBe(false)
})

test('PostgreSQL', async () => {
  const server = await startPostgres()
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database: server.database,
  })
  await client.connect()
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
  await server.stop()
  expect(await answersAt(server.port)).toBe(false)
})

test.skipIf(!java)('Kafka (needs Java and Maven)', async () => {
  const server = await startKafka()
  await kafkaTool('org.apache.kafka.tools.TopicCommand', [
    '--bootstrap-server',
    server.bootstrap,
    '--create',
    '--topic',
    'x',
  ])
  expect(
    await kafkaTool('org.apache.kafka.tools.TopicCommand', ['--bootstrap-server', server.bootstrap, '--list']),
  ).toContain('x')
  await server.stop()
})
