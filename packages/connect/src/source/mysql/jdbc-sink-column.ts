// JdbcSinkDataTypesConverter: columns as types that a JDBC sink sees the same in snapshot and stream.
import { type ColumnModel, writeString } from '@millrace/mysql'
import type { JdbcSinkConverter } from '../../config/mysql/value-converters.ts'
import type { ByteSink, CellColumn } from '../../data/change-row.ts'
import { javaDouble, javaFloat } from '../../data/java-number.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import type { Recompile } from './converted-column.ts'

const CHARSET_PARAMETER = '__debezium.source.column.character_set'

/** The column as the converter makes it; null where no selector of it matches. */
export function jdbcSinkColumn(
  converter: JdbcSinkConverter,
  id: string,
  compiled: CellColumn,
  column: ColumnModel,
  recompile: Recompile,
): CellColumn | null {
  if (converter.isBoolean(id)) return convertedWith(compiled, { kind: 'int16' }, toFlag, writeFlag)
  if (converter.isReal(id)) {
    const isDouble = converter.treatsRealAsDouble
    // Decimals are wanted as numbers, not as unscaled bytes.
    const numeric = recompile(column, { decimalHandling: 'double', bigintUnsignedHandling: 'long' })
    return isDouble
      ? convertedWith(numeric, { kind: 'float64' }, Number, (value, sink) => putAscii(javaDouble(value), sink))
      : convertedWith(
          numeric,
          { kind: 'float32' },
          (value) => Math.fround(Number(value)),
          (value, sink) => putAscii(javaFloat(value), sink),
        )
  }
  if (!converter.isString(id)) return null
  const plain = recompile(column, { decimalHandling: 'string' })
  const { charset } = column
  const schema = {
    kind: 'string',
    ...(charset === null ? {} : { parameters: { [CHARSET_PARAMETER]: charset } }),
  } as const
  return convertedWith(plain, schema, String, writeString)
}

/** Kinds of value that a converter changes; Debezium makes nothing of others, here they stay as they are. */
const CONVERTIBLE: ReadonlySet<string> = new Set([
  'int8',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'boolean',
  'string',
])

function convertedWith<T>(
  compiled: CellColumn,
  to: Pick<ConnectSchema, 'kind' | 'parameters'>,
  change: (value: unknown) => T,
  write: (value: T, sink: ByteSink) => void,
): CellColumn {
  const { schema: from, read, writeJson } = compiled
  if (!CONVERTIBLE.has(from.kind)) return compiled
  const { optional, doc, default: stated } = from
  const schema: ConnectSchema = {
    ...to,
    optional,
    ...(doc === undefined ? {} : { doc }),
    ...(stated === undefined ? {} : { default: change(stated) }),
  }
  return {
    ...compiled,
    schema,
    read: (bytes, start, end) => {
      const value = read(bytes, start, end)
      return value === null ? null : change(value)
    },
    writeJson: (bytes, start, end, sink) => {
      const value = read(bytes, start, end)
      if (value === null) writeJson(bytes, start, end, sink)
      else write(change(value), sink)
    },
  }
}

/** 1 for true, for numbers above zero and for texts that say either. */
function toFlag(value: unknown): number {
  if (typeof value === 'string') return (/^[+-]?\d+$/.test(value) ? Number(value) > 0 : /^true$/i.test(value)) ? 1 : 0
  return Number(value) > 0 ? 1 : 0
}

function writeFlag(value: number, sink: ByteSink): void {
  sink.reserve(1)
  sink.bytes[sink.pos++] = 0x30 + value
}

function putAscii(text: string, sink: ByteSink): void {
  sink.reserve(text.length)
  sink.pos += sink.bytes.write(text, sink.pos, 'latin1')
}
