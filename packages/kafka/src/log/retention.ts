// Which segments a partition may let go: by age and by size. The clock used does not jump: what the wall clock said at the start plus the
// time that really went by, so that a clock set ten years ahead deletes nothing.
import type { PartitionLog } from './partition-log.ts'

/** A wall clock that ignores jumps after its making. */
export class SteadyClock {
  readonly #startMs = Date.now()
  readonly #startTicksMs = performance.now()

  nowMs(): number {
    return this.#startMs + (performance.now() - this.#startTicksMs)
  }
}

/** Removes what `retention.ms` and `retention.bytes` let go. Resolves with the number of segments removed. */
export async function applyRetention(log: PartitionLog, nowMs: number): Promise<number> {
  const { retentionMs, retentionBytes, isDeleted } = log.config
  if (!isDeleted) return 0
  let removed = 0
  if (retentionBytes >= 0) {
    let excess = log.sizeBytes - retentionBytes
    removed += await log.removeOldSegments((segment) => {
      if (excess < segment.sizeBytes) return false
      excess -= segment.sizeBytes
      return true
    })
  }
  if (retentionMs >= 0) {
    const limitMs = nowMs - retentionMs
    await log.rollIfOlder(limitMs)
    const old = new Set<number>()
    for (const segment of log.segments) {
      // A record stamped in the future counts as written when it was written.
      const newestMs = Math.min((await segment.index()).maxTimestampMs, segment.modifiedMs)
      if (newestMs >= limitMs) break
      old.add(segment.baseOffset)
    }
    removed += await log.removeOldSegments((segment) => old.has(segment.baseOffset))
  }
  return removed
}
