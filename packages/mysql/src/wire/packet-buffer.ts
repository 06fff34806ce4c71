// Packets out of a byte stream, in one reusable buffer: bytes are appended at the end, whole packets are found in place, packets above
// 16 MiB are joined in place, and what was consumed is reclaimed. No socket here: wire/packet-reader.ts feeds it.
//
//   packet = payload length (3, LE) | sequence id (1) | payload;   payload length 0xFFFFFF: the next packet continues this one
import { MysqlProtocolError } from '../error.ts'
import { INTAKE_BYTES } from './raw-socket.ts'

const HEADER_BYTES = 4
const MAX_PAYLOAD_BYTES = 0xffffff
const BASE_BYTES = 2 * 1024 * 1024
/** Room behind a packet whose length is known: what arrives together with its end, so that it need not grow once more. */
const SLACK_BYTES = 2 * INTAKE_BYTES
/** Least growth for a packet that does not say how long it is. */
const LEAST_GROWTH_BYTES = 16 * 1024 * 1024

/** Largest packet that is accepted: a replica's own limit for one event. */
export const MAX_PACKET_BYTES = 1024 * 1024 * 1024 + 1024

/** See the file's head. Regions of found packets stay in place until {@link PacketBuffer.collect} is called again. */
export class PacketBuffer {
  /** The buffer; replaced when it grows or shrinks, in `append` and `collect` only. */
  bytes: Buffer
  /** Payload i of the last `collect` is `bytes[starts[i], ends[i])`, for i below `count`. */
  starts = new Int32Array(1024)
  ends = new Int32Array(1024)
  count = 0
  /** A packet that says it is larger is refused before its bytes are waited for. */
  maxPacketBytes = MAX_PACKET_BYTES
  /**
   * Length of a payload above 16 MiB, whose packets do not say it, out of what has come of it, `bytes[start, end)`; 0 where it cannot
   * be known. It is an announcement, no promise.
   */
  announcedBytes: ((bytes: Buffer, start: number, end: number) => number) | null = null

  #readPos = 0
  #writePos = 0
  // Join state of the packet at #readPos: payload bytes already joined, all of them directly behind its first header.
  #joinedBytes = 0
  #nextSequence = 0
  readonly #baseBytes: number

  constructor(baseBytes = BASE_BYTES) {
    this.#baseBytes = baseBytes
    this.bytes = Buffer.allocUnsafeSlow(baseBytes)
  }

  /** The sequence id that is due next: of the other side's packet, or of our answer within a dialogue. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** A new command was sent: the server's answer starts with this sequence id. */
  expectSequence(id: number): void {
    this.#nextSequence = id
  }

  /** Received bytes that no packet has been made of yet. */
  get pendingBytes(): number {
    return this.#writePos - this.#readPos
  }

  /** Whether the next read may not fit: reading is to pause. A packet that needs more room lets it grow. */
  get isFull(): boolean {
    return this.bytes.length - this.#writePos < INTAKE_BYTES
  }

