// How the leader of a worker group hands out connectors and tasks: step by step, so that what runs well stays where it is. Work that moves is
// first given up by its owner and handed out by the next rebalance; work of a lost worker waits a while for its return.
import { Work, type WorkUnit } from './work.ts'

/** One member as the leader sees it. */
export interface MemberWork {
  readonly memberId: string
  /** What it runs by its own account. */
  readonly current: Work
}

/** What one member gets and gives up. */
export interface Share {
  readonly memberId: string
  readonly assigned: Work
  readonly revoked: Work
}

/** One round's result. `delayMs`: time after which the members are to join again, 0 = no need. */
export interface Shares {
  readonly shares: readonly Share[]
  readonly delayMs: number
}

/** The leader's memory between two rebalances. A member that becomes leader anew starts with a fresh one. */
export class Assignor {
  readonly #maxDelayMs: number
  readonly #now: () => number
  #previous: Work | null = null
  #previousMembers: ReadonlySet<string> = new Set()
  /** When the work of lost members is handed to others; 0 = nothing waits. */
  #dueAt = 0

  /** `maxDelayMs`: the worker's `scheduled.rebalance.max.delay.ms`; `now`: milliseconds of any clock that only goes forward. */
  constructor(maxDelayMs: number, now: () => number = () => performance.now()) {
    this.#maxDelayMs = maxDelayMs
    this.#now = now
  }

  /** Forgets everything: another member led the group in between. */
  reset(): void {
    this.#previous = null
    this.#previousMembers = new Set()
    this.#dueAt = 0
  }

  /** Hands out. `configured`: every connector and every task that is to run. */
  assign(members: readonly MemberWork[], configured: Work): Shares {
    const active = new Work().with(...members.map(({ current }) => current))
    const held = new Map(members.map(({ memberId, current }) => [memberId, current.within(configured)]))
    const revoked = new Map(members.map(({ memberId, current }) => [memberId, current.without(configured)]))
    revokeDoubles(members, held, revoked)
    const lost = (this.#previous ?? new Work()).within(configured).without(active)
    const waiting = this.#waiting(lost, members)
    const unowned = configured.without(active, waiting)
    // While something waits for a lost worker nothing is moved.
    if (waiting.size === 0) revokeExcess(held, revoked, unowned)
    const assigned = handOut(held, unowned)
    const shares = members.map(({ memberId }) => {
      return { memberId, assigned: assigned.get(memberId)!, revoked: revoked.get(memberId)! }
    })
    // Without what is revoked now: the next rebalance finds it without an owner, not lost.
    this.#previous = waiting.with(...held.values(), ...assigned.values())
    this.#previousMembers = new Set(members.map(({ memberId }) => memberId))
    return { shares, delayMs: this.#dueAt === 0 ? 0 : Math.max(1, Math.ceil(this.#dueAt - this.#now())) }
  }

  /** The part of the lost work that is not handed out yet. */
  #waiting(lost: Work, members: readonly MemberWork[]): Work {
    if (lost.size === 0) {
      this.#dueAt = 0
      return lost
    }
    const present = new Set(members.map(({ memberId }) => memberId))
    const isSomeoneGone = [...this.#previousMembers].some((memberId) => !present.has(memberId))
    const now = this.#now()
    // Nobody went: a member did not get what it was given.
    const isFree =
      this.#maxDelayMs === 0 || (this.#dueAt === 0 && !isSomeoneGone) || (this.#dueAt > 0 && now >= this.#dueAt)
    if (isFree) {
      this.#dueAt = 0
      return new Work()
    }
    if (this.#dueAt === 0) this.#dueAt = now + this.#maxDelayMs
    return lost
  }
}

/** Work that two members run is given up by both, and handed out again by the next rebalance. */
function revokeDoubles(members: readonly MemberWork[], held: Map<string, Work>, revoked: Map<string, Work>): void {
  const owners = new Map<string, number>()
  const key = ({ connector, task }: WorkUnit) => `${task} ${connector}`
  for (const { current } of members)
    for (const unit of current.units()) owners.set(key(unit), (owners.get(key(unit)) ?? 0) + 1)
  for (const { memberId } of members)
    for (const unit of held.get(memberId)!.units())
      if (owners.get(key(unit))! > 1) move(unit, held.get(memberId)!, revoked.get(memberId)!)
}

/** Takes from members what they hold above their share of everything there is, connectors and tasks apart. */
function revokeExcess(held: Map<string, Work>, revoked: Map<string, Work>, unowned: Work): void {
  for (const isConnector of [true, false]) {
    const own = (work: Work) => work.units().filter(({ task }) => task < 0 === isConnector)
    const total = [unowned, ...held.values()].reduce((sum, work) => sum + own(work).length, 0)
    const floor = Math.floor(total / held.size)
    let extra = total % held.size
    for (const [memberId, work] of held) {
      const units = own(work)
      const allowed = units.length > floor && extra > 0 ? floor + 1 : floor
      if (allowed > floor) extra--
      for (const unit of units.slice(allowed)) move(unit, work, revoked.get(memberId)!)
    }
  }
}

function move(unit: WorkUnit, from: Work, to: Work): void {
  from.delete(unit.connector, unit.task)
  to.add(unit.connector, unit.task)
}

/** Gives every piece to the member that has least of its kind. */
function handOut(held: ReadonlyMap<string, Work>, unowned: Work): Map<string, Work> {
  const assigned = new Map([...held.keys()].map((memberId) => [memberId, new Work()]))
  const loads = new Map([...held].map(([memberId, work]) => [memberId, loadOf(work)]))
  for (const { connector, task } of unowned.units()) {
    const kind = task < 0 ? 'connectors' : 'tasks'
    let least = ''
    for (const [memberId, load] of loads) if (least === '' || load[kind] < loads.get(least)![kind]) least = memberId
    if (least === '') break
    loads.get(least)![kind]++
    assigned.get(least)!.add(connector, task)
  }
  return assigned
}

function loadOf(work: Work): { connectors: number; tasks: number } {
  const units = work.units()
  const connectors = units.filter(({ task }) => task < 0).length
  return { connectors, tasks: units.length - connectors }
}
