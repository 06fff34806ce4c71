// Takes records out of a batch without encoding the others anew: what compaction does to old batches.
import { BATCH_ATTRIBUTE, BATCH_FIELD, BATCH_HEADER_BYTES, BATCH_LENGTH_END, sealBatch } from './batch-header.ts'
import type { BatchRecord, BatchView } from './batch-reader.ts'
import { compress, decompress } from './compression.ts'
import { readVarint } from './varint.ts'

/**
 * The batch with only the records that `keep` wants: the same bytes when it wants all, undefined when it wants none. Offsets, times,
 * sequence numbers and compression stay. Throws CORRUPT_MESSAGE.
 */
export function filterBatch(batch: BatchView, keep: (record: BatchRecord) => boolean): Buffer | undefined {
  const { compression } = batch
  const packed = batch.bytes.subarray(BATCH_HEADER_BYTES)
  const plain = decompress(compression, packed)
  const cursor = { bytes: plain, pos: 0 }
  const kept: Buffer[] = []
  for (const record of batch.records()) {
    const start = cursor.pos
    const length = readVarint(cursor)
    cursor.pos += length
    if (keep(record)) kept.push(plain.subarray(start, cursor.pos))
  }
  if (kept.length === batch.header.recordCount) return batch.bytes
  if (kept.length === 0) return undefined
  let body = Buffer.concat(kept)
  if (compression !== 'none') body = Buffer.from(compress(compression, body))
  const bytes = Buffer.concat([batch.bytes.subarray(0, BATCH_HEADER_BYTES), body])
  bytes.writeInt32BE(bytes.length - BATCH_LENGTH_END, BATCH_FIELD.batchLength)
  bytes.writeInt32BE(kept.length, BATCH_FIELD.recordCount)
  bytes.writeInt16BE(batch.header.attributes & ~BATCH_ATTRIBUTE.deleteHorizon, BATCH_FIELD.attributes)
  sealBatch(bytes)
  return bytes
}
