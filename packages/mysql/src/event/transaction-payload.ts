// TRANSACTION_PAYLOAD_EVENT: the events of one transaction in a compressed block (binlog_transaction_compression).
import { zstdDecompressSync } from 'node:zlib'
import { type ByteCursor, corruptEvent } from './byte-cursor.ts'
import type { EventHeader } from './event.ts'
import { eventHandling, unsupportedEvent } from './event-types.ts'
import { EVENT_HEADER_BYTES, type EventView } from './event-view.ts'

const FIELD_END = 0
const FIELD_PAYLOAD_SIZE = 1
const FIELD_COMPRESSION_TYPE = 2
const FIELD_UNCOMPRESSED_SIZE = 3
const COMPRESSION_ZSTD = 0
const COMPRESSION_NONE = 255

/** Largest block that is unpacked: what a server's max_allowed_packet can hold. A false size cannot take more memory than this. */
const MAX_UNCOMPRESSED_BYTES = 1024 * 1024 * 1024

/**
 * Unpacks the events of a transaction. Shape: fields of type (lenenc) | length (lenenc) | value (lenenc), ended by type 0 | the block.
 * The block's events have headers but no checksums. Throws MYSQL_PROTOCOL_EVENT for blocks that do not fit what they say.
 */
export function decodeTransactionPayload(cursor: ByteCursor): Buffer {
  let payloadBytes = -1
  let compression = COMPRESSION_NONE
  let uncompressedBytes = -1
  for (;;) {
    const field = cursor.lenenc()
    if (field === FIELD_END) break
    const length = cursor.lenenc()
    const end = cursor.take(length) + length
    cursor.pos -= length
    if (field === FIELD_PAYLOAD_SIZE) payloadBytes = cursor.lenenc()
    else if (field === FIELD_COMPRESSION_TYPE) compression = cursor.lenenc()
    else if (field === FIELD_UNCOMPRESSED_SIZE) uncompressedBytes = cursor.lenenc()
    cursor.pos = end
  }
  const at = cursor.take(payloadBytes < 0 ? cursor.remaining : payloadBytes)
  const block = cursor.bytes.subarray(at, cursor.pos)
  if (compression === COMPRESSION_NONE) return Buffer.from(block)
  if (compression !== COMPRESSION_ZSTD) throw cursor.corrupt(`is compressed by the unknown method ${compression}`)
  if (uncompressedBytes < 0 || uncompressedBytes > MAX_UNCOMPRESSED_BYTES) {
    throw cursor.corrupt(`says it unpacks to ${uncompressedBytes} bytes`)
  }
  return unpack(block, uncompressedBytes, cursor)
}

function unpack(block: Buffer, uncompressedBytes: number, cursor: ByteCursor): Buffer {
  let bytes: Buffer
  try {
    bytes = zstdDecompressSync(block, { maxOutputLength: Math.max(uncompressedBytes, 1) })
  } catch {
    throw cursor.corrupt('cannot be unpacked')
  }
  if (bytes.length !== uncompressedBytes)
    throw cursor.corrupt(`unpacks to ${bytes.length} of ${uncompressedBytes} bytes`)
  return bytes
}

class InnerHeader implements EventHeader {
  timestampSec = 0
  typeCode = 0
  serverId = 0
  lengthBytes = 0
  logPos = 0
  flags = 0
}

/** Steps through the events of an unpacked block. All of them stand at the position of the event that holds the block. */
export class PayloadEvents implements EventView {
  readonly header = new InnerHeader()
  readonly bytes: Buffer
  readonly file: string
  readonly startPosition: number
  readonly endPosition: number
  readonly isArtificial = false
  bodyStart = 0
  bodyEnd = 0
  #pos = 0

  /** `outer` is the view of the TRANSACTION_PAYLOAD event, `bytes` its unpacked block. */
  constructor(outer: EventView, bytes: Buffer) {
    this.bytes = bytes
    this.file = outer.file
    this.startPosition = outer.startPosition
    this.endPosition = outer.endPosition
  }

  /** Moves to the next event, which is this object; false at the end. Throws MYSQL_PROTOCOL_EVENT, MYSQL_EVENT_UNSUPPORTED. */
  next(): boolean {
    const { bytes, header } = this
    const start = this.#pos
    if (start === bytes.length) return false
    if (bytes.length - start < EVENT_HEADER_BYTES) throw corruptEvent(this, 'ends within an event header')
    header.timestampSec = bytes.readUInt32LE(start)
    header.typeCode = bytes[start + 4]!
    header.serverId = bytes.readUInt32LE(start + 5)
    header.lengthBytes = bytes.readUInt32LE(start + 9)
    header.logPos = bytes.readUInt32LE(start + 13)
    header.flags = bytes.readUInt16LE(start + 17)
    if (header.lengthBytes < EVENT_HEADER_BYTES || header.lengthBytes > bytes.length - start) {
      throw corruptEvent(this, `holds an event of ${header.lengthBytes} bytes where ${bytes.length - start} are left`)
    }
    this.bodyStart = start + EVENT_HEADER_BYTES
    this.bodyEnd = start + header.lengthBytes
    this.#pos = this.bodyEnd
    if (eventHandling(header.typeCode, header.flags) === 'stop') {
      throw unsupportedEvent(this, bytes.subarray(start, start + EVENT_HEADER_BYTES))
    }
    return true
  }
}
