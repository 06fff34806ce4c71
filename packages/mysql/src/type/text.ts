// CHAR, VARCHAR and the TEXT types: bytes in the column's character set → UTF-8 text.
import { charsetDecoder } from '../charset/charset.ts'
import type { ColumnType } from './column-type.ts'
import { writeUtf8 } from './json-text.ts'
import { schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** Compiles a text column. Text-protocol cells arrive in UTF-8, the connection's character set, whatever the column has. */
export function textType(request: TypeRequest): ColumnType {
  const schema = schemaOf(request, 'string', { default: statedDefault(request) ?? undefined })
  const decoder = request.form === 'text' ? null : charsetDecoder(request.column.charset ?? 'utf8mb4')
  if (decoder === null) {
    return { schema, read: (bytes, start, end) => bytes.toString('utf8', start, end), writeJson: writeUtf8 }
  }
  return { schema, read: decoder.decode, writeJson: decoder.writeJson }
}
