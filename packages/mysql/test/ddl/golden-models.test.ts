// Every statement that the goldens' history topics hold, read with the tables that the records before it describe, must give the
// tables of its own record.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { DdlContext } from '../../src/ddl/ddl-result.ts'
import { parseDdl } from '../../src/ddl/parse-ddl.ts'
import type { ColumnModel, TableModel } from '../../src/ddl/table-model.ts'
import { unescapeLiteral } from '../../src/ddl/unescape.ts'

const events = fileURLToPath(new URL('../../../../../shared/goldens/events/', import.meta.url))

/** Statements after which Debezium's own model is wrong: a swap of names loses a column, a backtick in a name is not undone. */
const DEBEZIUM_IS_WRONG = new Set([
  'ALTER TABLE t1 RENAME COLUMN c04 TO c05, RENAME COLUMN c05 TO c04',
  'ALTER TABLE `a.b` DROP `e``f`, ADD `"q"` INT',
])

/** Statements recorded under another database than the session's: a rename is filed under the new place. */
const SESSION_DATABASE: Readonly<Record<string, string>> = { 'ALTER TABLE t55 RENAME TO s2.t55': 's1' }

interface HistoryColumn {
  name: string
  typeName: string
  charsetName: string | null
  length?: number
  scale?: number
  optional: boolean
  autoIncremented: boolean
  comment: string | null
  hasDefaultValue: boolean
  defaultValueExpression?: string
  enumValues: string[]
}
interface HistoryTable {
  defaultCharsetName: string | null
  primaryKeyColumnNames: string[]
  columns: HistoryColumn[]
}
interface HistoryChange {
  type: 'CREATE' | 'ALTER' | 'DROP'
  id: string
  previousId?: string
  table?: HistoryTable
  comment?: string | null
}
interface HistoryRecord {
  position: { snapshot?: string }
  databaseName: string
  ddl?: string
  tableChanges: HistoryChange[]
}

/** `"a"."b"` → a, b. */
function idOf(text: string): [string, string] {
  const parts = /^"(.*)"\."(.*)"$/s.exec(text)
  return [parts?.[1] ?? '', parts?.[2] ?? '']
}

function modelOf(change: HistoryChange): TableModel {
  const [database, name] = idOf(change.id)
  const table = change.table as HistoryTable
  return {
    database,
    name,
    primaryKey: table.primaryKeyColumnNames,
    charset: table.defaultCharsetName,
    comment: change.comment ?? null,
    columns: table.columns.map(
      (column): ColumnModel => ({
        name: column.name,
        typeName: column.typeName,
        length: column.length ?? null,
        scale: column.scale ?? null,
        charset: column.charsetName,
        collation: null,
        isNullable: column.optional,
        isAutoIncremented: column.autoIncremented,
        isGenerated: false,
        enumValues: column.enumValues.map((label) => unescapeLiteral(label.slice(1, -1), "'", false)),
        ...(column.enumValues.length === 0 ? {} : { enumLiterals: column.enumValues }),
        hasDefault: column.hasDefaultValue,
        defaultExpression: column.defaultValueExpression ?? null,
        comment: column.comment,
      }),
    ),
  }
}

/** What the history does not hold is left out; comments only where the scenario keeps them. */
function comparable(table: TableModel, hasComments: boolean): unknown {
  const columns = table.columns.map(({ collation: _c, isGenerated: _g, comment, ...rest }) =>
    hasComments ? { ...rest, comment } : rest,
  )
  const { comment, ...rest } = table
  return hasComments ? { ...rest, columns, comment } : { ...rest, columns }
}

function historyOf(scenario: string): { records: HistoryRecord[]; hasComments: boolean } {
  const folder = `${events}${scenario}/`
  const connector = JSON.parse(readFileSync(`${folder}connector.json`, 'utf8')) as Record<string, string>
  const topic = connector['schema.history.internal.kafka.topic']
  const records = readFileSync(`${folder}expected.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { topic: string; value: { text: string } })
    .filter((record) => record.topic === topic)
    .map((record) => JSON.parse(record.value.text) as HistoryRecord)
  return { records, hasComments: connector['include.schema.comments'] === 'true' }
}

describe.skipIf(!existsSync(events))('models of the goldens', () => {
  const scenarios = existsSync(events)
    ? readdirSync(events).filter((name) => existsSync(`${events}${name}/expected.jsonl`))
    : []

  it.each(scenarios)('%s', (scenario) => {
    const { records, hasComments } = historyOf(scenario)
    const tables = new Map<string, TableModel>()
    const charsets = new Map<string, string>()
    for (const record of records) {
      if (record.ddl === undefined) continue
      const context: DdlContext = {
        database: SESSION_DATABASE[record.ddl] ?? record.databaseName,
        sqlMode: '',
        serverVersion: '9.7.0',
        flavour: 'mysql',
        tables: { get: (database, name) => tables.get(`"${database}"."${name}"`) },
        databaseCharset: (database) => charsets.get(database),
        serverCharset: 'utf8mb4',
      }
      const statements = parseDdl(record.ddl, context)
      expect(statements).toHaveLength(1)
      for (const statement of statements) {
        if (statement.kind === 'database' && statement.charset !== null)
          charsets.set(statement.database, statement.charset)
        const changes = statement.kind === 'tables' ? statement.events.flatMap((event) => event.changes) : []
        const isSplitRename = record.ddl.startsWith('RENAME') && record.tableChanges.length === 0
        if (!isSplitRename && !DEBEZIUM_IS_WRONG.has(record.ddl)) {
          expect({ ddl: record.ddl, kinds: changes.map((change) => change.kind) }).toEqual({
            ddl: record.ddl,
            kinds: record.tableChanges.map((change) => change.type),
          })
          const got = changes.flatMap((change) =>
            change.kind === 'DROP' ? [] : [comparable(change.table, hasComments)],
          )
          const wanted = record.tableChanges
            .filter((change) => change.type !== 'DROP')
            .map((change) => comparable(modelOf(change), hasComments))
          expect(got, record.ddl).toEqual(wanted)
        }
      }
      for (const change of record.tableChanges) {
        if (change.previousId !== undefined) tables.delete(change.previousId)
        if (change.type === 'DROP') tables.delete(change.id)
        else tables.set(change.id, modelOf(change))
      }
    }
  })
})
