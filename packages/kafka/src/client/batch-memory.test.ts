import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BatchMemory, FIRST_SLAB_BYTES, frameInPlace } from './batch-memory.ts'
import { PortLink } from './port-link.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

test('a frame built around a sealed batch is its parts in order, in the memory of the batch', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }),
      fc.uint8Array({ maxLength: 20_000 }),
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }),
      (head, body, tail) => {
        const batch = new BatchMemory(0).seal(body)
        const frame = frameInPlace([...head, batch, ...tail])
        expect(frame?.buffer).toBe(batch.buffer)
        expect(Buffer.from(frame!)).toEqual(Buffer.concat([...head, body, ...tail]))
        expect(Buffer.compare(batch, body)).toBe(0)
      },
    ),
  )
})

test('parts that do not fit around a batch, two batches, and none are left to be copied', () => {
  const memory = new BatchMemory(0)
  const batch = memory.seal(bytes('batch'))
  expect(frameInPlace([Buffer.alloc(2000), batch])).toBeNull()
  expect(frameInPlace([batch, Buffer.alloc(100_000)])).toBeNull()
  expect(frameInPlace([batch, memory.seal(bytes('other'))])).toBeNull()
  expect(frameInPlace([bytes('a'), bytes('b')])).toBeNull()
  expect(batch.toString()).toBe('batch')
})

test('memory that was given back holds the next batch of about that size, up to the limit', () => {
  const memory = new BatchMemory(1024 * 1024)
  const first = memory.seal(Buffer.alloc(900_000, 1))
  const second = memory.seal(Buffer.alloc(900_000, 2))
  expect(second.buffer).not.toBe(first.buffer)
  memory.giveSealed(first)
  memory.giveSealed(second) // beyond the limit: left to the garbage collector
  expect(memory.seal(Buffer.alloc(20, 3)).buffer).not.toBe(first.buffer)
  const third = memory.seal(Buffer.alloc(800_000, 4))
  expect(third.buffer).toBe(first.buffer)
  expect(third.length).toBe(800_000)
  expect(third.every((byte) => byte === 4)).toBe(true)
  expect(memory.seal(Buffer.alloc(900_000)).buffer).not.toBe(second.buffer)
})

test('slabs are kept, but few and none that a huge record made', () => {
  const memory = new BatchMemory(0)
  const slab = memory.takeSlab()
  expect(slab.length).toBe(FIRST_SLAB_BYTES)
  expect(memory.giveSlab(slab)).toHaveLength(0)
  expect(memory.takeSlab()).toBe(slab)
  memory.giveSlab(Buffer.alloc(64 * 1024 * 1024))
  expect(memory.takeSlab().length).toBe(FIRST_SLAB_BYTES)
  for (let i = 0; i < 10; i++) memory.giveSlab(Buffer.alloc(FIRST_SLAB_BYTES * 2))
  const kept = Array.from({ length: 10 }, () => memory.takeSlab()).filter(({ length }) => length > FIRST_SLAB_BYTES)
  expect(kept).toHaveLength(4)
})

test('a port link hands over a batch where it lies, and copies what it cannot', async () => {
  const { port1, port2 } = new MessageChannel()
  const client = new PortLink(port1)
  const broker = new PortLink(port2)
  const got: Buffer[] = []
  const all = new Promise<void>((resolve) => {
    broker.onFrame = (frame) => {
      got.push(frame)
      broker.release(frame)
      if (got.length === 3) resolve()
    }
  })
  const memory = new BatchMemory(0)
  const batch = memory.seal(Buffer.alloc(50_000, 'b'))
  await client.send([bytes('head '), batch, bytes(' tail')])
  await client.send([bytes('two '), batch, memory.seal(bytes('batches'))])
  await client.send([Buffer.alloc(5000, 'h'), batch])
  await all
  const text = 'b'.repeat(50_000)
  expect(got[0]?.toString()).toBe(`head ${text} tail`)
  // What the broker writes into the batch (its offset), the producer's copy has too: the memory is one.
  got[0]![5] = 0x21
  expect(batch[0]).toBe(0x21)
  client.close()
})
