// `schema-changes`: definitions of tables by a signal, as the history writes them.

import type { TableChange } from '@millrace/mysql'
import type { Clock } from '../../../base/clock.ts'
import { CdcError } from '../../../base/errors.ts'
import type { MysqlConnectorConfig } from '../../../config/mysql/mysql-config.ts'
import type { SourceBatch } from '../../source.ts'
import { type ChangeDocument, changeOf } from '../history/history-record.ts'
import type { SchemaHistory } from '../history/schema-history.ts'
import { offsetJson, sourcePartition } from '../offset.ts'
import type { TableSchemas } from '../schema/table-schema.ts'
import type { StatementRecords } from '../statement-records.ts'
import { recordBatch } from '../stream-batch.ts'
import type { StreamProgress } from '../stream-progress.ts'
import type { RowEmitter } from '../stream-rows.ts'
import { malformed } from './signal.ts'

/** What {@link SignalledChanges} works with. */
export interface SignalledChangesOptions {
  readonly config: MysqlConnectorConfig
  readonly schemas: TableSchemas
  readonly history: SchemaHistory
  readonly records: StatementRecords
  readonly rows: RowEmitter
  readonly progress: StreamProgress
  readonly clock: Clock
}

/** See the file's head. */
export class SignalledChanges {
  readonly #options: SignalledChangesOptions

  constructor(options: SignalledChangesOptions) {
    this.#options = options
  }

  /** Applies, records and publishes the changes. Throws CDC_DATA_INVALID for data that are none; nothing is changed then. */
  async *apply(data: Readonly<Record<string, unknown>>): AsyncGenerator<SourceBatch, void, undefined> {
    const { config, schemas, history, records, rows, progress, clock } = this.#options
    const { database, changes: documents } = data
    if (typeof database !== 'string' || !Array.isArray(documents)) throw malformed('it lacks database or changes')
    const position = progress.lastMarked ?? progress.resumePoint()
    for (const change of documents.map(readChange)) {
      const nowMs = clock.nowMs()
      schemas.apply([change])
      await history.record({ position: offsetJson(position), tsMs: nowMs, database, ddl: null, changes: [change] })
      if (!config.includeSchemaChanges) continue
      const published = { database, ddl: null, changes: [change] }
      const record = records.schemaChange(published, rows.source.toStruct(), nowMs)
      yield recordBatch(sourcePartition(config.topicPrefix), [record], null)
    }
  }
}

function readChange(document: unknown): TableChange {
  const { table, ...rest } = (document ?? {}) as ChangeDocument
  try {
    if (table == null) return changeOf({ ...rest })
    // A column that may be NULL has NULL as its default.
    const columns = table.columns?.map((column) => ({ hasDefaultValue: column.optional ?? true, ...column }))
    return changeOf({ ...rest, table: { ...table, ...(columns === undefined ? {} : { columns }) } })
  } catch (thrown) {
    throw malformed(CdcError.is(thrown) ? thrown.message : 'a change is malformed')
  }
}
