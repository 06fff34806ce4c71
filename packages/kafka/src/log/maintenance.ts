// The housekeeping of a partition's log, to be run now and then: retention, compaction, forgetting of silent producers.
import { compactLog } from './compaction.ts'
import type { FileCache } from './file-cache.ts'
import type { PartitionLog } from './partition-log.ts'
import { applyRetention } from './retention.ts'

/** What one round did. */
export interface MaintenanceResult {
  readonly removedSegments: number
  readonly compactedBytes: number
}

/** `producer.id.expiration.ms`. */
const PRODUCER_EXPIRY_MS = 86_400_000

/**
 * One round. `nowMs`: from a SteadyClock. A log whose disk fails at present is left alone. Rejects with what the disk rejects, or
 * DATA_CORRUPT; the log itself is then as before.
 */
export async function maintainLog(log: PartitionLog, files: FileCache, nowMs: number): Promise<MaintenanceResult> {
  if (log.failure !== undefined) return { removedSegments: 0, compactedBytes: 0 }
  const removedSegments = await applyRetention(log, nowMs)
  const compactedBytes = log.config.isCompacted ? await compactLog(log, files, nowMs) : 0
  log.producers.prune(log.startOffset, nowMs - PRODUCER_EXPIRY_MS)
  return { removedSegments, compactedBytes }
}
