// An incremental snapshot beside a stream of changes: nothing is read behind something newer, nothing is missing, and a restart reads at most
// one chunk again. INCREMENTAL_UPDATES sets how many updates run beside each snapshot (default 1,500).
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openTextSession } from '@millrace/mysql'
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChangeRow } from '../../../../src/data/change-row.ts'
import type { Struct } from '../../../../src/data/record.ts'
import { structField } from '../../../../src/data/struct.ts'
import { toRecord } from '../../../../src/data/to-record.ts'
import { LiveConnector } from '../live-connector.ts'

const ROWS = 600
const CHUNK = 40
const UPDATES = Number(process.env['INCREMENTAL_UPDATES'] ?? 1500)
const LAST_ID = 1_000_000
/** The machine's disk is not what is tested. */
const FAST = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0']
let server: MysqlServer
let folder: string

beforeAll(async () => {
  server = await startMysql({ args: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--log-bin', ...FAST] })
  await server.sql("CREATE USER dbz IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz")
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-signals-'))
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await server.sql(
    'DROP DATABASE IF EXISTS app; CREATE DATABASE app; USE app; ' +
      'CREATE TABLE sig (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048)); ' +
      'CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL); SET SESSION cte_max_recursion_depth = 10000; ' +
      `INSERT INTO t WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) SELECT i, 0 FROM n`,
  )
})

/** What came of the table, change by change. */
class Replica {
  readonly values = new Map<number, number>()
  readonly reads = new Map<number, number>()
  /** Rows that were read behind a newer change. */
  readonly stale: string[] = []

  see(change: ChangeRow): void {
    const record = toRecord(change)
    if (!record.topic.endsWith('.t')) return
    const [id] = (record.key as Struct).values as [number]
    const after = structField(record.value as Struct, 'after')
    if (after === null) {
      this.values.delete(id)
      return
    }
    const v = after.values[1] as number
    if (change.op === 'r') {
      this.reads.set(id, (this.reads.get(id) ?? 0) + 1)
      if (v < (this.values.get(id) ?? 0)) this.stale.push(`${id}: ${v} behind ${this.values.get(id)}`)
    }
    this.values.set(id, v)
  }
}

function options(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    'database.port': String(server.port),
    'database.server.id': '7701',
    'snapshot.mode': 'no_data',
    'signal.data.collection': 'app.sig',
    'incremental.snapshot.chunk.size': String(CHUNK),
    ...more,
  }
}

const SIGNAL = `INSERT INTO app.sig VALUES ('s', 'execute-snapshot', '{"data-collections":["app.t"]}')`

/** Updates rows here and there, each to its next value, and says with a row of its own that it is done. */
async function write(seed: number): Promise<void> {
  let state = seed
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state % below
  }
  const session = await openTextSession({ host: '127.0.0.1', port: server.port, user: 'dbz', password: 'dbz' })
  try {
    for (let done = 0; done < UPDATES; done++)
      await session.query(`UPDATE app.t SET v = v + 1 WHERE id = ${1 + random(ROWS)}`)
    await session.query(`INSERT INTO app.t VALUES (${LAST_ID}, 1)`)
  } finally {
    session.close()
  }
}

async function serverValues(): Promise<Map<number, number>> {
  const text = await server.sql('SELECT id, v FROM app.t')
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('\t').map(Number) as [number, number])
      .filter(([id]) => Number.isInteger(id)),
  )
}

const isRunning = ({ offset }: LiveConnector) => offset !== null && 'incremental_snapshot_collections' in offset

describe.each([
  ['insert_insert', {}],
  ['insert_delete', { 'incremental.snapshot.watermarking.strategy': 'insert_delete' }],
])('beside writes, %s', (_name, more) => {
  test.each([1, 2])(
    'seed %i: no row is read behind a newer change, the copy equals the table',
    async (seed) => {
      const replica = new Replica()
      const connector = new LiveConnector(options(more))
      connector.onChange = (change) => replica.see(change)
      await connector.run(
        (live) => replica.values.has(LAST_ID) && replica.reads.size > 0 && !isRunning(live),
        async () => {
          await server.sql(SIGNAL)
          await write(seed)
        },
      )
      expect(replica.stale).toEqual([])
      expect(replica.values).toEqual(await serverValues())
    },
    120_000,
  )
})

test('read-only, by transactions: nothing is written, the copy equals the table', async () => {
  const file = path.join(folder, 'signals')
  const replica = new Replica()
  const connector = new LiveConnector(
    options({
      'read.only': 'true',
      'signal.enabled.channels': 'file',
      'signal.file': file,
      'signal.poll.interval.ms': '100',
    }),
  )
  connector.onChange = (change) => replica.see(change)
  await connector.run(
    (live) => replica.values.has(LAST_ID) && replica.reads.size > 0 && !isRunning(live),
    async () => {
      const signal = { id: 'f', type: 'execute-snapshot', data: { 'data-collections': ['app.t'] } }
      await writeFile(file, `${JSON.stringify(signal)}\n`)
      await write(3)
    },
  )
  expect(replica.stale).toEqual([])
  expect(replica.values).toEqual(await serverValues())
  expect((await server.sql('SELECT COUNT(*) FROM app.sig')).trim().split('\n').at(-1)).toBe('0')
}, 300_000)

test('a restart at every chunk: all rows are read, each restart reads at most one chunk again', async () => {
  const replica = new Replica()
  const connector = new LiveConnector(options())
  connector.onChange = (change) => replica.see(change)
  let restarts = 0
  await connector.run(isRunning, () => server.sql(SIGNAL))
  for (let isDone = false; !isDone; restarts++) {
    const before = replica.reads.size
    await connector.run((live) => {
      isDone = !isRunning(live)
      return isDone || replica.reads.size > before
    })
    expect(restarts).toBeLessThan(60)
  }
  expect(replica.reads.size).toBe(ROWS)
  const reads = [...replica.reads.values()].reduce((sum, count) => sum + count, 0)
  expect(reads).toBeLessThanOrEqual(ROWS + restarts * CHUNK)
  expect(restarts).toBeGreaterThan(ROWS / CHUNK - 2)
}, 300_000)

test('a table that is altered meanwhile is read to its end, with the new column', async () => {
  const replica = new Replica()
  const connector = new LiveConnector(options())
  let columns = 0
  connector.onChange = (change) => {
    replica.see(change)
    if (change.op === 'r') columns = Math.max(columns, change.shape.columns.length)
  }
  await connector.run(
    (live) => replica.reads.size === ROWS && !isRunning(live),
    async () => {
      await server.sql(SIGNAL)
      await server.sql('ALTER TABLE app.t ADD COLUMN w INT DEFAULT 7')
    },
  )
  expect(replica.reads.size).toBe(ROWS)
  expect(columns).toBe(3)
}, 300_000)
