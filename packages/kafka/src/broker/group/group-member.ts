// One member of a classic consumer group.

import { errorNumber, type KafkaErrorCode } from '../../error.ts'
import type { StoredMember } from './group-records.ts'

/** An assignment protocol that a member offers, with its subscription in that protocol's own bytes. */
export interface MemberProtocol {
  name: string
  metadata: Uint8Array
}

/** What a member is told when its generation begins (JoinGroup's answer). */
export interface JoinResult {
  errorCode: number
  generationId: number
  protocolType: string | null
  protocolName: string | null
  leader: string
  memberId: string
  skipAssignment: boolean
  members: { memberId: string; groupInstanceId: string | null; metadata: Uint8Array }[]
}

/** What a member is told when its assignment is known (SyncGroup's answer). */
export interface SyncResult {
  errorCode: number
  protocolType: string | null
  protocolName: string | null
  assignment: Uint8Array
}

const NOTHING = Buffer.alloc(0)

/** A refusal of JoinGroup. `memberId`: the id the client named, or the one it shall come back with. */
export function joinError(memberId: string, code: KafkaErrorCode): JoinResult {
  return {
    errorCode: errorNumber(code),
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    memberId,
    skipAssignment: false,
    members: [],
  }
}

/** A refusal of SyncGroup. */
export function syncError(code: KafkaErrorCode): SyncResult {
  return { errorCode: errorNumber(code), protocolType: null, protocolName: null, assignment: NOTHING }
}

/** State of one member. Whoever sets `awaitingJoin` or `awaitingSync` owns a request that waits for its answer. */
export class GroupMember {
  readonly id: string
  readonly instanceId: string | null
  clientId: string
  clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly MemberProtocol[]
  assignment: Uint8Array = NOTHING
  awaitingJoin: ((result: JoinResult) => void) | undefined
  awaitingSync: ((result: SyncResult) => void) | undefined
  /** Whether the member has been in a generation; a new one may wait long for its first. */
  isNew = true
  #session: NodeJS.Timeout | undefined

  constructor(about: {
    id: string
    instanceId: string | null
    clientId: string
    clientHost: string
    sessionTimeoutMs: number
    rebalanceTimeoutMs: number
    protocols: readonly MemberProtocol[]
  }) {
    this.id = about.id
    this.instanceId = about.instanceId
    this.clientId = about.clientId
    this.clientHost = about.clientHost
    this.sessionTimeoutMs = about.sessionTimeoutMs
    this.rebalanceTimeoutMs = about.rebalanceTimeoutMs
    this.protocols = about.protocols
  }

  /** Subscription in the given protocol; empty when the member does not offer it. */
  metadata(protocol: string | null): Uint8Array {
    return this.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING
  }

  /** Whether the member offers exactly these protocols with these subscriptions. */
  offersSame(protocols: readonly MemberProtocol[]): boolean {
    if (protocols.length !== this.protocols.length) return false
    return protocols.every(({ name, metadata }, index) => {
      const own = this.protocols[index] as MemberProtocol
      return own.name === name && Buffer.compare(own.metadata, metadata) === 0
    })
  }

  /** Starts the session anew; `expire` runs when nothing is heard for the given time. */
  watch(timeoutMs: number, expire: () => void): void {
    clearTimeout(this.#session)
    this.#session = setTimeout(expire, timeoutMs)
    this.#session.unref()
  }

  /** Ends the session's watch. */
  unwatch(): void {
    clearTimeout(this.#session)
    this.#session = undefined
  }

  /** Answers a waiting JoinGroup, if there is one. */
  answerJoin(result: JoinResult): void {
    const answer = this.awaitingJoin
    this.awaitingJoin = undefined
    answer?.(result)
  }

  /** Answers a waiting SyncGroup, if there is one. */
  answerSync(result: SyncResult): void {
    const answer = this.awaitingSync
    this.awaitingSync = undefined
    answer?.(result)
  }

  /** As stored, with the subscription of the protocol in force. */
  stored(protocol: string | null): StoredMember {
    return {
      memberId: this.id,
      groupInstanceId: this.instanceId,
      clientId: this.clientId,
      clientHost: this.clientHost,
      rebalanceTimeoutMs: this.rebalanceTimeoutMs,
      sessionTimeoutMs: this.sessionTimeoutMs,
      subscription: this.metadata(protocol),
      assignment: this.assignment,
    }
  }
}
