// CHAR, VARCHAR and the TEXT types: bytes in the column's character set → UTF-8 text.
import { charsetDecoder, UTF8 } from '../charset/charset.ts'
import { charsetOfCollationId } from '../charset/collation-ids.ts'
import type { ColumnType } from './column-type.ts'
import { schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** Compiles a text column. Text-protocol cells arrive in UTF-8, the connection's character set, whatever the column has. */
export function textType(request: TypeRequest): ColumnType {
  const schema = schemaOf(request, 'string', { default: statedDefault(request) ?? undefined })
  const { decode, writeJson } = request.form === 'text' ? UTF8 : charsetDecoder(charsetOf(request))
  return { schema, read: decode, writeJson }
}

/** What the log says of the column is surer than what its definition says (`BYTE`, `UNICODE` and `ASCII` attributes, for instance). */
function charsetOf(request: TypeRequest): string {
  const logged = request.binlog?.collationId === undefined ? null : charsetOfCollationId(request.binlog.collationId)
  if (logged !== null && logged !== 'binary') return logged
  return request.column.charset ?? 'utf8mb4'
}