  /**
   * Appends received bytes behind what is there. Found packets stay valid in what was `bytes` when they were found: growing copies.
   */
  append(source: Buffer, count: number): void {
    if (this.bytes.length - this.#writePos < count) this.#grow(count)
    source.copy(this.bytes, this.#writePos, 0, count)
    this.#writePos += count
  }

  /**
   * Gives back the packets found before and finds the next whole ones, at most about `maxBytes` of them but at least one if one is whole.
   * Answers how many. Throws MYSQL_PROTOCOL_SEQUENCE, MYSQL_PROTOCOL_PACKET_SIZE.
   */
  collect(maxBytes: number): number {
    this.count = 0
    this.#reclaim()
    const limit = this.#readPos + maxBytes
    while (this.#writePos - this.#readPos >= HEADER_BYTES) {
      const payloadBytes = this.#wholePayload()
      if (payloadBytes < 0) break
      const start = this.#readPos + HEADER_BYTES
      if (this.count > 0 && start + payloadBytes > limit) break
      this.#found(start, start + payloadBytes)
      this.#readPos = start + payloadBytes
      this.#joinedBytes = 0
    }
    return this.count
  }

  // Length of the packet at #readPos once it is whole and joined, else -1.
  #wholePayload(): number {
    const base = this.#readPos + HEADER_BYTES
    let joined = this.#joinedBytes
    if (joined < 0) return -joined - 1
    for (;;) {
      // The header of the part to look at is where the next payload byte would go; for the first part, directly before `base`.
      const isFirst = joined === 0
      const header = isFirst ? this.#readPos : base + joined
      if (this.#writePos - header < HEADER_BYTES) return -1
      const { bytes } = this
      const length = bytes[header]! | (bytes[header + 1]! << 8) | (bytes[header + 2]! << 16)
      if (joined + length > this.maxPacketBytes) throw packetTooLarge(joined + length)
      if (this.#writePos - header - HEADER_BYTES < length) return -1
      this.#checkSequence(bytes[header + 3]!)
      if (!isFirst) {
        bytes.copyWithin(header, header + HEADER_BYTES, this.#writePos)
        this.#writePos -= HEADER_BYTES
      }
      joined += length
      if (length < MAX_PAYLOAD_BYTES) {
        // Remembered as complete (negative), for the case that `collect` leaves it for the next call.
        this.#joinedBytes = -joined - 1
        return joined
      }
      this.#joinedBytes = joined
    }
  }

  #checkSequence(id: number): void {
    if (id !== this.#nextSequence) {
      throw new MysqlProtocolError({
        code: 'MYSQL_PROTOCOL_SEQUENCE',
        message: `Packet out of order: sequence id ${id} where ${this.#nextSequence} was due`,
        hint: 'Check that nothing between this program and the server changes the stream.',
      })
    }
    this.#nextSequence = (id + 1) & 0xff
  }

  #found(start: number, end: number): void {
    if (this.count === this.starts.length) {
      const starts = new Int32Array(this.count * 2)
      const ends = new Int32Array(this.count * 2)
      starts.set(this.starts)
      ends.set(this.ends)
      this.starts = starts
      this.ends = ends
    }
    this.starts[this.count] = start
    this.ends[this.count] = end
    this.count++
  }

  #reclaim(): void {
    const pending = this.#writePos - this.#readPos
    if (this.bytes.length > this.#baseBytes && pending < this.#baseBytes / 2) {
      const smaller = Buffer.allocUnsafeSlow(this.#baseBytes)
      this.bytes.copy(smaller, 0, this.#readPos, this.#writePos)
      this.bytes = smaller
    } else if (this.#readPos > 0) {
      this.bytes.copyWithin(0, this.#readPos, this.#writePos)
    } else return
    this.#readPos = 0
    this.#writePos = pending
  }

  // Where the packet at #readPos ends; 0 where nothing says it. A length beyond the limit is not believed: the packet will be refused.
  #announcedEnd(): number {
    const start = this.#readPos + HEADER_BYTES
    if (this.#writePos < start) return 0
    const first = this.bytes.readUIntLE(this.#readPos, 3)
    if (this.#joinedBytes === 0 && first < MAX_PAYLOAD_BYTES) return start + first
    const announced = this.announcedBytes?.(this.bytes, start, this.#writePos) ?? 0
    return announced > this.maxPacketBytes ? 0 : start + announced
  }

  // At once to the length of the packet that has to fit, if that is known. Else by a quarter: old and new are held side by side.
  #grow(count: number): void {
    const { length } = this.bytes
    const needed = this.#writePos + count
    const packetEnd = this.#announcedEnd()
    const step = Math.min(length, Math.max(length >> 2, LEAST_GROWTH_BYTES))
    const larger = Buffer.allocUnsafeSlow(
      Math.max(needed, packetEnd > needed ? packetEnd + SLACK_BYTES : length + step),
    )
    this.bytes.copy(larger, 0, 0, this.#writePos)
    this.bytes = larger
  }
}

function packetTooLarge(bytes: number): MysqlProtocolError {
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_PACKET_SIZE',
    message: `A packet of ${bytes} bytes is beyond what is accepted there`,
    hint: 'Check that host and port are those of a MySQL or MariaDB server, and that nothing on the way changes the stream.',
  })
}
