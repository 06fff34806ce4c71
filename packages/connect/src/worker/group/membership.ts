// This worker's place in the group of workers: joins, hands out work as the leader, tells the worker what is its, and lives by heartbeats.
import { type GroupSession, type JoinedGroup, KafkaError } from '@millrace/kafka'
import { CdcError } from '../../base/errors.ts'
import { sleep } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import { Assignor, type Shares } from './assignor.ts'
import {
  type Assignment,
  CONFIG_MISMATCH,
  PROTOCOL_NAMES,
  readAssignment,
  readMetadata,
  writeAssignment,
  writeMetadata,
} from './connect-protocol.ts'
import { Work } from './work.ts'

/** What the group has settled on, as this worker knows it. */
export interface GroupView {
  readonly isLeader: boolean
  /** Base address of the leader's REST interface, with a slash at its end. */
  readonly leaderUrl: string
  readonly generation: number
  /** This worker is the only member and everything is its. */
  readonly isSole: boolean
  /** What each member runs after this rebalance, by the base address of its REST interface. Known to the leader only. */
  readonly owners: ReadonlyMap<string, Work>
}

/** What the membership needs of the worker. */
export interface GroupHost {
  /** How far the config topic is read: the offset behind the last record, -1 for none. */
  configOffset(): number
  /** Reads the config topic up to an offset; false when that takes too long. */
  catchUp(offset: number): Promise<boolean>
  /** Every connector and task that is to run. */
  configured(): Work
  /** Called before a join: what this worker runs. Nothing new is begun until `adopt` or `leaveAll`. `endsAll`: everything ends first. */
  beforeJoin(endsAll: boolean): Promise<Work>
  /** Runs exactly this from now on. Resolves when what was given up has ended. */
  adopt(view: GroupView, work: Work): Promise<void>
  /** The group did not settle: what ran before the join runs on. */
  resume(): void
  /** This worker is outside the group for longer than its session: everything ends, since others may run it. */
  leaveAll(): Promise<void>
}

/** Options of a {@link Membership}. Times are milliseconds. */
export interface MembershipOptions {
  readonly session: GroupSession
  readonly host: GroupHost
  /** Base address of this worker's REST interface, with a slash at its end. */
  readonly url: string
  readonly clientId: string
  /** Index of the protocol that is preferred: 0 eager, 1 compatible, 2 sessioned. Lower ones are offered too. */
  readonly protocol: number
  readonly maxDelayMs: number
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
  readonly log: Logger
}

const RETRY_MS = 100
const LEAVE_MS = 2000

