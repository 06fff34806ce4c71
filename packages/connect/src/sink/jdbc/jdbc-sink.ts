// The JDBC sink: what one `put` brings is written in one transaction, in order per table, many rows a statement.
import { CdcError } from '../../base/errors.ts'
import { sleep } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { Sink, SinkContext, SinkPartition, SinkRecord } from '../sink.ts'
import { ChangeReader, keyOf, type TableChange, type TablePlan } from './change-reader.ts'
import type { Dialect, Statement } from './dialect.ts'
import type { JdbcConfig } from './jdbc-config.ts'
import { mysqlDialect } from './mysql-dialect.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { SqlFailure, type SqlSession } from './sql-session.ts'
import { TargetOffsets } from './target-offsets.ts'
import { TargetTables } from './target-tables.ts'

/** What a sink is made of. */
export interface JdbcSinkOptions {
  readonly config: JdbcConfig
  readonly context: SinkContext
  readonly log: Logger
}

/** Rows that go out together: of one shape, with one meaning, in order. */
type Run =
  | { readonly kind: 'write' | 'delete'; readonly plan: TablePlan; readonly rows: (readonly (string | null)[])[] }
  | { readonly kind: 'truncate'; readonly table: string }

/** Debezium's JdbcSinkConnector for PostgreSQL and MySQL. Open with {@link openJdbcSink}. */
export class JdbcSink implements Sink {
  readonly #options: JdbcSinkOptions
  readonly #dialect: Dialect
  readonly #reader: ChangeReader
  readonly #tables: TargetTables
  readonly #offsets: TargetOffsets | null
  #session: SqlSession | null = null

  constructor(options: JdbcSinkOptions) {
    const { config, context, log } = options
    this.#options = options
    this.#dialect = config.url.kind === 'mysql' ? mysqlDialect(config) : postgresDialect(config)
    this.#reader = new ChangeReader(config, this.#dialect)
    this.#tables = new TargetTables(config, this.#dialect, log)
    this.#offsets = config.isExactlyOnce
      ? new TargetOffsets(this.#dialect, config.offsetsTable, context.connectorName)
      : null
  }

  /** Connects, so that a wrong address or password ends the task at once. Errors: CDC_SINK_FAILED. */
  async connect(): Promise<void> {
    await this.#retrying(async () => void (await this.#open()))
  }

  async open(
    partitions: readonly (SinkPartition & { readonly offset: number })[],
  ): Promise<readonly (SinkPartition & { readonly offset: number })[] | undefined> {
    const offsets = this.#offsets
    if (offsets === null) return undefined
    let positions = partitions
    await this.#retrying(async () => {
      positions = await offsets.open(await this.#open(), partitions)
    })
    return positions
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    const changes: TableChange[] = []
    const accepted: SinkRecord[] = []
    for (const record of records) {
      try {
        const change = this.#reader.read(record)
        if (change !== null) changes.push(change)
      } catch (error) {
        this.#options.context.report(record, error)
      }
      accepted.push(record)
    }
    try {
      await this.#retrying(() => this.#write(changes, accepted))
    } catch (thrown) {
      const error = failureOf(thrown)
      if (!isRefusal(thrown)) throw error
      await this.#oneByOne(changes, accepted)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.close()
    this.#session = null
  }

  /** After a refusal: each record by itself, so that the one that is refused is known. What is refused meets the task's error policy. */
  async #oneByOne(changes: readonly TableChange[], records: readonly SinkRecord[]): Promise<void> {
    const byRecord = new Map(changes.map((change) => [change.record, change]))
    for (const record of records) {
      const change = byRecord.get(record)
      try {
        await this.#retrying(() => this.#write(change === undefined ? [] : [change], [record]))
      } catch (thrown) {
        if (!isRefusal(thrown)) throw failureOf(thrown)
        this.#options.context.report(record, failureOf(thrown))
        await this.#retrying(() => this.#write([], [record]))
      }
    }
  }

