// The whole source against a real MySQL: snapshot, stream, statements, restarts, cut connections, big transactions, and every refusal.
import { type MysqlServer, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../../../src/base/logger.ts'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import type { ChangeRow } from '../../../src/data/change-row.ts'
import type { Struct } from '../../../src/data/record.ts'
import { rawField } from '../../../src/data/struct.ts'
import { toRecord } from '../../../src/data/to-record.ts'
import { MysqlSource } from '../../../src/source/mysql/mysql-source.ts'
import type { SourceOffset } from '../../../src/source/source.ts'
import { MemoryHistoryTopic } from './snapshot-lab.ts'

let server: MysqlServer
let nextServerId = 9100

beforeAll(async () => {
  server = await startMysql({
    args: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--default-time-zone=+00:00'],
  })
  await server.sql(
    "CREATE USER dbz@'%' IDENTIFIED BY 'dbz'; GRANT ALL ON *.* TO dbz@'%'; CREATE USER norepl@'%' IDENTIFIED BY 'x'; GRANT SELECT ON *.* TO norepl@'%'",
  )
})
afterAll(async () => {
  await server?.stop()
})

/** One connector over several runs: its stored offset, its history, and all it has sent. */
class Connector {
  readonly history = new MemoryHistoryTopic()
  offset: SourceOffset | null = null
  /** `topic op id`, tombstones as `topic - id`. */
  readonly sent: string[] = []
  readonly ddl: string[] = []
  batches = 0
  connections = 0
  /** Awaited after each batch: nothing is read meanwhile but what fits the buffers. */
  onBatch: () => Promise<void> = async () => {}
  readonly #options: Readonly<Record<string, string>>

  constructor(options: Readonly<Record<string, string>> = {}) {
    this.#options = options
  }

  /** Runs until `isEnough` or an error; offsets are stored as the task would after acknowledgement. */
  async run(isEnough: (connector: Connector) => boolean, whenStreaming?: () => Promise<unknown>): Promise<void> {
    const controller = new AbortController()
    const { config } = parseMysqlConfig({
      name: 'live',
      'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
      'database.hostname': server.host,
      'database.port': String(server.port),
      'database.user': 'dbz',
      'database.password': 'dbz',
      'database.server.id': String(nextServerId++),
      'topic.prefix': 'p',
      'database.include.list': 'app',
      'schema.history.internal.kafka.topic': 'h',
      'schema.history.internal.kafka.bootstrap.servers': 'b',
      ...this.#options,
    })
    const begun: Promise<unknown>[] = []
    const log = { ...silentLogger, info: (_: unknown, message?: string) => onLog(message), child: () => log }
    const onLog = (message?: string) => {
      if (message !== 'reading the binary log') return
      this.connections++
      if (begun.length === 0 && whenStreaming !== undefined) begun.push(whenStreaming())
    }
    await using source = new MysqlSource({
      config,
      log,
      historyTopic: this.history,
      context: {
        connectorName: 'live',
        taskId: 0,
        signal: controller.signal,
        loadOffset: async () => this.offset,
        openLink: () => Promise.reject(new Error('no broker here')),
      },
    })
    for await (const batch of source.batches()) {
      this.batches++
      batch.forEach((item) => {
        if (item.kind === 'change') this.#change(item)
        else if (item.record.topic === 'p') this.ddl.push(String(rawField(item.record.value as Struct, 'ddl')))
        else this.sent.push(`${item.record.topic} - ${(item.record.key as Struct | null)?.values.join()}`)
      })
      if (batch.sourceOffset !== null) this.offset = batch.sourceOffset
      batch.acked()
      await this.onBatch()
      if (isEnough(this)) controller.abort()
    }
    await Promise.all(begun)
  }

  #change(row: ChangeRow): void {
    const { topic, key } = toRecord(row)
    this.sent.push(`${topic} ${row.op} ${(key as Struct | null)?.values.join()}`)
  }
}

const has = (text: string) => (connector: Connector) => connector.sent.includes(text)

async function killDumps(): Promise<void> {
  const ids = await server.sql("SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog%'")
  for (const id of ids.split('\n').filter((line) => /^\d+$/.test(line))) await server.sql(`KILL ${id}`, { force: true })
}

beforeEach(async () => {
  await server.sql(
    'DROP DATABASE IF EXISTS app; CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(20))',
  )
})

