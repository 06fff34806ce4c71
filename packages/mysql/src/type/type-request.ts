// What a type family needs to know to compile one column, and the pieces of schema that all families share.

import type { ColumnModel } from '../ddl/table-model.ts'
import { MysqlDataError } from '../error.ts'
import type { CellForm, SchemaKind, ValueOptions, ValueSchema } from './column-type.ts'

/** How the binlog packs a column: from the TABLE_MAP event. */
export interface BinlogColumn {
  readonly typeCode: number
  readonly meta: number
  readonly unsigned: boolean
  /** Collation id of a character column, where the log has it (`binlog_row_metadata`). */
  readonly collationId?: number
  /** Labels of an ENUM or SET in its character set, where the log has them (`binlog_row_metadata=FULL`). */
  readonly labels?: readonly Buffer[]
}

/** One column to compile. */
export interface TypeRequest {
  readonly column: ColumnModel
  readonly form: CellForm
  readonly options: ValueOptions
  /** First word of the type name in capitals, aliases resolved: `INT`, `VARCHAR` … */
  readonly word: string
  readonly isUnsigned: boolean
  /** Null in text form. */
  readonly binlog: BinlogColumn | null
}

/** The parts of a schema that differ per type. */
export interface SchemaParts {
  readonly name?: string
  readonly parameters?: Readonly<Record<string, string>>
  /** `undefined` = none. */
  readonly default?: unknown
}

/** Schema of the column's value: named schemas get version 1; optional where the column is nullable. */
export function schemaOf(request: TypeRequest, kind: SchemaKind, parts: SchemaParts = {}): ValueSchema {
  return {
    kind,
    optional: request.column.isNullable,
    ...(parts.name === undefined ? {} : { name: parts.name, version: 1 }),
    ...(parts.parameters === undefined ? {} : { parameters: parts.parameters }),
    ...(parts.default === undefined ? {} : { default: parts.default }),
  }
}

/** Text of the column's stated default; null where it has none, has NULL or has an expression. */
export function statedDefault(request: TypeRequest): string | null {
  return request.column.hasDefault ? request.column.defaultExpression : null
}

/** The error of a column whose TABLE_MAP type does not fit its definition. */
export function mismatch(request: TypeRequest): MysqlDataError {
  return new MysqlDataError({
    code: 'MYSQL_SCHEMA_MISMATCH',
    message: `Column ${request.column.name}: defined as ${request.column.typeName}, but the log holds type code ${request.binlog?.typeCode}`,
    hint: 'The known table definition is not the one in force at this position of the log; recover the schema history.',
  })
}
