// Which tables a snapshot describes, which it reads, and in what order.
import type { TextSession } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import { compileJavaRegex, splitList } from '../../../config/java-regex.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import { listTables, readRowEstimates, type TablePlace } from './server-questions.ts'

/** The tables of a snapshot. */
export interface SnapshotTables {
  /** Whose definitions go into the history. */
  readonly described: readonly TablePlace[]
  /** Whose changes are captured. */
  readonly captured: readonly TablePlace[]
  /** Whose rows are read, in order. */
  readonly read: readonly TablePlace[]
}

/** Asks the server and applies the configuration. Throws CDC_CONFIG_INVALID where the guard rail says fail. */
export async function snapshotTables(session: TextSession, config: MysqlConnectorConfig): Promise<SnapshotTables> {
  const { filters, history, snapshot, options } = config
  const all = await listTables(session, options['table.ignore.builtin'] !== 'false')
  const captured = all.filter(({ database, name }) => filters.includesTable(database, name))
  const described = history.storesOnlyCapturedTables
    ? captured
    : all.filter(({ database }) => !history.storesOnlyCapturedDatabases || filters.includesDatabase(database))
  checkGuardRail(config, described.length)
  let read: readonly TablePlace[] = inListOrder(captured, options['table.include.list'])
  const { includes, tablesOrder } = snapshot
  if (includes !== null) read = read.filter((table) => includes(idOf(table)))
  if (tablesOrder !== 'disabled') {
    const estimates = await readRowEstimates(session)
    const sign = tablesOrder === 'ascending' ? 1 : -1
    const rows = (table: TablePlace) => estimates.get(idOf(table)) ?? 0
    read = [...read].sort((a, b) => sign * (rows(a) - rows(b)))
  }
  return { described, captured, read }
}

/** `database.name`, as filters want it. */
export function idOf(table: TablePlace): string {
  return `${table.database}.${table.name}`
}

/** Tables in the order of the first pattern of the include list that each matches. */
function inListOrder(tables: readonly TablePlace[], list: string | undefined): readonly TablePlace[] {
  if (list === undefined || list.trim() === '') return tables
  const patterns = splitList(list).map((item) => compileJavaRegex(item, { ignoreCase: true, isFullMatch: true }))
  const rank = (table: TablePlace) => patterns.findIndex((pattern) => pattern.test(idOf(table)))
  return [...tables].sort((a, b) => rank(a) - rank(b))
}

function checkGuardRail(config: MysqlConnectorConfig, count: number): void {
  const { options, history } = config
  const limit = Number(options['guardrail.collections.max'] ?? 0)
  if (!(limit > 0) || count <= limit || options['guardrail.collections.limit.action']?.toLowerCase() !== 'fail') return
  const reason = history.storesOnlyCapturedTables
    ? 'Increase the guardrail limit or reduce the number of captured tables.'
    : "Since 'schema.history.internal.store.only.captured.tables.ddl' is set to 'false', schemas of all the tables in the database are being" +
      ' captured. Increase the guardrail limit to allow the validation to pass. To reduce memory usage and validate only captured tables,' +
      " consider setting 'schema.history.internal.store.only.captured.tables.ddl=true' or" +
      " 'schema.history.internal.store.only.captured.databases.ddl=true'. WARNING: Changing these settings means the connector will NOT be" +
      ' able to automatically start capturing changes from tables that were not originally added to the include list. You would need to do' +
      ' schema history recovery to add those tables later.'
  throw new CdcError(
    'CDC_CONFIG_INVALID',
    `Guardrail limit exceeded: ${count} tables/collections configured for capture, but maximum allowed is ${limit}. ${reason}`,
    { javaClass: 'io.debezium.DebeziumException' },
  )
}
