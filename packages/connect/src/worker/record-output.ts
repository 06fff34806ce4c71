// What a source task needs of a producer. producer-output.ts implements it over the Kafka client.
import type { EncodedHeaders, RecordAppender } from '@millrace/kafka'

/** Where the records of one task go. Records of one topic partition keep the order in which they were appended. */
export interface RecordOutput {
  /** Number of partitions of a topic; null until {@link RecordOutput.resolve} has asked for it. */
  partitionsOf(topic: string): number | null
  /** Finds topics or has them created. Errors: CdcError when one can neither be found nor created. */
  resolve(topics: readonly string[]): Promise<void>
  /** The appender of a topic partition that is resolved. Valid for one record: ask again for the next. */
  appender(topic: string, partition: number): RecordAppender
  /** Sends what is open, without waiting for batches to fill. */
  send(): void
  /** Resolves when less than the cap is in flight. Rejects with what made a record undeliverable. */
  room(): Promise<void>
  /** Resolves when everything appended so far is acknowledged. Rejects with a CdcError when one of the records never will be. */
  acknowledged(): Promise<void>
}

/** Headers of records, encoded. */
export type { EncodedHeaders, RecordAppender }
