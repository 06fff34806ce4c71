// The packed part of MariaDB's compressed events (log_bin_compress): the text of a statement, or the row images of a rows event.
import { inflateSync } from 'node:zlib'
import type { ByteCursor } from './byte-cursor.ts'
import { EventType } from './event-types.ts'

/** Whether an event of this type ends in a packed part. */
export function isMariaDbCompressed(typeCode: number): boolean {
  return (
    typeCode >= EventType.MARIADB_QUERY_COMPRESSED_EVENT && typeCode <= EventType.MARIADB_DELETE_ROWS_COMPRESSED_EVENT
  )
}

/** The high half of the first byte: packed (8), by zlib (0). */
const PACKED_BY_ZLIB = 0x80
const METHOD_MASK = 0xf0
const LENGTH_MASK = 0x07
/** Largest event that a server writes. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024

/**
 * Unpacks the rest of an event. Shape: method and number of length bytes (1) | unpacked length (1 to 4, big-endian) | zlib stream. Throws
 * MYSQL_PROTOCOL_EVENT for a part that does not fit what it says.
 */
export function inflateRest(cursor: ByteCursor): Buffer {
  const first = cursor.u8()
  const lengthBytes = first & LENGTH_MASK
  if ((first & METHOD_MASK) !== PACKED_BY_ZLIB || lengthBytes < 1 || lengthBytes > 4) {
    throw cursor.corrupt(`is packed in an unknown way (0x${first.toString(16)})`)
  }
  let size = 0
  for (let i = 0; i < lengthBytes; i++) size = size * 256 + cursor.u8()
  if (size > MAX_UNPACKED_BYTES) throw cursor.corrupt(`says it unpacks to ${size} bytes`)
  const packed = cursor.bytes.subarray(cursor.pos, cursor.end)
  cursor.pos = cursor.end
  let bytes: Buffer
  try {
    // Zlib makes at most 1032 bytes of one: a false size takes no memory.
    const chunkSize = Math.max(64, Math.min(size, packed.length * 1032))
    bytes = inflateSync(packed, { maxOutputLength: Math.max(size, 1), chunkSize })
  } catch {
    throw cursor.corrupt('cannot be unpacked')
  }
  if (bytes.length !== size) throw cursor.corrupt(`unpacks to ${bytes.length} of ${size} bytes`)
  return bytes
}
