// What a snapshot promises besides its records: one position, locks only as long as needed, flat memory, exact values.
import { openTextSession } from '@millrace/mysql'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { takeSnapshot } from './snapshot-lab.ts'

let server: MysqlServer

beforeAll(async () => {
  server = await startMysql({ args: ['--sql-mode='] })
})
afterAll(async () => {
  await server?.stop()
})
beforeEach(async () => {
  await server.sql(
    'DROP DATABASE IF EXISTS d; CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(2000))',
  )
})

function connector(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    name: 'c',
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': '127.0.0.1',
    'database.port': '1',
    'database.user': 'root',
    'database.server.id': '5',
    'topic.prefix': 's',
    'database.include.list': 'd',
    'schema.history.internal.kafka.topic': 'h',
    'schema.history.internal.kafka.bootstrap.servers': 'k',
    'value.converter.schemas.enable': 'false',
    ...more,
  }
}

interface Row {
  readonly after: Readonly<Record<string, unknown>>
  readonly source: { readonly snapshot: string; readonly table: string }
}

async function rowsOf(more: Readonly<Record<string, string>> = {}, user = 'root'): Promise<Row[]> {
  const openSession = () => openTextSession({ host: '127.0.0.1', port: server.port, user })
  const { records } = await takeSnapshot(connector(more), server.port, { openSession })
  return records.filter(({ topic }) => topic.startsWith('s.d.')).map(({ value }) => JSON.parse(value ?? '') as Row)
}

describe('markers', () => {
  it('hold over chunk borders, one row back', async () => {
    // 3,000 rows of 1,000 bytes are three chunks of about a mebibyte.
    await server.sql(
      `SET cte_max_recursion_depth=9999; USE d; INSERT INTO t WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i+1 FROM n WHERE i<3000) SELECT i, REPEAT('x', 1000) FROM n; CREATE TABLE z (a INT); CREATE TABLE y (a INT); INSERT INTO y VALUES (1)`,
    )
    const rows = await rowsOf()
    expect(rows.slice(0, 3000).map((row) => row.after['id'])).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1))
    const markers = rows.map((row) => row.source.snapshot)
    expect(markers[0]).toBe('first')
    expect(new Set(markers.slice(1, 2999))).toEqual(new Set(['true']))
    expect(markers.slice(2999)).toEqual(['last_in_data_collection', 'last'])
  })

  it('say last of the only row', async () => {
    await server.sql("INSERT INTO d.t VALUES (1, 'a')")
    expect((await rowsOf()).map((row) => row.source.snapshot)).toEqual(['last'])
  })
})

describe('values', () => {
  it('of FLOAT columns keep all digits', async () => {
    await server.sql(
      'USE d; CREATE TABLE f (a FLOAT, b FLOAT(9,3)); INSERT INTO f VALUES (16777217.5, 1234.567), (0.1, NULL)',
    )
    const rows = (await rowsOf()).map((row) => row.after)
    expect(rows).toEqual([
      { a: Math.fround(16777217.5), b: Math.fround(1234.567) },
      { a: 0.1, b: null },
    ])
  })

  it('of excluded columns are not asked for', async () => {
    await server.sql("INSERT INTO d.t VALUES (1, 'secret')")
    const rows = await rowsOf({ 'column.exclude.list': 'd.t.v' })
    expect(rows.map((row) => row.after)).toEqual([{ id: 1 }])
  })

  it('of an override with another column order lie in their columns', async () => {
    await server.sql("INSERT INTO d.t VALUES (1, 'a'), (2, NULL)")
    const select = (sql: string) => ({
      'snapshot.select.statement.overrides': 'd.t',
      'snapshot.select.statement.overrides.d.t': sql,
    })
    const rows = await rowsOf(select('SELECT v, 7 AS extra, id FROM d.t ORDER BY id DESC'))
    expect(rows.map((row) => row.after)).toEqual([
      { id: 2, v: null },
      { id: 1, v: 'a' },
    ])
    await expect(rowsOf(select('SELECT id FROM d.t'))).rejects.toMatchObject({ code: 'CDC_CONFIG_INVALID' })
  })

  it('and definitions are read the same under any sql_mode', async () => {
    await server.sql("SET GLOBAL sql_mode='ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'")
    try {
      await server.sql("CREATE TABLE d.c (a CHAR(5), e ENUM('x') DEFAULT 'x'); INSERT INTO d.c VALUES ('ab', 'x')")
      const rows = await rowsOf()
      expect(rows.map((row) => row.after)).toEqual([{ a: 'ab', e: 'x' }])
    } finally {
      await server.sql("SET GLOBAL sql_mode=''")
    }
  })
})

