// Fetch: reads whole batches as they lie on disk and waits for more when there are too few. Only what is on disk for good is given out.

import { errorNumber, KafkaError } from '../../error.ts'
import type { Fetch } from '../../protocol/fetch.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import { BATCH_FIELD, batchSizeAt, readInt64 } from '../../record/batch-header.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import type { Partition, Topic } from '../topic/topic.ts'
import type { FetchPlan, FetchTarget } from './fetch-sessions.ts'
import { checkEpoch } from './list-offsets.ts'

type Request = RequestOf<typeof Fetch>
type Answer = ResponseInput<typeof Fetch>
type TopicAnswer = Answer['responses'][number]
type PartitionAnswer = TopicAnswer['partitions'][number]

/** First version that names topics by id. */
const IDS_SINCE = 13
const READ_COMMITTED = 1
/** Longest wait granted, whatever the client asks. */
const MAX_WAIT_MS = 300_000
const NOTHING = Buffer.alloc(0)

/** What one pass over the partitions found. */
interface Pass {
  readonly found: { target: FetchTarget; answer: PartitionAnswer }[]
  bytes: number
  hasError: boolean
}

/** Answers Fetch. */
export async function answerFetch(core: BrokerCore, request: Request, context: RequestContext): Promise<Answer> {
  let plan: FetchPlan
  try {
    plan = core.sessions.plan(request)
  } catch (error) {
    return { errorCode: KafkaError.from(error).number, responses: [] }
  }
  const deadline = performance.now() + Math.min(Math.max(0, request.maxWaitMs), MAX_WAIT_MS)
  const wantedBytes = Math.min(request.minBytes, maxBytesOf(core, request))
  for (;;) {
    // listening starts before the pass, so that nothing is missed between the two
    const more = new Arrival(core, plan, context)
    try {
      const pass = await readAll(core, plan, request, context.version)
      const leftMs = deadline - performance.now()
      const isDone =
        pass.bytes >= wantedBytes || pass.hasError || leftMs <= 0 || more.isOver || plan.targets.length === 0
      if (isDone) return finish(plan, pass)
      await more.wait(leftMs)
    } finally {
      more.close()
    }
  }
}

function maxBytesOf(core: BrokerCore, request: Request): number {
  return Math.min(request.maxBytes, core.options.limits.fetchMaxBytes)
}

async function readAll(core: BrokerCore, plan: FetchPlan, request: Request, version: number): Promise<Pass> {
  const pass: Pass = { found: [], bytes: 0, hasError: false }
  const maxBytes = maxBytesOf(core, request)
  for (const target of plan.targets) {
    const room = maxBytes - pass.bytes
    const answer = await readOne(core, target, request.isolationLevel, version, room)
    pass.bytes += answer.records?.length ?? 0
    if (answer.errorCode !== 0) pass.hasError = true
    pass.found.push({ target, answer })
  }
  return pass
}

async function readOne(
  core: BrokerCore,
  target: FetchTarget,
  isolation: number,
  version: number,
  room: number,
): Promise<PartitionAnswer> {
  const { partition: partitionIndex, fetchOffset } = target
  try {
    const { log } = findPartition(core, target, version)
    checkEpoch(target.currentLeaderEpoch)
    const isCommittedOnly = isolation === READ_COMMITTED
    const upTo = isCommittedOnly ? log.lastStableOffset : log.highWatermark
    const highWatermark = log.highWatermark
    const maxBytes = Math.min(target.maxBytes, room)
    const mayRead = room > 0 && fetchOffset < upTo && fetchOffset >= log.startOffset
    if (!mayRead && (fetchOffset < log.startOffset || fetchOffset > log.endOffset))
      throw new KafkaError('OFFSET_OUT_OF_RANGE')
    const records = mayRead ? await log.read(fetchOffset, maxBytes, { upTo }) : NOTHING
    const aborted = isCommittedOnly && records.length > 0 ? log.abortedBetween(fetchOffset, endOf(records)) : []
    return {
      partitionIndex,
      errorCode: 0,
      highWatermark,
      lastStableOffset: log.lastStableOffset,
      logStartOffset: log.startOffset,
      abortedTransactions: isCommittedOnly
        ? aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
        : null,
      records,
    }
  } catch (error) {
    const failure = KafkaError.from(error)
    const code = failure.code === 'DATA_CORRUPT' ? 'KAFKA_STORAGE_ERROR' : failure.code
    if (code === 'KAFKA_STORAGE_ERROR') core.options.log('error', failure.message)
    const errorCode = code === 'KAFKA_STORAGE_ERROR' ? errorNumber(code) : failure.number
    return { partitionIndex, errorCode, highWatermark: -1, records: NOTHING }
  }
}

