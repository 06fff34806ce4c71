// Follows many partitions with one request at a time to each broker: what keeps the state of several processes the same.
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaError } from '../error.ts'
import { Fetch } from '../protocol/fetch.ts'
import { AbortedFilter } from '../record/aborted-filter.ts'
import { type BatchRecord, readBatches } from '../record/batch-reader.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'

/** A partition to follow, and the first offset wanted; the follower moves it on. */
export interface FollowedPartition {
  readonly topic: string
  readonly partition: number
  offset: number
}

/** Options of {@link followTopics}. */
export interface TopicFollowerOptions {
  /** Connections for this reading alone: a fetch waits at the broker. */
  readonly cluster: Cluster
  readonly partitions: readonly FollowedPartition[]
  /** Committed records of one partition, in order. */
  readonly onRecords: (partition: FollowedPartition, records: readonly BatchRecord[]) => void
  /** Called for every failure before it is tried again. */
  readonly onTrouble: (error: KafkaError) => void
  readonly signal: AbortSignal
  /** Longest wait of the broker for new records; 2 s unless given. */
  readonly maxWaitMs?: number
}

const MAX_WAIT_MS = 2000
const MAX_BYTES = 8 * 1024 * 1024
const PARTITION_BYTES = 1024 * 1024
const RETRY_MS = 100
/** The last version that names topics instead of their ids. */
const FETCH_VERSION = 12

/** Reads on and on until the signal aborts. Failures are reported and tried again; never rejects. */
export async function followTopics(options: TopicFollowerOptions): Promise<void> {
  const { cluster, partitions, signal } = options
  while (!signal.aborted) {
    const round = new AbortController()
    try {
      const byLeader = await groupByLeader(cluster, partitions)
      await Promise.all([...byLeader].map(([leader, own]) => followLeader(leader, own, options, round.signal)))
    } catch (error) {
      round.abort()
      if (signal.aborted) return
      options.onTrouble(KafkaError.from(error))
      for (const { topic } of partitions) cluster.forget(topic)
      await delay(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
}

async function groupByLeader(
  cluster: Cluster,
  partitions: readonly FollowedPartition[],
): Promise<Map<Connection, FollowedPartition[]>> {
  const found = new Map<Connection, FollowedPartition[]>()
  for (const followed of partitions) {
    const leader = await cluster.leader(followed.topic, followed.partition)
    found.set(leader, [...(found.get(leader) ?? []), followed])
  }
  return found
}

/** Until the round ends: because of the signal, or because something failed. */
async function followLeader(
  leader: Connection,
  partitions: readonly FollowedPartition[],
  options: TopicFollowerOptions,
  round: AbortSignal,
): Promise<void> {
  while (!options.signal.aborted && !round.aborted) await fetchOnce(leader, partitions, options, round)
}

async function fetchOnce(
  leader: Connection,
  partitions: readonly FollowedPartition[],
  options: TopicFollowerOptions,
  round: AbortSignal,
): Promise<void> {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, own]) => ({
    topic,
    partitions: own.map(({ partition, offset }) => {
      return { partition, fetchOffset: offset, partitionMaxBytes: PARTITION_BYTES }
    }),
  }))
  const maxWaitMs = options.maxWaitMs ?? MAX_WAIT_MS
  const wish = { maxWaitMs, minBytes: 1, maxBytes: MAX_BYTES, isolationLevel: 1, topics }
  const answer = await leader.request(Fetch, wish, FETCH_VERSION)
  if (options.signal.aborted || round.aborted) return
  if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
  for (const { topic, partitions: results } of answer.responses)
    for (const result of results) {
      const followed = partitions.find((own) => own.topic === topic && own.partition === result.partitionIndex)
      if (followed === undefined) continue
      if (result.errorCode !== 0)
        throw KafkaError.fromNumber(result.errorCode, `reading ${topic}-${followed.partition} failed`)
      take(followed, result, options)
    }
}

function take(
  followed: FollowedPartition,
  result: Parameters<typeof recordsOf>[1],
  { onRecords }: TopicFollowerOptions,
): void {
  const { records, nextOffset } = recordsOf(followed.offset, result)
  followed.offset = nextOffset
  if (records.length > 0) onRecords(followed, records)
}

function recordsOf(
  offset: number,
  result: {
    readonly records: Parameters<typeof readBatches>[0] | null
    readonly abortedTransactions: ConstructorParameters<typeof AbortedFilter>[0] | null
  },
): { records: BatchRecord[]; nextOffset: number } {
  const records: BatchRecord[] = []
  let nextOffset = offset
  const filter = new AbortedFilter(result.abortedTransactions ?? [])
  for (const batch of readBatches(result.records ?? Buffer.alloc(0), { check: true })) {
    nextOffset = batch.lastOffset + 1
    if (!filter.keeps(batch)) continue
    for (const record of batch.records()) if (record.offset >= offset) records.push(record)
  }
  return { records, nextOffset }
}
