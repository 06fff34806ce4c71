import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { batchesOf } from '../src/consume/stream-batches.ts'

async function collect(stream: Readable, max: number): Promise<number[][]> {
  const batches: number[][] = []
  for await (const batch of batchesOf<number>(stream, max)) batches.push(batch)
  return batches
}

test('what is buffered comes together, never more than asked for, nothing is lost', async () => {
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  const batches = await collect(Readable.from(numbers, { highWaterMark: 16 }), 7)
  expect(batches.flat()).toEqual(numbers)
  expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(7)
})

test('it waits for what comes later', async () => {
  const stream = new Readable({ objectMode: true, read: () => undefined })
  const collected = collect(stream, 10)
  stream.push(1)
  await new Promise(setImmediate)
  stream.push(2)
  stream.push(null)
  expect((await collected).flat()).toEqual([1, 2])
})

test('an error is thrown, destroying without one is an end', async () => {
  const failing = new Readable({ objectMode: true, read: () => undefined })
  const failed = collect(failing, 10)
  failing.destroy(new Error('broken'))
  await expect(failed).rejects.toThrow('broken')
  const ended = new Readable({ objectMode: true, read: () => undefined })
  const end = collect(ended, 10)
  ended.destroy()
  expect(await end).toEqual([])
})