/** Offset after the last of the batches. */
function endOf(records: Buffer): number {
  let last = 0
  for (let pos = 0; pos < records.length; pos += batchSizeAt(records, pos)) last = pos
  return readInt64(records, last) + records.readInt32BE(last + BATCH_FIELD.lastOffsetDelta) + 1
}

function findPartition(core: BrokerCore, target: FetchTarget, version: number): Partition {
  const topic = findTopic(core, target, version)
  if (topic === undefined)
    throw new KafkaError(version >= IDS_SINCE ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
  const partition = topic.partitions[target.partition]
  if (partition === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
  return partition
}

function findTopic(core: BrokerCore, target: FetchTarget, version: number): Topic | undefined {
  return version >= IDS_SINCE ? core.topics.byId(target.topicId) : core.topics.get(target.topic)
}

/** Puts the answer together; an incremental one leaves out partitions of which there is nothing new to tell. */
function finish(plan: FetchPlan, pass: Pass): Answer {
  const responses: TopicAnswer[] = []
  const served: FetchTarget[] = []
  const byTopic = new Map<string, PartitionAnswer[]>()
  for (const { target, answer } of pass.found) {
    const hasRecords = (answer.records?.length ?? 0) > 0
    const startOffset = answer.logStartOffset ?? -1
    const isNews =
      hasRecords ||
      answer.errorCode !== 0 ||
      answer.highWatermark !== target.toldHighWatermark ||
      startOffset !== target.toldStartOffset
    if (hasRecords) served.push(target)
    if (plan.isIncremental && !isNews) continue
    // after an error everything is told again
    target.toldHighWatermark = answer.errorCode === 0 ? answer.highWatermark : -1
    target.toldStartOffset = startOffset
    const key = `${target.topic}|${target.topicId}`
    let partitions = byTopic.get(key)
    if (partitions === undefined) {
      partitions = []
      byTopic.set(key, partitions)
      responses.push({ topic: target.topic, topicId: target.topicId, partitions })
    }
    partitions.push(answer)
  }
  plan.rotate(served)
  return { errorCode: 0, sessionId: plan.sessionId, responses }
}

/** Tells when one of the partitions has more, or when waiting makes no sense any longer. */
class Arrival {
  readonly #stops: (() => void)[] = []
  readonly #signals: readonly AbortSignal[]
  #hasArrived = false
  #wake: () => void = () => {}
  readonly #listener = (): void => {
    this.#hasArrived = true
    this.#wake()
  }

  constructor(core: BrokerCore, plan: FetchPlan, context: RequestContext) {
    this.#signals = [core.closing, context.gone]
    for (const signal of this.#signals) signal.addEventListener('abort', this.#listener)
    for (const target of plan.targets) {
      const partition = findTopic(core, target, context.version)?.partitions[target.partition]
      if (partition !== undefined) this.#stops.push(partition.onAdvance(this.#listener))
    }
  }

  /** Whether broker or client is going. */
  get isOver(): boolean {
    return this.#signals.some((signal) => signal.aborted)
  }

  /** Resolves at the next arrival since construction, or after `maxMs`. */
  async wait(maxMs: number): Promise<void> {
    if (this.#hasArrived) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = setTimeout(resolve, maxMs)
    await promise
    clearTimeout(timer)
  }

  close(): void {
    for (const stop of this.#stops) stop()
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#listener)
  }
}
