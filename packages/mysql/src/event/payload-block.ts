// What a TRANSACTION_PAYLOAD_EVENT holds before its block, and where the block lies.
import type { ByteCursor } from './byte-cursor.ts'

/** How a block is packed, as the server numbers it. */
export const COMPRESSION_ZSTD = 0
export const COMPRESSION_NONE = 255

/** The events of one transaction as one block; its bytes are valid as long as those of the event. */
export interface PayloadBlock {
  /** {@link COMPRESSION_ZSTD} or {@link COMPRESSION_NONE}. */
  readonly compression: number
  /** Size of the events; null where the event does not tell (a block that is not packed). */
  readonly unpackedBytes: number | null
  readonly block: Buffer
}

const FIELD_END = 0
const FIELD_PAYLOAD_SIZE = 1
const FIELD_COMPRESSION_TYPE = 2
const FIELD_UNPACKED_SIZE = 3

/**
 * Shape: fields of type (lenenc) | length (lenenc) | value (lenenc), ended by type 0 | the block. Throws MYSQL_PROTOCOL_EVENT for unknown
 * packing and for a packed block that does not tell its size.
 */
export function decodePayloadBlock(cursor: ByteCursor): PayloadBlock {
  let payloadBytes: number | null = null
  let compression = COMPRESSION_NONE
  let unpackedBytes: number | null = null
  for (;;) {
    const field = cursor.lenenc()
    if (field === FIELD_END) break
    const length = cursor.lenenc()
    const end = cursor.take(length) + length
    cursor.pos -= length
    if (field === FIELD_PAYLOAD_SIZE) payloadBytes = cursor.lenenc()
    else if (field === FIELD_COMPRESSION_TYPE) compression = cursor.lenenc()
    else if (field === FIELD_UNPACKED_SIZE) unpackedBytes = cursor.lenenc()
    if (cursor.pos > end) throw cursor.corrupt(`has a field ${field} beyond its length`)
    cursor.pos = end
  }
  const at = cursor.take(payloadBytes ?? cursor.remaining)
  const block = cursor.bytes.subarray(at, cursor.pos)
  if (compression !== COMPRESSION_NONE && compression !== COMPRESSION_ZSTD) {
    throw cursor.corrupt(`is compressed by the unknown method ${compression}`)
  }
  if (compression === COMPRESSION_ZSTD && unpackedBytes === null)
    throw cursor.corrupt('does not say to what it unpacks')
  return { compression, unpackedBytes, block }
}
