// Rows of one table as a server's log files hold them and as a query answers them, for tests against a real server.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import {
  ByteCursor,
  type CellRow,
  type ColumnModel,
  columnType,
  GrowingSink,
  parseDdl,
  RowReader,
  RowsDecoder,
  readBinlogFile,
  type TableMapEvent,
  TableMaps,
  type TableModel,
  type TextSession,
  type ValueOptions,
} from '../src/index.ts'

const TABLE_MAP_EVENT = 19
/** WRITE_ROWS, UPDATE_ROWS and DELETE_ROWS: version 1 (MariaDB) and 2. */
const ROWS_EVENTS = [23, 24, 25, 30, 31, 32]

/** One decoded cell: value and JSON; null for NULL. */
export interface DecodedCell {
  readonly value: unknown
  readonly json: string
}

/** Row images of a table in order: of writes and updates the row after, of deletes the row before. */
export type LoggedRow = readonly (DecodedCell | null)[]

/** The model of a table, from SHOW CREATE TABLE. */
export async function modelOf(
  session: TextSession,
  database: string,
  name: string,
  flavour: 'mysql' | 'mariadb' = 'mysql',
): Promise<TableModel> {
  const rows = await session.query(`SHOW CREATE TABLE \`${database}\`.\`${name}\``)
  const statements = parseDdl(rows[0]?.[1] ?? '', {
    database,
    sqlMode: '',
    serverVersion: session.serverVersion,
    flavour,
    tables: { get: () => undefined },
    databaseCharset: () => 'utf8mb4',
    serverCharset: 'utf8mb4',
  })
  for (const statement of statements) {
    if (statement.kind !== 'tables') continue
    for (const change of statement.changes) if (change.kind === 'CREATE') return change.table
  }
  throw new Error(`no model of ${database}.${name}`)
}

/** All rows of a table by the text protocol, ordered by its first column. */
export async function selectRows(session: TextSession, model: TableModel, options: ValueOptions): Promise<LoggedRow[]> {
  const types = model.columns.map((column) => columnType(column, 'text', options))
  // As the connector's snapshot asks: the server prints FLOAT and DOUBLE(M,D) with fewer digits than it stores.
  const isRounded = (column: ColumnModel) =>
    /^FLOAT/.test(column.typeName) || (column.scale !== null && /^(DOUBLE|REAL)/.test(column.typeName))
  const names = model.columns.map((column) => `\`${column.name}\`${isRounded(column) ? ' * 1e0' : ''}`).join(',')
  const result = await session.open(`SELECT ${names} FROM \`${model.database}\`.\`${model.name}\` ORDER BY 1`)
  const rows: LoggedRow[] = []
  for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
    for (let row = chunk.next(); row !== null; row = chunk.next()) rows.push(decode(row, types))
  }
  return rows
}

/** All row images of a table in the log files of a data folder. */
export function readLoggedRows(dataFolder: string, model: TableModel, options: ValueOptions): LoggedRow[] {
  const folder = path.join(dataFolder, 'data')
  const files = readdirSync(folder).filter((name) => /^binlog\.\d+$/.test(name))
  const rows: LoggedRow[] = []
  const decoder = new RowsDecoder()
  const cursor = new ByteCursor()
  for (const file of files.sort()) {
    const maps = new TableMaps()
    for (const event of readBinlogFile(readFileSync(path.join(folder, file)), file)) {
      const { typeCode } = event.header
      cursor.open(event.bytes, event.bodyStart, event.bodyEnd, event)
      if (typeCode === TABLE_MAP_EVENT) maps.accept(cursor)
      if (!ROWS_EVENTS.includes(typeCode)) continue
      const rowsEvent = decoder.decode(cursor, event)
      const map = maps.get(rowsEvent.tableId)
      if (map?.database !== model.database || map.table !== model.name) continue
      const types = typesOf(model, map, options)
      const reader = new RowReader(map)
      reader.open(rowsEvent)
      while (reader.next()) rows.push(decode((reader.after ?? reader.before) as CellRow, types))
    }
  }
  return rows
}

function typesOf(model: TableModel, map: TableMapEvent, options: ValueOptions): ReturnType<typeof columnType>[] {
  if (map.columnCount !== model.columns.length) throw new Error(`${map.columnCount} columns in the log`)
  return model.columns.map((column, i) =>
    columnType(column, 'binlog', options, {
      typeCode: map.columnTypes[i]!,
      meta: map.columnMeta[i]!,
      unsigned: map.optional.unsigned?.[i] ?? false,
      ...(map.optional.collationIds?.[i] ? { collationId: map.optional.collationIds[i]! } : {}),
      ...(map.optional.labels?.[i] ? { labels: map.optional.labels[i]! } : {}),
    }),
  )
}

function decode(row: CellRow, types: readonly ReturnType<typeof columnType>[]): LoggedRow {
  return types.map((type, i) => {
    const end = row.ends[i]!
    if (end < 0) return null
    const sink = new GrowingSink(64)
    type.writeJson(row.bytes, row.starts[i]!, end, sink)
    return { value: type.read(row.bytes, row.starts[i]!, end), json: sink.text() }
  })
}
