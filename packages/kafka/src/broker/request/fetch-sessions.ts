// Incremental fetch sessions (KIP-227): the broker remembers which partitions a client reads and from where, so that a request names only
// what changed and an answer holds only what is new.

import { randomInt } from 'node:crypto'
import { KafkaError } from '../../error.ts'
import type { Fetch } from '../../protocol/fetch.ts'
import type { RequestOf } from '../../protocol/message.ts'

type FetchRequest = RequestOf<typeof Fetch>

/** One partition that a client reads. */
export interface FetchTarget {
  /** Name in versions up to 12, else empty. */
  readonly topic: string
  /** Id in versions from 13 on, else the zero id. */
  readonly topicId: string
  readonly partition: number
  fetchOffset: number
  maxBytes: number
  currentLeaderEpoch: number
  /** What the client was told last; -1 before the first answer. */
  toldHighWatermark: number
  toldStartOffset: number
}

interface Session {
  readonly id: number
  nextEpoch: number
  lastUsedMs: number
  readonly targets: Map<string, FetchTarget>
}

/** What one request reads. `sessionId` goes into the answer (0: no session); `isIncremental`: leave out what did not change. */
export interface FetchPlan {
  readonly sessionId: number
  readonly isIncremental: boolean
  readonly targets: readonly FetchTarget[]
  /** To be called with the targets that yielded records: they go to the end, so that others come first the next time. */
  rotate(served: readonly FetchTarget[]): void
}

const INITIAL_EPOCH = 0
const FINAL_EPOCH = -1
const MAX_EPOCH = 0x7fff_ffff
/** A session unused for so long may be replaced by a new one (Kafka: min.incremental.fetch.session.eviction.ms). */
const EVICT_AFTER_MS = 120_000
/** Larger reads get no session: what a broker remembers for a client must have a limit. */
const MAX_TARGETS = 100_000

/** The sessions of a broker. */
export class FetchSessions {
  readonly #maxSessions: number
  /** In order of last use. */
  readonly #sessions = new Map<number, Session>()

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions
  }

  get size(): number {
    return this.#sessions.size
  }

  /** What the request reads. Throws `FETCH_SESSION_ID_NOT_FOUND` or `INVALID_FETCH_SESSION_EPOCH`. */
  plan(request: FetchRequest): FetchPlan {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
      if (sessionId !== 0) this.#sessions.delete(sessionId)
      const targets = new Map<string, FetchTarget>()
      addTargets(targets, request)
      const session = sessionEpoch === INITIAL_EPOCH ? this.#create(targets) : undefined
      return planOf(targets, session?.id ?? 0, false)
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) throw new KafkaError('FETCH_SESSION_ID_NOT_FOUND')
    if (session.nextEpoch !== sessionEpoch) throw new KafkaError('INVALID_FETCH_SESSION_EPOCH')
    session.nextEpoch = sessionEpoch === MAX_EPOCH ? 1 : sessionEpoch + 1
    session.lastUsedMs = performance.now()
    this.#sessions.delete(sessionId)
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions) session.targets.delete(keyOf(topic, topicId, partition))
    }
    addTargets(session.targets, request)
    if (session.targets.size === 0 || session.targets.size > MAX_TARGETS) return planOf(session.targets, 0, false)
    this.#sessions.set(sessionId, session)
    return planOf(session.targets, sessionId, true)
  }

  #create(targets: Map<string, FetchTarget>): Session | undefined {
    if (targets.size === 0 || targets.size > MAX_TARGETS) return undefined
    const nowMs = performance.now()
    if (this.#sessions.size >= this.#maxSessions) {
      const [oldest] = this.#sessions.values()
      if (oldest === undefined || nowMs - oldest.lastUsedMs < EVICT_AFTER_MS) return undefined
      this.#sessions.delete(oldest.id)
    }
    let id: number
    do id = randomInt(1, 0x7fff_ffff)
    while (this.#sessions.has(id))
    const session: Session = { id, nextEpoch: 1, lastUsedMs: nowMs, targets }
    this.#sessions.set(id, session)
    return session
  }
}

function planOf(targets: Map<string, FetchTarget>, sessionId: number, isIncremental: boolean): FetchPlan {
  return {
    sessionId,
    isIncremental,
    targets: [...targets.values()],
    rotate: (served) => {
      if (sessionId === 0) return
      for (const target of served) {
        const key = keyOf(target.topic, target.topicId, target.partition)
        if (targets.delete(key)) targets.set(key, target)
      }
    },
  }
}

function addTargets(targets: Map<string, FetchTarget>, request: FetchRequest): void {
  for (const { topic, topicId, partitions } of request.topics) {
    for (const { partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch } of partitions) {
      const key = keyOf(topic, topicId, partition)
      const known = targets.get(key)
      if (known === undefined) {
        const told = { toldHighWatermark: -1, toldStartOffset: -1 }
        targets.set(key, {
          topic,
          topicId,
          partition,
          fetchOffset,
          maxBytes: partitionMaxBytes,
          currentLeaderEpoch,
          ...told,
        })
      } else {
        known.fetchOffset = fetchOffset
        known.maxBytes = partitionMaxBytes
        known.currentLeaderEpoch = currentLeaderEpoch
      }
    }
  }
}

function keyOf(topic: string, topicId: string, partition: number): string {
  return `${topic}|${topicId}|${partition}`
}
