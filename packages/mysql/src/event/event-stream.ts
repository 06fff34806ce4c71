// The state of a run of events: checksums, file name and 64-bit positions. Fed with whole events from a connection or a file, in order.
import { crc32 } from 'node:zlib'
import { MysqlProtocolError } from '../error.ts'
import { ByteCursor, corruptEvent } from './byte-cursor.ts'
import { rangeChecksum } from './checksum.ts'
import type { EventHeader } from './event.ts'
import { MutableHeader } from './event-header.ts'
import { EventType, eventHandling, unsupportedEvent } from './event-types.ts'
import {
  CHECKSUM_BYTES,
  EVENT_HEADER_BYTES,
  type EventView,
  LOG_EVENT_ARTIFICIAL_F,
  LOG_EVENT_BINLOG_IN_USE_F,
} from './event-view.ts'
import { CHECKSUM_ALGORITHM_CRC32, decodeFormatDescription, type FormatDescription } from './format-description.ts'
import { decodeHeartbeat } from './heartbeat.ts'
import { decodeRotate } from './rotate.ts'

/** Place of the flags in the header. */
const FLAGS_AT = 17
const TWO_32 = 0x1_0000_0000
/** Where the first event of every file stands. */
const FIRST_POSITION = 4

class MutableView implements EventView {
  readonly header = new MutableHeader()
  bytes: Buffer = Buffer.alloc(0)
  bodyStart = 0
  bodyEnd = 0
  file = ''
  startPosition = 0
  endPosition = 0
  isArtificial = false
  isMariaDb = false
}

/** See the file's head. */
export class EventStream {
  /** Of the present file; null before the first one came. */
  format: FormatDescription | null = null
  readonly #view = new MutableView()
  readonly #cursor = new ByteCursor()
  readonly #stopsAtUnsupported: boolean
  #file: string
  #position: number

  /**
   * `position`: where the first event of `file` that will come starts (0 = not known before the first rotate).
   * `stopsAtUnsupported` false hands out events that no change can be read from, for tools that show everything.
   */
  constructor(file: string, position: number, options: { readonly stopsAtUnsupported?: boolean } = {}) {
    this.#file = file
    this.#position = position
    this.#stopsAtUnsupported = options.stopsAtUnsupported ?? true
  }

  /** File and position behind the last event. */
  get file(): string {
    return this.#file
  }

  get position(): number {
    return this.#position
  }

