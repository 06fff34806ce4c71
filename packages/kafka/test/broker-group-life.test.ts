// A group under members that crash, pause, leave and come back at random, on a clock that the test turns: whatever happened, once it is quiet
// all living members are in one generation and every one has its assignment.

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Group } from '../src/broker/group/group.ts'
import { GroupCoordinator } from '../src/broker/group/group-coordinator.ts'
import { resolveOptions } from '../src/broker/options.ts'
import { Partition, Topic } from '../src/broker/topic/topic.ts'
import { errorName } from '../src/error.ts'
import type { PartitionLog } from '../src/log/partition-log.ts'

const SESSION_MS = 6000
const REBALANCE_MS = 10_000

/** A log that takes everything at once and forgets it: the state machine is what is tested here. */
function forgetfulTopic(): Topic {
  const log = { startOffset: 0, highWatermark: 0, append: () => ({}), flush: () => Promise.resolve() }
  return new Topic('__consumer_offsets', 'id', [new Partition(0, log as unknown as PartitionLog)], {}, 1_000_000)
}

/** A consumer as clients are: joins, syncs, sends heartbeats, joins again when told so. */
class SimulatedMember {
  readonly #groups: GroupCoordinator
  readonly #instance: string | null
  memberId = ''
  generation = -1
  assignment = ''
  isStopped = false
  isPaused = false

  constructor(groups: GroupCoordinator, instance: string | null) {
    this.#groups = groups
    this.#instance = instance
  }

  async run(): Promise<void> {
    while (!this.isStopped) {
      if (!(await this.#enter())) continue
      while (!this.isStopped) {
        await sleep(500)
        if (this.isPaused) continue
        const code = this.#groups.heartbeat(this.#claim())
        if (code === 'NONE') continue
        if (code !== 'REBALANCE_IN_PROGRESS') this.memberId = ''
        break
      }
    }
  }

  leave(): void {
    this.isStopped = true
    this.#groups.leave('g', this.memberId, null)
  }

  async #enter(): Promise<boolean> {
    const joined = await this.#groups.join({
      groupId: 'g',
      memberId: this.memberId,
      groupInstanceId: this.#instance,
      clientId: 'c',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('x') }],
      requiresKnownId: true,
      knowsSkipAssignment: true,
    })
    if (joined.errorCode !== 0) {
      this.memberId = errorName(joined.errorCode) === 'MEMBER_ID_REQUIRED' ? joined.memberId : ''
      await sleep(100)
      return false
    }
    this.memberId = joined.memberId
    this.generation = joined.generationId
    await sleep(10)
    if (this.isStopped) return false
    const isAssigning = joined.leader === this.memberId && !joined.skipAssignment
    const assignments = new Map(
      isAssigning ? joined.members.map((one) => [one.memberId, Buffer.from(one.memberId)]) : [],
    )
    const synced = await this.#groups.sync({ ...this.#claim(), protocolType: null, protocolName: null }, assignments)
    if (synced.errorCode !== 0) {
      if (errorName(synced.errorCode) !== 'REBALANCE_IN_PROGRESS') this.memberId = ''
      await sleep(100)
      return false
    }
    this.assignment = Buffer.from(synced.assignment).toString()
    return true
  }

  #claim() {
    return { groupId: 'g', generationId: this.generation, memberId: this.memberId, groupInstanceId: this.#instance }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

type Step = { kind: 'start' | 'crash' | 'leave' | 'pause' | 'wait'; ms: number }

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('start', 'start', 'crash', 'leave', 'pause', 'wait'),
  ms: fc.integer({ min: 0, max: 9000 }),
})

const NO_TOPICS = { get: () => undefined, byId: () => undefined, all: () => [], changes: 0 }

describe('a group', { timeout: 120_000 }, () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
  afterEach(() => vi.useRealTimers())

  it.each([0, 3000])(
    'settles whatever its members do (first rebalance after %i ms)',
    async (initialRebalanceDelayMs) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const groups = await GroupCoordinator.open(
            forgetfulTopic(),
            NO_TOPICS,
            resolveOptions({ dataFolder: '/none', initialRebalanceDelayMs }),
          )
          const members: SimulatedMember[] = []
          const start = (): void => {
            const member = new SimulatedMember(groups, null)
            members.push(member)
            void member.run()
          }
          start()
          for (const { kind, ms } of steps) {
            const member = members[ms % members.length] as SimulatedMember
            if (kind === 'start') start()
            else if (kind === 'crash') member.isStopped = true
            else if (kind === 'leave') member.leave()
            else if (kind === 'pause') member.isPaused = !member.isPaused
            await vi.advanceTimersByTimeAsync(ms)
          }
          for (const member of members) member.isPaused = false
          await vi.advanceTimersByTimeAsync(4 * (SESSION_MS + REBALANCE_MS) + initialRebalanceDelayMs)
          const group = groups.group('g') as Group
          const living = members.filter(({ isStopped }) => !isStopped)
          expect(group.state).toBe(living.length === 0 ? 'Empty' : 'Stable')
          expect([...group.members.keys()].sort()).toEqual(living.map(({ memberId }) => memberId).sort())
          for (const member of living) {
            expect(member.generation).toBe(group.generation)
            expect(member.assignment).toBe(member.memberId)
          }
          for (const member of members) member.isStopped = true
          groups.close()
          await vi.advanceTimersByTimeAsync(60_000)
        }),
        { numRuns: 100 },
      )
    },
  )

  it('lets a silent member go after its session, not before', async () => {
    const groups = await GroupCoordinator.open(forgetfulTopic(), NO_TOPICS, resolveOptions({ dataFolder: '/none' }))
    const member = new SimulatedMember(groups, null)
    void member.run()
    await vi.advanceTimersByTimeAsync(1000)
    member.isStopped = true
    await vi.advanceTimersByTimeAsync(SESSION_MS - 2000)
    expect(groups.group('g')?.members.size).toBe(1)
    await vi.advanceTimersByTimeAsync(3000)
    expect(groups.group('g')).toMatchObject({ state: 'Empty' })
    groups.close()
  })

  it('keeps the place of a static member that is away for a moment', async () => {
    const groups = await GroupCoordinator.open(forgetfulTopic(), NO_TOPICS, resolveOptions({ dataFolder: '/none' }))
    const first = new SimulatedMember(groups, 'one')
    void first.run()
    await vi.advanceTimersByTimeAsync(1000)
    const { memberId } = first
    first.isStopped = true
    const back = new SimulatedMember(groups, 'one')
    void back.run()
    await vi.advanceTimersByTimeAsync(SESSION_MS * 3)
    expect(groups.group('g')).toMatchObject({ state: 'Stable', generation: 1 })
    expect(back.assignment).toBe(memberId)
    back.isStopped = true
    groups.close()
  })
})