test('snapshot, changes, DDL, a stop and a restart: everything once, in order', async () => {
  await server.sql("INSERT INTO app.t VALUES (1,'one')")
  const connector = new Connector()
  await connector.run(has('p.app.t c 3'), () =>
    server.sql("INSERT INTO app.t VALUES (2,'two'); UPDATE app.t SET id=3 WHERE id=2"),
  )
  expect(connector.sent).toEqual(['p.app.t r 1', 'p.app.t c 2', 'p.app.t d 2', 'p.app.t - 2', 'p.app.t c 3'])
  await server.sql(
    "ALTER TABLE app.t ADD w INT; INSERT INTO app.t VALUES (4,'x',7); DELETE FROM app.t WHERE id=1; INSERT INTO app.t VALUES (9,'e',0)",
  )
  await connector.run(has('p.app.t c 9'))
  expect(connector.sent.slice(5)).toEqual(['p.app.t c 4', 'p.app.t d 1', 'p.app.t - 1', 'p.app.t c 9'])
  expect(connector.ddl.at(-1)).toBe('ALTER TABLE app.t ADD w INT')
  expect(connector.history.texts?.at(-1)).toContain('ALTER TABLE app.t ADD w INT')
})

test('a restart right behind a statement does not record it again', async () => {
  const connector = new Connector()
  await connector.run(
    ({ ddl }) => ddl.includes('ALTER TABLE app.t ADD w INT'),
    () => server.sql('ALTER TABLE app.t ADD w INT'),
  )
  const { length } = connector.ddl
  await server.sql("INSERT INTO app.t VALUES (1,'a',1)")
  await connector.run(has('p.app.t c 1'))
  expect(connector.ddl).toHaveLength(length)
})

test('a dump connection killed again and again: nothing lost, nothing twice', async () => {
  const connector = new Connector()
  const rows = 300
  await connector.run(has(`p.app.t c ${rows}`), async () => {
    for (let id = 1; id <= rows; id += 10) {
      const values = Array.from({ length: 10 }, (_, i) => `(${id + i},'v')`).join()
      await server.sql(`INSERT INTO app.t VALUES ${values}`)
      if (id % 50 !== 1) continue
      await killDumps()
    }
  })
  expect(connector.connections).toBeGreaterThan(1)
  expect(connector.sent).toEqual(Array.from({ length: rows }, (_, i) => `p.app.t c ${i + 1}`))
})

test('a big transaction comes in batches, and goes on in its middle after a restart', async () => {
  const connector = new Connector()
  const rows = 60_000
  const insert =
    'SET SESSION cte_max_recursion_depth=1000000; INSERT INTO app.t WITH RECURSIVE s(n) AS ' +
    `(SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<${rows}) SELECT n, REPEAT('x',20) FROM s`
  await connector.run(
    ({ sent }) => sent.length >= 10_000,
    () => server.sql(insert),
  )
  const before = connector.sent.length
  expect(before).toBeLessThan(rows)
  expect(connector.offset).toMatchObject({ event: expect.any(Number), row: expect.any(Number) })
  await connector.run(has(`p.app.t c ${rows}`))
  expect(connector.sent).toHaveLength(rows)
  expect(new Set(connector.sent).size).toBe(rows)
})

test('a connection killed inside a big transaction: it goes on with the next row', async () => {
  const connector = new Connector()
  const rows = 200_000
  let kills = 0
  connector.onBatch = async () => {
    if (kills >= 3 || connector.sent.length < 10_000 * (kills + 1)) return
    kills++
    await killDumps()
  }
  const insert =
    'SET SESSION cte_max_recursion_depth=1000000; INSERT INTO app.t WITH RECURSIVE s(n) AS ' +
    `(SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<${rows}) SELECT n, REPEAT('x',20) FROM s`
  await connector.run(has(`p.app.t c ${rows}`), async () => {
    await server.sql('ALTER TABLE app.t MODIFY v VARCHAR(300)')
    await server.sql(insert.replace(',20)', ',200)'))
  })
  expect(connector.connections).toBeGreaterThan(1)
  expect(connector.sent).toHaveLength(rows)
  expect(new Set(connector.sent).size).toBe(rows)
})

test('compressed transactions', async () => {
  const connector = new Connector()
  await connector.run(has('p.app.t d 1'), () =>
    server.sql("SET binlog_transaction_compression=ON; INSERT INTO app.t VALUES (1,'z'); DELETE FROM app.t"),
  )
  expect(connector.sent).toEqual(['p.app.t c 1', 'p.app.t d 1', 'p.app.t - 1'])
})

