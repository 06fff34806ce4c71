// The contract of a single message transform and of a predicate. No code.
import type { ConnectRecord } from '../data/record.ts'

/**
 * Changes one record, or drops it by returning null. Pure but for its own caches; called in record order by one thread. Must not keep or
 * change the record it gets. A failure throws a CdcError `CDC_TRANSFORM_*`; whether the task stops or skips is the task's decision.
 */
export interface Transform {
  apply(record: ConnectRecord): ConnectRecord | null
  close(): void
}

/** Whether a transform applies to a record. */
export interface Predicate {
  test(record: ConnectRecord): boolean
  close(): void
}
