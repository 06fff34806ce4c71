// Reads one topic partition in order, without a group: what stores, schema history and command line tools need.
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaError } from '../error.ts'
import { Fetch } from '../protocol/fetch.ts'
import { AbortedFilter } from '../record/aborted-filter.ts'
import { type BatchRecord, readBatches } from '../record/batch-reader.ts'
import type { Cluster } from './cluster.ts'

/** How to read. */
export interface TopicReaderOptions {
  readonly topic: string
  readonly partition: number
  /** First offset wanted. */
  readonly fromOffset: number
  /** Ends the reading; the iterator then returns. */
  readonly signal?: AbortSignal
  /** Most bytes per answer; 8 MiB unless given. A larger single batch still comes. */
  readonly maxBytes?: number
  /** Longest wait of the broker for new records; 500 ms unless given. */
  readonly maxWaitMs?: number
}

/** Records that came with one answer, and where the partition ended then. */
export interface ReadChunk {
  /** Views of the answer: valid as long as they are kept. */
  readonly records: readonly BatchRecord[]
  /** The offset behind the chunk: where the next one starts. */
  readonly nextOffset: number
  readonly highWatermark: number
  /** Where committed records ended then: the high watermark, or the start of the first open transaction before it. */
  readonly stableOffset: number
}

const MAX_BYTES = 8 * 1024 * 1024
const MAX_WAIT_MS = 500
const RETRY_MS = 100
/** The last version that names topics instead of their ids. */
const FETCH_VERSION = 12

/**
 * Reads a partition on and on, one chunk per answer of the broker (empty ones too, so that a caller sees the end). Retriable errors are
 * tried again; others reject with a KafkaError (OFFSET_OUT_OF_RANGE, CORRUPT_MESSAGE …). Checksums are checked. Records of open and aborted
 * transactions are left out.
 */
export async function* readTopic(
  cluster: Cluster,
  options: TopicReaderOptions,
): AsyncGenerator<ReadChunk, void, undefined> {
  const isEnded = () => options.signal?.aborted === true
  let offset = options.fromOffset
  while (!isEnded()) {
    let chunk: ReadChunk
    try {
      chunk = await fetchOnce(cluster, options, offset)
    } catch (error) {
      const problem = KafkaError.from(error)
      if (isEnded()) return
      if (!problem.retriable || problem.code === 'UNKNOWN_TOPIC_OR_PARTITION') throw problem
      cluster.forget(options.topic)
      await delay(RETRY_MS)
      continue
    }
    offset = chunk.nextOffset
    yield chunk
  }
}

/** Reads from an offset to the end of the committed records as it is at the call, and ends. */
export async function* readToEnd(
  cluster: Cluster,
  options: TopicReaderOptions,
): AsyncGenerator<ReadChunk, void, undefined> {
  let end = -1
  for await (const chunk of readTopic(cluster, { maxWaitMs: 0, ...options })) {
    if (end < 0) end = chunk.stableOffset
    yield chunk
    if (chunk.nextOffset >= end) return
  }
}

async function fetchOnce(cluster: Cluster, options: TopicReaderOptions, offset: number): Promise<ReadChunk> {
  const { topic, partition } = options
  const connection = await cluster.leader(topic, partition)
  const maxBytes = options.maxBytes ?? MAX_BYTES
  const answer = await connection.request(
    Fetch,
    {
      maxWaitMs: options.maxWaitMs ?? MAX_WAIT_MS,
      minBytes: 1,
      maxBytes,
      isolationLevel: 1,
      topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: maxBytes }] }],
    },
    FETCH_VERSION,
  )
  if (answer.errorCode !== 0) throw KafkaError.fromNumber(answer.errorCode)
  const result = answer.responses[0]?.partitions[0]
  if (result === undefined) return { records: [], nextOffset: offset, highWatermark: offset, stableOffset: offset }
  if (result.errorCode !== 0)
    throw KafkaError.fromNumber(result.errorCode, `reading ${topic}-${partition} at offset ${offset} failed`)
  const records: BatchRecord[] = []
  let nextOffset = offset
  const filter = new AbortedFilter(result.abortedTransactions ?? [])
  for (const batch of readBatches(result.records ?? Buffer.alloc(0), { check: true })) {
    nextOffset = batch.lastOffset + 1
    if (!filter.keeps(batch)) continue
    for (const record of batch.records()) if (record.offset >= offset) records.push(record)
  }
  const { highWatermark, lastStableOffset } = result
  return { records, nextOffset, highWatermark, stableOffset: lastStableOffset < 0 ? highWatermark : lastStableOffset }
}