test('heartbeats carry the offset on', async () => {
  const connector = new Connector({ 'heartbeat.interval.ms': '200', 'snapshot.mode': 'no_data' })
  await connector.run(({ sent }) => sent.filter((text) => text.startsWith('__debezium-heartbeat.p')).length > 1)
  expect(connector.offset).not.toHaveProperty('snapshot')
})

describe('refusals', () => {
  const never = () => false
  const refused = (options: Record<string, string>) => new Connector(options).run(never)

  test.each([
    ['wrong password', { 'database.password': 'bad' }, 'CDC_AUTH_DENIED', 'Access denied for user'],
    ['unknown host', { 'database.hostname': 'no-such-host.invalid' }, 'CDC_CONNECT_REFUSED', 'no-such-host'],
    ['closed port', { 'database.port': '1' }, 'CDC_CONNECT_REFUSED', 'ECONNREFUSED'],
    [
      'missing grant',
      { 'database.user': 'norepl', 'database.password': 'x' },
      'CDC_AUTH_PRIVILEGE',
      'should support SHOW BINARY LOG STATUS but it failed. Check database permissions or connectivity.',
    ],
    ['a mode that is not built', { 'snapshot.mode': 'custom' }, 'CDC_UNSUPPORTED', 'custom'],
  ])('%s', async (_, options, code, message) => {
    await expect(refused(options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/./),
    })
  })

  test.each([
    ['binlog_row_image', 'MINIMAL', 'FULL'],
    ['binlog_format', 'MIXED', 'ROW'],
  ])('%s=%s', async (variable, value, wanted) => {
    await server.sql(`SET GLOBAL ${variable}='${value}'`)
    try {
      await expect(refused({})).rejects.toMatchObject({
        code: 'CDC_CONFIG_INVALID',
        message: expect.stringContaining(
          `not configured to use a ${wanted} ${variable}, which is required for this connector`,
        ),
      })
    } finally {
      await server.sql(`SET GLOBAL ${variable}='${wanted}'`)
    }
  })

  test('row changes in statement format stop the task', async () => {
    const running = new Connector().run(never, () =>
      server.sql("SET SESSION binlog_format='STATEMENT'; INSERT INTO app.t VALUES (1,'s')"),
    )
    await expect(running).rejects.toMatchObject({ code: 'CDC_UNSUPPORTED_EVENT' })
  })

  test('a session with a MINIMAL row image stops the task', async () => {
    const running = new Connector().run(never, () =>
      server.sql("INSERT INTO app.t VALUES (1,'s'); SET SESSION binlog_row_image='MINIMAL'; UPDATE app.t SET v='q'"),
    )
    await expect(running).rejects.toMatchObject({
      code: 'CDC_DATA_ROW_IMAGE',
      message:
        'Error processing row in t, internal schema size 2, but row size 1 , restart connector with schema recovery mode.',
    })
  })

  test('a purged log', async () => {
    const connector = new Connector()
    await connector.run(has('p.app.t c 1'), () => server.sql("INSERT INTO app.t VALUES (1,'a')"))
    await server.sql("INSERT INTO app.t VALUES (2,'b'); FLUSH BINARY LOGS; INSERT INTO app.t VALUES (3,'c')")
    const file = (await server.sql('SHOW BINARY LOG STATUS')).trim().split('\n').at(-1)!.split('\t')[0]
    await server.sql(`PURGE BINARY LOGS TO '${file}'`)
    await expect(connector.run(never)).rejects.toMatchObject({
      code: 'CDC_POSITION_LOST',
      message: expect.stringContaining('this is no longer available on the server'),
    })
  })

  test('a log that was reset: transactions that the server does not have', async () => {
    const connector = new Connector()
    await connector.run(has('p.app.t c 1'), () =>
      server.sql("INSERT INTO app.t VALUES (1,'a'); INSERT INTO app.t VALUES (2,'b')"),
    )
    await server.sql('RESET BINARY LOGS AND GTIDS')
    await expect(connector.run(never)).rejects.toMatchObject({ code: 'CDC_POSITION_LOST' })
  })
})

test('binary logging off', async () => {
  const plain = await startMysql({ args: ['--skip-log-bin'] })
  try {
    const connector = new Connector({
      'database.port': String(plain.port),
      'database.user': plain.rootUser,
      'database.password': '',
    })
    await expect(connector.run(() => false)).rejects.toMatchObject({
      code: 'CDC_CONFIG_INVALID',
      message: expect.stringContaining('binary logging is off'),
    })
  } finally {
    await plain.stop()
  }
})
