// The public surface of this package: everything other packages may import.
// rows: row images, column types, JSON and character sets
export { MysqlDataError, MysqlError, MysqlProtocolError, MysqlUnsupportedError } from './error.ts'
export { CELL_ABSENT, CELL_NULL, type CellRow } from './row/cell-row.ts'
export { RowReader } from './row/row-reader.ts'
export type {
  ByteSink,
  CellForm,
  CellJsonWriter,
  CellReader,
  ColumnType,
  SchemaKind,
  ValueOptions,
  ValueSchema,
} from './type/column-type.ts'
export { columnType } from './type/column-type-of.ts'
export { GrowingSink } from './type/growing-sink.ts'
export type { BinlogColumn } from './type/type-request.ts'
// ddl: statements → changes of the table model
export type { TableId } from './ddl/cursor.ts'
export { MysqlDdlError } from './ddl/ddl-error.ts'
export type { DdlContext, DdlEvent, DdlResult, DdlStatement, SetAssignment } from './ddl/ddl-result.ts'
export { parseDdl } from './ddl/parse-ddl.ts'
export type { ColumnModel, TableChange, TableModel } from './ddl/table-model.ts'
export { quoteLabel, unescapeLiteral } from './ddl/unescape.ts'
