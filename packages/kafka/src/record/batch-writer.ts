// Writes records straight into a record batch: one growing slab, each record encoded in place, no object, string or copy per record.
// The lengths that stand before what they measure (record, key, value) get as many bytes as they took in the record before; only when
// that guess is wrong is the little behind them moved.
import { KafkaError } from '../error.ts'
import type { ByteSink, EncodedHeaders, RecordAppender } from './appender.ts'
import {
  BATCH_ATTRIBUTE,
  BATCH_FIELD,
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_END,
  sealBatch,
  writeInt64,
} from './batch-header.ts'
import { type Compression, compress } from './compression.ts'
import { varintSize, writeVarint } from './varint.ts'

/** A growing buffer whose backing store is its own (never Node's pool), so that it can be handed to another thread. */
export class Slab implements ByteSink {
  bytes: Buffer
  view: DataView
  pos = 0

  constructor(sizeBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(sizeBytes)
    this.view = viewOf(this.bytes)
  }

  reserve(count: number): void {
    if (this.pos + count > this.bytes.length) this.#grow(this.pos + count)
  }

  #grow(neededBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, neededBytes))
    this.bytes.copy(grown, 0, 0, this.pos)
    this.use(grown)
  }

  /** Writes into another buffer from now on. */
  use(bytes: Buffer): void {
    this.bytes = bytes
    this.view = viewOf(bytes)
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Who produces a batch: -1 everywhere for a producer that is not idempotent. */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional?: boolean
}

/** What {@link BatchWriter.close} gives: the bytes of one batch. */
export interface ClosedBatch {
  /** The batch. Unless compressed, a view of the writer's slab. */
  readonly bytes: Buffer
  readonly recordCount: number
  readonly maxTimestampMs: number
}

const NO_HEADERS: EncodedHeaders = { count: 0, bytes: new Uint8Array(0) }
/** Room for what stands before a key: record length 5, attributes 1, timestamp 10, offset 5, key length 5. */
const RECORD_HEAD_BYTES = 26
const VARINT_BYTES = 5

/**
 * One open batch. {@link BatchWriter.close} seals it, {@link BatchWriter.reset} starts the next one.
 * Misuse of the call order is not detected: the converters are ours, and a check per call would be paid per row.
 */
export class BatchWriter implements RecordAppender {
  readonly sink: Slab
  /** Records completed in this batch. */
  count = 0
  baseTimestampMs = 0
  maxTimestampMs = 0
  #recordStart = 0
  #lengthPos = 0
  #dataStart = 0
  // Widths of the three lengths in the record before.
  #recordWidth = 2
  #keyWidth = 1
  #valueWidth = 2

  /** `initialBytes`: size of the slab to start with; it grows when needed. */
  constructor(initialBytes = 64 * 1024) {
    this.sink = new Slab(Math.max(initialBytes, BATCH_HEADER_BYTES))
    this.sink.pos = BATCH_HEADER_BYTES
  }

  /** Bytes of the batch so far, header included, before compression. */
  get sizeBytes(): number {
    return this.sink.pos
  }

  begin(timestampMs: number): void {
    const { sink } = this
    sink.reserve(RECORD_HEAD_BYTES)
    if (this.count === 0) this.baseTimestampMs = timestampMs
    this.#recordStart = sink.pos
    const { bytes } = sink
    let pos = sink.pos + this.#recordWidth
    bytes[pos++] = 0
    pos = writeVarint(bytes, pos, timestampMs - this.baseTimestampMs)
    sink.pos = writeVarint(bytes, pos, this.count)
    this.#timestampMs = timestampMs
  }
  #timestampMs = 0

  beginKey(): void {
    this.#lengthPos = this.sink.pos
    this.#dataStart = this.sink.pos += this.#keyWidth
  }

  endKey(): void {
    this.#keyWidth = this.#endPart(this.#keyWidth)
  }

  nullKey(): void {
    this.sink.bytes[this.sink.pos++] = 1
  }

  beginValue(): void {
    const { sink } = this
    sink.reserve(VARINT_BYTES)
    this.#lengthPos = sink.pos
    this.#dataStart = sink.pos += this.#valueWidth
  }

  endValue(): void {
    this.#valueWidth = this.#endPart(this.#valueWidth)
  }

  nullValue(): void {
    this.sink.reserve(1)
    this.sink.bytes[this.sink.pos++] = 1
  }

