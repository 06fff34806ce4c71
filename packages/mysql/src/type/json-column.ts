// JSON columns: text in a string. The log holds binary JSON, which is printed without spaces; a snapshot holds the server's own text.
import { BinaryJson } from '../json/binary-json.ts'
import { writeConstant } from '../text/json-literal.ts'
import { openQuote, writeUtf8 } from '../text/json-text.ts'
import type { ColumnType } from './column-type.ts'
import { MYSQL_TYPE_JSON } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** Compiles JSON. A value of no bytes (NULL written by a lax server) counts as NULL, in a NOT NULL column as `{}`. */
export function jsonType(request: TypeRequest): ColumnType {
  const schema = schemaOf(request, 'string', {
    name: 'io.debezium.data.Json',
    default: statedDefault(request) ?? undefined,
  })
  const missing = request.column.isNullable ? null : '{}'
  const missingText = Buffer.from(JSON.stringify(missing))
  if (request.form === 'text') {
    return {
      schema,
      read: (bytes, start, end) => (start === end ? missing : bytes.toString('utf8', start, end)),
      writeJson: (bytes, start, end, sink) => {
        if (start === end) writeConstant(missingText, sink)
        else writeUtf8(bytes, start, end, sink)
      },
    }
  }
  if (request.binlog?.typeCode !== MYSQL_TYPE_JSON) throw mismatch(request)
  const document = new BinaryJson()
  return {
    schema,
    read: (bytes, start, end) => (start === end ? missing : document.toText(bytes, start, end)),
    writeJson: (bytes, start, end, sink) => {
      if (start === end) return writeConstant(missingText, sink)
      openQuote(sink)
      document.writeEscaped(bytes, start, end, sink)
      return openQuote(sink)
    },
  }
}
