// One record of the schema history topic: its JSON, both ways.
import { type ColumnModel, quoteLabel, type TableChange, type TableModel, unescapeLiteral } from '@millrace/mysql'
import { CdcError } from '../../../base/errors.ts'
import type { SourceOffset } from '../../source.ts'
import { jdbcType } from '../schema/jdbc-type.ts'
import { printDocument } from './json-text.ts'

/** A statement and what it did, as the history keeps it. */
export interface HistoryRecord {
  /** `topic.prefix`. */
  readonly server: string
  /** The source offset in force at the statement, members in their own order. */
  readonly position: SourceOffset
  /** Unix epoch milliseconds of recording. */
  readonly tsMs: number
  readonly database: string
  /** Null for changes that a signal brought. */
  readonly ddl: string | null
  readonly changes: readonly TableChange[]
}

/** Prints a record exactly as Debezium does. Comments of columns and tables only with `hasComments` (`include.schema.comments`). */
export function historyText(record: HistoryRecord, hasComments: boolean): string {
  return printDocument({
    source: { server: record.server },
    position: record.position,
    ts_ms: record.tsMs,
    databaseName: record.database,
    ...(record.ddl === null ? {} : { ddl: record.ddl }),
    tableChanges: record.changes.map((change) => changeDocument(change, hasComments)),
  })
}

/** `"db"."table"`, as Debezium quotes ids. */
export function quotedId(database: string, name: string): string {
  return `"${database}"."${name}"`
}

function changeDocument(change: TableChange, hasComments: boolean): unknown {
  if (change.kind === 'DROP') return { type: 'DROP', id: quotedId(change.database, change.name) }
  const { table } = change
  const previous = change.kind === 'ALTER' ? change.previous : null
  return {
    type: change.kind,
    id: quotedId(table.database, table.name),
    previousId: previous === null ? undefined : quotedId(previous.database, previous.name),
    table: {
      defaultCharsetName: table.charset,
      primaryKeyColumnNames: table.primaryKey,
      columns: table.columns.map((column, index) => columnDocument(column, index + 1, hasComments)),
      attributes: [],
    },
    comment: hasComments ? table.comment : null,
  }
}

function columnDocument(column: ColumnModel, position: number, hasComments: boolean): unknown {
  return {
    name: column.name,
    jdbcType: jdbcType(column.typeName),
    typeName: column.typeName,
    typeExpression: column.typeName,
    charsetName: column.charset,
    length: column.length ?? undefined,
    scale: column.scale ?? undefined,
    position,
    optional: column.isNullable,
    autoIncremented: column.isAutoIncremented,
    generated: column.isAutoIncremented,
    comment: hasComments ? column.comment : null,
    hasDefaultValue: column.hasDefault,
    defaultValueExpression: column.defaultExpression ?? undefined,
    enumValues: labelLiterals(column),
  }
}

/** The labels of a column with their quotes. */
export function labelLiterals(column: ColumnModel): readonly string[] {
  return column.enumLiterals ?? column.enumValues.map(quoteLabel)
}

/** Reads a record's text. Throws CDC_SCHEMA_HISTORY for a text that is no history record. */
export function readHistoryText(text: string): HistoryRecord {
  try {
    const document = JSON.parse(text) as HistoryDocument
    return {
      server: document.source?.server ?? '',
      position: document.position ?? {},
      tsMs: document.ts_ms ?? 0,
      database: document.databaseName ?? '',
      ddl: document.ddl ?? null,
      changes: (document.tableChanges ?? []).map(changeOf),
    }
  } catch (thrown) {
    throw new CdcError('CDC_SCHEMA_HISTORY', 'A record of the schema history cannot be read', { cause: thrown })
  }
}

interface HistoryDocument {
  readonly source?: { readonly server?: string }
  readonly position?: SourceOffset
  readonly ts_ms?: number
  readonly databaseName?: string | null
  readonly ddl?: string | null
  readonly tableChanges?: readonly ChangeDocument[] | null
}
/** A change as history and the `schema-changes` signal write it. */
export interface ChangeDocument {
  readonly type: string
  readonly id: string
  readonly previousId?: string | null
  readonly table?: TableDocument | null
  readonly comment?: string | null
}
interface TableDocument {
  readonly defaultCharsetName?: string | null
  readonly primaryKeyColumnNames?: readonly string[]
  readonly columns?: readonly ColumnDocument[]
}
interface ColumnDocument {
  readonly name: string
  readonly typeName: string
  readonly charsetName?: string | null
  readonly length?: number | null
  readonly scale?: number | null
  readonly optional?: boolean
  readonly autoIncremented?: boolean
  readonly comment?: string | null
  readonly hasDefaultValue?: boolean
  readonly defaultValueExpression?: string | null
  readonly enumValues?: readonly string[] | null
}

/** The change that a document describes. Throws CDC_SCHEMA_HISTORY for an unknown type or a malformed id. */
export function changeOf(document: ChangeDocument): TableChange {
  const id = readQuotedId(document.id)
  switch (document.type) {
    case 'DROP':
      return { kind: 'DROP', ...id }
    case 'CREATE':
      return { kind: 'CREATE', table: tableOf(document, id) }
    case 'ALTER': {
      const previous = document.previousId == null ? null : readQuotedId(document.previousId)
      return { kind: 'ALTER', table: tableOf(document, id), previous }
    }
    default:
      throw new CdcError('CDC_SCHEMA_HISTORY', `The schema history holds a change of unknown type '${document.type}'`)
  }
}

/** `"db"."table"` or `db.table` → its parts. */
function readQuotedId(text: string): { readonly database: string; readonly name: string } {
  const quoted = /^"((?:[^"]|"(?!\."))*)"\."(.*)"$/s.exec(text)
  if (quoted !== null) return { database: quoted[1] as string, name: quoted[2] as string }
  const cut = text.indexOf('.')
  if (cut <= 0) throw new CdcError('CDC_SCHEMA_HISTORY', `The schema history holds a malformed table id '${text}'`)
  return { database: text.slice(0, cut), name: text.slice(cut + 1) }
}

function tableOf(document: ChangeDocument, id: { readonly database: string; readonly name: string }): TableModel {
  const table = document.table
  if (table == null) throw new CdcError('CDC_SCHEMA_HISTORY', `The schema history has no table for ${document.id}`)
  return {
    ...id,
    columns: (table.columns ?? []).map(columnOf),
    primaryKey: table.primaryKeyColumnNames ?? [],
    charset: table.defaultCharsetName ?? null,
    comment: document.comment ?? null,
  }
}

function columnOf(document: ColumnDocument): ColumnModel {
  const literals = document.enumValues ?? []
  return {
    name: document.name,
    typeName: document.typeName,
    length: document.length ?? null,
    scale: document.scale ?? null,
    charset: document.charsetName ?? null,
    collation: null,
    isNullable: document.optional ?? true,
    isAutoIncremented: document.autoIncremented ?? false,
    isGenerated: false,
    enumValues: literals.map(labelOf),
    ...(literals.length === 0 ? {} : { enumLiterals: literals }),
    hasDefault: document.hasDefaultValue ?? false,
    defaultExpression: document.defaultValueExpression ?? null,
    comment: document.comment ?? null,
  }
}

/** A label's value; older histories hold labels without quotes. */
function labelOf(literal: string): string {
  const quote = literal[0]
  if ((quote !== "'" && quote !== '"') || literal.length < 2 || !literal.endsWith(quote)) return literal
  return unescapeLiteral(literal.slice(1, -1), quote, false)
}
