// TRANSACTION_PAYLOAD_EVENT: the events of one transaction in a block (binlog_transaction_compression). Small blocks are unpacked at once;
// large ones piece by piece while their events are read, so that a transaction of gigabytes takes the memory of one piece.
import { zstdDecompressSync } from 'node:zlib'
import { type ByteCursor, corruptEvent } from './byte-cursor.ts'
import { MutableHeader } from './event-header.ts'
import { EventType, eventHandling, unsupportedEvent } from './event-types.ts'
import { EVENT_HEADER_BYTES, type EventView } from './event-view.ts'
import { COMPRESSION_NONE, decodePayloadBlock, type PayloadBlock } from './payload-block.ts'
import { PayloadUnpacker } from './payload-unpacker.ts'

/** Blocks of up to this size are unpacked at once: a promise and a decompressor for each small transaction would cost more. */
const WHOLE_BYTES = 512 * 1024

/** Events that end or start files stand in no transaction. */
const NEVER_INSIDE: ReadonlySet<number> = new Set([
  EventType.STOP_EVENT,
  EventType.ROTATE_EVENT,
  EventType.FORMAT_DESCRIPTION_EVENT,
  EventType.PREVIOUS_GTIDS_LOG_EVENT,
  EventType.TRANSACTION_PAYLOAD_EVENT,
])

/**
 * Steps through the events of a block: `next` until it is false; then, while `needsMore`, `await fill()` and on with `next`. The events
 * have headers but no checksums, and all stand at the position of the event that holds the block, whose bytes must stay valid.
 */
export class PayloadEvents implements EventView {
  readonly header = new MutableHeader()
  readonly file: string
  readonly startPosition: number
  readonly endPosition: number
  readonly isArtificial = false
  /** Only MySQL has such events. */
  readonly isMariaDb = false
  bytes: Buffer
  bodyStart = 0
  bodyEnd = 0
  readonly #unpacker: PayloadUnpacker | null
  readonly #stopsAtUnsupported: boolean
  #pos = 0
  #end: number

  /**
   * `outer` is the view of the TRANSACTION_PAYLOAD event, `cursor` stands at its body. Throws MYSQL_PROTOCOL_EVENT.
   * `stopsAtUnsupported` false hands out events that no change can be read from, for tools.
   */
  constructor(outer: EventView, cursor: ByteCursor, options: { readonly stopsAtUnsupported?: boolean } = {}) {
    this.file = outer.file
    this.startPosition = outer.startPosition
    this.endPosition = outer.endPosition
    this.header.typeCode = outer.header.typeCode
    this.#stopsAtUnsupported = options.stopsAtUnsupported ?? true
    const payload = decodePayloadBlock(cursor)
    const isWhole = payload.compression === COMPRESSION_NONE || payload.unpackedBytes! <= WHOLE_BYTES
    this.#unpacker = isWhole ? null : new PayloadUnpacker(payload.block, payload.unpackedBytes!, this)
    this.bytes = isWhole ? unpackWhole(payload, cursor) : this.#unpacker!.bytes
    this.#end = isWhole ? this.bytes.length : 0
  }

  /** Whether there are events behind those that `next` has given. */
  get needsMore(): boolean {
    return this.#unpacker !== null && !this.#unpacker.isDone
  }

  /** Moves to the next event, which is this object; false where no further one is whole. Throws MYSQL_PROTOCOL_EVENT, MYSQL_EVENT_UNSUPPORTED. */
  next(): boolean {
    const { bytes, header } = this
    const start = this.#pos
    const left = this.#end - start
    if (left < EVENT_HEADER_BYTES) {
      if (left > 0 && !this.needsMore) throw corruptEvent(this, 'ends within an event header')
      return false
    }
    header.read(bytes, start)
    const { lengthBytes, typeCode } = header
    if (lengthBytes < EVENT_HEADER_BYTES) throw corruptEvent(this, `is an inner event of ${lengthBytes} bytes`)
    if (lengthBytes > left) {
      if (this.needsMore) return false
      throw corruptEvent(this, `is an inner event of ${lengthBytes} bytes where ${left} are left`)
    }
    this.bodyStart = start + EVENT_HEADER_BYTES
    this.bodyEnd = start + lengthBytes
    this.#pos = this.bodyEnd
    if (NEVER_INSIDE.has(typeCode)) throw corruptEvent(this, 'stands inside a transaction')
    if (this.#stopsAtUnsupported && eventHandling(typeCode, header.flags) === 'stop') {
      throw unsupportedEvent(this, bytes.subarray(start, start + EVENT_HEADER_BYTES))
    }
    return true
  }

  /** Unpacks the next piece; ends the life of the events before. Throws MYSQL_PROTOCOL_EVENT for a block that does not fit what it says. */
  async fill(): Promise<void> {
    const unpacker = this.#unpacker!
    const left = this.#end - this.#pos
    // An event that is larger than a piece: all of it at once, not piece after piece looked at again.
    const wanted = left >= EVENT_HEADER_BYTES ? this.bytes.readUInt32LE(this.#pos + 9) : EVENT_HEADER_BYTES
    await unpacker.more(this.#pos, Math.max(wanted - left, 1))
    this.bytes = unpacker.bytes
    this.#pos = 0
    this.#end = unpacker.length
  }

  /** Lets the decompressor go, where the events are not read to their end. */
  close(): void {
    this.#unpacker?.close()
  }
}

function unpackWhole({ compression, unpackedBytes, block }: PayloadBlock, cursor: ByteCursor): Buffer {
  if (compression === COMPRESSION_NONE) return block
  const size = unpackedBytes!
  let bytes: Buffer
  try {
    // A chunk as large as the answer: no second piece to join.
    bytes = zstdDecompressSync(block, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) })
  } catch {
    throw cursor.corrupt('cannot be unpacked')
  }
  if (bytes.length !== size) throw cursor.corrupt(`unpacks to ${bytes.length} of ${size} bytes`)
  return bytes
}
