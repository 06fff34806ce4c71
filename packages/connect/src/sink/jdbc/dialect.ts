// The contract of a target database. No code.
import type { ConnectSchema } from '../../data/schema.ts'
import type { JdbcConfig } from './jdbc-config.ts'
import type { SqlSession } from './sql-session.ts'

/** How values of one Connect schema are kept in the target. */
export interface ColumnType {
  /** The type of a column that is created for it. */
  readonly sqlType: string
  /** The text of a value that is not null, in the form that the dialect's statements take. Throws CDC_DATA_INVALID for what has none. */
  readonly text: (value: unknown) => string
}

/** A column of rows that are written together. */
export interface WrittenColumn {
  /** As the target knows it. */
  readonly name: string
  readonly schema: ConnectSchema
  readonly type: ColumnType
  readonly isKey: boolean
}

/** A table as the target has it: column name → type as the dialect casts to. */
export interface TargetTable {
  readonly columns: ReadonlyMap<string, string>
  /** Whether a column fills itself (GENERATED … AS IDENTITY). */
  readonly hasIdentity: boolean
}

/** A statement with its parameters. */
export interface Statement {
  readonly text: string
  readonly parameters: readonly (string | null)[]
}

/** Rows of one shape: a text or null for each column. */
export type Rows = readonly (readonly (string | null)[])[]

/** A database that the sink writes to. Names are given as {@link Dialect.name} returns them. */
export interface Dialect {
  open(config: JdbcConfig): Promise<SqlSession>
  /** The name under which the target keeps what a record or an option calls `name`. */
  name(name: string): string
  /** The type for a field. Throws CDC_SINK_FAILED naming the schema where there is none. */
  columnType(schema: ConnectSchema, isKey: boolean): ColumnType
  /** Null when there is no such table. `table` may be `schema.table`. */
  table(session: SqlSession, table: string): Promise<TargetTable | null>
  createTable(table: string, columns: readonly WrittenColumn[]): string
  addColumns(table: string, columns: readonly WrittenColumn[]): string
  /** Writes rows by mode. Keys are unique among the rows except in mode `insert`. */
  write(
    mode: JdbcConfig['insertMode'],
    table: string,
    target: TargetTable,
    columns: readonly WrittenColumn[],
    rows: Rows,
  ): Statement
  /** Deletes rows by their keys; `columns` are the key columns. */
  delete(table: string, target: TargetTable, columns: readonly WrittenColumn[], rows: Rows): Statement
  truncate(table: string): string
  /** Creates the table of {@link Dialect.takeOffset} if it is missing. */
  createOffsets(table: string): string
  /** Adds an offset unless there is one: parameters connector, topic, partition, offset. */
  addOffset(table: string): string
  /** Parameters connector; columns topic, topic_partition, next_offset. */
  readOffsets(table: string): string
  /** Moves an offset: parameters next, connector, topic, partition, expected. Affects no row when another task moved it. */
  takeOffset(table: string): string
}
