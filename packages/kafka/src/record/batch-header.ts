// The 61-byte header of record batch v2: where its fields stand, and reading them without touching the records.
import { KafkaError } from '../error.ts'
import { crc32c } from './crc32c.ts'

/** Bytes before the first record. */
export const BATCH_HEADER_BYTES = 61
/** Bytes that `batchLength` does not count: base offset and the length itself. */
export const BATCH_LENGTH_END = 12
/** Where the checksummed part begins (attributes). */
export const BATCH_CRC_START = 21

/** Positions of the header's fields. */
export const BATCH_FIELD = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

/** Bits of the attributes. The lowest three name the compression. */
export const BATCH_ATTRIBUTE = {
  compressionMask: 7,
  logAppendTime: 8,
  transactional: 16,
  control: 32,
  deleteHorizon: 64,
} as const

/** A batch header. Offsets and the producer id are numbers: they count up from 0 and never reach 2^53; -1 = none. Times: Unix epoch milliseconds. */
export interface BatchHeader {
  baseOffset: number
  /** Whole size in bytes, header included. */
  sizeBytes: number
  partitionLeaderEpoch: number
  magic: number
  crc: number
  attributes: number
  lastOffsetDelta: number
  baseTimestamp: number
  maxTimestamp: number
  producerId: number
  producerEpoch: number
  baseSequence: number
  recordCount: number
}

/** Reads a signed 64-bit integer as a number (rounded beyond 2^53). */
export function readInt64(bytes: Buffer, pos: number): number {
  return bytes.readInt32BE(pos) * 0x1_0000_0000 + bytes.readUInt32BE(pos + 4)
}

/** Writes a safe integer as a signed 64-bit integer. */
export function writeInt64(bytes: Buffer, value: number, pos: number): void {
  bytes.writeInt32BE(Math.floor(value / 0x1_0000_0000), pos)
  bytes.writeInt32BE(value | 0, pos + 4)
}

/**
 * Size in bytes of the batch at `pos`, or 0 when fewer bytes than its length field says (or than a header) are there.
 * Throws CORRUPT_MESSAGE for a length no batch has, UNSUPPORTED_FOR_MESSAGE_FORMAT for magic 0 or 1.
 */
export function batchSizeAt(bytes: Buffer, pos: number, end = bytes.length): number {
  if (end - pos < BATCH_HEADER_BYTES) return 0
  const magic = bytes.readInt8(pos + BATCH_FIELD.magic)
  if (magic !== 2) {
    if (magic === 0 || magic === 1)
      throw new KafkaError('UNSUPPORTED_FOR_MESSAGE_FORMAT', `record format ${magic} is not supported, only format 2`)
    throw new KafkaError('CORRUPT_MESSAGE', `record batch with unknown format ${magic}`)
  }
  const size = bytes.readInt32BE(pos + BATCH_FIELD.batchLength) + BATCH_LENGTH_END
  if (size < BATCH_HEADER_BYTES) throw new KafkaError('CORRUPT_MESSAGE', `record batch of ${size} bytes`)
  return size <= end - pos ? size : 0
}

/** Reads the header of the batch at `pos`. The caller has checked that it is there ({@link batchSizeAt}). */
export function readBatchHeader(bytes: Buffer, pos: number): BatchHeader {
  return {
    baseOffset: readInt64(bytes, pos),
    sizeBytes: bytes.readInt32BE(pos + BATCH_FIELD.batchLength) + BATCH_LENGTH_END,
    partitionLeaderEpoch: bytes.readInt32BE(pos + BATCH_FIELD.partitionLeaderEpoch),
    magic: bytes.readInt8(pos + BATCH_FIELD.magic),
    crc: bytes.readUInt32BE(pos + BATCH_FIELD.crc),
    attributes: bytes.readInt16BE(pos + BATCH_FIELD.attributes),
    lastOffsetDelta: bytes.readInt32BE(pos + BATCH_FIELD.lastOffsetDelta),
    baseTimestamp: readInt64(bytes, pos + BATCH_FIELD.baseTimestamp),
    maxTimestamp: readInt64(bytes, pos + BATCH_FIELD.maxTimestamp),
    producerId: readInt64(bytes, pos + BATCH_FIELD.producerId),
    producerEpoch: bytes.readInt16BE(pos + BATCH_FIELD.producerEpoch),
    baseSequence: bytes.readInt32BE(pos + BATCH_FIELD.baseSequence),
    recordCount: bytes.readInt32BE(pos + BATCH_FIELD.recordCount),
  }
}

/** Whether the checksum of the whole batch at `pos` is right. */
export function isBatchIntact(bytes: Buffer, pos: number, sizeBytes: number): boolean {
  return bytes.readUInt32BE(pos + BATCH_FIELD.crc) === crc32c(bytes.subarray(pos + BATCH_CRC_START, pos + sizeBytes))
}

/** Computes the checksum of one batch anew, after its header was changed. */
export function sealBatch(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(BATCH_CRC_START)), BATCH_FIELD.crc)
}
