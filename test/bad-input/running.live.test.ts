// What goes wrong while connectors run: the server's settings change, connections die, the server goes away, records cannot be written.
import { rmSync } from 'node:fs'
import { freshFolder, type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../road/road-fixture.ts'
import { millrace } from './command.ts'
import { Lab } from './lab.ts'

const dataFolder = freshFolder('running')
let lab: Lab
/** The server at present: it is stopped and started again. */
let server: MysqlServer
beforeAll(async () => {
  lab = await Lab.start(dataFolder)
  server = lab.mysql
})
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
  await server?.stop()
  rmSync(dataFolder, { recursive: true, force: true })
})
beforeEach(() => server.sql('TRUNCATE app.t'))

/** Values of column v of the records in a connector's topic, in order, as `millrace consume` prints them. */
async function captured(name: string, count: number): Promise<string[]> {
  const { out } = await millrace(
    'consume',
    ...['--topic', `${name}.app.t`, '--bootstrap-server', lab.millrace.bootstrap, '--from-beginning'],
    ...['--max-messages', String(count), '--timeout-ms', '10000'],
  )
  return [...out.matchAll(/"after":\{"id":\d+,"v":"(\w+)"\}/g)].map(([, value]) => value!)
}

describe('rows that cannot be captured', () => {
  test('a session writes in statement format', async () => {
    await lab.stream('statement')
    await server.sql("SET SESSION binlog_format='STATEMENT'; INSERT INTO app.t VALUES (1, 'a')")
    const lines = (await lab.failure('statement')).split('\n')
    expect(lines[0]).toMatch(
      /^io\.debezium\.DebeziumException: Row changes in statement format at binlog\.\d+:\d+ cannot be captured$/,
    )
    expect(lines[1]).toContain('Set binlog_format=ROW for every session that writes')
    await lab.delete('statement')
  })

  test('a session writes with a partial row image', async () => {
    await lab.stream('image')
    await server.sql(
      "INSERT INTO app.t VALUES (1, 'a'); SET SESSION binlog_row_image='MINIMAL'; UPDATE app.t SET v = 'b'",
    )
    const trace = await lab.failure('image')
    expect(trace).toContain(
      'Error processing row in t, internal schema size 2, but row size 1 , restart connector with schema recovery mode.',
    )
    expect(trace).toContain('Set binlog_row_image=FULL (or NOBLOB) globally and in the sessions that write')
    // a failed task holds no connection to the server
    await eventually('the end of its dump', async () => {
      // the server sees that a connection is closed when it writes to it
      await server.sql('UPDATE app.t SET id = id + 1')
      return (await dumps()).length === 0
    })
    await lab.delete('image')
  })
})

describe('connections', () => {
  test('the dump is killed: read on from the same place, nothing twice', async () => {
    await lab.stream('killed')
    await server.sql("INSERT INTO app.t VALUES (1, 'a')")
    expect(await captured('killed', 1)).toEqual(['a'])
    const from = lab.log().length
    for (const id of await dumps()) await server.sql(`KILL ${id}`)
    expect(await lab.logged(from, 'WARN', '"killed"')).toContain('connecting again')
    await lab.logged(from, '"killed"', 'reading the binary log')
    await server.sql("INSERT INTO app.t VALUES (2, 'b')")
    expect(await captured('killed', 2)).toEqual(['a', 'b'])
    expect((await lab.status('killed')).tasks[0]?.state).toBe('RUNNING')
    await lab.delete('killed')
  })

  test('the server is stopped and started again: read on', async () => {
    await lab.stream('stopped')
    await server.sql("INSERT INTO app.t VALUES (1, 'a')")
    expect(await captured('stopped', 1)).toEqual(['a'])
    const from = lab.log().length
    await server.stop()
    expect(await lab.logged(from, 'WARN', '"stopped"')).toContain('connecting again')
    server = await startMysql({ dataFolder, port: server.port })
    await lab.logged(from, '"stopped"', 'reading the binary log')
    await server.sql("INSERT INTO app.t VALUES (2, 'b')")
    expect(await captured('stopped', 2)).toEqual(['a', 'b'])
    await lab.delete('stopped')
  })

  test('one server id twice: the older task fails as in Debezium', async () => {
    const id = { 'database.server.id': '6999' }
    await lab.stream('older', id)
    await lab.stream('newer', id)
    await server.sql("INSERT INTO app.t VALUES (1, 'a')")
    const trace = await lab.failure('older')
    expect(trace).toContain('A replica with the same server_uuid/server_id as this replica has connected to the source')
    expect(trace).toContain('Error code: 1236; SQLSTATE: HY000.')
    expect(trace).toContain('Another connector or replica uses this database.server.id')
    expect((await lab.status('newer')).tasks[0]?.state).toBe('RUNNING')
    await Promise.all([lab.delete('older'), lab.delete('newer')])
  })

  test('the password was changed: the restarted task says so', async () => {
    await server.sql("CREATE USER changing@'%' IDENTIFIED BY 'a'; GRANT ALL ON *.* TO changing@'%'")
    await lab.stream('changing', { 'database.user': 'changing', 'database.password': 'a' })
    await server.sql("ALTER USER changing@'%' IDENTIFIED BY 'b'")
    expect((await lab.call('POST', '/connectors/changing/tasks/0/restart')).status).toBe(204)
    const lines = (await lab.failure('changing')).split('\n')
    expect(lines[0]).toBe(
      "io.debezium.DebeziumException: Error reading MySQL variables: Access denied for user 'changing'@'localhost' (using password: YES)",
    )
    expect(lines.at(-2)).toContain('Check database.user and database.password')
    await lab.delete('changing')
  })
})

