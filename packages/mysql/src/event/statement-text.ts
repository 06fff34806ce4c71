// The text of a statement in the log: its bytes are as the client sent them, in the session's character_set_client.
import { charsetDecoder, UTF8 } from '../charset/charset.ts'
import type { CharsetDecoder } from '../charset/charset-decoder.ts'
import { charsetOfCollationId } from '../charset/collation-ids.ts'

const DECODERS = new Map<number, CharsetDecoder>()

/**
 * The text of `bytes[start, end)`. `client`: id of a collation of character_set_client; null, or one that is not known, is read as UTF-8, and so is
 * `binary`, whose names the server itself takes for UTF-8. What is no character becomes U+FFFD.
 */
export function statementText(bytes: Buffer, start: number, end: number, client: number | null): string {
  return client === null ? UTF8.decode(bytes, start, end) : decoderOf(client).decode(bytes, start, end)
}

function decoderOf(client: number): CharsetDecoder {
  let decoder = DECODERS.get(client)
  if (decoder === undefined) {
    const charset = charsetOfCollationId(client)
    decoder = charset === null || charset === 'binary' ? UTF8 : charsetDecoder(charset)
    DECODERS.set(client, decoder)
  }
  return decoder
}
