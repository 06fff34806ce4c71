// The public surface of this package: everything other packages may import.
// rows: row images, column types, JSON and character sets

export { charsetDecoder } from './charset/charset.ts'
export type { CharsetDecoder } from './charset/charset-decoder.ts'
export { charsetOfCollationId } from './charset/collation-ids.ts'
// ddl: statements → changes of the table model
export type { TableId } from './ddl/cursor.ts'
export { MysqlDdlError } from './ddl/ddl-error.ts'
export type { DdlContext, DdlEvent, DdlResult, DdlStatement, SetAssignment } from './ddl/ddl-result.ts'
export { parseDdl } from './ddl/parse-ddl.ts'
export { ddlSqlMode } from './ddl/session.ts'
export type { ColumnModel, TableChange, TableModel } from './ddl/table-model.ts'
export { quoteLabel, unescapeLiteral } from './ddl/unescape.ts'
export { MysqlDataError, MysqlError, MysqlProtocolError, MysqlUnsupportedError } from './error.ts'
// event: decoders of binlog events
export { readBinlogFile } from './event/binlog-file.ts'
export { ByteCursor, corruptEvent, type EventPlace } from './event/byte-cursor.ts'
export { decodeEvent } from './event/decode-event.ts'
export type { EventHeader, RowsEvent, TableMapEvent } from './event/event.ts'
export { EventStream } from './event/event-stream.ts'
export { type EventHandling, EventType, eventHandling, eventTypeName, unsupportedEvent } from './event/event-types.ts'
export { EVENT_HEADER_BYTES, type EventView } from './event/event-view.ts'
export type { FormatDescription } from './event/format-description.ts'
export { decodeGtid, type GtidEvent } from './event/gtid.ts'
export { decodeHeartbeat, type HeartbeatEvent } from './event/heartbeat.ts'
export { decodeMariaDbGtid, decodeMariaDbGtidList, type MariaDbGtidEvent } from './event/mariadb-gtid.ts'
export { decodePreviousGtids } from './event/previous-gtids.ts'
export { decodeQuery, type QueryEvent } from './event/query.ts'
export { decodeRotate, type RotateEvent } from './event/rotate.ts'
export { DUMMY_TABLE_ID, isRowsEvent, RowsDecoder, STMT_END_F } from './event/rows.ts'
export { decodeRowsQuery } from './event/rows-query.ts'
export { decodeTableMap, TableMaps } from './event/table-map.ts'
export { PayloadEvents } from './event/transaction-payload.ts'
export { decodeXaPrepare, type XaPrepareEvent } from './event/xa-prepare.ts'
export { decodeXid } from './event/xid.ts'
// gtid: sets of transactions
export { GtidSet, type GtidSource } from './gtid/gtid-set.ts'
export { type MariaDbGtid, MariaDbGtidList, mariaDbGtidText } from './gtid/mariadb-gtid.ts'
export { BinaryJson } from './json/binary-json.ts'
export { CELL_ABSENT, CELL_NULL, type CellRow } from './row/cell-row.ts'
export { RowReader } from './row/row-reader.ts'
export { GrowingSink } from './text/growing-sink.ts'
export { javaDoubleText, javaFloatText } from './text/java-float.ts'
export { writeString } from './text/json-text.ts'
export { malformedText } from './text/malformed-text.ts'
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
export { loggedCellWriter } from './type/logged-type.ts'
export type { BinlogColumn } from './type/type-request.ts'
export {
  type BinlogOptions,
  type BinlogReader,
  type BinlogStart,
  type EventChunk,
  openBinlog,
} from './wire/binlog-reader.ts'
// wire: connections, dumps, raw queries
export type { ConnectionOptions, TlsOptions } from './wire/connection-options.ts'
export { type ControlConnection, connectControl } from './wire/control.ts'

export { MysqlServerError, mysqlErrorFrom } from './wire/server-error.ts'
export { type TextChunk, type TextColumn, TextResult } from './wire/text-query.ts'
export { openTextSession, type SessionQuery, type TextSession } from './wire/text-session.ts'
