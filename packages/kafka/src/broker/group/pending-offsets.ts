// Offsets committed within transactions that have not ended: they count from the commit marker on, and never if the transaction aborts.

import type { CommittedOffset, OffsetKey } from './group-records.ts'

/** One of them. */
export interface PendingOffset {
  readonly key: OffsetKey
  readonly value: CommittedOffset
}

/** Pending offsets of all partitions of __consumer_offsets. */
export class PendingOffsets {
  /** Partition of the topic and producer → key → offset. */
  readonly #transactions = new Map<string, Map<string, PendingOffset>>()
  /** How many transactions hold an offset for a key. */
  readonly #counts = new Map<string, number>()

  /** Notes an offset that a producer wrote to a partition of the topic. */
  add(partition: number, producerId: number, offset: PendingOffset): void {
    const id = `${partition}|${producerId}`
    let offsets = this.#transactions.get(id)
    if (offsets === undefined) {
      offsets = new Map()
      this.#transactions.set(id, offsets)
    }
    const name = nameOf(offset.key)
    if (!offsets.has(name)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    offsets.set(name, offset)
  }

  /** The transaction has ended: takes its offsets out. */
  take(partition: number, producerId: number): PendingOffset[] {
    const id = `${partition}|${producerId}`
    const offsets = this.#transactions.get(id)
    if (offsets === undefined) return []
    this.#transactions.delete(id)
    for (const name of offsets.keys()) this.#release(name)
    return [...offsets.values()]
  }

  /** An offset was committed outside of any transaction, later in the log: the pending ones for the key count no more. */
  overtake(key: OffsetKey): void {
    const name = nameOf(key)
    if (!this.#counts.has(name)) return
    for (const offsets of this.#transactions.values()) if (offsets.delete(name)) this.#release(name)
  }

  /** Whether a transaction may still change the offset. */
  has(key: OffsetKey): boolean {
    return this.#counts.has(nameOf(key))
  }

  #release(name: string): void {
    const count = this.#counts.get(name) ?? 0
    if (count > 1) this.#counts.set(name, count - 1)
    else this.#counts.delete(name)
  }
}

/** A topic's name holds no line feed, so the three parts cannot run into each other. */
function nameOf({ group, topic, partition }: OffsetKey): string {
  return `${topic}\n${partition}\n${group}`
}
