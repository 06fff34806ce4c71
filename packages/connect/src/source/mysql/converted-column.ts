// Columns under a value converter: in keys and in rows alike.
import type { ColumnModel, TableModel, ValueOptions } from '@millrace/mysql'
import type { ValueConverter } from '../../config/mysql/value-converters.ts'
import type { ByteSink, CellColumn } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { jdbcSinkColumn } from './jdbc-sink-column.ts'
import { zeroDateColumn } from './zero-date-column.ts'

/** Compiles the same cell as if its column were `column`, under other options. */
export type Recompile = (column: ColumnModel, options: Partial<ValueOptions>) => CellColumn

/** The column as the first converter that wants it makes it; the column itself for none. */
export function convertedColumn(
  compiled: CellColumn,
  table: Pick<TableModel, 'database' | 'name'>,
  column: ColumnModel,
  converters: readonly ValueConverter[],
  recompile: Recompile,
): CellColumn {
  const id = `${table.database}.${table.name}.${column.name}`
  for (const converter of converters) {
    const converted = convert(converter, id, compiled, column, recompile)
    if (converted !== null) return converted
  }
  return compiled
}

/** Null where the converter does not want the column. */
function convert(
  converter: ValueConverter,
  id: string,
  compiled: CellColumn,
  column: ColumnModel,
  recompile: Recompile,
): CellColumn | null {
  switch (converter.kind) {
    case 'tinyint': {
      const isTinyInt = /^TINYINT( UNSIGNED)?$/i.test(column.typeName)
      const isWanted = isTinyInt && (!converter.checksLength || column.length === 1) && converter.matches(id)
      return isWanted ? booleanColumn(compiled) : null
    }
    case 'jdbc-sink':
      return jdbcSinkColumn(converter, id, compiled, column, recompile)
    case 'zero-date':
      return zeroDateColumn(converter, id, column, recompile)
  }
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