  /**
   * Takes `bytes[start, end)` as the next event: checks lengths, checksum and type, follows format descriptions and rotates.
   * Answers the reused view. Throws MYSQL_PROTOCOL_EVENT, MYSQL_PROTOCOL_CHECKSUM, MYSQL_EVENT_UNSUPPORTED.
   */
  accept(bytes: Buffer, start: number, end: number): EventView {
    const view = this.#view
    this.#readHeader(bytes, start, end)
    const { header } = view
    this.#place(header)
    view.bytes = bytes
    view.bodyStart = start + EVENT_HEADER_BYTES
    view.bodyEnd = end
    if (header.typeCode === EventType.FORMAT_DESCRIPTION_EVENT) {
      this.format = decodeFormatDescription(this.#open(), view)
      view.isMariaDb = this.format.isMariaDb
      this.#checkFormat(start, end)
    } else if (this.format === null && header.typeCode !== EventType.ROTATE_EVENT) {
      throw corruptEvent(view, 'comes before the format description of its file')
    } else if (this.#hasChecksum(start, end)) {
      if (end - start < EVENT_HEADER_BYTES + CHECKSUM_BYTES) throw corruptEvent(view, 'is too short for its checksum')
      this.#verify(bytes.readUInt32LE(end - CHECKSUM_BYTES), rangeChecksum(bytes, start, end - CHECKSUM_BYTES))
      view.bodyEnd = end - CHECKSUM_BYTES
    }
    this.#advance()
    // Behind it, so that a caller who leaves the event out can go on.
    if (this.#stopsAtUnsupported && eventHandling(header.typeCode, header.flags) === 'stop') {
      throw unsupportedEvent(view, bytes.subarray(start, start + EVENT_HEADER_BYTES))
    }
    return view
  }

  #readHeader(bytes: Buffer, start: number, end: number): void {
    const { header } = this.#view
    this.#view.file = this.#file
    this.#view.startPosition = this.#position
    if (end - start < EVENT_HEADER_BYTES)
      throw corruptEvent(this.#view, `has ${end - start} bytes, less than its header`)
    header.read(bytes, start)
    if (header.lengthBytes !== end - start) {
      throw corruptEvent(this.#view, `says it has ${header.lengthBytes} bytes where ${end - start} came`)
    }
  }

  // The header's position has 32 bits: it is taken as the nearest one at or behind ours. Events without one (MariaDB 11.4) follow directly.
  #place(header: EventHeader): void {
    const view = this.#view
    const { typeCode, flags, logPos, lengthBytes } = header
    const isHeartbeat = typeCode === EventType.HEARTBEAT_LOG_EVENT || typeCode === EventType.HEARTBEAT_LOG_EVENT_V2
    view.isArtificial =
      isHeartbeat ||
      (flags & LOG_EVENT_ARTIFICIAL_F) !== 0 ||
      (logPos === 0 && typeCode === EventType.ROTATE_EVENT) ||
      // A dump that starts inside a file gets a copy of the file's format description first.
      (typeCode === EventType.FORMAT_DESCRIPTION_EVENT && this.#position !== FIRST_POSITION)
    if (view.isArtificial) {
      view.endPosition = this.#position
      return
    }
    if (logPos !== 0) {
      let endPosition = Math.floor(this.#position / TWO_32) * TWO_32 + logPos
      if (endPosition < this.#position) endPosition += TWO_32
      view.startPosition = Math.max(endPosition - lengthBytes, 0)
    }
    view.endPosition = view.startPosition + lengthBytes
  }

  #advance(): void {
    const view = this.#view
    const { typeCode } = view.header
    this.#position = view.endPosition
    if (typeCode === EventType.ROTATE_EVENT) {
      const rotate = decodeRotate(this.#open())
      this.#file = rotate.nextFile
      this.#position = rotate.nextPosition
    } else if (typeCode === EventType.HEARTBEAT_LOG_EVENT || typeCode === EventType.HEARTBEAT_LOG_EVENT_V2) {
      this.#followHeartbeat()
    }
  }

  // The server skips transactions that we have; heartbeats say how far. They never go back. A version-1 position has only 32 bits.
  #followHeartbeat(): void {
    const view = this.#view
    const { file, position } = decodeHeartbeat(this.#open(), view)
    const isWide = view.header.typeCode === EventType.HEARTBEAT_LOG_EVENT_V2 || view.header.logPos === 0
    if (file === this.#file && position > this.#position && (isWide || this.#position < TWO_32))
      this.#position = position
  }

  #open(): ByteCursor {
    const view = this.#view
    return this.#cursor.open(view.bytes, view.bodyStart, view.bodyEnd, view)
  }

  // Before a format description came (the first, artificial rotate) only the bytes themselves can tell.
  #hasChecksum(start: number, end: number): boolean {
    if (this.format !== null) return this.format.hasChecksum
    if (end - start < EVENT_HEADER_BYTES + CHECKSUM_BYTES) return false
    const { bytes } = this.#view
    return bytes.readUInt32LE(end - CHECKSUM_BYTES) === rangeChecksum(bytes, start, end - CHECKSUM_BYTES)
  }

  // A format description has a checksum also where the other events have none. The in-use flag is set and cleared in the file without
  // touching the checksum, which is that of the flag cleared.
  #checkFormat(start: number, end: number): void {
    const { bytes, header } = this.#view
    const stored = bytes.readUInt32LE(end - CHECKSUM_BYTES)
    const copy = Buffer.from(bytes.subarray(start, end - CHECKSUM_BYTES))
    copy.writeUInt16LE(header.flags & ~LOG_EVENT_BINLOG_IN_USE_F, FLAGS_AT)
    if (stored === crc32(copy)) return
    if (this.format!.hasChecksum || header.logPos === FIRST_POSITION + header.lengthBytes) {
      this.#verify(stored, rangeChecksum(bytes, start, end - CHECKSUM_BYTES))
    }
    // A dump from inside a file starts with a changed copy, whose checksum is not made again where the log has none. Where the log has
    // checksums it is: a copy that was right with them has lost the byte that says so.
    copy[copy.length - 1] = CHECKSUM_ALGORITHM_CRC32
    if (stored === crc32(copy)) this.#verify(stored, ~stored >>> 0)
  }

  #verify(stored: number, computed: number): void {
    if (stored === computed) return
    const { file, startPosition, header } = this.#view
    throw new MysqlProtocolError({
      code: 'MYSQL_PROTOCOL_CHECKSUM',
      message: `Binlog event of type ${header.typeCode} at ${file}:${startPosition} does not match its CRC32`,
      hint: `Compare with: mysqlbinlog --verify-binlog-checksum --start-position=${startPosition} ${file}`,
    })
  }
}
