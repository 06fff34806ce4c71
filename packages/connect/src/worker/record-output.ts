// What a source task needs of a producer. producer-output.ts implements it over the Kafka client.
import type { EncodedHeaders, RecordAppender } from '@millrace/kafka'
import type { SourceOffset, SourcePartition } from '../source/source.ts'

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
  /** There when records are written in transactions, with their offsets. */
  readonly transactions?: OutputTransactions
}

/** The offset of one source partition. */
export interface StoredOffset {
  readonly partition: SourcePartition
  readonly offset: SourceOffset
}

/** The exactly-once side of an output. */
export interface OutputTransactions {
  /** Time from the first batch of a transaction to its commit; 0: as soon as the one before is committed. */
  readonly boundaryMs: number
  /**
   * Ends the transaction with everything appended so far and these offsets; what is appended from now on belongs to the next one. Resolves
   * when it is committed. Rejects with a CdcError; the output is of no use then. One at a time.
   */
  commit(offsets: readonly StoredOffset[]): Promise<void>
  /** The offset committed last; null when there is none. */
  loadOffset(partition: SourcePartition): Promise<SourceOffset | null>
}

/** Headers of records, encoded. */
export type { EncodedHeaders, RecordAppender }