/** Keeps this worker in the group until it is closed. */
export class Membership {
  readonly #options: MembershipOptions
  readonly #assignor: Assignor
  readonly #closed = new AbortController()
  /** Interrupts the wait between two rebalances. */
  #wake = Promise.withResolvers<void>()
  #isRejoinWanted = true
  #last: Assignment | null = null
  #ledGeneration = -1
  #lastHeardMs = performance.now()
  #running: Promise<void> | null = null

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#assignor = new Assignor(options.maxDelayMs)
  }

  /** Begins to join. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Asks the group to gather anew: the leader does when there is other work to hand out. */
  requestRejoin(): void {
    this.#isRejoinWanted = true
    this.#wake.resolve()
  }

  /** Begins the end: joins no more. Resolves when no join is under way. */
  async stop(): Promise<void> {
    this.#closed.abort()
    this.#wake.resolve()
    await this.#running
  }

  /** Leaves the group, so that others need not wait for the end of a session. What this worker ran must have ended. */
  async leave(): Promise<void> {
    const patience = new AbortController()
    const left = this.#options.session.leave().catch(() => {})
    await Promise.race([left, sleep(LEAVE_MS, { signal: patience.signal })])
    patience.abort()
  }

  async #run(): Promise<void> {
    const { session, clientId, log } = this.#options
    const former = await session.removeFormer(clientId).catch(() => 0)
    if (former > 0) log.info(`an earlier life of this worker was still in the group ${former} time(s) and is removed`)
    while (!this.#closed.signal.aborted) {
      this.#isRejoinWanted = false
      this.#wake = Promise.withResolvers<void>()
      try {
        const delayMs = await this.#rebalance()
        this.#lastHeardMs = performance.now()
        await this.#stay(delayMs)
      } catch (error) {
        if (this.#closed.signal.aborted) return
        await this.#trouble(error)
      }
    }
  }

  /** One join and what follows from it. Returns the time after which the group wants to gather again, 0 = never. */
  async #rebalance(): Promise<number> {
    const { session, host, url, protocol, log } = this.#options
    const isEager = this.#last?.version === 0
    const current = await host.beforeJoin(isEager)
    const settled = Promise.withResolvers<void>()
    try {
      const offered = PROTOCOL_NAMES.map((name, version) => ({ name, metadata: this.#metadata(version, current) }))
        .slice(0, protocol + 1)
        .reverse()
      const joined = await this.#unlessClosed(session.join(offered))
      this.#lastHeardMs = performance.now()
      const isLeader = joined.leader === joined.memberId
      const led = isLeader ? await this.#lead(joined) : null
      const bytes = await this.#unlessClosed(session.sync(led?.assignments ?? []))
      this.#lastHeardMs = performance.now()
      const assignment = readAssignment(bytes)
      if (assignment.error === CONFIG_MISMATCH || assignment.configOffset > host.configOffset()) {
        const isRead = await host.catchUp(assignment.configOffset)
        if (!isRead || assignment.error === CONFIG_MISMATCH) {
          this.requestRejoin()
          if (!isRead) log.warn(`the config topic is not read up to ${assignment.configOffset} yet`)
        }
        if (assignment.error === CONFIG_MISMATCH) return 0
      }
      const isSole = led?.isSole ?? false
      const kept = assignment.version === 0 ? new Work() : current.without(assignment.revoked)
      const work = isSole ? host.configured() : kept.with(assignment.assigned)
      this.#last = { ...assignment, assigned: work, revoked: new Work(), delayMs: 0 }
      if (isLeader) this.#ledGeneration = joined.generation
      const { generation } = joined
      const owners = led?.owners ?? new Map<string, Work>()
      const view: GroupView = { isLeader, leaderUrl: assignment.leaderUrl, generation, isSole, owners }
      const of = isLeader ? `leads ${joined.members.length} worker(s)` : `follows ${assignment.leaderUrl}`
      log.info(
        `generation ${generation}: ${url} ${of}, runs ${work.size} piece(s), gives up ${assignment.revoked.size}`,
      )
      void this.#beat(settled.promise)
      await host.adopt(view, work)
      if (assignment.revoked.size > 0) this.requestRejoin()
      return assignment.delayMs
    } finally {
      settled.resolve()
      host.resume()
    }
  }

  /** The broker may let a join wait for long; the end of this worker does not. */
  async #unlessClosed<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this.#closed
    const closed = Promise.withResolvers<never>()
    const onAbort = () => closed.reject(new CdcError('CDC_STATE_ABORTED', 'stopped'))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    answer.catch(() => {})
    try {
      return await Promise.race([answer, closed.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
      closed.promise.catch(() => {})
    }
  }

  #metadata(version: number, current: Work): Buffer {
    const { url, host } = this.#options
    const last = this.#last && version > 0 ? { ...this.#last, version, assigned: current } : null
    return writeMetadata({ version, url, configOffset: host.configOffset(), current: last })
  }

  /** The leader's part: everybody's assignment as bytes. */
  async #lead(joined: JoinedGroup): Promise<{
    assignments: { memberId: string; assignment: Buffer }[]
    isSole: boolean
    owners: Map<string, Work>
  }> {
    const { host, url } = this.#options
    const members = joined.members.map(({ memberId, metadata }) => ({ memberId, ...readMetadata(metadata) }))
    const version = Math.max(0, (PROTOCOL_NAMES as readonly string[]).indexOf(joined.protocol))
    const farthest = Math.max(...members.map(({ configOffset }) => configOffset))
    const isRead = host.configOffset() >= farthest || (await host.catchUp(farthest))
    if (joined.generation !== this.#ledGeneration + 1) this.#assignor.reset()
    const works = members.map(({ memberId, current }) => {
      return { memberId, current: version === 0 ? new Work() : (current?.assigned ?? new Work()) }
    })
    const nothing = members.map(({ memberId }) => ({ memberId, assigned: new Work(), revoked: new Work() }))
    const result: Shares = isRead ? this.#assignor.assign(works, host.configured()) : { shares: nothing, delayMs: 0 }
    const head = { version, error: isRead ? 0 : CONFIG_MISMATCH, leader: joined.memberId, leaderUrl: url }
    const configOffset = isRead ? host.configOffset() : farthest
    const owners = new Map<string, Work>()
    const assignments = result.shares.map(({ memberId, assigned, revoked }) => {
      const before = works.find((member) => member.memberId === memberId)!.current
      owners.set(members.find((member) => member.memberId === memberId)!.url, before.without(revoked).with(assigned))
      const delayMs = result.delayMs
      return { memberId, assignment: writeAssignment({ ...head, configOffset, assigned, revoked, delayMs }) }
    })
    return { assignments, isSole: isRead && members.length === 1 && result.delayMs === 0, owners }
  }

  /** Heartbeats while the worker takes its work up or gives it up, which may last longer than a session. */
  async #beat(until: Promise<void>): Promise<void> {
    let isOver = false
    void until.then(() => {
      isOver = true
    })
    for (;;) {
      await Promise.race([until, sleep(this.#options.heartbeatIntervalMs)])
      if (isOver || this.#closed.signal.aborted) return
      try {
        await this.#options.session.heartbeat()
        this.#lastHeardMs = performance.now()
      } catch {
        this.#isRejoinWanted = true
      }
    }
  }

  /** Heartbeats until the group, the worker or the delay asks for a new join. */
  async #stay(delayMs: number): Promise<void> {
    const { session, heartbeatIntervalMs } = this.#options
    const due = delayMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + delayMs
    while (!this.#closed.signal.aborted && !this.#isRejoinWanted) {
      const left = due - performance.now()
      if (left <= 0) return
      const timer = new AbortController()
      await Promise.race([
        sleep(Math.min(heartbeatIntervalMs, left), { signal: timer.signal }).catch(() => {}),
        this.#wake.promise,
      ])
      timer.abort()
      if (this.#closed.signal.aborted || this.#isRejoinWanted) return
      await session.heartbeat()
      this.#lastHeardMs = performance.now()
    }
  }

  /** The group gathers, forgot this member, or cannot be reached. */
  async #trouble(error: unknown): Promise<void> {
    const { host, log, sessionTimeoutMs } = this.#options
    const problem = KafkaError.from(error)
    if (problem.code === 'REBALANCE_IN_PROGRESS') return
    const isForgotten = problem.code === 'UNKNOWN_MEMBER_ID' || problem.code === 'ILLEGAL_GENERATION'
    const isSilent = performance.now() - this.#lastHeardMs > sessionTimeoutMs
    if (isSilent && this.#last !== null) {
      log.warn('outside the worker group for longer than a session: its connectors and tasks end until it is back')
      this.#last = null
      await host.leaveAll()
    }
    if (!isForgotten) {
      const { code, message } = CdcError.is(error) ? error : problem
      log.warn({ code }, `the worker group cannot be joined yet: ${message}`)
      await sleep(RETRY_MS * 5)
    } else await sleep(RETRY_MS)
  }
}
