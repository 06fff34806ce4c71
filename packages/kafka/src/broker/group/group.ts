// The state of one classic consumer group and its rebalance: who is in, which generation, who waits for what. Requests are checked in
// group-coordinator.ts; here things happen.

import type { KafkaErrorCode } from '../../error.ts'
import { joinResultOf, syncResultOf } from './group-answers.ts'
import { type GroupMember, type JoinResult, joinError, type SyncResult, syncError } from './group-member.ts'
import { chooseProtocol, longestRebalanceTimeoutMs } from './group-protocols.ts'
import type { StoredGroup } from './group-records.ts'

/** States with Kafka's names as DescribeGroups shows them. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

/** What a group needs from around it. */
export interface GroupHost {
  /** Wait of an empty group for further members before its first rebalance. */
  readonly initialRebalanceDelayMs: number
  /** Makes the group's state durable. */
  store(group: Group): Promise<void>
  log(message: string): void
}

const NOTHING = Buffer.alloc(0)
/** A new member may wait for its first generation no longer than this, whatever its session timeout (Kafka's own limit). */
const NEW_MEMBER_TIMEOUT_MS = 300_000

/** A group. Offsets are kept elsewhere (group-store.ts). */
export class Group {
  readonly id: string
  readonly members = new Map<string, GroupMember>()
  /** Members that were given an id and have not come back with it, with the timer that forgets them. */
  readonly pending = new Map<string, NodeJS.Timeout>()
  /** Static members: instance id → member id. */
  readonly instances = new Map<string, string>()
  state: GroupState = 'Empty'
  generation = 0
  protocolType: string | null = null
  protocol: string | null = null
  leader: string | null = null
  stateSinceMs = Date.now()
  readonly #host: GroupHost
  #rebalanceTimer: NodeJS.Timeout | undefined
  #syncTimer: NodeJS.Timeout | undefined
  /** While it runs an empty group's first rebalance waits for more members. */
  #isGathering = false

  constructor(id: string, host: GroupHost) {
    this.id = id
    this.#host = host
  }

  /** Takes a member in and begins a rebalance. */
  add(member: GroupMember, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType
    this.leader ??= member.id
    this.members.set(member.id, member)
    if (member.instanceId !== null) this.instances.set(member.instanceId, member.id)
    this.rebalance(`member ${member.id} joined`)
  }

  /** Puts a static member that came back under a new id in the place of its old self. The old self's waiting requests end fenced. */
  replace(old: GroupMember, fresh: GroupMember): void {
    this.#fence(old)
    fresh.assignment = old.assignment
    fresh.isNew = old.isNew
    this.members.delete(old.id)
    this.members.set(fresh.id, fresh)
    this.instances.set(fresh.instanceId as string, fresh.id)
    if (this.leader === old.id) this.leader = fresh.id
  }

  /** Takes a member out (it left or was silent too long). */
  remove(member: GroupMember, reason: string): void {
    member.unwatch()
    this.members.delete(member.id)
    if (member.instanceId !== null && this.instances.get(member.instanceId) === member.id)
      this.instances.delete(member.instanceId)
    if (this.leader === member.id) this.leader = this.members.keys().next().value ?? null
    this.#fence(member, 'UNKNOWN_MEMBER_ID')
    if (this.state === 'Stable' || this.state === 'CompletingRebalance') this.rebalance(reason)
    else this.#completeIfAllJoined()
  }

  /** A member that was only given an id is forgotten. */
  removePending(memberId: string): void {
    clearTimeout(this.pending.get(memberId))
    if (this.pending.delete(memberId)) this.#completeIfAllJoined()
  }

  /** Expects the member to come back with its id within the time. */
  expect(memberId: string, timeoutMs: number): void {
    const timer = setTimeout(() => this.removePending(memberId), timeoutMs)
    timer.unref()
    this.pending.set(memberId, timer)
  }

  /** Begins a rebalance unless one is gathering members already. */
  rebalance(reason: string): void {
    if (this.state === 'PreparingRebalance') {
      this.#completeIfAllJoined()
      return
    }
    if (this.state === 'CompletingRebalance') this.#failSyncs('REBALANCE_IN_PROGRESS')
    const wasEmpty = this.state === 'Empty'
    this.#setState('PreparingRebalance')
    this.#host.log(`group ${this.id} rebalances (generation ${this.generation}): ${reason}`)
    clearTimeout(this.#rebalanceTimer)
    this.#isGathering = wasEmpty && this.#host.initialRebalanceDelayMs > 0
    const waitMs = this.#isGathering
      ? this.#host.initialRebalanceDelayMs
      : longestRebalanceTimeoutMs(this.members.values())
    this.#rebalanceTimer = setTimeout(() => {
      this.#isGathering = false
      this.#complete()
    }, waitMs)
    this.#rebalanceTimer.unref()
    // a turn later: the request that brought the member has not registered its wait yet
    queueMicrotask(() => this.#completeIfAllJoined())
  }

  /** A member waits for the next generation; resolves with what it is told. */
  join(member: GroupMember): Promise<JoinResult> {
    member.awaitingJoin?.(joinError(member.id, 'UNKNOWN_MEMBER_ID'))
    const { promise, resolve } = Promise.withResolvers<JoinResult>()
    member.awaitingJoin = resolve
    if (member.isNew)
      member.watch(NEW_MEMBER_TIMEOUT_MS, () => this.remove(member, `new member ${member.id} waited too long`))
    else member.unwatch()
    this.#completeIfAllJoined()
    return promise
  }

  /** A member waits for its assignment; resolves with it. */
  sync(member: GroupMember): Promise<SyncResult> {
    member.awaitingSync?.(syncError('UNKNOWN_MEMBER_ID'))
    const { promise, resolve } = Promise.withResolvers<SyncResult>()
    member.awaitingSync = resolve
    return promise
  }

