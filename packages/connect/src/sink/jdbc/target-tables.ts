// What the sink knows of the target's tables, and the changes that make them fit the records (schema.evolution=basic).
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { TablePlan } from './change-reader.ts'
import type { Dialect, TargetTable } from './dialect.ts'
import type { JdbcConfig } from './jdbc-config.ts'
import type { SqlSession } from './sql-session.ts'

/** The tables of one target. */
export class TargetTables {
  readonly #config: JdbcConfig
  readonly #dialect: Dialect
  readonly #log: Logger
  readonly #tables = new Map<string, TargetTable>()
  /** Shapes that are known to fit. */
  readonly #fitting = new Set<string>()

  constructor(config: JdbcConfig, dialect: Dialect, log: Logger) {
    this.#config = config
    this.#dialect = dialect
    this.#log = log
  }

  /** The table as it is known; ask {@link TargetTables.fit} first. */
  known(table: string): TargetTable {
    const found = this.#tables.get(table)
    if (found === undefined) throw new CdcError('CDC_INTERNAL', `table ${table} was not looked at`)
    return found
  }

  /** Forgets everything: another connection, or a statement that the tables refused. */
  forget(): void {
    this.#tables.clear()
    this.#fitting.clear()
  }

  /**
   * Sees to it that the table exists and has the columns. Errors: CDC_SINK_FAILED when it has not and must not be altered; SqlFailure.
   */
  async fit(session: SqlSession, plan: TablePlan): Promise<void> {
    if (this.#fitting.has(plan.signature)) return
    const { table, columns } = plan
    let target = this.#tables.get(table) ?? (await this.#dialect.table(session, table))
    if (target === null) {
      this.#check(`Could not find table ${table}`)
      await session.query(this.#dialect.createTable(table, columns))
      this.#log.info({ table }, 'table created')
      target = await this.#look(session, table)
    }
    let missing = columns.filter(({ name }) => !target!.columns.has(name))
    if (missing.length > 0) {
      // Another task may have altered it meanwhile.
      target = await this.#look(session, table)
      missing = columns.filter(({ name }) => !target!.columns.has(name))
    }
    if (missing.length > 0) {
      const names = missing.map(({ name }) => name).join(', ')
      this.#check(`Columns ${names} of table ${table} are missing`)
      const required = missing.filter(({ schema }) => !schema.optional && (schema.default ?? null) === null)
      if (required.length > 0) {
        const list = required.map(({ name }) => name).join(', ')
        throw new CdcError(
          'CDC_SINK_FAILED',
          `Columns ${list} of table ${table} cannot be added: they are required and have no default`,
        )
      }
      await session.query(this.#dialect.addColumns(table, missing))
      this.#log.info({ table, columns: names }, 'table altered')
      target = await this.#look(session, table)
    }
    this.#tables.set(table, target)
    this.#fitting.add(plan.signature)
  }

  async #look(session: SqlSession, table: string): Promise<TargetTable> {
    const found = await this.#dialect.table(session, table)
    if (found === null) throw new CdcError('CDC_SINK_FAILED', `Could not find table ${table} after it was created`)
    return found
  }

  #check(problem: string): void {
    if (this.#config.evolves) return
    throw new CdcError(
      'CDC_SINK_FAILED',
      `${problem}, and the collection cannot be altered because schema evolution is disabled`,
      {
        hint: 'Create or alter the table, or set schema.evolution=basic.',
      },
    )
  }
}
