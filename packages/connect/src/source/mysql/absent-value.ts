// What stands for a value that the log does not hold: binlog_row_image=NOBLOB leaves TEXT, BLOB and the like out where they did not change.
import type { BinlogColumn, ColumnModel } from '@millrace/mysql'
import type { CellColumn } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'

// Type codes of columns that NOBLOB may leave out: VECTOR, JSON, the BLOB family (which holds TEXT) and the spatial types.
const LEFT_OUT: ReadonlySet<number> = new Set([242, 245, 249, 250, 251, 252, 255])
const HEX_PREFIX = 'hex:'

/** Bytes of `unavailable.value.placeholder`: the text's own, or those that `hex:` spells. */
export function placeholderBytes(option: string): Buffer {
  return option.startsWith(HEX_PREFIX) ? Buffer.from(option.slice(HEX_PREFIX.length), 'hex') : Buffer.from(option)
}

/** The column with the placeholder for cells that are not in an image; unchanged for types that no server leaves out. */
export function withAbsentValue(
  compiled: CellColumn,
  column: ColumnModel,
  binlog: BinlogColumn | undefined,
  placeholder: Buffer,
): CellColumn {
  if (binlog === undefined || !LEFT_OUT.has(binlog.typeCode)) return compiled
  const isBinary = /BLOB|BINARY/i.test(column.typeName) || column.charset?.toLowerCase() === 'binary'
  // Binary columns have several representations; text has one, whatever the column's character set.
  const value = isBinary ? compiled.read(placeholder, 0, placeholder.length) : standIn(compiled.schema, placeholder)
  return { ...compiled, absentValue: value }
}

/** Arrays hold the placeholder's bytes as numbers, spatial structs hold it as their WKB: as Debezium does for other databases. */
function standIn(schema: ConnectSchema, placeholder: Buffer): unknown {
  switch (schema.kind) {
    case 'array':
      return [...placeholder]
    case 'struct': {
      const fields = schema.fields ?? []
      return { schema, values: fields.map(({ name }) => (name === 'wkb' ? placeholder : name === 'srid' ? null : 0)) }
    }
    default:
      return placeholder.toString()
  }
}
