// A batch in another compression: for topics whose `compression.type` is not the producer's.
import { BATCH_ATTRIBUTE, BATCH_FIELD, BATCH_HEADER_BYTES, BATCH_LENGTH_END, sealBatch } from './batch-header.ts'
import { BatchView } from './batch-reader.ts'
import { COMPRESSIONS, type Compression, compress, decompress } from './compression.ts'

/**
 * The batch in the wanted compression; the same bytes when it has it already. Offsets, times and sequence numbers stay. The checksum of what
 * came is verified first, for a new one is written. Throws CORRUPT_MESSAGE.
 */
export function recompressBatch(bytes: Buffer, wanted: Compression): Buffer {
  const batch = new BatchView(bytes, 0)
  if (batch.compression === wanted) return bytes
  batch.check()
  const plain = decompress(batch.compression, bytes.subarray(BATCH_HEADER_BYTES))
  const body = wanted === 'none' ? plain : compress(wanted, plain)
  const made = Buffer.concat([bytes.subarray(0, BATCH_HEADER_BYTES), body])
  made.writeInt32BE(made.length - BATCH_LENGTH_END, BATCH_FIELD.batchLength)
  const others = batch.header.attributes & ~BATCH_ATTRIBUTE.compressionMask
  made.writeInt16BE(others | COMPRESSIONS.indexOf(wanted), BATCH_FIELD.attributes)
  sealBatch(made)
  return made
}
