// What a batch must be before the log takes it.
import { KafkaError } from '../error.ts'
import { BATCH_ATTRIBUTE, batchSizeAt } from '../record/batch-header.ts'
import { BatchView } from '../record/batch-reader.ts'
import type { PartitionConfig } from './partition-config.ts'

/**
 * The batches in `bytes`, each whole and right. Records are not looked at, except in compacted topics, where every one needs a key.
 * Throws CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD or UNSUPPORTED_FOR_MESSAGE_FORMAT.
 */
export function checkBatches(
  bytes: Buffer,
  config: PartitionConfig,
  options: { readonly checksums?: boolean; readonly isCoordinator?: boolean },
): BatchView[] {
  const batches: BatchView[] = []
  for (let pos = 0; pos < bytes.length; ) {
    const size = batchSizeAt(bytes, pos)
    if (size === 0) throw new KafkaError('CORRUPT_MESSAGE', 'a record batch is cut short')
    if (size > config.maxBatchBytes)
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `a record batch of ${size} bytes; max.message.bytes is ${config.maxBatchBytes}`,
      )
    const batch = new BatchView(bytes, pos)
    checkBatch(batch, config, options)
    batches.push(batch)
    pos += size
  }
  if (batches.length === 0) throw new KafkaError('INVALID_RECORD', 'no record batch')
  return batches
}

function checkBatch(
  batch: BatchView,
  config: PartitionConfig,
  options: { readonly checksums?: boolean; readonly isCoordinator?: boolean },
): void {
  const { header } = batch
  if (options.checksums !== false) batch.check()
  if (header.recordCount < 1 || header.recordCount !== header.lastOffsetDelta + 1)
    throw new KafkaError(
      'INVALID_RECORD',
      `a record batch claims ${header.recordCount} records and last offset delta ${header.lastOffsetDelta}`,
    )
  const isControl = (header.attributes & BATCH_ATTRIBUTE.control) !== 0
  if (isControl && options.isCoordinator !== true)
    throw new KafkaError('INVALID_RECORD', 'control batches are not taken from clients')
  const isUnnumbered = header.baseSequence < 0 && options.isCoordinator !== true
  if (header.producerId >= 0 && !isControl && (isUnnumbered || header.producerEpoch < 0))
    throw new KafkaError('INVALID_RECORD', 'a batch of an idempotent producer without sequence or epoch')
  // Reading it refuses a compression that does not exist.
  void batch.compression
  if (config.isCompacted && !isControl)
    for (const record of batch.records())
      if (record.key === null) throw new KafkaError('INVALID_RECORD', 'a record without a key in a compacted topic')
}
