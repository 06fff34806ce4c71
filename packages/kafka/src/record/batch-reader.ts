// Reads record batches: walks the batches in bytes as they come from a broker or a log, and the records of one batch without copies.
import { KafkaError } from '../error.ts'
import {
  BATCH_ATTRIBUTE,
  BATCH_HEADER_BYTES,
  type BatchHeader,
  batchSizeAt,
  isBatchIntact,
  readBatchHeader,
} from './batch-header.ts'
import { COMPRESSIONS, type Compression, decompress } from './compression.ts'
import type { RecordHeader } from './headers.ts'
import { readVarint, readVarlong, type VarintCursor } from './varint.ts'

/** One record. Key and value are views of the batch's bytes: copy what outlives them. */
export interface BatchRecord {
  readonly offset: number
  /** Unix epoch milliseconds: the producer's, or the broker's when the batch has log append time. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** A batch within bytes. */
export class BatchView {
  readonly header: BatchHeader
  readonly #bytes: Buffer
  readonly #pos: number

  /** The whole batch must be there ({@link batchSizeAt}). */
  constructor(bytes: Buffer, pos: number) {
    this.#bytes = bytes
    this.#pos = pos
    this.header = readBatchHeader(bytes, pos)
  }

  /** The batch's bytes, header included (a view). */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#pos, this.#pos + this.header.sizeBytes)
  }

  get lastOffset(): number {
    return this.header.baseOffset + this.header.lastOffsetDelta
  }

  get isControl(): boolean {
    return (this.header.attributes & BATCH_ATTRIBUTE.control) !== 0
  }

  get isTransactional(): boolean {
    return (this.header.attributes & BATCH_ATTRIBUTE.transactional) !== 0
  }

  /** Throws CORRUPT_MESSAGE for a compression number that does not exist. */
  get compression(): Compression {
    const compression = COMPRESSIONS[this.header.attributes & BATCH_ATTRIBUTE.compressionMask]
    if (compression === undefined) throw new KafkaError('CORRUPT_MESSAGE', 'record batch with unknown compression')
    return compression
  }

  /** Throws CORRUPT_MESSAGE when the checksum does not match. */
  check(): void {
    if (!isBatchIntact(this.#bytes, this.#pos, this.header.sizeBytes))
      throw new KafkaError('CORRUPT_MESSAGE', `record batch at offset ${this.header.baseOffset} fails its checksum`)
  }

  /** The records, decoded one by one. Throws CORRUPT_MESSAGE on damage. */
  *records(): Generator<BatchRecord, void, undefined> {
    const { header } = this
    const packed = this.#bytes.subarray(this.#pos + BATCH_HEADER_BYTES, this.#pos + header.sizeBytes)
    const cursor: VarintCursor = { bytes: decompress(this.compression, packed), pos: 0 }
    const appendTime = (header.attributes & BATCH_ATTRIBUTE.logAppendTime) !== 0
    for (let i = 0; i < header.recordCount; i++) yield readRecord(cursor, header, appendTime)
  }
}

/**
 * The batches in `bytes`, in order. A batch cut short at the end is left out, as Kafka's clients do: a broker may answer with a part.
 * Throws CORRUPT_MESSAGE or UNSUPPORTED_FOR_MESSAGE_FORMAT. Checksums are checked only when asked for.
 */
export function* readBatches(
  bytes: Buffer,
  options: { readonly check?: boolean } = {},
): Generator<BatchView, void, undefined> {
  let pos = 0
  while (pos < bytes.length) {
    const size = batchSizeAt(bytes, pos)
    if (size === 0) return
    const view = new BatchView(bytes, pos)
    if (options.check === true) view.check()
    yield view
    pos += size
  }
}

/** What a control batch says. `type`: 0 = abort, 1 = commit. */
export interface ControlMarker {
  readonly type: number
  readonly coordinatorEpoch: number
}

/** The marker in a control batch. Throws CORRUPT_MESSAGE when there is none. */
export function readControlMarker(batch: BatchView): ControlMarker {
  const record = batch.records().next().value
  if (!record || record.key === null || record.key.length < 4)
    throw new KafkaError('CORRUPT_MESSAGE', 'control batch without a marker')
  const { key, value } = record
  return { type: key.readInt16BE(2), coordinatorEpoch: value !== null && value.length >= 6 ? value.readInt32BE(2) : -1 }
}

function readRecord(cursor: VarintCursor, header: BatchHeader, appendTime: boolean): BatchRecord {
  const length = readVarint(cursor)
  const end = cursor.pos + length
  if (length < 0 || end > cursor.bytes.length)
    throw new KafkaError('CORRUPT_MESSAGE', 'a record is longer than its batch')
  cursor.pos++
  const timestampDelta = readVarlong(cursor)
  const offsetDelta = readVarint(cursor)
  const key = readPart(cursor, end)
  const value = readPart(cursor, end)
  const count = readVarint(cursor)
  if (count < 0 || count > end - cursor.pos)
    throw new KafkaError('CORRUPT_MESSAGE', 'a record with an impossible number of headers')
  const headers: RecordHeader[] = []
  for (let i = 0; i < count; i++) {
    const name = readPart(cursor, end)
    if (name === null) throw new KafkaError('CORRUPT_MESSAGE', 'a record header without a name')
    headers.push({ key: name.toString(), value: readPart(cursor, end) })
  }
  if (cursor.pos !== end) throw new KafkaError('CORRUPT_MESSAGE', 'the length of a record does not match its content')
  return {
    offset: header.baseOffset + offsetDelta,
    timestampMs: appendTime ? header.maxTimestamp : header.baseTimestamp + timestampDelta,
    key,
    value,
    headers,
  }
}

/** Length and bytes; -1 = null. */
function readPart(cursor: VarintCursor, end: number): Buffer | null {
  const length = readVarint(cursor)
  if (length === -1) return null
  if (length < 0 || length > end - cursor.pos)
    throw new KafkaError('CORRUPT_MESSAGE', 'a part of a record is longer than the record')
  const start = cursor.pos
  cursor.pos += length
  return cursor.bytes.subarray(start, cursor.pos)
}