  async #write(changes: readonly TableChange[], records: readonly SinkRecord[]): Promise<void> {
    const offsets = this.#offsets
    if (changes.length === 0 && offsets === null) return
    const session = await this.#open()
    const runs = runsOf(changes)
    // Before the transaction: MySQL ends one at every change of a table.
    for (const run of runs) if (run.kind !== 'truncate') await this.#tables.fit(session, run.plan)
    await session.query('BEGIN')
    try {
      if (offsets !== null && !(await offsets.take(session, records))) {
        await session.query('ROLLBACK')
        offsets.taken(records)
        return
      }
      for (const run of runs)
        for (const { text, parameters } of this.#statements(run)) await session.query(text, parameters)
      await session.query('COMMIT')
      offsets?.taken(records)
    } catch (thrown) {
      await session.query('ROLLBACK').catch(() => {})
      throw thrown
    }
  }

  *#statements(run: Run): Generator<Statement, void, undefined> {
    const { config } = this.#options
    if (run.kind === 'truncate') {
      yield { text: this.#dialect.truncate(run.table), parameters: [] }
      return
    }
    const { plan, kind } = run
    const target = this.#tables.known(plan.table)
    const isKeyed = kind === 'delete' || config.insertMode !== 'insert'
    const rows = isKeyed ? lastPerKey(plan, run.rows) : run.rows
    for (let i = 0; i < rows.length; i += config.batchRows) {
      const part = rows.slice(i, i + config.batchRows)
      yield kind === 'delete'
        ? this.#dialect.delete(plan.table, target, plan.columns, part)
        : this.#dialect.write(config.insertMode, plan.table, target, plan.columns, part)
    }
  }

  async #open(): Promise<SqlSession> {
    this.#session ??= await this.#dialect.open(this.#options.config)
    return this.#session
  }

  /** Tries again what may pass by itself: `flush.max.retries` times, `flush.retry.delay.ms` apart, over a new connection where it was lost. */
  async #retrying(work: () => Promise<void>): Promise<void> {
    const { config, context, log } = this.#options
    for (let retries = 0; ; retries++) {
      try {
        return await work()
      } catch (thrown) {
        if (!(thrown instanceof SqlFailure) || thrown.kind === 'refused') throw thrown
        if (thrown.kind === 'lost') {
          await this.#session?.close()
          this.#session = null
          this.#tables.forget()
        }
        if (retries >= config.maxRetries || context.signal.aborted) throw thrown
        log.warn(
          { state: thrown.state },
          `${thrown.message}; trying again in ${config.retryDelayMs} ms (retry ${retries + 1})`,
        )
        await sleep(config.retryDelayMs, { signal: context.signal })
      }
    }
  }
}

/** Opens the sink of a task. Errors: CDC_SINK_FAILED when the target cannot be reached. */
export async function openJdbcSink(options: JdbcSinkOptions): Promise<JdbcSink> {
  const sink = new JdbcSink(options)
  try {
    await sink.connect()
  } catch (thrown) {
    throw failureOf(thrown)
  }
  return sink
}

/** Changes in order, those of one table and shape that follow each other as one run; runs of different tables do not wait for each other. */
function runsOf(changes: readonly TableChange[]): Run[] {
  const runs: Run[] = []
  const last = new Map<string, Run>()
  for (const change of changes) {
    if (change.kind === 'truncate') {
      const run = { kind: change.kind, table: change.table }
      runs.push(run)
      last.set(change.table, run)
      continue
    }
    const { kind, plan, row } = change
    const open = last.get(plan.table)
    if (open !== undefined && open.kind === kind && open.plan.signature === plan.signature) open.rows.push(row)
    else {
      const run: Run = { kind, plan, rows: [row] }
      runs.push(run)
      last.set(plan.table, run)
    }
  }
  return runs
}

function lastPerKey(plan: TablePlan, rows: readonly (readonly (string | null)[])[]) {
  const found = new Map<string, readonly (string | null)[]>()
  for (const row of rows) found.set(keyOf(plan, row), row)
  return found.size === rows.length ? rows : [...found.values()]
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof SqlFailure && thrown.kind === 'refused'
}

function failureOf(thrown: unknown): CdcError {
  if (!(thrown instanceof SqlFailure)) return CdcError.from(thrown)
  return new CdcError('CDC_SINK_FAILED', `The target refused to work: ${thrown.message} (${thrown.state})`, {
    cause: thrown,
    ...(thrown.kind === 'refused'
      ? {}
      : { hint: 'Check that the database of connection.url can be reached, then restart the task.' }),
  })
}
