// Reads many partitions at once: one fetch under way per broker, the next one sent while the records of the last are worked on.
import { KafkaError } from '../error.ts'
import { Fetch } from '../protocol/fetch.ts'
import { LIST_EARLIEST, LIST_LATEST } from '../protocol/list-offsets.ts'
import { AbortedFilter } from '../record/aborted-filter.ts'
import { type BatchRecord, readBatches } from '../record/batch-reader.ts'
import { Admin } from './admin.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import type { TopicPartition } from './group-admin.ts'

/** How to fetch. */
export interface PartitionFetcherOptions {
  readonly cluster: Cluster
  readonly maxBytes: number
  readonly partitionMaxBytes: number
  readonly minBytes: number
  readonly maxWaitMs: number
  /** Leaves out records of open and aborted transactions. */
  readonly isReadCommitted: boolean
  /** Where to start without a valid position; `none` makes it an error. */
  readonly reset: 'earliest' | 'latest' | 'none'
}

/** Records of one partition, in order. */
export interface FetchedRecords extends TopicPartition {
  readonly records: readonly BatchRecord[]
  /** Where the next chunk starts: behind the records, and behind what was left out. */
  readonly nextOffset: number
}

interface Position extends TopicPartition {
  /** Where the next fetch starts. */
  offset: number
}

/** One answer that waits to be handed out. */
interface Answer {
  readonly parts: FetchedRecords[]
}

/** The last version that names topics instead of their ids. */
const FETCH_VERSION = 12

/** Fetches the partitions that it is given. Errors: KafkaError that no new attempt mends. */
export class PartitionFetcher {
  readonly #options: PartitionFetcherOptions
  #positions = new Map<string, Position>()
  /** Counts assignments: answers of an earlier one are dropped. */
  #epoch = 0
  readonly #busy = new Map<Connection, Promise<void>>()
  #answers: Answer[] = []
  #failure: KafkaError | null = null
  #wake: (() => void) | null = null

  constructor(options: PartitionFetcherOptions) {
    this.#options = options
  }

  /** Takes over new partitions with their positions; an offset of -1 asks for the reset. */
  async assign(partitions: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    this.#epoch++
    this.#answers = []
    this.#positions = new Map(partitions.map((entry) => [`${entry.topic}-${entry.partition}`, { ...entry }]))
    for (const position of this.#positions.values()) if (position.offset < 0) await this.#reset(position)
  }

  /** Where a partition is read next; -1 for one that is not assigned. */
  position(topic: string, partition: number): number {
    return this.#positions.get(`${topic}-${partition}`)?.offset ?? -1
  }

  /** The next records, or none after `waitMs`. */
  async next(waitMs: number): Promise<FetchedRecords | null> {
    const end = performance.now() + waitMs
    for (;;) {
      if (this.#failure !== null) {
        const failure = this.#failure
        this.#failure = null
        throw failure
      }
      const part = this.#take()
      await this.#send()
      if (part !== null) return part
      const left = end - performance.now()
      if (left <= 0) return null
      await this.#sleep(left)
      if (performance.now() >= end && this.#answers.length === 0 && this.#failure === null) return null
    }
  }

  /** Ends a wait in {@link PartitionFetcher.next}. */
  interrupt(): void {
    this.#wake?.()
  }

  #take(): FetchedRecords | null {
    for (;;) {
      const [answer] = this.#answers
      if (answer === undefined) return null
      const part = answer.parts.shift()
      if (part !== undefined) return part
      this.#answers.shift()
    }
  }

  /** Sends a fetch to every leader that has none under way and of which nothing waits. */
  async #send(): Promise<void> {
    // One answer waits at most: memory stays bounded by two of them per broker.
    if (this.#answers.length > 1 || this.#positions.size === 0) return
    const byLeader = new Map<Connection, Position[]>()
    for (const position of this.#positions.values()) {
      try {
        const connection = await this.#options.cluster.leader(position.topic, position.partition)
        const own = byLeader.get(connection)
        if (own === undefined) byLeader.set(connection, [position])
        else own.push(position)
      } catch (error) {
        this.#note(KafkaError.from(error), position)
      }
    }
    for (const [connection, positions] of byLeader) {
      if (this.#busy.has(connection)) continue
      const fetching = this.#fetch(connection, positions, this.#epoch).finally(() => {
        this.#busy.delete(connection)
        this.#wake?.()
      })
      this.#busy.set(connection, fetching)
    }
  }

