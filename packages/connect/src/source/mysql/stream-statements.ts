// Statements of the stream: applied to the tables, recorded in the history, and published as schema changes.

import { ddlSqlMode } from '@millrace/mysql'
import type { Clock } from '../../base/clock.ts'
import { CdcError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { ConnectRecord, Struct } from '../../data/record.ts'
import type { SourceOffset } from '../source.ts'
import { FailurePolicy } from './failure-policy.ts'
import type { SchemaHistory } from './history/schema-history.ts'
import type { DdlTracker, StatementText } from './schema/ddl-tracker.ts'
import { sourceStruct } from './source-info.ts'
import type { StatementRecords } from './statement-records.ts'
import type { PendingStatement } from './stream-decoder.ts'

/** What {@link StatementHandler} works with. */
export interface StatementHandlerOptions {
  readonly config: MysqlConnectorConfig
  readonly tracker: DdlTracker
  readonly history: SchemaHistory
  readonly records: StatementRecords
  readonly log: Logger
  readonly clock: Clock
}

/** Handles one statement after the other. */
export class StatementHandler {
  /** What happens with events that cannot become records; one for the whole stream. */
  readonly policy: FailurePolicy
  readonly #options: StatementHandlerOptions

  constructor(options: StatementHandlerOptions) {
    this.#options = options
    this.policy = new FailurePolicy(options.config.onProcessingFailure, options.log)
  }

  /**
   * Applies and records a statement; answers the schema-change and truncate records to publish. Throws CDC_SCHEMA_DDL, CDC_UNSUPPORTED_EVENT for row
   * changes in statement format, and what storing the history throws.
   */
  async handle(pending: PendingStatement, position: SourceOffset): Promise<readonly ConnectRecord[]> {
    const { tracker, history, config, clock } = this.#options
    const { query } = pending
    const text: StatementText = { sql: query.sql, database: query.database, sqlMode: ddlSqlMode(query.sqlMode) }
    const { schemaChanges, truncated, isDml } = tracker.apply(text)
    if (isDml) this.#refuseDml(pending)
    const made: ConnectRecord[] = []
    for (const change of schemaChanges) {
      const nowMs = clock.nowMs()
      if (change.isRecorded) {
        const { database, ddl, changes } = change
        await history.record({ position, tsMs: nowMs, database, ddl, changes })
      }
      if (change.isPublished && config.includeSchemaChanges) {
        made.push(
          this.#options.records.schemaChange(change, this.#source(pending, change.database, change.sourceTable), nowMs),
        )
      }
    }
    for (const table of config.skippedOperations.has('t') ? [] : truncated) {
      const source = this.#source(pending, table.database, table.name)
      const record = this.#options.records.truncate(table, source, clock.nowNs())
      if (record !== null) made.push(record)
    }
    return made
  }

  #source(pending: PendingStatement, database: string, table: string | null): Struct {
    const { epochNs, serverId, gtid, file, pos, row, threadId } = pending
    const facts = {
      epochNs,
      snapshot: 'false',
      database,
      table,
      serverId,
      gtid,
      file,
      threadId,
      query: null,
    } as const
    return sourceStruct(this.#options.config, facts, pos, row)
  }

  // The text of a statement says what to do, not which rows changed: passing it over would lose changes in silence.
  #refuseDml({ file, pos }: PendingStatement): void {
    const message = `Row changes in statement format at ${file}:${pos} cannot be captured`
    const hint = 'Set binlog_format=ROW for every session that writes; the tables concerned need a new snapshot.'
    this.policy.take(new CdcError('CDC_UNSUPPORTED_EVENT', message, { hint }))
  }
}
