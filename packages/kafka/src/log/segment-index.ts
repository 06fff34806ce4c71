// The sparse index of one segment: about every 4 KiB of log one entry (offset, position, greatest time so far), searched by offset or by
// time. Kept in memory for the segment being written, stored when it is closed, and rebuilt from the log whenever the file is missing or damaged.
import { crc32c } from '../record/crc32c.ts'

/** Bytes of log between two entries (Kafka's `index.interval.bytes`). */
export const INDEX_INTERVAL_BYTES = 4096

const MAGIC = 0x4d524958
const FORMAT = 1
const HEAD_BYTES = 32
const ENTRY_BYTES = 16

/** Index of one segment. Offsets are relative to the segment's base; positions in bytes; times Unix epoch milliseconds. */
export class SegmentIndex {
  #offsets = new Uint32Array(64)
  #positions = new Uint32Array(64)
  #times = new Float64Array(64)
  #count = 0
  #nextPosition = 0
  /** Greatest time of any batch so far; -1 = none. */
  maxTimestampMs = -1

  get entries(): number {
    return this.#count
  }

  /** Called for every batch in order; keeps an entry once per interval. The entry's time is the greatest of all batches before this one. */
  add(relativeOffset: number, position: number, maxTimestampMs: number, sizeBytes: number): void {
    if (position >= this.#nextPosition) {
      if (this.#count === this.#offsets.length) this.#grow()
      this.#offsets[this.#count] = relativeOffset
      this.#positions[this.#count] = position
      this.#times[this.#count] = this.maxTimestampMs
      this.#count++
      this.#nextPosition = position + Math.max(sizeBytes, INDEX_INTERVAL_BYTES)
    }
    if (maxTimestampMs > this.maxTimestampMs) this.maxTimestampMs = maxTimestampMs
  }

  /** Position of an indexed batch at or before the batch with this offset. */
  positionForOffset(relativeOffset: number): number {
    let low = 0
    let high = this.#count - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      if (this.#offsets[middle]! <= relativeOffset) low = middle + 1
      else high = middle - 1
    }
    return high < 0 ? 0 : this.#positions[high]!
  }

  /** Position of an indexed batch with only earlier times before it. */
  positionForTime(timestampMs: number): number {
    let low = 0
    let high = this.#count - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      if (this.#times[middle]! < timestampMs) low = middle + 1
      else high = middle - 1
    }
    return high < 0 ? 0 : this.#positions[high]!
  }

  /** The greatest indexed position that is not after the given one. */
  positionAtOrBefore(position: number): number {
    let at = this.#count - 1
    while (at >= 0 && this.#positions[at]! > position) at--
    return at < 0 ? 0 : this.#positions[at]!
  }

  /** The file's bytes. `logBytes`: size of the log it belongs to; an index for another size is not used. */
  encode(logBytes: number): Buffer {
    const bytes = Buffer.alloc(HEAD_BYTES + this.#count * ENTRY_BYTES)
    bytes.writeUInt32BE(MAGIC, 0)
    bytes.writeUInt32BE(FORMAT, 4)
    bytes.writeDoubleBE(logBytes, 8)
    bytes.writeDoubleBE(this.maxTimestampMs, 16)
    for (let i = 0; i < this.#count; i++) {
      const at = HEAD_BYTES + i * ENTRY_BYTES
      bytes.writeUInt32BE(this.#offsets[i]!, at)
      bytes.writeUInt32BE(this.#positions[i]!, at + 4)
      bytes.writeDoubleBE(this.#times[i]!, at + 8)
    }
    bytes.writeUInt32BE(crc32c(bytes.subarray(HEAD_BYTES), crc32c(bytes.subarray(0, 24))), 24)
    return bytes
  }

  /** The index in the bytes, or undefined when they are damaged, of another format or for a log of another size. */
  static decode(bytes: Buffer, logBytes: number): SegmentIndex | undefined {
    if (bytes.length < HEAD_BYTES || (bytes.length - HEAD_BYTES) % ENTRY_BYTES !== 0) return undefined
    if (bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== FORMAT || bytes.readDoubleBE(8) !== logBytes)
      return undefined
    if (bytes.readUInt32BE(24) !== crc32c(bytes.subarray(HEAD_BYTES), crc32c(bytes.subarray(0, 24)))) return undefined
    const index = new SegmentIndex()
    const count = (bytes.length - HEAD_BYTES) / ENTRY_BYTES
    index.#offsets = new Uint32Array(count)
    index.#positions = new Uint32Array(count)
    index.#times = new Float64Array(count)
    for (let i = 0; i < count; i++) {
      const at = HEAD_BYTES + i * ENTRY_BYTES
      index.#offsets[i] = bytes.readUInt32BE(at)
      index.#positions[i] = bytes.readUInt32BE(at + 4)
      index.#times[i] = bytes.readDoubleBE(at + 8)
    }
    index.#count = count
    index.#nextPosition = logBytes
    index.maxTimestampMs = bytes.readDoubleBE(16)
    return index
  }

  #grow(): void {
    const size = this.#offsets.length * 2
    const offsets = new Uint32Array(size)
    offsets.set(this.#offsets)
    this.#offsets = offsets
    const positions = new Uint32Array(size)
    positions.set(this.#positions)
    this.#positions = positions
    const times = new Float64Array(size)
    times.set(this.#times)
    this.#times = times
  }
}
