// A member of a classic group, seen from the client: join, sync, heartbeat, leave. What the metadata and assignments mean is the caller's.
import { KafkaError } from '../error.ts'
import { DescribeGroups } from '../protocol/describe-groups.ts'
import { COORDINATOR_GROUP, FindCoordinator } from '../protocol/find-coordinator.ts'
import { Heartbeat } from '../protocol/heartbeat.ts'
import { JoinGroup } from '../protocol/join-group.ts'
import { LeaveGroup } from '../protocol/leave-group.ts'
import { SyncGroup } from '../protocol/sync-group.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'

/** Options of a {@link GroupSession}. Times are milliseconds. */
export interface GroupSessionOptions {
  /** Connections for this session alone: a join waits at the broker, and everything behind it on its connection. */
  readonly cluster: Cluster
  readonly groupId: string
  /** Kind of group: `consumer`, `connect` … */
  readonly protocolType: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
}

/** A protocol that a member offers, the one it prefers first. */
export interface OfferedProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

/** A generation of the group that this member has joined. `members` is filled for the leader only. */
export interface JoinedGroup {
  readonly memberId: string
  readonly generation: number
  readonly leader: string
  readonly protocol: string
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[]
}

/** Slack over the rebalance timeout, as Kafka's clients have it. */
const JOIN_SLACK_MS = 5000

/** One membership. Methods reject with a KafkaError that carries the broker's code; after any error about the coordinator it is looked up anew. */
export class GroupSession {
  readonly #options: GroupSessionOptions
  #coordinator: Connection | null = null
  #memberId = ''
  #joined: JoinedGroup | null = null

  constructor(options: GroupSessionOptions) {
    this.#options = options
  }

  /** The id that the group gave; empty outside the group. */
  get memberId(): string {
    return this.#memberId
  }

  /** Joins, or joins again. Waits until the group's other members have joined too. */
  async join(protocols: readonly OfferedProtocol[]): Promise<JoinedGroup> {
    const { groupId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const answer = await this.#ask((connection) =>
      connection.request(
        JoinGroup,
        { groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId: this.#memberId, protocolType, protocols },
        undefined,
        rebalanceTimeoutMs + JOIN_SLACK_MS,
      ),
    )
    if (answer.errorCode === MEMBER_ID_REQUIRED && this.#memberId === '') {
      this.#memberId = answer.memberId
      return this.join(protocols)
    }
    this.#check(answer.errorCode)
    this.#memberId = answer.memberId
    this.#joined = {
      memberId: answer.memberId,
      generation: answer.generationId,
      leader: answer.leader,
      protocol: answer.protocolName ?? '',
      members: answer.members.map(({ memberId, metadata }) => ({ memberId, metadata: copyOf(metadata) })),
    }
    return this.#joined
  }

  /** Hands in the assignments (the leader; others give none) and takes this member's own. */
  async sync(assignments: readonly { memberId: string; assignment: Uint8Array }[]): Promise<Buffer> {
    const { groupId, protocolType, rebalanceTimeoutMs } = this.#options
    const joined = this.#present()
    const answer = await this.#ask((connection) =>
      connection.request(
        SyncGroup,
        {
          groupId,
          generationId: joined.generation,
          memberId: joined.memberId,
          protocolType,
          protocolName: joined.protocol,
          assignments,
        },
        undefined,
        rebalanceTimeoutMs + JOIN_SLACK_MS,
      ),
    )
    this.#check(answer.errorCode)
    return copyOf(answer.assignment)
  }

  /** Tells that this member lives. Errors: REBALANCE_IN_PROGRESS when the group gathers anew, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID. */
  async heartbeat(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.#options
    const { generation, memberId } = this.#present()
    const answer = await this.#ask((connection) =>
      connection.request(Heartbeat, { groupId, generationId: generation, memberId }, undefined, sessionTimeoutMs),
    )
    this.#check(answer.errorCode)
  }

  /** Leaves. Does nothing outside the group. */
  async leave(): Promise<void> {
    const { groupId } = this.#options
    const memberId = this.#memberId
    this.forget()
    if (memberId === '') return
    await this.#ask((connection) => connection.request(LeaveGroup, { groupId, memberId, members: [{ memberId }] }))
  }

  /** Becomes a new member at the next join. */
  forget(): void {
    this.#memberId = ''
    this.#joined = null
  }

  /**
   * Removes members with this client id from the group: an earlier life of the same process, whose session the group would wait for.
   * Only for a client id that no living process can have.
   */
  async removeFormer(clientId: string): Promise<number> {
    const { groupId } = this.#options
    const { groups } = await this.#ask((connection) => connection.request(DescribeGroups, { groups: [groupId] }))
    const former = (groups[0]?.members ?? []).filter((member) => member.clientId === clientId)
    for (const { memberId } of former)
      await this.#ask((connection) => connection.request(LeaveGroup, { groupId, memberId, members: [{ memberId }] }))
    return former.length
  }

  #present(): JoinedGroup {
    if (this.#joined === null) throw new KafkaError('UNKNOWN_MEMBER_ID', 'this member has not joined the group')
    return this.#joined
  }

  #check(errorCode: number): void {
    if (errorCode === 0) return
    const error = KafkaError.fromNumber(errorCode)
    if (error.code === 'NOT_COORDINATOR' || error.code === 'COORDINATOR_NOT_AVAILABLE') this.#coordinator = null
    if (error.code === 'UNKNOWN_MEMBER_ID' || error.code === 'FENCED_INSTANCE_ID') this.forget()
    throw error
  }

  async #ask<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      if (this.#coordinator?.isOpen !== true) this.#coordinator = await this.#findCoordinator()
      return await request(this.#coordinator)
    } catch (error) {
      this.#coordinator = null
      throw KafkaError.from(error)
    }
  }

  async #findCoordinator(): Promise<Connection> {
    const { cluster, groupId } = this.#options
    const any = await cluster.any()
    const wish = { keyType: COORDINATOR_GROUP, key: groupId, coordinatorKeys: [groupId] }
    const answer = await any.request(FindCoordinator, wish)
    const found = answer.coordinators[0] ?? answer
    if (found.errorCode !== 0) throw KafkaError.fromNumber(found.errorCode, found.errorMessage ?? undefined)
    return cluster.at(found.host, found.port)
  }
}

const MEMBER_ID_REQUIRED = 79

/** Bytes in an answer are views of its frame. */
function copyOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes)
}
