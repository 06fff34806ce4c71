// When transactions are committed, with which offsets, and what is taken back.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredOffset } from '../../src/worker/record-output.ts'
import { TransactionProgress } from '../../src/worker/transaction-progress.ts'

/** A progress over commits that the test carries out. */
function progressOf(boundaryMs = 0) {
  const commits: { offsets: unknown[]; done: PromiseWithResolvers<void> }[] = []
  const acked: number[] = []
  const committed: unknown[] = []
  const timers: (() => void)[] = []
  const progress = new TransactionProgress({
    transactions: {
      boundaryMs,
      commit: (offsets: readonly StoredOffset[]) => {
        const done = Promise.withResolvers<void>()
        commits.push({ offsets: offsets.map(({ offset }) => offset['pos']), done })
        return done.promise
      },
      loadOffset: async () => null,
    },
    onCommitted: (offsets) => committed.push(...offsets.map(({ offset }) => offset['pos'])),
    after: (_delayMs, call) => {
      timers.push(call)
      return () => void timers.splice(timers.indexOf(call), 1)
    },
  })
  const batch = (pos: number | null, server = 's') => ({
    sourcePartition: { server },
    sourceOffset: pos === null ? null : { pos },
    acked: () => void acked.push(pos ?? -1),
  })
  const add = (pos: number | null, server?: string) => {
    progress.begin()
    progress.add(batch(pos, server), Promise.resolve())
  }
  return { progress, commits, acked, committed, timers, add }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('poll: batches that come during a commit make up the next one, with their last offsets', async () => {
  const { commits, acked, committed, add } = progressOf()
  add(1)
  expect(commits.map(({ offsets }) => offsets)).toEqual([[1]])
  add(2)
  add(3)
  add(null)
  add(7, 'other')
  await turn()
  expect(commits).toHaveLength(1)
  expect(acked).toEqual([])
  commits[0]!.done.resolve()
  await turn()
  expect(acked).toEqual([1])
  expect(committed).toEqual([1])
  expect(commits.map(({ offsets }) => offsets)).toEqual([[1], [3, 7]])
  commits[1]!.done.resolve()
  await turn()
  expect(acked).toEqual([1, 2, 3, -1, 7])
  expect(commits).toHaveLength(2)
})

test('a batch that is appended in part is never torn', async () => {
  const { progress, commits, add } = progressOf()
  add(1)
  add(2)
  progress.begin()
  commits[0]!.done.resolve()
  await turn()
  expect(commits).toHaveLength(1)
  progress.add({ sourcePartition: {}, sourceOffset: { pos: 3 }, acked: () => {} }, Promise.resolve())
  expect(commits.map(({ offsets }) => offsets)).toEqual([[1], [2, 3]])
})

test('interval: a commit follows the first batch by the interval', async () => {
  const { commits, timers, add } = progressOf(500)
  add(1)
  add(2)
  expect(commits).toHaveLength(0)
  expect(timers).toHaveLength(1)
  timers.shift()!()
  expect(commits.map(({ offsets }) => offsets)).toEqual([[2]])
  add(3)
  expect(timers).toHaveLength(1)
  timers.shift()!()
  await turn()
  expect(commits).toHaveLength(1)
  commits[0]!.done.resolve()
  await turn()
  expect(commits.map(({ offsets }) => offsets)).toEqual([[2], [3]])
})

test('the end commits what is whole, and takes a torn batch back with all that is not committed', async () => {
  const whole = progressOf(500)
  whole.add(1)
  const flushed = whole.progress.flush()
  await turn()
  whole.commits[0]!.done.resolve()
  await flushed
  expect(whole.commits.map(({ offsets }) => offsets)).toEqual([[1]])
  expect(whole.timers).toEqual([])

  const torn = progressOf(500)
  torn.add(1)
  torn.progress.begin()
  await torn.progress.flush()
  expect(torn.commits).toEqual([])
  expect(torn.acked).toEqual([])
})

test('a commit that fails ends the source: nothing is acknowledged, nothing more committed', async () => {
  const { progress, commits, acked, add } = progressOf()
  add(1)
  add(2)
  const settled = progress.settled(new Promise(() => {}))
  commits[0]!.done.reject(new Error('fenced'))
  await expect(settled).rejects.toThrow('fenced')
  expect(() => progress.check()).toThrow('fenced')
  await expect(progress.flush()).rejects.toThrow('fenced')
  expect(commits).toHaveLength(1)
  expect(acked).toEqual([])
})

test('however commits and batches come: every batch is committed once, in order, whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('begin', 'end', 'commit'), { maxLength: 60 }), async (steps) => {
      const { progress, commits, acked } = progressOf()
      let pos = 0
      let isOpen = false
      let answered = 0
      for (const step of steps) {
        if (step === 'begin' && !isOpen) {
          progress.begin()
          isOpen = true
        } else if (step === 'end' && isOpen) {
          const mine = ++pos
          isOpen = false
          const batch = { sourcePartition: {}, sourceOffset: { pos: mine }, acked: () => void acked.push(mine) }
          progress.add(batch, Promise.resolve())
        } else if (step === 'commit' && commits[answered]) {
          // a commit begins only between batches
          commits[answered++]!.done.resolve()
          const before = commits.length
          await turn()
          expect(isOpen && commits.length > before).toBe(false)
        }
      }
      const flushed = progress.flush()
      for (let i = 0; i < 3; i++) {
        await turn()
        while (commits[answered]) commits[answered++]!.done.resolve()
      }
      await flushed
      const last = (commits.at(-1)?.offsets[0] as number | undefined) ?? 0
      expect(acked).toEqual(Array.from({ length: last }, (_, index) => index + 1))
      if (!isOpen) expect(last).toBe(pos)
    }),
    { numRuns: 100 },
  )
}, 60_000)
