// The record of a table that was emptied: no key and no rows, only where and when.
import type { Instant } from '../../data/change-row.ts'
import type { ConnectRecord, RecordHeader, Struct } from '../../data/record.ts'
import { structFrom } from '../../data/struct.ts'
import type { TableShape } from './shape.ts'

/** What a truncate record is made of. */
export interface TruncateRecordParts {
  readonly shape: Pick<TableShape, 'topic' | 'envelopeSchema'>
  readonly source: Struct
  readonly processedAt: Instant
  readonly headers: readonly RecordHeader[]
}

/** Builds the record: operation `t`, null key without a schema, as Debezium does it. */
export function truncateRecord({ shape, source, processedAt, headers }: TruncateRecordParts): ConnectRecord {
  const { topic, envelopeSchema } = shape
  const { epochNs } = processedAt
  return {
    topic,
    topicPartition: null,
    keySchema: null,
    key: null,
    valueSchema: envelopeSchema,
    value: structFrom(envelopeSchema, {
      source,
      op: 't',
      ts_ms: epochNs / 1_000_000n,
      ts_us: epochNs / 1000n,
      ts_ns: epochNs,
    }),
    headers,
    timestampMs: null,
  }
}
