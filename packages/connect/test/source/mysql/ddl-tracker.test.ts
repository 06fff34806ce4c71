// The statements of recorded logs give the history and the schema changes that Debezium recorded.
import { ByteCursor, ddlSqlMode, decodeQuery, EventType, readBinlogFile } from '@millrace/mysql'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/base/logger.ts'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import { historyText, readHistoryText } from '../../../src/source/mysql/history/history-record.ts'
import { DdlTracker, type SchemaChange, type StatementText } from '../../../src/source/mysql/schema/ddl-tracker.ts'
import { TableSchemas } from '../../../src/source/mysql/schema/table-schema.ts'
import { type GoldenScenario, hasGoldens, readScenario, scenarioNames } from './golden-scenarios.ts'

/** Parts of statements where Debezium's own model went wrong or that it could not read. */
const DIFFERENT: readonly string[] = [
  // Debezium does not read `RENAME =` and stops.
  'RENAME = other9',
  'ADD never',
  // A swap of names loses a column, and the statements after it show the table without it.
  'RENAME COLUMN c05 TO c04',
  'ALTER TABLE t1 ADD PRIMARY KEY (c06), ADD',
  'ALTER TABLE t1 MODIFY c06',
  'RENAME COLUMN c06 TO pk6',
  'CHANGE pk6 pk7',
  'DROP COLUMN pk7',
  // A doubled backtick in a name is not undone, so that the column is not found.
  'DROP `e``f`',
]

/** Here published records were still queued when Debezium's task failed, or are no JSON. */
const WITHOUT_PUBLISHED = new Set(['ddl-unparseable', 'opt-string-converter'])

function trackerOf(scenario: GoldenScenario): DdlTracker {
  const { config } = parseMysqlConfig(
    Object.fromEntries(
      Object.entries(scenario.connector).map(([name, value]) => [
        name,
        name === 'database.port' ? '3306' : value.replace(/^\$\{\w+\}$/, 'x'),
      ]),
    ),
  )
  return new DdlTracker({
    schemas: new TableSchemas(),
    filters: config.filters,
    storesOnlyCapturedTables: config.history.storesOnlyCapturedTables,
    storesOnlyCapturedDatabases: config.history.storesOnlyCapturedDatabases,
    skipsUnparseable: config.history.skipsUnparseableDdl,
    ddlFilter: null,
    serverVersion: '9.7.0',
    flavour: 'mysql',
    logger: silentLogger,
  })
}

/** The statements of the log behind the snapshot's position. */
function statements(scenario: GoldenScenario, fromPos: number): StatementText[] {
  const found: StatementText[] = []
  for (const event of readBinlogFile(scenario.binlog as Buffer, 'binlog.000001')) {
    if (event.header.typeCode !== EventType.QUERY_EVENT || event.startPosition < fromPos) continue
    const cursor = new ByteCursor().open(event.bytes, event.bodyStart, event.bodyEnd, event)
    const query = decodeQuery(cursor)
    if (query.sql !== 'BEGIN')
      found.push({ sql: query.sql, database: query.database, sqlMode: ddlSqlMode(query.sqlMode) })
  }
  return found
}

/** Database, text and table changes, as both topics have them. */
function outline(change: SchemaChange): unknown {
  const text = historyText(
    { server: '', position: {}, tsMs: 0, database: change.database, ddl: change.ddl, changes: change.changes },
    false,
  )
  return JSON.parse(text)
}

function outlineOf(text: string): unknown {
  const record = readHistoryText(text)
  return JSON.parse(historyText({ ...record, server: '', position: {}, tsMs: 0 }, false))
}

interface PublishedChange {
  readonly source: { readonly snapshot: string; readonly table: string | null }
  readonly databaseName: string
  readonly ddl: string
}

describe.skipIf(!hasGoldens)('streams of the goldens', () => {
  const scenarios = scenarioNames().filter((name) => {
    const { binlog, history, connector } = readScenario(name)
    return (
      binlog !== null && history.length > 0 && connector['snapshot.mode'] === undefined && !name.startsWith('restart')
    )
  })

  it.each(scenarios)('%s', (name) => {
    const scenario = readScenario(name)
    const tracker = trackerOf(scenario)
    const records = scenario.history.map(readHistoryText)
    const snapshot = records.filter((record) => record.position['snapshot'] !== undefined)
    for (const record of snapshot) {
      if (record.changes.length > 0) tracker.schemas.apply(record.changes)
      else tracker.replay(record.ddl ?? '', record.database)
    }
    const changes = statements(scenario, Number(snapshot[0]?.position['pos'])).flatMap(
      (statement) => tracker.apply(statement).schemaChanges,
    )
    const wanted = scenario.history.slice(snapshot.length).filter((text) => readHistoryText(text).ddl !== null)
    const isDifferent = (ddl: unknown) => DIFFERENT.some((part) => String(ddl).includes(part))
    const comparable = (list: unknown[]) => list.filter((entry) => !isDifferent((entry as { ddl: string }).ddl))
    expect(comparable(changes.filter((change) => change.isRecorded).map(outline))).toEqual(
      comparable(wanted.map(outlineOf)),
    )
    if (scenario.connector['include.schema.changes'] === 'false' || WITHOUT_PUBLISHED.has(name)) return
    const published = scenario.schemaChanges
      .map((record) => JSON.parse(record.value.text ?? '{}') as PublishedChange & { payload?: PublishedChange })
      .map((value) => value.payload ?? value)
      .filter((value) => value.source.snapshot === 'false' && value.ddl !== null)
      .map((value) => ({ database: value.databaseName, ddl: value.ddl, table: value.source.table }))
    const got = changes.filter((change) => change.isPublished)
    expect(comparable(got.map(({ database, ddl, sourceTable: table }) => ({ database, ddl, table })))).toEqual(
      comparable(published),
    )
  })
})
