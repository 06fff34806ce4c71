// Records of the schema-change topic (`topic.prefix`): a statement, and the tables as it left them.
import type { ColumnModel, TableChange, TableModel } from '@millrace/mysql'
import type { ConnectRecord, RecordHeader, Struct } from '../../data/record.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import {
  arrayOf,
  field,
  INT32,
  INT64,
  OPTIONAL_STRING,
  primitive,
  STRING,
  structOf,
} from '../../data/schema-builder.ts'
import { structFrom } from '../../data/struct.ts'
import { labelLiterals, quotedId } from './history/history-record.ts'
import { jdbcType } from './schema/jdbc-type.ts'

/** What one record is made of. */
export interface SchemaChangeRecordParts {
  /** `topic.prefix`. */
  readonly topic: string
  readonly database: string
  /** Null for changes that a signal brought. */
  readonly ddl: string | null
  readonly changes: readonly TableChange[]
  /** The `source` block. */
  readonly source: Struct
  /** Unix epoch milliseconds of processing. */
  readonly tsMs: number
  readonly headers: readonly RecordHeader[]
  /** `include.schema.comments`. */
  readonly hasComments: boolean
}

const OPTIONAL_INT32 = primitive('int32', { optional: true })
const OPTIONAL_BOOLEAN = primitive('boolean', { optional: true })

const COLUMN_SCHEMA = structOf(
  [
    field('name', STRING),
    field('jdbcType', INT32),
    field('nativeType', OPTIONAL_INT32),
    field('typeName', STRING),
    field('typeExpression', OPTIONAL_STRING),
    field('charsetName', OPTIONAL_STRING),
    field('length', OPTIONAL_INT32),
    field('scale', OPTIONAL_INT32),
    field('position', INT32),
    field('optional', OPTIONAL_BOOLEAN),
    field('autoIncremented', OPTIONAL_BOOLEAN),
    field('generated', OPTIONAL_BOOLEAN),
    field('comment', OPTIONAL_STRING),
    field('defaultValueExpression', OPTIONAL_STRING),
    field('enumValues', arrayOf(STRING, { optional: true })),
  ],
  { name: 'io.debezium.connector.schema.Column', version: 1 },
)

const TABLE_SCHEMA = structOf(
  [
    field('defaultCharsetName', OPTIONAL_STRING),
    field('primaryKeyColumnNames', arrayOf(STRING, { optional: true })),
    field('columns', arrayOf(COLUMN_SCHEMA)),
    field('comment', OPTIONAL_STRING),
  ],
  { name: 'io.debezium.connector.schema.Table', version: 1, optional: true },
)

const CHANGE_SCHEMA = structOf([field('type', STRING), field('id', STRING), field('table', TABLE_SCHEMA)], {
  name: 'io.debezium.connector.schema.Change',
  version: 1,
})

/** Key and value schemas by the schema of their source block: one object each as long as that is one. */
const schemas = new WeakMap<ConnectSchema, ChangeSchemas>()

interface ChangeSchemas {
  readonly key: ConnectSchema
  readonly value: ConnectSchema
}

/** Builds a record; key and value have Debezium's schemas. */
export function schemaChangeRecord(parts: SchemaChangeRecordParts): ConnectRecord {
  const { topic, database, ddl, changes, source, tsMs, headers, hasComments } = parts
  const { key: keySchema, value: valueSchema } = schemasOf(source.schema)
  return {
    topic,
    topicPartition: 0,
    keySchema,
    key: structFrom(keySchema, { databaseName: database }),
    valueSchema,
    value: structFrom(valueSchema, {
      source,
      ts_ms: BigInt(tsMs),
      databaseName: database,
      ddl,
      tableChanges: changes.map((change) => changeStruct(change, hasComments)),
    }),
    headers,
    timestampMs: null,
  }
}

function schemasOf(source: ConnectSchema): ChangeSchemas {
  const known = schemas.get(source)
  if (known !== undefined) return known
  // All three are named after the connector's package.
  const prefix = (source.name ?? '').replace(/Source$/, '')
  const value = structOf(
    [
      field('source', source),
      field('ts_ms', INT64),
      field('databaseName', OPTIONAL_STRING),
      field('schemaName', OPTIONAL_STRING),
      field('ddl', OPTIONAL_STRING),
      field('tableChanges', arrayOf(CHANGE_SCHEMA)),
    ],
    { name: `${prefix}SchemaChangeValue`, version: 1 },
  )
  const made = {
    key: structOf([field('databaseName', STRING)], { name: `${prefix}SchemaChangeKey`, version: 1 }),
    value,
  }
  schemas.set(source, made)
  return made
}

function changeStruct(change: TableChange, hasComments: boolean): Struct {
  if (change.kind === 'DROP') {
    return structFrom(CHANGE_SCHEMA, { type: 'DROP', id: quotedId(change.database, change.name) })
  }
  const { table } = change
  return structFrom(CHANGE_SCHEMA, {
    type: change.kind,
    id: quotedId(table.database, table.name),
    table: tableStruct(table, hasComments),
  })
}

function tableStruct(table: TableModel, hasComments: boolean): Struct {
  return structFrom(TABLE_SCHEMA, {
    defaultCharsetName: table.charset,
    primaryKeyColumnNames: table.primaryKey,
    columns: table.columns.map((column, index) => columnStruct(column, index + 1, hasComments)),
    comment: hasComments ? table.comment : null,
  })
}

function columnStruct(column: ColumnModel, position: number, hasComments: boolean): Struct {
  const labels = labelLiterals(column)
  return structFrom(COLUMN_SCHEMA, {
    name: column.name,
    jdbcType: jdbcType(column.typeName),
    typeName: column.typeName,
    typeExpression: column.typeName,
    charsetName: column.charset,
    length: column.length,
    scale: column.scale,
    position,
    optional: column.isNullable,
    autoIncremented: column.isAutoIncremented,
    generated: column.isAutoIncremented,
    comment: hasComments ? column.comment : null,
    defaultValueExpression: column.defaultExpression,
    enumValues: labels.length === 0 ? null : labels,
  })
}
