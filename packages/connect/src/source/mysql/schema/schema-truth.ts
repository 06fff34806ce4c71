// Does a TABLE_MAP of the log describe the table that we know? A definition that was changed behind our back (sql_log_bin=0, a lost history)
// must stop the task: rows would be read with the wrong names or types.
import {
  type ColumnModel,
  charsetDecoder,
  charsetOfCollationId,
  type TableMapEvent,
  type TableModel,
} from '@millrace/mysql'

/**
 * What the two disagree in, as one sentence with both sides; null where they fit. Types and signedness are compared wherever the log has them; names,
 * labels and the key with binlog_row_metadata=FULL. The number of columns is the caller's to check.
 */
export function disagreement(model: TableModel, map: TableMapEvent): string | null {
  for (const [i, column] of model.columns.entries()) {
    const found = differentName(column, i, map) ?? differentType(column, i, map) ?? differentLabels(column, i, map)
    if (found !== null) return found
  }
  return differentKey(model, map)
}

function differentName(column: ColumnModel, i: number, { optional }: TableMapEvent): string | null {
  const logged = optional.columnNames?.[i]
  if (logged === undefined || logged.toLowerCase() === column.name.toLowerCase()) return null
  return `column ${i + 1} is '${column.name}' in the definition and '${logged}' in the log`
}

/** Type codes by type word; words that are not here are not checked. 15, 253, 254: VARCHAR and CHAR; 249–252: BLOB. */
const BLOBS = [249, 250, 251, 252, 140]
const TEXTS = [15, 253, 254, 141, ...BLOBS]
const CODES: Readonly<Record<string, readonly number[]>> = {
  __proto__: null as unknown as readonly number[],
  TINYINT: [1],
  INT1: [1],
  BOOL: [1],
  BOOLEAN: [1],
  SMALLINT: [2],
  INT2: [2],
  MEDIUMINT: [9],
  INT3: [9],
  MIDDLEINT: [9],
  INT: [3],
  INTEGER: [3],
  INT4: [3],
  BIGINT: [8],
  INT8: [8],
  DECIMAL: [246, 0],
  DEC: [246, 0],
  NUMERIC: [246, 0],
  FIXED: [246, 0],
  FLOAT: [4, 5],
  FLOAT4: [4],
  FLOAT8: [5],
  DOUBLE: [5],
  REAL: [4, 5],
  BIT: [16],
  DATE: [10, 14],
  TIME: [19, 11],
  DATETIME: [18, 12],
  TIMESTAMP: [17, 7],
  YEAR: [13],
  ENUM: [247],
  SET: [248],
  // MariaDB's JSON is a LONGTEXT.
  JSON: [245, ...BLOBS],
  CHAR: TEXTS,
  CHARACTER: TEXTS,
  NCHAR: TEXTS,
  NATIONAL: TEXTS,
  NVARCHAR: TEXTS,
  VARCHAR: TEXTS,
  VARCHARACTER: TEXTS,
  BINARY: TEXTS,
  VARBINARY: TEXTS,
  TINYTEXT: BLOBS,
  TEXT: BLOBS,
  MEDIUMTEXT: BLOBS,
  LONGTEXT: BLOBS,
  LONG: BLOBS,
  TINYBLOB: BLOBS,
  BLOB: BLOBS,
  MEDIUMBLOB: BLOBS,
  LONGBLOB: BLOBS,
}
const SHAPES = /^(?:GEOMETRY|POINT|LINESTRING|POLYGON|MULTI|GEOMCOLLECTION)/
const SIGNED_OR_NOT = /^(?:TINYINT|SMALLINT|MEDIUMINT|INT|INTEGER|BIGINT|MIDDLEINT|INT[12348])\b/

function differentType(column: ColumnModel, i: number, { columnTypes, optional }: TableMapEvent): string | null {
  const { name, typeName } = column
  const code = columnTypes[i] as number
  const codes = SHAPES.test(typeName) ? [255] : CODES[/^\w+/.exec(typeName)?.[0] ?? '']
  if (codes !== undefined && !codes.includes(code)) {
    return `column '${name}' is ${typeName} in the definition and of type code ${code} in the log`
  }
  const unsigned = optional.unsigned?.[i]
  if (unsigned === undefined || !SIGNED_OR_NOT.test(typeName)) return null
  if (unsigned === /UNSIGNED|ZEROFILL/.test(typeName)) return null
  return `column '${name}' is ${typeName} in the definition and ${unsigned ? 'unsigned' : 'signed'} in the log`
}

function differentLabels(column: ColumnModel, i: number, { optional }: TableMapEvent): string | null {
  const logged = optional.labels?.[i]
  if (logged === undefined || logged === null) return null
  const known = column.enumValues
  const charset = charsetOfCollationId(optional.collationIds?.[i] ?? 0) ?? 'utf8mb4'
  const decoder = charsetDecoder(charset === 'binary' ? 'utf8mb4' : charset)
  for (let k = 0; k < Math.max(known.length, logged.length); k++) {
    const bytes = logged[k]
    const label = bytes === undefined ? undefined : decoder.decode(bytes, 0, bytes.length)
    // What a label has that its character set has not is `?` to the server.
    if (label === known[k] || label?.includes('?') === true) continue
    // What SHOW CREATE TABLE cannot say is `?` in the definition: it goes through utf8mb3.
    if (label !== undefined && label.replace(/[\u{10000}-\u{10ffff}]/gu, '?') === known[k]) continue
    return `label ${k + 1} of column '${column.name}' is ${quoted(known[k])} in the definition and ${quoted(label)} in the log`
  }
  return null
}

function quoted(label: string | undefined): string {
  return label === undefined ? 'missing' : `'${label}'`
}

function differentKey(model: TableModel, { optional }: TableMapEvent): string | null {
  const { primaryKey } = optional
  // Without a primary key the log says nothing, while the model may have a unique key in its place.
  if (primaryKey === null || primaryKey.length === 0) return null
  const logged = primaryKey.map((column) => model.columns[column]?.name ?? '?')
  const isSame = logged.length === model.primaryKey.length && logged.every((name) => model.primaryKey.includes(name))
  if (isSame) return null
  return `the primary key is (${model.primaryKey.join(', ')}) in the definition and (${logged.join(', ')}) in the log`
}
