// The statements of recorded logs give the history and the schema changes that Debezium recorded.
import { ddlSqlMode, decodeQuery, EventType, readBinlogFile } from '@millrace/mysql'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/base/logger.ts'
import { parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import { historyText, readHistoryText } from '../../../src/source/mysql/history/history-record.ts'
import { DdlTracker, type SchemaChange, type StatementText } from '../../../src/source/mysql/schema/ddl-tracker.ts'
import { TableSchemas } from '../../../src/source/mysql/schema/table-schema.ts'
import { type GoldenScenario, hasGoldens, readScenario, scenarioNames } from './golden-scenarios.ts'

/** Scenarios in which Debezium's own model went wrong or statements were lost, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {}

function trackerOf(scenario: GoldenScenario): DdlTracker {
  const { config } = parseMysqlConfig(
    Object.fromEntries(
      Object.entries(scenario.connector).map(([k, v]) => [k, v.replace('${port}', '3306').replace('${host}', 'h')]),
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

describe.skipIf(!hasGoldens)('streams of the goldens', () => {
  it('todo', () => {
    expect(DIFFERENT).toEqual({})
    void decodeQuery
    void ddlSqlMode
    void EventType
    void readBinlogFile
    void historyText
    void readHistoryText
    void trackerOf
    void readScenario
    void scenarioNames
    const x: SchemaChange[] = []
    const y: StatementText[] = []
    void x
    void y
  })
})
