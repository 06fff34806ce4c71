// Random values of every column type on real servers: a query's answer (what a snapshot reads) and the log (what the stream reads) give the
// same value and the same JSON bytes, in every mode of representation. What Debezium writes in two forms is brought into one.
import { type MysqlServer, startMariadb, startMysql } from '@millrace/servers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columnType, openTextSession, type TextSession, type ValueOptions } from '../src/index.ts'
import { jsonOfValue, optionsOf } from './column-cases.ts'
import { type LoggedRow, modelOf, readLoggedRows, selectRows } from './logged-rows.ts'
import { type ColumnKind, columnKinds } from './random-columns.ts'

/** Rows per type; MILLRACE_FULL raises it. */
const ROWS = process.env['MILLRACE_FULL'] === undefined ? 60 : 1000
const TIMEOUT_MS = 240_000
const COLUMNS_PER_TABLE = 40
const SEED = Number(process.env['MILLRACE_SEED'] ?? 20_261_124)

const MODES: readonly Partial<ValueOptions>[] = [
  {},
  { decimalHandling: 'double', timePrecision: 'connect', bigintUnsignedHandling: 'precise', binaryHandling: 'hex' },
  { timePrecision: 'isostring', decimalHandling: 'string', binaryHandling: 'base64', enableTimeAdjuster: false },
  { timePrecision: 'microseconds', binaryHandling: 'base64-url-safe' },
  { timePrecision: 'nanoseconds' },
]

const SERVERS = [
  ['MySQL 9.7, full metadata', 'mysql', () => startMysql({ args: ['--binlog-row-metadata=FULL', ...QUICK] })],
  ['MySQL 9.7, minimal metadata', 'mysql', () => startMysql({ args: QUICK })],
  ['MariaDB 10.11', 'mariadb', () => startMariadb({ version: '10.11', args: QUICK })],
  [
    'MariaDB 11.8, full metadata',
    'mariadb',
    () => startMariadb({ version: '11.8', args: ['--binlog-row-metadata=FULL', ...QUICK] }),
  ],
] as const
const QUICK = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0', '--default-time-zone=+00:00']

describe.each(SERVERS)('%s', (name, flavour, start) => {
  let server: MysqlServer
  let session: TextSession
  let tables: (readonly ColumnKind[])[] = []

  beforeAll(async () => {
    server = await start()
    session = await openTextSession({ host: server.host, port: server.port, user: server.rootUser })
    await session.query("SET sql_mode='', time_zone='+00:00'")
    await session.query('CREATE DATABASE zoo CHARACTER SET utf8mb4')
    await session.query('USE zoo')
    const version = /^(?:5\.5\.5-)?(\d+)\.(\d+)/.exec(session.serverVersion)!
    const hasLabels = name.endsWith('full metadata')
    const kinds = columnKinds(flavour, Number(version[1]) * 100 + Number(version[2]), hasLabels)
    tables = []
    for (let i = 0; i < kinds.length; i += COLUMNS_PER_TABLE) tables.push(kinds.slice(i, i + COLUMNS_PER_TABLE))
    for (const [i, columns] of tables.entries()) await fill(session, `t${i}`, columns)
  }, TIMEOUT_MS)
  afterAll(async () => {
    session?.close()
    await server?.stop()
  })

  test.each(MODES)(
    'log and query agree under %o',
    async (parts) => {
      const options = optionsOf(parts)
      for (const [i, columns] of tables.entries()) {
        const model = await modelOf(session, 'zoo', `t${i}`, flavour)
        const selected = await selectRows(session, model, options)
        const logged = readLoggedRows(server.dataFolder, model, options)
        expect(selected).toHaveLength(ROWS)
        expect(logged).toHaveLength(selected.length)
        const differences = new Map<string, string>()
        for (const [row, cells] of selected.entries()) {
          for (const [at, cell] of cells.entries()) {
            const form = at === 0 ? (text: string) => text : columns[at - 1]!.form
            const [a, b] = [cell, logged[row]![at]!].map((one) => (one === null ? null : form(one.json)))
            if (a !== b) differences.set(columns[at - 1]?.sql ?? 'id', `${columns[at - 1]?.sql}: query ${a}, log ${b}`)
          }
        }
        expect([...differences.values()]).toEqual([])
      }
    },
    TIMEOUT_MS,
  )

  test(
    'what read answers is what writeJson writes',
    async () => {
      const options = optionsOf()
      for (const i of tables.keys()) {
        const model = await modelOf(session, 'zoo', `t${i}`, flavour)
        const schemas = model.columns.map((column) => columnType(column, 'text', options).schema)
        const check = (row: LoggedRow) => {
          for (const [at, cell] of row.entries())
            if (cell !== null) expect(cell.json).toBe(jsonOfValue(schemas[at]!, cell.value))
        }
        for (const row of readLoggedRows(server.dataFolder, model, options)) check(row)
        for (const row of await selectRows(session, model, options)) check(row)
      }
    },
    TIMEOUT_MS,
  )
})

async function fill(session: TextSession, table: string, columns: readonly ColumnKind[]): Promise<void> {
  const definitions = columns.map(({ sql }, i) => `c${i} ${sql}`)
  await session.query(`CREATE TABLE ${table} (id INT PRIMARY KEY, ${definitions.join(', ')})`)
  const rows = fc.sample(fc.tuple(...columns.map(({ values }) => values)), { numRuns: ROWS, seed: SEED })
  for (const [id, values] of rows.entries())
    await session.query(`INSERT INTO ${table} VALUES (${id}, ${values.join(', ')})`)
}
