// ZeroDateFallbackConverter: a value of the user's choice, or NULL, where the server holds dates such as 0000-00-00. As in Debezium DATETIME
// is in milliseconds whatever its precision, two-digit years stay, and NULL too becomes the fallback.
import type { ColumnModel } from '@millrace/mysql'
import type { ZeroDateConverter, ZeroDateType } from '../../config/mysql/zero-date-options.ts'
import type { ByteSink, CellColumn } from '../../data/change-row.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import type { Recompile } from './converted-column.ts'

const SCHEMAS: Readonly<Record<ZeroDateType, Pick<ConnectSchema, 'kind' | 'name' | 'version'>>> = {
  DATE: { kind: 'int32', name: 'io.debezium.time.Date', version: 1 },
  DATETIME: { kind: 'int64', name: 'io.debezium.time.Timestamp', version: 1 },
  TIMESTAMP: { kind: 'string', name: 'io.debezium.time.ZonedTimestamp', version: 1 },
}

const QUOTE = 0x22
const ZERO = 0x30
const NINE = 0x39
const POINT = 0x2e
const Z = 0x5a
const LETTER_N = 0x6e

/** The column as the converter makes it; null where it does not want it. */
export function zeroDateColumn(
  converter: ZeroDateConverter,
  id: string,
  column: ColumnModel,
  recompile: Recompile,
): CellColumn | null {
  const type = /^(DATE|DATETIME|TIMESTAMP)(?:\s*\(|$)/i.exec(column.typeName)?.[1]?.toUpperCase() as
    | ZeroDateType
    | undefined
  if (type === undefined || !converter.types.has(type) || !converter.matches(id)) return null
  const fallback = converter.fallback(type, id)
  // Compiled as nullable and without default, a zero date reads as null.
  const plain = recompile(
    { ...column, isNullable: true, hasDefault: false, defaultExpression: null },
    { timePrecision: 'connect', enableTimeAdjuster: false },
  )
  const { doc } = plain.schema
  const hasStated = column.hasDefault && column.defaultExpression !== null
  const schema: ConnectSchema = {
    ...SCHEMAS[type],
    optional: column.isNullable || fallback === null,
    ...(doc === undefined ? {} : { doc }),
    // Debezium puts the fallback in place of any default that the table has.
    ...(hasStated && fallback !== null ? { default: fallback } : {}),
  }
  const fallbackText = Buffer.from(typeof fallback === 'string' ? JSON.stringify(fallback) : String(fallback))
  const { read } = plain
  return {
    ...plain,
    schema,
    read: (bytes, start, end) => {
      const value = read(bytes, start, end)
      if (value === null) return fallback
      return typeof value === 'string'
        ? value.replace(/\.(\d*?)0*Z$/, (_all, rest) => (rest === '' ? 'Z' : `.${rest}Z`))
        : value
    },
    writeJson: (bytes, start, end, sink) => {
      const from = sink.pos
      plain.writeJson(bytes, start, end, sink)
      if (sink.bytes[from] === LETTER_N) {
        sink.pos = from
        putText(fallbackText, sink)
      } else if (type === 'TIMESTAMP') trimFraction(sink)
    },
    ...(fallback === null ? {} : { nullValue: fallback }),
  }
}

/** Takes the zeros at the end of a fraction out of `"…Z"` at the end of what is written. */
function trimFraction(sink: ByteSink): void {
  const { bytes } = sink
  let last = sink.pos - 3
  let point = last
  while (bytes[point]! >= ZERO && bytes[point]! <= NINE) point--
  if (bytes[point] !== POINT) return
  while (bytes[last] === ZERO) last--
  if (last === point) last--
  bytes[last + 1] = Z
  bytes[last + 2] = QUOTE
  sink.pos = last + 3
}

function putText(text: Buffer, sink: ByteSink): void {
  sink.reserve(text.length)
  for (let i = 0; i < text.length; i++) sink.bytes[sink.pos++] = text[i]!
}