  /** The leader's assignments: stored, then given to all who wait. */
  async assign(assignments: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { generation } = this
    for (const member of this.members.values()) member.assignment = copyOf(assignments.get(member.id))
    let failure: KafkaErrorCode | undefined
    try {
      await this.#host.store(this)
    } catch {
      failure = 'COORDINATOR_NOT_AVAILABLE'
    }
    // while it was stored the group may have moved on
    if (this.state !== 'CompletingRebalance' || this.generation !== generation) return
    if (failure !== undefined) {
      for (const member of this.members.values()) member.assignment = NOTHING
      this.#failSyncs(failure)
      this.rebalance('the assignment could not be stored')
      return
    }
    clearTimeout(this.#syncTimer)
    this.#setState('Stable')
    for (const member of this.members.values()) {
      member.answerSync(syncResultOf(this, member))
      this.heard(member)
    }
  }

  /** The member is alive: its session starts anew, unless it waits for a generation (then the rebalance has its own clock). */
  heard(member: GroupMember): void {
    if (member.awaitingJoin !== undefined) return
    member.watch(member.sessionTimeoutMs, () => {
      if (member.awaitingJoin !== undefined || member.awaitingSync !== undefined) this.heard(member)
      else this.remove(member, `member ${member.id} was silent for ${member.sessionTimeoutMs} ms`)
    })
  }

  /** Takes over what was stored before a restart; members have their whole session to be heard again. */
  restore(stored: StoredGroup, members: readonly GroupMember[]): void {
    this.protocolType = stored.protocolType
    this.protocol = stored.protocol
    this.generation = stored.generation
    this.leader = stored.leader
    for (const member of members) {
      member.isNew = false
      this.members.set(member.id, member)
      if (member.instanceId !== null) this.instances.set(member.instanceId, member.id)
      this.heard(member)
    }
    this.#setState(members.length === 0 ? 'Empty' : 'Stable')
    if (stored.currentStateTimestampMs >= 0) this.stateSinceMs = stored.currentStateTimestampMs
  }

  /** Makes the state durable. */
  store(): Promise<void> {
    return this.#host.store(this)
  }

  /** Ends all timers and answers all who wait; the group is not used afterwards. */
  end(code: KafkaErrorCode): void {
    this.#setState('Dead')
    clearTimeout(this.#rebalanceTimer)
    clearTimeout(this.#syncTimer)
    for (const timer of this.pending.values()) clearTimeout(timer)
    for (const member of this.members.values()) {
      member.unwatch()
      this.#fence(member, code)
    }
  }

  #completeIfAllJoined(): void {
    if (this.state !== 'PreparingRebalance' || this.#isGathering || this.pending.size > 0) return
    for (const member of this.members.values()) if (member.awaitingJoin === undefined) return
    this.#complete()
  }

  /** Ends the gathering: who did not come back is out (static members keep their place); the next generation begins. */
  #complete(): void {
    if (this.state !== 'PreparingRebalance') return
    clearTimeout(this.#rebalanceTimer)
    for (const member of [...this.members.values()]) {
      if (member.awaitingJoin !== undefined || member.instanceId !== null) continue
      member.unwatch()
      this.members.delete(member.id)
    }
    const joined = [...this.members.values()].filter(({ awaitingJoin }) => awaitingJoin !== undefined)
    if (this.members.size > 0 && joined.length === 0) {
      // only static members, none of them back yet: they get more time
      this.#rebalanceTimer = setTimeout(() => this.#complete(), longestRebalanceTimeoutMs(this.members.values()))
      this.#rebalanceTimer.unref()
      return
    }
    if (this.leader === null || this.members.get(this.leader)?.awaitingJoin === undefined)
      this.leader = joined[0]?.id ?? null
    this.generation++
    if (this.members.size === 0) {
      this.#becomeEmpty()
      return
    }
    this.protocol = chooseProtocol(this.members)
    this.#setState('CompletingRebalance')
    for (const member of joined) {
      member.answerJoin(joinResultOf(this, member))
      member.isNew = false
      this.heard(member)
    }
    this.#expectSyncs()
  }

  /** Who was told the generation must fetch its assignment in time, or is out. */
  #expectSyncs(): void {
    clearTimeout(this.#syncTimer)
    const { generation } = this
    this.#syncTimer = setTimeout(() => {
      if (this.state !== 'CompletingRebalance' || this.generation !== generation) return
      const late = [...this.members.values()].filter(({ awaitingSync }) => awaitingSync === undefined)
      for (const member of late) this.remove(member, `member ${member.id} did not fetch its assignment`)
    }, longestRebalanceTimeoutMs(this.members.values()))
    this.#syncTimer.unref()
  }

  #becomeEmpty(): void {
    this.protocol = null
    this.leader = null
    this.#setState('Empty')
    this.#host
      .store(this)
      .catch((error: Error) => this.#host.log(`group ${this.id}: cannot store that it is empty: ${error.message}`))
  }

  #failSyncs(code: KafkaErrorCode): void {
    for (const member of this.members.values()) {
      if (member.awaitingSync === undefined) continue
      member.answerSync(syncError(code))
      this.heard(member)
    }
  }

  #fence(member: GroupMember, code: KafkaErrorCode = 'FENCED_INSTANCE_ID'): void {
    member.unwatch()
    member.answerJoin(joinError(member.id, code))
    member.answerSync(syncError(code))
  }

  #setState(state: GroupState): void {
    this.state = state
    this.stateSinceMs = Date.now()
  }
}

/** Assignments are views of a request frame, which they would keep in memory. */
function copyOf(bytes: Uint8Array | undefined): Uint8Array {
  return bytes === undefined ? NOTHING : Uint8Array.from(bytes)
}