describe('what was stored is gone', () => {
  test('the log at the stored offset is purged; doing as the hint says helps', async () => {
    await lab.stream('purged')
    await server.sql("INSERT INTO app.t VALUES (1, 'a')")
    expect(await captured('purged', 1)).toEqual(['a'])
    await lab.call('PUT', '/connectors/purged/stop')
    await stopped('purged')
    await server.sql("INSERT INTO app.t VALUES (2, 'b'); FLUSH BINARY LOGS; INSERT INTO app.t VALUES (3, 'c')")
    const newest = (await server.sql('SHOW BINARY LOG STATUS')).split('\t')[0]!
    await server.sql(`PURGE BINARY LOGS TO '${newest}'`)
    await lab.call('PUT', '/connectors/purged/resume')
    const trace = await lab.failure('purged')
    expect(trace).toContain('The connector is trying to read change stream starting at BinlogOffsetContext{')
    expect(trace).toContain('but this is no longer available on the server')
    expect(trace).toContain('stop the connector, DELETE /connectors/{name}/offsets and resume it')
    await lab.call('PUT', '/connectors/purged/stop')
    await stopped('purged')
    expect((await lab.call('DELETE', '/connectors/purged/offsets')).status).toBe(200)
    await lab.call('PUT', '/connectors/purged/resume')
    expect(await captured('purged', 4)).toEqual(['a', 'a', 'b', 'c'])
    await lab.delete('purged')
  })

  test('the topic of the schema history is deleted', async () => {
    await lab.stream('forgotten')
    await server.sql("INSERT INTO app.t VALUES (1, 'a')")
    expect(await captured('forgotten', 1)).toEqual(['a'])
    await lab.call('PUT', '/connectors/forgotten/stop')
    await stopped('forgotten')
    await millrace('topics', '--delete', '--topic', 'forgotten.history', '--bootstrap-server', lab.millrace.bootstrap)
    await lab.call('PUT', '/connectors/forgotten/resume')
    const lines = (await lab.failure('forgotten')).split('\n')
    expect(lines[0]).toBe(
      'io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.',
    )
    expect(lines[1]).toContain('Restore the topic of schema.history.internal.kafka.topic; or stop the connector')
    await lab.delete('forgotten')
  })
})

test('records larger than the topic takes', async () => {
  await server.sql('CREATE TABLE app.large (id INT PRIMARY KEY, v LONGTEXT)')
  await lab.stream('large', { 'table.include.list': 'app.large' })
  await server.sql("INSERT INTO app.large VALUES (1, REPEAT('x', 2000000))")
  const trace = await lab.failure('large')
  expect(trace).toMatch(/large\.app\.large/)
  expect(trace).toContain('max.message.bytes')
  await lab.delete('large')
})

/** Connections that read the binary log. */
async function dumps(): Promise<string[]> {
  const rows = await server.sql("SELECT id FROM performance_schema.processlist WHERE command LIKE 'Binlog Dump%'")
  return rows.split('\n').filter((id) => id !== '')
}

function stopped(name: string): Promise<boolean> {
  return eventually(`${name} to be stopped`, async () => {
    const { connector, tasks } = await lab.status(name)
    return connector.state === 'STOPPED' && tasks.length === 0
  })
}