  end(headers: EncodedHeaders = NO_HEADERS): void {
    const { sink } = this
    sink.reserve(VARINT_BYTES + headers.bytes.length)
    if (headers.count === 0) sink.bytes[sink.pos++] = 0
    else {
      sink.pos = writeVarint(sink.bytes, sink.pos, headers.count)
      sink.bytes.set(headers.bytes, sink.pos)
      sink.pos += headers.bytes.length
    }
    this.#lengthPos = this.#recordStart
    this.#dataStart = this.#recordStart + this.#recordWidth
    this.#recordWidth = this.#endPart(this.#recordWidth)
    if (this.count === 0 || this.#timestampMs > this.maxTimestampMs) this.maxTimestampMs = this.#timestampMs
    this.count++
  }

  rollback(): void {
    this.sink.pos = this.#recordStart
  }

  /** Bytes of the record ended last, its length field included; valid until the next `begin`. */
  get lastRecordBytes(): number {
    return this.sink.pos - this.#recordStart
  }

  /**
   * Takes the record ended last out of this batch and puts it first into the empty `target`. Used when it made this batch larger than a broker takes.
   */
  moveLastTo(target: BatchWriter): void {
    const { sink } = this
    // Skip length, attributes, timestamp and offset delta, which the new place writes anew; key, value and headers stay as they are.
    let from = this.#recordStart + this.#recordWidth + 1
    from += varintSize(this.#timestampMs - this.baseTimestampMs) + varintSize(this.count - 1)
    const rest = sink.bytes.subarray(from, sink.pos)
    target.begin(this.#timestampMs)
    target.sink.reserve(rest.length)
    target.sink.bytes.set(rest, target.sink.pos)
    target.sink.pos += rest.length
    target.#lengthPos = target.#recordStart
    target.#dataStart = target.#recordStart + target.#recordWidth
    target.#recordWidth = target.#endPart(target.#recordWidth)
    target.maxTimestampMs = this.#timestampMs
    target.count = 1
    // The maximum may now be too late by one record: harmless, since every reader treats it as an upper bound.
    this.count--
    sink.pos = this.#recordStart
  }

  /**
   * Seals the batch: header, compression, checksum. The writer must then be {@link reset} before the next record. Without a stamp the
   * checksum is left to {@link stampBatch}. Throws INVALID_RECORD when no record is in it.
   */
  close(stamp: ProducerStamp | undefined, compression: Compression = 'none'): ClosedBatch {
    if (this.count === 0) throw new KafkaError('INVALID_RECORD', 'a record batch without records')
    const { sink } = this
    let bytes = sink.bytes.subarray(0, sink.pos)
    if (compression !== 'none') {
      const packed = compress(compression, bytes.subarray(BATCH_HEADER_BYTES))
      bytes = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + packed.length)
      bytes.set(packed, BATCH_HEADER_BYTES)
    }
    writeInt64(bytes, 0, BATCH_FIELD.baseOffset)
    bytes.writeInt32BE(bytes.length - BATCH_LENGTH_END, BATCH_FIELD.batchLength)
    bytes.writeInt32BE(-1, BATCH_FIELD.partitionLeaderEpoch)
    bytes[BATCH_FIELD.magic] = 2
    const attributes = COMPRESSION_BITS[compression] | (stamp?.isTransactional === true ? 16 : 0)
    bytes.writeInt16BE(attributes, BATCH_FIELD.attributes)
    bytes.writeInt32BE(this.count - 1, BATCH_FIELD.lastOffsetDelta)
    writeInt64(bytes, this.baseTimestampMs, BATCH_FIELD.baseTimestamp)
    writeInt64(bytes, this.maxTimestampMs, BATCH_FIELD.maxTimestamp)
    bytes.writeInt32BE(this.count, BATCH_FIELD.recordCount)
    if (stamp !== undefined) stampBatch(bytes, stamp)
    return { bytes, recordCount: this.count, maxTimestampMs: this.maxTimestampMs }
  }

  /** Empties the writer for the next batch. With `slab` it goes on in that buffer and leaves the old one to whoever holds it. */
  reset(slab?: Buffer): void {
    if (slab !== undefined) this.sink.use(slab)
    this.sink.pos = BATCH_HEADER_BYTES
    this.count = 0
    this.maxTimestampMs = 0
  }

  /** Writes the length of what lies between `#dataStart` and the write position, moving it when the guessed width was wrong. */
  #endPart(guess: number): number {
    const { sink } = this
    const start = this.#dataStart
    const length = sink.pos - start
    const width = varintSize(length)
    if (width !== guess) {
      sink.reserve(VARINT_BYTES)
      sink.bytes.copyWithin(start + width - guess, start, sink.pos)
      sink.pos += width - guess
    }
    writeVarint(sink.bytes, this.#lengthPos, length)
    return width
  }
}

const COMPRESSION_BITS: Record<Compression, number> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

/** Writes producer id, epoch and sequence into a closed batch, whether it is transactional, and computes its checksum anew. */
export function stampBatch(batch: Buffer, stamp: ProducerStamp): void {
  if (stamp.isTransactional === true)
    batch.writeInt16BE(
      batch.readInt16BE(BATCH_FIELD.attributes) | BATCH_ATTRIBUTE.transactional,
      BATCH_FIELD.attributes,
    )
  writeInt64(batch, stamp.producerId, BATCH_FIELD.producerId)
  batch.writeInt16BE(stamp.producerEpoch, BATCH_FIELD.producerEpoch)
  batch.writeInt32BE(stamp.baseSequence, BATCH_FIELD.baseSequence)
  sealBatch(batch)
}
