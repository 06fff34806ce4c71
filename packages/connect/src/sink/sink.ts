// The contract of a sink. No code.
import type { ConnectRecord } from '../data/record.ts'

/** A partition of a topic, as sinks are assigned them. */
export interface SinkPartition {
  readonly topic: string
  readonly partition: number
}

/** A record as a sink gets it: the Connect record after all transforms, and where it came from. */
export interface SinkRecord {
  readonly record: ConnectRecord
  /** Topic that it was read from; `record.topic` is what the transforms made of it. */
  readonly topic: string
  readonly partition: number
  /** Topic offset. */
  readonly offset: number
  /** Key, value and headers as they were read, for the dead letter queue. */
  readonly raw: RawRecord
}

/** The bytes of a record. */
export interface RawRecord {
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
}

/** What the worker gives a sink. */
export interface SinkContext {
  readonly connectorName: string
  readonly taskId: number
  /** Aborts when the task is to end. */
  readonly signal: AbortSignal
  /**
   * Reports a record that the target refuses, by the task's error policy: it goes to the dead letter queue and is counted as done, or the
   * task's end is thrown (errors.tolerance=none).
   */
  report(record: SinkRecord, error: unknown): void
}

/**
 * A running sink task. `put` resolves when the target has the records, or the sink has them and `flush` sees to it; the task commits topic
 * offsets only after `flush`. A retriable error of `put` makes the task give the same records again; any other one ends it.
 */
export interface Sink extends AsyncDisposable {
  /** Partitions that the task is given, with the offsets where it goes on (-1: by auto.offset.reset). May answer other offsets. */
  open?(
    partitions: readonly (SinkPartition & { readonly offset: number })[],
  ): Promise<readonly (SinkPartition & { readonly offset: number })[] | undefined>
  /** Partitions that leave the task. */
  close?(partitions: readonly SinkPartition[]): Promise<void>
  put(records: readonly SinkRecord[]): Promise<void>
  /** Resolves when everything that was put is with the target. */
  flush?(): Promise<void>
}
