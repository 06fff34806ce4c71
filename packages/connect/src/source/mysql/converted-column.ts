// Columns under a value converter: in keys and in rows alike.
import type { ColumnModel, TableModel } from '@millrace/mysql'
import type { ValueConverter } from '../../config/mysql/value-converters.ts'
import type { ByteSink, CellColumn } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'

/** The column as the first converter that wants it makes it; the column itself for none. */
export function convertedColumn(
  compiled: CellColumn,
  table: Pick<TableModel, 'database' | 'name'>,
  column: ColumnModel,
  converters: readonly ValueConverter[],
): CellColumn {
  const id = `${table.database}.${table.name}.${column.name}`
  const isWanted = ({ matches, checksLength }: ValueConverter) =>
    /^TINYINT( UNSIGNED)?$/i.test(column.typeName) && (!checksLength || column.length === 1) && matches(id)
  return converters.some(isWanted) ? booleanColumn(compiled) : compiled
}

// Debezium 3.6 takes values above zero for true: -1 is false.
function booleanColumn(compiled: CellColumn): CellColumn {
  const isTrue = (value: unknown) => Number(value) > 0
  const { optional, doc, default: stated } = compiled.schema
  const schema: ConnectSchema = {
    kind: 'boolean',
    optional,
    ...(doc === undefined ? {} : { doc }),
    ...(stated === undefined ? {} : { default: isTrue(stated) }),
  }
  const { read } = compiled
  return {
    ...compiled,
    schema,
    read: (bytes, start, end) => isTrue(read(bytes, start, end)),
    writeJson: (bytes, start, end, sink) => {
      putWord(isTrue(read(bytes, start, end)) ? TRUE : FALSE, sink)
    },
  }
}

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

function putWord(word: Buffer, sink: ByteSink): void {
  sink.reserve(word.length)
  for (let i = 0; i < word.length; i++) sink.bytes[sink.pos++] = word[i]!
}
