// Records of the stream's statements: schema changes and emptied tables.
import type { TableId } from '@millrace/mysql'
import type { MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import type { ConnectRecord, RecordHeader, Struct } from '../../data/record.ts'
import type { SchemaChange } from './schema/ddl-tracker.ts'
import type { TableSchemas } from './schema/table-schema.ts'
import { schemaChangeRecord } from './schema-change-record.ts'
import type { ShapeFactory } from './shape.ts'
import { truncateRecord } from './truncate-record.ts'

/** What {@link StatementRecords} works with. */
export interface StatementRecordsOptions {
  readonly config: MysqlConnectorConfig
  readonly schemas: TableSchemas
  readonly shapes: ShapeFactory
  readonly headers: readonly RecordHeader[]
}

/** What of a schema change is published; `ddl` is null for one that a signal brought. */
export type PublishedChange = Pick<SchemaChange, 'database' | 'changes'> & { readonly ddl: string | null }

/** See the file's head. */
export class StatementRecords {
  readonly #options: StatementRecordsOptions

  constructor(options: StatementRecordsOptions) {
    this.#options = options
  }

  /** The record of one published schema change; `tsMs`: when it was processed. */
  schemaChange({ database, ddl, changes }: PublishedChange, source: Struct, tsMs: number): ConnectRecord {
    const { config, shapes, headers } = this.#options
    return schemaChangeRecord({
      topic: shapes.names.schemaChangeTopic,
      database,
      ddl,
      changes,
      source,
      tsMs,
      headers,
      hasComments: config.includeSchemaComments,
    })
  }

  /** The record of an emptied table; null where its changes are not captured or its definition is not known. */
  truncate({ database, name }: TableId, source: Struct, processedNs: bigint): ConnectRecord | null {
    const { config, schemas, shapes, headers } = this.#options
    const model = schemas.get(database, name)
    if (model === undefined || !config.filters.includesTable(database, name)) return null
    return truncateRecord({ shape: shapes.textShape(model), source, processedAt: { epochNs: processedNs }, headers })
  }
}
