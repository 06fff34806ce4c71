import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/base/logger.ts'
import { readHistoryText } from '../../../src/source/mysql/history/history-record.ts'
import { SchemaHistory } from '../../../src/source/mysql/history/schema-history.ts'
import { DdlTracker } from '../../../src/source/mysql/schema/ddl-tracker.ts'
import { TableSchemas } from '../../../src/source/mysql/schema/table-schema.ts'
import { hasGoldens, readScenario } from './golden-scenarios.ts'
import { MemoryHistoryTopic } from './snapshot-lab.ts'

function historyOn(topic: MemoryHistoryTopic, options: { prefersDdl?: boolean; isCaseSensitive?: boolean } = {}) {
  const tracker = new DdlTracker({
    schemas: new TableSchemas({ isCaseSensitive: options.isCaseSensitive ?? true }),
    filters: { includesDatabase: () => true, includesTable: () => true, includesColumn: () => true },
    storesOnlyCapturedTables: false,
    storesOnlyCapturedDatabases: false,
    skipsUnparseable: false,
    ddlFilter: null,
    serverVersion: '9.7.0',
    flavour: 'mysql',
    logger: silentLogger,
  })
  const history = new SchemaHistory({
    topic,
    tracker,
    server: 's',
    hasComments: true,
    prefersDdl: options.prefersDdl ?? false,
    gtidOrder: { flavour: 'mysql', keeps: null },
  })
  return { history, tracker }
}

/** Runs statements as the stream would, each at the next position, and records what they did. */
async function run(lab: ReturnType<typeof historyOn>, statements: readonly string[]): Promise<void> {
  for (const [i, sql] of statements.entries()) {
    for (const change of lab.tracker.apply({ sql, database: 'd', sqlMode: '' }).schemaChanges) {
      const { database, ddl, changes } = change
      const position = { ts_sec: 1, file: 'b.000001', pos: (i + 1) * 100, server_id: 1 }
      await lab.history.record({ position, tsMs: 1, database, ddl, changes })
    }
  }
}

const STATEMENTS = [
  'SET character_set_server=latin1',
  'CREATE DATABASE d CHARACTER SET cp1251',
  "CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a''b','c'), v TEXT) COMMENT='note'",
  'ALTER TABLE t ADD w VARCHAR(5) DEFAULT NULL AFTER id',
  'RENAME TABLE t TO u',
  'CREATE TABLE k (a INT NOT NULL)',
  'CREATE UNIQUE INDEX ka ON k (a)',
  'DROP DATABASE d',
  'CREATE TABLE d2.z (v TEXT)',
]

describe('recovery', () => {
  for (const prefersDdl of [false, true]) {
    it(`gives the tables of every position, prefer.ddl=${prefersDdl}`, async () => {
      const topic = new MemoryHistoryTopic()
      const writer = historyOn(topic)
      await writer.history.prepare()
      await run(writer, STATEMENTS)
      for (let count = 1; count <= STATEMENTS.length; count++) {
        const truth = historyOn(new MemoryHistoryTopic())
        for (const sql of STATEMENTS.slice(0, count)) truth.tracker.apply({ sql, database: 'd', sqlMode: '' })
        const reader = historyOn(topic, { prefersDdl })
        await reader.history.recover({ ts_sec: 1, file: 'b.000001', pos: count * 100 + 50, server_id: 1 })
        expect([...reader.tracker.schemas.all()]).toEqual([...truth.tracker.schemas.all()])
        expect(reader.tracker.schemas.serverCharset).toBe('latin1')
      }
    })
  }

  it('passes over records of other connectors', async () => {
    const topic = new MemoryHistoryTopic()
    const writer = historyOn(topic)
    await writer.history.prepare()
    await run(writer, ['CREATE TABLE t (a INT)'])
    topic.texts?.push((topic.texts[0] as string).replace('"server" : "s"', '"server" : "x"').replace('`t`', '`x`'))
    const reader = historyOn(topic)
    await reader.history.recover({ ts_sec: 1, file: 'b.000009', pos: 4, server_id: 1 })
    expect([...reader.tracker.schemas.all()].map((table) => table.name)).toEqual(['t'])
  })

  it('fails in the words of Debezium when the topic is missing or empty', async () => {
    const offset = { file: 'b.000001', pos: 4 }
    const message =
      'The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.'
    await expect(historyOn(new MemoryHistoryTopic()).history.recover(offset)).rejects.toThrow(message)
    const empty = new MemoryHistoryTopic()
    await empty.create()
    await expect(historyOn(empty).history.recover(offset)).rejects.toMatchObject({
      code: 'CDC_SCHEMA_HISTORY',
      message,
    })
  })
})

