// The JDBC sink on real servers, the same claims for PostgreSQL and MySQL.
import { type MysqlServer, type PostgresServer, startMysql, startPostgres } from '@millrace/servers'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { OPTIONAL_STRING, primitive, STRING } from '../../src/data/schema-builder.ts'
import { type Columns, ID, type Options, openSink, Topic } from './sink-lab.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 })

/** A target: its options and a way to ask it. */
interface Target {
  readonly options: Options
  query(text: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

const NAME: Columns = { ...ID, name: OPTIONAL_STRING }
const NUMBERED: Columns = { ...NAME, n: primitive('int64', { optional: true }) }

async function postgres(): Promise<Target> {
  const server: PostgresServer = await startPostgres()
  const { host, port, user, password, database } = server
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  return {
    options: {
      'connection.url': `jdbc:postgresql://${host}:${port}/${database}`,
      'connection.username': user,
      'connection.password': password,
    },
    query: async (text) => (await client.query(text)).rows,
    stop: async () => {
      await client.end()
      await server.stop()
    },
  }
}

async function mysql(): Promise<Target> {
  const server: MysqlServer = await startMysql()
  const { host, port } = server
  const root = { host, port, user: server.rootUser }
  const connection = await createConnection(root)
  await connection.query('CREATE DATABASE target')
  await connection.query("CREATE USER sink IDENTIFIED BY 'sink'")
  await connection.query('GRANT ALL ON target.* TO sink')
  await connection.query('USE target')
  return {
    options: {
      'connection.url': `jdbc:mysql://${host}:${port}/target`,
      'connection.username': 'sink',
      'connection.password': 'sink',
    },
    query: async (text) => (await connection.query(text))[0] as Record<string, unknown>[],
    stop: async () => {
      await connection.end()
      await server.stop()
    },
  }
}

const UPSERT = { 'insert.mode': 'upsert', 'primary.key.mode': 'record_key', 'schema.evolution': 'basic' }

describe.each([
  ['PostgreSQL', postgres],
  ['MySQL', mysql],
] as const)('%s', (_name, start) => {
  let target: Target
  beforeAll(async () => {
    target = await start()
  })
  afterAll(() => target.stop())

  test('upsert: tables are created and altered, changes of one key in one batch end as the last, deletes delete', async () => {
    await using open = await openSink({ ...target.options, ...UPSERT, 'delete.enabled': 'true' })
    const topic = new Topic('server.db.orders')
    await open.sink.put([
      topic.change('c', NAME, null, { id: 1, name: 'a' }),
      topic.change('u', NAME, { id: 1, name: 'a' }, { id: 1, name: `'"\\,{}\n\t€😀` }),
      topic.change('r', NAME, null, { id: 2, name: null }),
      topic.change('c', NAME, null, { id: 3, name: 'gone' }),
      topic.change('d', NAME, { id: 3, name: 'gone' }, null),
      topic.tombstone(3),
      topic.change('c', NUMBERED, null, { id: 4, name: 'd', n: 9_007_199_254_740_993n }),
    ])
    const rows = await target.query('SELECT id, name, CAST(n AS CHAR(20)) AS n FROM server_db_orders ORDER BY id')
    expect(rows.map(({ id, name, n }) => [id, name, typeof n === 'string' ? n.trim() : n])).toEqual([
      [1, `'"\\,{}\n\t€😀`, null],
      [2, null, null],
      [4, 'd', '9007199254740993'],
    ])
  })

  test('insert: a row that is there already is reported by itself, the others are written', async () => {
    await target.query('CREATE TABLE plain (id int PRIMARY KEY, name varchar(20))')
    const options = { ...target.options, 'primary.key.mode': 'record_key', 'collection.name.format': 'plain' }
    await using open = await openSink(options, true)
    const topic = new Topic('t')
    await open.sink.put([
      topic.row(NAME, { id: 1, name: 'a' }),
      topic.row(NAME, { id: 1, name: 'secret' }),
      topic.row(NAME, { id: 2, name: 'b' }),
    ])
    expect(open.reported.map(({ record }) => record.offset)).toEqual([1])
    expect(String(open.reported[0]!.error)).not.toContain('secret')
    expect(await target.query('SELECT id, name FROM plain ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ])
    await using strict = await openSink(options)
    await expect(strict.sink.put([topic.row(NAME, { id: 2, name: 'b' })])).rejects.toMatchObject({
      code: 'CDC_SINK_FAILED',
    })
  })

  test('update changes rows that are there and adds none', async () => {
    await target.query('CREATE TABLE upd (id int PRIMARY KEY, name varchar(20))')
    await target.query("INSERT INTO upd VALUES (1, 'old'), (2, 'old')")
    await using open = await openSink({
      ...target.options,
      'insert.mode': 'update',
      'primary.key.mode': 'record_value',
      'primary.key.fields': 'id',
      'collection.name.format': 'upd',
    })
    const topic = new Topic('t')
    await open.sink.put([
      topic.row(NAME, { id: 1, name: 'x' }),
      topic.row(NAME, { id: 1, name: 'y' }),
      topic.row(NAME, { id: 9, name: 'z' }),
    ])
    expect(await target.query('SELECT id, name FROM upd ORDER BY id')).toEqual([
      { id: 1, name: 'y' },
      { id: 2, name: 'old' },
    ])
  })

  test('without schema evolution a missing table and a missing column are refused by name', async () => {
    await target.query('CREATE TABLE narrow (id int PRIMARY KEY)')
    const topic = new Topic('t')
    await using none = await openSink({ ...target.options, 'collection.name.format': 'nowhere' })
    await expect(none.sink.put([topic.row(NAME, { id: 1 })])).rejects.toThrow(/nowhere.*schema evolution is disabled/)
    await using narrow = await openSink({ ...target.options, 'collection.name.format': 'narrow' })
    await expect(narrow.sink.put([topic.row(NAME, { id: 1 })])).rejects.toThrow(/name of table narrow.*disabled/)
  })

  test('key mode kafka, names from the source block, fields left out, truncate', async () => {
    await using open = await openSink({
      ...target.options,
      'primary.key.mode': 'kafka',
      'schema.evolution': 'basic',
      'truncate.enabled': 'true',
      'collection.name.format': 'k_${source.table}',
      'field.exclude.list': 'server.db.t:name',
    })
    const topic = new Topic('server.db.t')
    await open.sink.put([topic.change('c', NAME, null, { id: 1, name: 'a' })])
    const all = 'SELECT __connect_topic AS t, __connect_partition AS p, __connect_offset AS o, id FROM k_orders'
    expect((await target.query(all)).map((row) => ({ ...row, o: Number(row.o) }))).toEqual([
      { t: 'server.db.t', p: 0, o: 0, id: 1 },
    ])
    await open.sink.put([topic.change('t', NAME, null, null), topic.change('c', NAME, null, { id: 2, name: 'b' })])
    expect((await target.query(all)).map(({ id }) => id)).toEqual([2])
  })

  test('exactly once: offsets move with the rows, a repeated batch changes nothing, a task that lost its partition is stopped', async () => {
    const options = {
      ...target.options,
      'schema.evolution': 'basic',
      'collection.name.format': 'once',
      'millrace.exactly.once': 'true',
    }
    const topic = new Topic('once')
    const first = [topic.row(NAME, { id: 1, name: 'a' }), topic.row(NAME, { id: 2, name: 'b' })]
    const start = [{ topic: 'once', partition: 0, offset: -1 }]
    await using old = await openSink(options)
    expect(await old.sink.open(start)).toEqual(start)
    await old.sink.put(first)
    await using next = await openSink(options)
    expect(await next.sink.open(start)).toEqual([{ topic: 'once', partition: 0, offset: 2 }])
    await next.sink.put([topic.row(NAME, { id: 3, name: 'c' })])
    await expect(old.sink.put([topic.row(NAME, { id: 4, name: 'stale' })])).rejects.toMatchObject({
      code: 'CDC_STATE_CONFLICT',
    })
    expect((await target.query('SELECT id FROM once ORDER BY id')).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  test('a connection that was lost is opened again and the batch written once', async () => {
    await using open = await openSink({
      ...target.options,
      ...UPSERT,
      'collection.name.format': 'lost',
      'flush.retry.delay.ms': '10',
    })
    const topic = new Topic('lost')
    await open.sink.put([topic.row(NAME, { id: 1, name: 'a' })])
    if (target.options['connection.url']!.startsWith('jdbc:postgres'))
      await target.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'")
    else {
      const sessions = await target.query("SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'sink'")
      for (const { id } of sessions) await target.query(`KILL ${String(id)}`)
    }
    await open.sink.put([topic.row(NAME, { id: 2, name: 'b' })])
    expect((await target.query('SELECT id FROM lost ORDER BY id')).map(({ id }) => id)).toEqual([1, 2])
  })

  test('a record without a schema is refused', async () => {
    await using open = await openSink(target.options, true)
    await open.sink.put([
      new Topic('t').record(null, new Map([['id', 1n]]), null),
      new Topic('t').record(null, 'text', STRING),
    ])
    expect(open.reported).toHaveLength(2)
  })
})
