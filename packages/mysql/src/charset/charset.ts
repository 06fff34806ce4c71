// Character sets of the server: how bytes of a column become text.
import { MysqlUnsupportedError } from '../error.ts'
import { writeAscii, writeUtf8 } from '../text/json-text.ts'
import { asciiText, utf8Text } from '../text/malformed-text.ts'
import type { CharsetDecoder } from './charset-decoder.ts'
import { multiByteDecoder } from './multi-byte.ts'
import { singleByteDecoder } from './single-byte.ts'
import { wideDecoder } from './unicode.ts'

/** UTF-8: the bytes are copied. */
export const UTF8: CharsetDecoder = {
  decode: utf8Text,
  writeJson: writeUtf8,
}

// MariaDB stores other bytes in its columns as they come; read as UTF-8 they could be other text.
const ASCII: CharsetDecoder = { decode: asciiText, writeJson: writeAscii }

const DECODERS = new Map<string, CharsetDecoder>([
  ['utf8mb4', UTF8],
  ['utf8mb3', UTF8],
  ['utf8', UTF8],
  ['ascii', ASCII],
])

/** The decoder of a character set by the server's name for it. Throws MysqlUnsupportedError for one that is not known. */
export function charsetDecoder(charset: string): CharsetDecoder {
  const name = charset.toLowerCase()
  let decoder = DECODERS.get(name) ?? null
  if (decoder === null) {
    decoder = singleByteDecoder(name) ?? wideDecoder(name) ?? multiByteDecoder(name)
    if (decoder === null) {
      throw new MysqlUnsupportedError({
        code: 'MYSQL_UNSUPPORTED_CHARSET',
        message: `Character set ${charset} is not supported`,
        hint: 'Exclude the column, or convert it to utf8mb4.',
      })
    }
    DECODERS.set(name, decoder)
  }
  return decoder
}