  async #fetch(connection: Connection, positions: readonly Position[], epoch: number): Promise<void> {
    const { maxBytes, partitionMaxBytes, minBytes, maxWaitMs, isReadCommitted } = this.#options
    const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, own]) => ({
      topic,
      partitions: own.map(({ partition, offset }) => ({ partition, fetchOffset: offset, partitionMaxBytes })),
    }))
    try {
      const body = { maxWaitMs, minBytes, maxBytes, isolationLevel: isReadCommitted ? 1 : 0, topics }
      const answer = await connection.request(Fetch, body, FETCH_VERSION)
      if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
      if (epoch !== this.#epoch) return
      const parts: FetchedRecords[] = []
      for (const { topic, partitions } of answer.responses) {
        for (const result of partitions) {
          const position = this.#positions.get(`${topic}-${result.partitionIndex}`)
          if (position === undefined) continue
          if (result.errorCode !== 0) await this.#mend(KafkaError.fromNumber(result.errorCode), position)
          else {
            const part = this.#read(position, result.records, result.abortedTransactions ?? [])
            if (part !== null) parts.push(part)
          }
        }
      }
      if (epoch === this.#epoch && parts.length > 0) this.#answers.push({ parts })
    } catch (error) {
      if (epoch === this.#epoch) for (const position of positions) this.#note(KafkaError.from(error), position)
    }
  }

  #read(
    position: Position,
    bytes: Buffer | null,
    aborted: readonly { producerId: number; firstOffset: number }[],
  ): FetchedRecords | null {
    if (bytes === null || bytes.length === 0) return null
    const { topic, partition, offset } = position
    const filter = new AbortedFilter(this.#options.isReadCommitted ? aborted : [])
    const records: BatchRecord[] = []
    let nextOffset = offset
    for (const batch of readBatches(bytes, { check: true })) {
      nextOffset = Math.max(nextOffset, batch.lastOffset + 1)
      if (!filter.keeps(batch)) continue
      for (const record of batch.records()) if (record.offset >= offset) records.push(record)
    }
    if (nextOffset === offset) return null
    position.offset = nextOffset
    return { topic, partition, records, nextOffset }
  }

  async #mend(error: KafkaError, position: Position): Promise<void> {
    if (error.code !== 'OFFSET_OUT_OF_RANGE') this.#note(error, position)
    else if (this.#options.reset === 'none') this.#failure = error
    else await this.#reset(position)
  }

  /** An error of one partition: forgotten when it passes by itself. */
  #note(error: KafkaError, { topic, partition }: TopicPartition): void {
    this.#options.cluster.forget(topic)
    if (error.retriable || error.code === 'CLOSED') return
    this.#failure ??= new KafkaError(error.code, `reading ${topic}-${partition} failed: ${error.message}`, {
      cause: error,
    })
  }

  async #reset(position: Position): Promise<void> {
    const { reset, cluster } = this.#options
    const { topic, partition } = position
    if (reset === 'none')
      throw new KafkaError('OFFSET_OUT_OF_RANGE', `there is no committed offset for ${topic}-${partition}`, {
        hint: 'auto.offset.reset is none: commit an offset, or set it to earliest or latest.',
      })
    const time = reset === 'earliest' ? LIST_EARLIEST : LIST_LATEST
    position.offset = await new Admin(cluster).offsetAt(topic, partition, time)
  }

  #sleep(ms: number): Promise<void> {
    // A leader that could not be reached is asked again after a short while.
    const shortMs = this.#busy.size === 0 ? Math.min(ms, 100) : ms
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      const timer = setTimeout(done, shortMs)
      this.#wake = done
    })
  }
}