describe('tables', () => {
  it('are read in the order of the include list', async () => {
    await server.sql('USE d; CREATE TABLE a (x INT); INSERT INTO a VALUES (1); INSERT INTO t VALUES (1, NULL)')
    const rows = await rowsOf({ 'table.include.list': 'd\\.t,d\\.a' })
    expect(rows.map((row) => row.source.table)).toEqual(['t', 'a'])
  })

  it('are read by their estimated size where that is asked for', async () => {
    await server.sql(
      'USE d; CREATE TABLE a (x INT); INSERT INTO a VALUES (1),(2),(3); INSERT INTO t VALUES (1, NULL); ANALYZE TABLE a, t',
    )
    const order = async (by: string) =>
      (await rowsOf({ 'snapshot.tables.order.by.row.count': by })).map((row) => row.source.table)
    expect(await order('ascending')).toEqual(['t', 'a', 'a', 'a'])
    expect(await order('descending')).toEqual(['a', 'a', 'a', 't'])
  })
})

describe('limits', () => {
  it('of captured tables stop the snapshot in the words of Debezium', async () => {
    const limit = { 'guardrail.collections.max': '1', 'guardrail.collections.limit.action': 'fail' }
    await server.sql('CREATE TABLE d.second (a INT)')
    await expect(rowsOf(limit)).rejects.toThrow(
      'Guardrail limit exceeded: 2 tables/collections configured for capture, but maximum allowed is 1.',
    )
  })
})

describe('a recovery', () => {
  it('files the definitions under the stored offset, which stays', async () => {
    await server.sql("INSERT INTO d.t VALUES (1, 'a')")
    const keptOffset = {
      tsSec: 7,
      file: 'b.000001',
      pos: 3609,
      gtids: null,
      row: 1,
      serverId: 5,
      event: 2,
      snapshot: null,
    }
    const { records, history, final } = await takeSnapshot(connector({ 'snapshot.mode': 'recovery' }), server.port, {
      keptOffset,
    })
    expect(records.map(({ topic }) => topic)).toEqual(Array(6).fill('s'))
    expect(history).toHaveLength(6)
    const { position } = JSON.parse(history[0] ?? '') as { position: Record<string, unknown> }
    expect(Object.entries(position).slice(1)).toEqual([
      ['file', 'b.000001'],
      ['pos', 3609],
      ['row', 1],
      ['event', 2],
      ['snapshot', 'INITIAL'],
    ])
    expect(final).toEqual({ ts_sec: 7, file: 'b.000001', pos: 3609, row: 1, server_id: 5, event: 2 })
  })
})

describe('locks', () => {
  it.each(['minimal', 'none', 'extended'])('of mode %s give one view of data and position', async (mode) => {
    await server.sql("INSERT INTO d.t VALUES (1, 'a')")
    const first = newest(await server.sql('SELECT @@GLOBAL.gtid_executed'))
    // A writer that never rests: the rows seen must be exactly those committed before the position.
    const writer = await openTextSession({ host: '127.0.0.1', port: server.port, user: 'root' })
    let isRunning = true
    let next = 2
    const writing = (async () => {
      while (isRunning) await writer.query(`INSERT INTO d.t VALUES (${next++}, REPEAT('y', 100))`)
    })()
    try {
      for (let round = 0; round < 3; round++) {
        const { records, final } = await takeSnapshot(connector({ 'snapshot.locking.mode': mode }), server.port)
        const ids = records
          .filter(({ topic }) => topic === 's.d.t')
          .map(({ value }) => (JSON.parse(value ?? '') as Row).after['id'])
        // One transaction per row: the rows of the view are those up to the position; without a lock there may be more, never fewer.
        const committed = 1 + newest(final['gtids']) - first
        if (mode === 'none') expect(ids.length).toBeGreaterThanOrEqual(committed)
        else expect(ids.length).toBe(committed)
      }
    } finally {
      isRunning = false
      await writing
      writer.close()
    }
  })

  it('are gone when the snapshot is', async () => {
    await takeSnapshot(connector({ 'snapshot.locking.mode': 'extended' }), server.port)
    await expect(server.sql("INSERT INTO d.t VALUES (9, 'z')")).resolves.toBeDefined()
  })

  it('fall back to the captured tables for an account that may not lock all', async () => {
    await server.sql(
      "INSERT INTO d.t VALUES (1, 'a'); CREATE USER IF NOT EXISTS few; GRANT SELECT, LOCK TABLES ON d.* TO few; GRANT REPLICATION CLIENT ON *.* TO few; GRANT FLUSH_TABLES ON *.* TO few",
    )
    const rows = await rowsOf({}, 'few')
    expect(rows.map((row) => row.after)).toEqual([{ id: 1, v: 'a' }])
    await server.sql(
      'CREATE USER IF NOT EXISTS none; GRANT SELECT ON d.* TO none; GRANT REPLICATION CLIENT ON *.* TO none',
    )
    await expect(rowsOf({}, 'none')).rejects.toMatchObject({ code: 'CDC_AUTH_PRIVILEGE' })
    expect(await rowsOf({ 'snapshot.locking.mode': 'none' }, 'none')).toHaveLength(1)
  })
})

/** Number of the newest transaction in a set of one source. */
function newest(gtids: unknown): number {
  return Number(/[:-](\d+)$/.exec(String(gtids).trim())?.[1])
}
