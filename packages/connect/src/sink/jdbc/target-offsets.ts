// Exactly once: topic offsets are kept in the target, moved in the transaction of their rows. An offset is moved only from where this task knows
// it to be, so that a task that lost its partitions without noticing writes nothing.
import { CdcError } from '../../base/errors.ts'
import type { SinkPartition, SinkRecord } from '../sink.ts'
import type { Dialect } from './dialect.ts'
import type { SqlSession } from './sql-session.ts'

/** The offsets of one connector in its target. */
export class TargetOffsets {
  readonly #dialect: Dialect
  readonly #table: string
  readonly #connector: string
  readonly #next = new Map<string, number>()

  constructor(dialect: Dialect, table: string, connector: string) {
    this.#dialect = dialect
    this.#table = table
    this.#connector = connector
  }

  /** Takes partitions over: the target's offset wins over the group's. */
  async open<T extends SinkPartition & { readonly offset: number }>(
    session: SqlSession,
    partitions: readonly T[],
  ): Promise<(SinkPartition & { readonly offset: number })[]> {
    await session.query(this.#dialect.createOffsets(this.#table))
    for (const { topic, partition, offset } of partitions) {
      const parameters = [this.#connector, topic, String(partition), String(offset)]
      await session.query(this.#dialect.addOffset(this.#table), parameters)
    }
    const { rows } = await session.query(this.#dialect.readOffsets(this.#table), [this.#connector])
    const stored = new Map(
      rows.map((row) => [`${String(row.topic)}-${String(row.topic_partition)}`, Number(row.next_offset)]),
    )
    return partitions.map(({ topic, partition, offset }) => {
      const next = stored.get(`${topic}-${partition}`) ?? offset
      this.#next.set(`${topic}-${partition}`, next)
      return { topic, partition, offset: next }
    })
  }

  /**
   * Moves the offsets behind the records; false when they are there already: a commit whose answer was lost. Errors: CDC_STATE_CONFLICT when
   * another task moved one elsewhere.
   */
  async take(session: SqlSession, records: readonly SinkRecord[]): Promise<boolean> {
    let moved = 0
    const wanted = lastOf(records)
    for (const [key, { topic, partition, offset }] of wanted) {
      const expected = this.#next.get(key) ?? -1
      const parameters = [String(offset + 1), this.#connector, topic, String(partition), String(expected)]
      const { affectedRows } = await session.query(this.#dialect.takeOffset(this.#table), parameters)
      if (affectedRows === 1) {
        moved++
        continue
      }
      const { rows } = await session.query(this.#dialect.readOffsets(this.#table), [this.#connector])
      const present = rows.find((row) => row.topic === topic && Number(row.topic_partition) === partition)
      if (moved === 0 && Number(present?.next_offset) === offset + 1) continue
      throw new CdcError('CDC_STATE_CONFLICT', `The offset of ${topic}-${partition} was moved by another task`, {
        hint: 'Two tasks read one partition for a moment; nothing was written twice. Restart the task.',
      })
    }
    return moved > 0 || wanted.size === 0
  }

  /** The transaction of {@link TargetOffsets.take} was committed. */
  taken(records: readonly SinkRecord[]): void {
    for (const [key, { offset }] of lastOf(records)) this.#next.set(key, offset + 1)
  }
}

function lastOf(records: readonly SinkRecord[]): Map<string, SinkRecord> {
  return new Map(records.map((record) => [`${record.topic}-${record.partition}`, record]))
}
