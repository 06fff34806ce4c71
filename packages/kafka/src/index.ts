// The public surface of this package: everything other packages may import.

// record/
export type { ByteSink, EncodedHeaders, RecordAppender } from './record/appender.ts'
export { type BatchRecord, BatchView, readBatches } from './record/batch-reader.ts'
export { BatchWriter } from './record/batch-writer.ts'
export type { Compression } from './record/compression.ts'
export { encodeHeaders, type RecordHeader } from './record/headers.ts'
export { murmur2, partitionForKey } from './record/partitioner.ts'
