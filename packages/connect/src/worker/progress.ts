// The contract of a task's progress: which source offset may be stored when. No code. offset-progress.ts stores after the acknowledgement;
// transaction-progress.ts in one transaction with the records.
import type { SourceBatch } from '../source/source.ts'

/** What progress needs of a batch. */
export type ProgressBatch = Pick<SourceBatch, 'sourcePartition' | 'sourceOffset' | 'acked'>

/** The progress of one source. */
export interface Progress {
  /** The records of a batch are about to be appended. */
  begin(): void
  /** The batch begun last is appended whole. `acknowledged` settles with its records; its rejection is kept for {@link Progress.check}. */
  add(batch: ProgressBatch, acknowledged: Promise<void>): void
  /** Throws what made a batch undeliverable. */
  check(): void
  /** Waits until the promise settles, however it does; rejects at once with what made a batch undeliverable. */
  settled(promise: Promise<unknown>): Promise<void>
  /** Stores now what may be stored. Rejects when that fails. */
  flush(): Promise<void>
  /** Stores nothing more by itself. */
  close(): void
}
