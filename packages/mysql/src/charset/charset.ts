// Character sets of the server: how bytes of a column become text.
import { MysqlUnsupportedError } from '../error.ts'
import type { CellJsonWriter } from '../type/column-type.ts'
import { writeUtf8 } from '../type/json-text.ts'

/** Decodes bytes of one character set. */
export interface CharsetDecoder {
  readonly decode: (bytes: Buffer, start: number, end: number) => string
  /** Appends the text as a JSON string. */
  readonly writeJson: CellJsonWriter
}

const UTF8: CharsetDecoder = { decode: (bytes, start, end) => bytes.toString('utf8', start, end), writeJson: writeUtf8 }

const DECODERS = new Map<string, CharsetDecoder>([
  ['utf8mb4', UTF8],
  ['utf8mb3', UTF8],
  ['utf8', UTF8],
  ['ascii', UTF8],
])

/** The decoder of a character set by the server's name for it. Throws MysqlUnsupportedError for one that is not built. */
export function charsetDecoder(charset: string): CharsetDecoder {
  const decoder = DECODERS.get(charset.toLowerCase())
  if (decoder === undefined) {
    throw new MysqlUnsupportedError({
      code: 'MYSQL_UNSUPPORTED_CHARSET',
      message: `Character set ${charset} is not supported`,
      hint: 'Exclude the column, or convert it to utf8mb4.',
    })
  }
  return decoder
}
