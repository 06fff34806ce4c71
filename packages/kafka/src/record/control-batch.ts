// The batch that ends a transaction in a partition: one record that says commit or abort.
import { BATCH_ATTRIBUTE, BATCH_FIELD, sealBatch } from './batch-header.ts'
import { BatchWriter } from './batch-writer.ts'

/** What a marker says about the producer's transaction. */
export interface MarkerOptions {
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
  readonly coordinatorEpoch: number
  /** Unix epoch milliseconds. */
  readonly timestampMs: number
}

/** A control batch for PartitionLog.append with `isCoordinator`. */
export function transactionMarker(options: MarkerOptions): Buffer {
  const writer = new BatchWriter(128)
  const { sink } = writer
  writer.begin(options.timestampMs)
  writer.beginKey()
  sink.bytes.writeInt16BE(0, sink.pos)
  sink.bytes.writeInt16BE(options.isCommit ? 1 : 0, sink.pos + 2)
  sink.pos += 4
  writer.endKey()
  writer.beginValue()
  sink.bytes.writeInt16BE(0, sink.pos)
  sink.bytes.writeInt32BE(options.coordinatorEpoch, sink.pos + 2)
  sink.pos += 6
  writer.endValue()
  writer.end({ count: 0, bytes: new Uint8Array(0) })
  const { bytes } = writer.close({ ...options, baseSequence: -1, isTransactional: true })
  bytes.writeInt16BE(BATCH_ATTRIBUTE.transactional | BATCH_ATTRIBUTE.control, BATCH_FIELD.attributes)
  sealBatch(bytes)
  return bytes
}
