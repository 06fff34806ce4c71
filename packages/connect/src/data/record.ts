// The Connect record in its decoded form: what transforms and general converters work on.
import type { ConnectSchema } from './schema.ts'

/**
 * A struct value: `values[i]` belongs to `schema.fields[i]`. Values by kind: int8–int32 number, int64 bigint, floats number, boolean,
 * string, bytes Buffer, array Array, map Map, struct Struct; Decimal (`org.apache.kafka.connect.data.Decimal`) Buffer with the unscaled
 * big-endian two's complement; null where optional.
 */
export interface Struct {
  readonly schema: ConnectSchema
  readonly values: unknown[]
}

/** One header of a record. */
export interface RecordHeader {
  readonly key: string
  readonly schema: ConnectSchema | null
  readonly value: unknown
}

/** A record on its way from a source to a topic. Schemas are null for schemaless data. */
export interface ConnectRecord {
  readonly topic: string
  /** The topic partition that the source or a transform asks for; null leaves it to the producer's partitioner. */
  readonly topicPartition: number | null
  readonly keySchema: ConnectSchema | null
  readonly key: unknown
  readonly valueSchema: ConnectSchema | null
  readonly value: unknown
  readonly headers: readonly RecordHeader[]
  /** Unix epoch milliseconds; null lets the producer stamp it. */
  readonly timestampMs: number | null
}
