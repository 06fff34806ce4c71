// Where to begin in each partition: PostgreSQL's position, checked against what the topic still holds.
import { type InboxPartition, inTransaction, readPosition, type SqlPool, writePosition } from './inbox-store.ts'

/** What a topic's partition holds: first offset, offset after the last, and the topic's id. */
export interface PartitionRange {
  readonly earliest: bigint
  readonly latest: bigint
  readonly topicId: string
}

/** A start and, when it is not simply the stored position, the reason. */
export interface StartPosition {
  readonly offset: bigint
  readonly notice: string | null
}

/**
 * Chooses the first offset to read and stores it. A new topic of the same name begins at its start (guards keep what was applied);
 * records lost to retention are skipped with a notice; a position past the end means a lost log, which begins again at its start.
 */
export function startPosition(pool: SqlPool, at: InboxPartition, range: PartitionRange): Promise<StartPosition> {
  return inTransaction(pool, async (tx) => {
    const stored = await readPosition(tx, at, true)
    const { earliest, latest, topicId } = range
    const begin = async (offset: bigint, notice: string | null) => {
      await writePosition(tx, at, { nextOffset: offset, topicId })
      return { offset, notice }
    }
    if (stored === null) return begin(earliest, null)
    const { nextOffset } = stored
    if (stored.topicId !== topicId) {
      return begin(
        earliest,
        `topic ${at.topic} is a new topic of the same name; partition ${at.partition} is read from its start`,
      )
    }
    if (nextOffset < earliest) {
      return begin(
        earliest,
        `partition ${at.partition} of ${at.topic} has lost offsets ${nextOffset} to ${earliest - 1n} to retention`,
      )
    }
    if (nextOffset > latest) {
      return begin(
        earliest,
        `partition ${at.partition} of ${at.topic} ends at ${latest}, before the stored position ${nextOffset}; it is read from its start`,
      )
    }
    return { offset: nextOffset, notice: null }
  })
}
