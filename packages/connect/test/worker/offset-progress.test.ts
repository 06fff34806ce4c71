import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLogger } from '../../src/base/logger.ts'
import type { SourceOffset } from '../../src/source/source.ts'
import { OffsetProgress } from '../../src/worker/offset-progress.ts'

function deferred() {
  return Promise.withResolvers<void>()
}

function progressOf(options: { intervalMs?: number; store?: (offset: SourceOffset) => Promise<void> } = {}) {
  const stored: number[] = []
  const acked: number[] = []
  const timers: (() => void)[] = []
  const progress = new OffsetProgress({
    store: async (_partition, offset) => {
      await options.store?.(offset)
      stored.push(offset.pos as number)
    },
    intervalMs: options.intervalMs ?? 0,
    log: silentLogger,
    after: (_delay, call) => {
      timers.push(call)
      return () => timers.splice(timers.indexOf(call), 1)
    },
  })
  const batch = (pos: number, offset: SourceOffset | null = { pos }) => ({
    sourcePartition: { server: 's' },
    sourceOffset: offset,
    acked: () => {
      acked.push(pos)
    },
  })
  return { progress, stored, acked, batch, timers }
}

test('never stores an offset beyond a batch that is not acknowledged, in whatever order acknowledgements come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }).chain((count) =>
        fc.record({
          order: fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
          lost: fc.integer({ min: 0, max: count }),
        }),
      ),
      async ({ order, lost }) => {
        const { progress, stored, acked, batch } = progressOf()
        const acknowledgements = order.map(deferred)
        for (const [i, one] of acknowledgements.entries()) progress.add(batch(i), one.promise)
        const seen = new Set<number>()
        for (const i of order) {
          if (i === lost) acknowledgements[i]!.reject(new Error('lost'))
          else {
            acknowledgements[i]!.resolve()
            seen.add(i)
          }
          await progress.flush()
          const last = stored.at(-1) ?? -1
          for (let k = 0; k <= last; k++) expect(seen.has(k)).toBe(true)
          expect(last).toBeLessThan(lost)
        }
        expect(stored).toEqual([...stored].sort((a, b) => a - b))
        expect(acked).toEqual([...Array(Math.min(lost, order.length)).keys()])
        if (lost < order.length) expect(() => progress.check()).toThrow('lost')
      },
    ),
  )
})

test('stores at intervals only the last offset, and tells every batch', async () => {
  const { progress, stored, acked, batch, timers } = progressOf({ intervalMs: 60_000 })
  for (let i = 0; i < 3; i++) progress.add(batch(i), Promise.resolve())
  progress.add(batch(3, null), Promise.resolve())
  await Promise.resolve()
  await Promise.resolve()
  expect(stored).toEqual([])
  expect(timers).toHaveLength(1)
  timers.splice(0)[0]!()
  await progress.flush()
  expect(stored).toEqual([2])
  expect(acked).toEqual([0, 1, 2, 3])
})

test('tries again what the store refused, and keeps the order', async () => {
  let isBroken = true
  const { progress, stored, acked, batch } = progressOf({
    store: async () => {
      if (isBroken) throw new Error('no broker')
    },
  })
  progress.add(batch(1), Promise.resolve())
  await Promise.resolve()
  await Promise.resolve()
  await expect(progress.flush()).rejects.toThrow('no broker')
  expect(acked).toEqual([])
  isBroken = false
  progress.add(batch(2), Promise.resolve())
  await Promise.resolve()
  await Promise.resolve()
  await progress.flush()
  expect(stored).toEqual([2])
  expect(acked).toEqual([1, 2])
})
