// What the leader hands out: everything exactly once, evenly, with as little movement as can be, and patience for a lost worker.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Assignor, type Shares } from '../../../src/worker/group/assignor.ts'
import { Work } from '../../../src/worker/group/work.ts'

/** A group of workers that do what they are told: what they run, by member. */
class Group {
  readonly runs = new Map<string, Work>()
  readonly assignor: Assignor
  now = 0
  moves = 0

  constructor(maxDelayMs: number) {
    this.assignor = new Assignor(maxDelayMs, () => this.now)
  }

  round(configured: Work): Shares {
    const members = [...this.runs].map(([memberId, current]) => ({ memberId, current }))
    const result = this.assignor.assign(members, configured)
    for (const { memberId, assigned, revoked } of result.shares) {
      this.moves += assigned.size
      this.runs.set(memberId, this.runs.get(memberId)!.without(revoked).with(assigned))
    }
    return result
  }

  /** Rounds until nothing is given up any more. */
  settle(configured: Work): Shares {
    for (let rounds = 1; ; rounds++) {
      const result = this.round(configured)
      if (result.shares.every(({ revoked }) => revoked.size === 0)) return result
      expect(rounds).toBeLessThan(10)
    }
  }
}

function work(connectors: number, tasksEach: number): Work {
  const all = new Work()
  for (let c = 0; c < connectors; c++) for (let task = -1; task < tasksEach; task++) all.add(`c${c}`, task)
  return all
}

function expectExactlyOnce(group: Group, configured: Work): void {
  const owned = [...group.runs.values()].flatMap((own) => own.units())
  expect(owned.length).toBe(configured.size)
  expect(Work.of(owned).without(configured).size).toBe(0)
}

function counts(group: Group, isConnector: boolean): number[] {
  return [...group.runs.values()].map((own) => own.units().filter(({ task }) => task < 0 === isConnector).length)
}

test('a first worker gets everything at once', () => {
  const group = new Group(300_000)
  group.runs.set('a', new Work())
  expect(group.round(work(3, 2)).delayMs).toBe(0)
  expectExactlyOnce(group, work(3, 2))
})

test('a second worker gets half: it is first given up, then handed out, and nothing else moves', () => {
  const group = new Group(300_000)
  group.runs.set('a', new Work())
  group.settle(work(4, 1))
  group.moves = 0
  group.runs.set('b', new Work())
  const first = group.round(work(4, 1))
  expect(first.shares.find(({ memberId }) => memberId === 'a')!.revoked.size).toBe(4)
  expect(group.moves).toBe(0)
  group.settle(work(4, 1))
  expectExactlyOnce(group, work(4, 1))
  expect([counts(group, true), counts(group, false), group.moves]).toEqual([[2, 2], [2, 2], 4])
})

test('the work of a lost worker waits for its return, and goes to the one that came back empty', () => {
  const group = new Group(1000)
  for (const name of ['a', 'b']) group.runs.set(name, new Work())
  group.settle(work(2, 1))
  group.runs.delete('b')
  expect(group.round(work(2, 1)).delayMs).toBe(1000)
  group.now = 600
  group.runs.set('b2', new Work())
  expect(group.round(work(2, 1)).delayMs).toBe(400)
  expect(group.runs.get('b2')!.size).toBe(0)
  group.now = 1000
  expect(group.settle(work(2, 1)).delayMs).toBe(0)
  expectExactlyOnce(group, work(2, 1))
  expect(group.runs.get('b2')!.size).toBe(2)
})

test('without patience the work of a lost worker moves at once; so does what a present member did not get', () => {
  const group = new Group(0)
  for (const name of ['a', 'b']) group.runs.set(name, new Work())
  group.settle(work(4, 1))
  group.runs.delete('b')
  expect(group.round(work(4, 1)).delayMs).toBe(0)
  expectExactlyOnce(group, work(4, 1))
  const patient = new Group(1000)
  for (const name of ['a', 'b']) patient.runs.set(name, new Work())
  patient.settle(work(2, 1))
  patient.runs.set('b', new Work()) // it did not hear its assignment
  expect(patient.round(work(2, 1)).delayMs).toBe(0)
  expectExactlyOnce(patient, work(2, 1))
})

test('what two members run is given up by both and handed out once', () => {
  const group = new Group(0)
  for (const name of ['a', 'b']) group.runs.set(name, work(1, 1))
  group.settle(work(1, 1))
  expectExactlyOnce(group, work(1, 1))
})

test('whatever happens: after it settles everything runs once and is spread evenly', { timeout: 120_000 }, () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('join' as const), who: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant('die' as const), who: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant('configure' as const), who: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ kind: fc.constant('wait' as const), who: fc.integer({ min: 1, max: 900 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(0, 500), (steps, delay) => {
      const group = new Group(delay)
      group.runs.set('m0', new Work())
      let configured = work(2, 2)
      for (const { kind, who } of steps) {
        if (kind === 'join' && !group.runs.has(`m${who}`)) group.runs.set(`m${who}`, new Work())
        else if (kind === 'die' && group.runs.size > 1) group.runs.delete(`m${who}`)
        else if (kind === 'configure') configured = work(who, 3)
        else if (kind === 'wait') group.now += who
        group.round(configured)
        const owned = [...group.runs.values()].flatMap((own) => own.units())
        expect(Work.of(owned).size).toBe(owned.length) // nothing runs twice, at no moment
      }
      group.now += 1000
      group.settle(configured)
      expectExactlyOnce(group, configured)
      for (const isConnector of [true, false]) {
        const spread = counts(group, isConnector)
        expect(Math.max(...spread) - Math.min(...spread)).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 300 },
  )
})