describe('tables', () => {
  it('are found without case where the server has none', () => {
    const { tracker } = historyOn(new MemoryHistoryTopic(), { isCaseSensitive: false })
    tracker.apply({ sql: 'CREATE TABLE D.Tab (a INT)', database: '', sqlMode: '' })
    expect(tracker.schemas.get('d', 'TAB')?.name).toBe('Tab')
    const before = tracker.schemas.version
    tracker.apply({ sql: 'DROP TABLE d.tab', database: '', sqlMode: '' })
    expect(tracker.schemas.get('d', 'tab')).toBeUndefined()
    expect(tracker.schemas.version).toBeGreaterThan(before)
  })
})

describe('statements', () => {
  it('that cannot be read stop the task, in the words of Debezium', () => {
    const { tracker } = historyOn(new MemoryHistoryTopic())
    const apply = (sql: string) => tracker.apply({ sql, database: 'd', sqlMode: '' })
    expect(() => apply('CREATE TABLE t (a NOSUCH)')).toThrow("DDL statement couldn't be parsed")
    expect(() => apply('ALTER TABLE nosuch ADD a INT')).toThrow('does not exist')
    expect(apply('INSERT INTO t VALUES (1)')).toEqual({ schemaChanges: [], truncated: [], isDml: true })
    expect(apply('TRUNCATE t').truncated).toEqual([{ database: 'd', name: 't' }])
    expect(apply('CREATE VIEW v AS SELECT 1').schemaChanges).toEqual([])
    expect(apply('FLUSH TABLES').schemaChanges).toMatchObject([
      { ddl: 'FLUSH TABLES', sourceTable: '', isRecorded: true },
    ])
  })
})

describe.skipIf(!hasGoldens)('recorded histories', () => {
  it.each(['restart-history-prefer-ddl', 'ddl-default', 'ddl-zoo', 'types-plain'])(
    '%s is recovered whole',
    async (name) => {
      const scenario = readScenario(name)
      const topic = new MemoryHistoryTopic()
      topic.texts = [...scenario.history]
      const { tracker } = historyOn(topic)
      const server = scenario.connector['topic.prefix'] as string
      const reader = new SchemaHistory({
        topic,
        tracker,
        server,
        hasComments: true,
        prefersDdl: false,
        gtidOrder: { flavour: 'mysql', keeps: null },
      })
      const last = readHistoryText(scenario.history.at(-1) as string)
      await reader.recover(last.position)
      const wanted = new Map<string, unknown>()
      for (const { changes, ddl } of scenario.history.map(readHistoryText)) {
        for (const change of changes) {
          if (change.kind === 'DROP') wanted.delete(`${change.database}.${change.name}`)
          else {
            if (change.kind === 'ALTER' && change.previous !== null) {
              wanted.delete(`${change.previous.database}.${change.previous.name}`)
            }
            wanted.set(`${change.table.database}.${change.table.name}`, change.table)
          }
        }
        const dropped = /^DROP DATABASE (?:IF EXISTS )?`?(\w+)/.exec(ddl ?? '')
        if (dropped !== null) for (const id of wanted.keys()) if (id.startsWith(`${dropped[1]}.`)) wanted.delete(id)
      }
      const got = new Map([...tracker.schemas.all()].map((table) => [`${table.database}.${table.name}`, table]))
      expect(Object.fromEntries(got)).toEqual(Object.fromEntries(wanted))
    },
  )
})
