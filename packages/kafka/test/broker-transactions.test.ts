// Transactions against the embedded broker in this process: what lasts over a restart, time limits, failing disks, many at once. That every
// answer is Kafka's own is shown by transaction-parity.live.test.ts.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDisk } from '../src/log/disk.ts'
import { FileCache } from '../src/log/file-cache.ts'
import { Fetch } from '../src/protocol/fetch.ts'
import { AbortedFilter } from '../src/record/aborted-filter.ts'
import { readBatches } from '../src/record/batch-reader.ts'
import { Embedded, valuesIn } from './fixtures/embedded.ts'
import { type Identity, TransactionCalls } from './fixtures/transaction-calls.ts'

let embedded: Embedded
let calls: TransactionCalls

beforeEach(async () => {
  embedded = await new Embedded({ transactionCheckIntervalMs: 20 }).start()
  calls = new TransactionCalls(await embedded.connect())
  await calls.createTopic('t')
})
afterEach(() => embedded[Symbol.asyncDispose]())

/** What a reader of committed records sees. */
async function committed(topic = 't', partition = 0): Promise<string[]> {
  const values: string[] = []
  for (let fetchOffset = 0; ; ) {
    const topics = [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1_000_000 }] }]
    const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 10_000_000, isolationLevel: 1, topics }
    const { responses } = await calls.connection.request(Fetch, request, 12)
    const answer = responses[0]!.partitions[0]!
    const filter = new AbortedFilter(answer.abortedTransactions ?? [])
    for (const batch of readBatches(answer.records ?? Buffer.alloc(0))) {
      fetchOffset = batch.lastOffset + 1
      if (filter.keeps(batch)) values.push(...valuesIn(batch.bytes))
    }
    if (fetchOffset >= answer.lastStableOffset) return values
  }
}

async function restart(): Promise<void> {
  await embedded.restart()
  calls = new TransactionCalls(await embedded.connect())
}

describe('a restart', () => {
  it('keeps an open transaction open, with its offsets, until it ends', async () => {
    const [who] = await calls.init('x')
    await calls.produce('x', who, 't', { sequence: 0, values: ['a'] })
    await calls.commitOffset('x', who, 'g', 't', 7)
    await restart()
    expect(await committed()).toEqual([])
    expect(await calls.fetchOffset('g', 't')).toMatch(/^UNSTABLE_OFFSET_COMMIT/)
    expect(await calls.produce('x', who, 't', { sequence: 1, values: ['b'] })).toBe('NONE at 1')
    expect((await calls.end('x', who, true))[1]).toMatch(/^NONE/)
    expect(await committed()).toEqual(['a', 'b'])
    expect(await calls.fetchOffset('g', 't')).toBe("NONE 7 'm'")
    await restart()
    expect(await committed()).toEqual(['a', 'b'])
    expect(await calls.fetchOffset('g', 't')).toBe("NONE 7 'm'")
  })

  it('knows aborted transactions and their offsets as aborted', async () => {
    let [who] = await calls.init('x')
    await calls.produce('x', who, 't', { sequence: 0, values: ['bad'] })
    await calls.commitOffset('x', who, 'g', 't', 7)
    ;[who] = await calls.end('x', who, false)
    await calls.produce('x', who, 't', { sequence: 0, values: ['good'] })
    await calls.end('x', who, true)
    await restart()
    expect(await committed()).toEqual(['good'])
    expect(await calls.fetchOffset('g', 't')).toBe("NONE -1 ''")
    expect((await calls.read('t', 1)).aborted).toEqual(['P0 from 0'])
  })

  it('fences as before', async () => {
    const [zombie] = await calls.init('x')
    await calls.produce('x', zombie, 't', { sequence: 0 })
    const [heir] = await calls.init('x')
    await restart()
    expect(await calls.produce('x', zombie, 't', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH at -1')
    expect(await calls.produce('x', heir, 't', { sequence: 0 })).toBe('NONE at 2')
  })
})

describe('a transaction', () => {
  it('that is open for too long is aborted, and its producer fenced', async () => {
    const [who] = await calls.init('x', { timeoutMs: 30 })
    await calls.produce('x', who, 't', { sequence: 0, values: ['late'] })
    await expect.poll(async () => (await calls.describe('x')).state, { timeout: 20_000 }).toBe('CompleteAbort')
    expect(await calls.produce('x', who, 't', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH at -1')
    expect((await calls.end('x', who, true))[1]).toMatch(/^INVALID_TXN_STATE/)
    expect(await calls.latest('t', 1)).toBe(2)
    expect(await committed()).toEqual([])
  })

  it('hides what comes after it until it ends', async () => {
    const [first] = await calls.init('x')
    const [second] = await calls.init('y')
    await calls.produce('x', first, 't', { sequence: 0, values: ['x'] })
    await calls.produce('y', second, 't', { sequence: 0, values: ['y'] })
    await calls.end('y', second, true)
    expect(await committed()).toEqual([])
    await calls.end('x', first, true)
    expect(await committed()).toEqual(['x', 'y'])
  })

  it('of many producers at once is whole or not at all', async () => {
    const run = async (id: string): Promise<string[]> => {
      const own = new TransactionCalls(await embedded.connect())
      let [who] = await own.init(id)
      const kept: string[] = []
      for (let count = 0; count < 12; count++) {
        const isCommit = count % 3 !== 1
        const values = [`${id}-${count}-a`, `${id}-${count}-b`]
        await own.produce(id, who, 't', { sequence: 0, values: [values[0]!] })
        await own.produce(id, who, 't', { sequence: 0, values: [values[1]!], partition: 1 })
        ;[who] = await own.end(id, who, isCommit)
        if (isCommit) kept.push(...values)
      }
      return kept
    }
    const kept = (await Promise.all(Array.from({ length: 8 }, (_, index) => run(`p${index}`)))).flat()
    expect([...(await committed()), ...(await committed('t', 1))].sort()).toEqual(kept.sort())
    await restart()
    expect([...(await committed()), ...(await committed('t', 1))].sort()).toEqual(kept.sort())
  })
})

describe('while the disk fails', () => {
  it('a decided end is carried out as soon as the disk works again', async () => {
    await embedded.stop()
    let failing = ''
    const paths = new Map<number, string>()
    const disk = {
      ...nodeDisk,
      open: async (path: string, flags: string) => {
        const fd = await nodeDisk.open(path, flags)
        paths.set(fd, path)
        return fd
      },
      write: async (fd: number, buffers: readonly Uint8Array[], position: number) => {
        if (failing !== '' && paths.get(fd)?.includes(failing) === true)
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        return nodeDisk.write(fd, buffers, position)
      },
    }
    await embedded.start(new FileCache({ disk }))
    calls = new TransactionCalls(await embedded.connect())
    const [who] = await calls.init('x')
    await calls.produce('x', who, 't', { sequence: 0, values: ['a'] })
    failing = '/t-0/'
    // decided, and so answered; the marker waits for the disk
    expect((await calls.end('x', who, true))[1]).toMatch(/^NONE/)
    expect((await calls.describe('x')).state).toBe('PrepareCommit')
    expect(await committed()).toEqual([])
    failing = ''
    await expect.poll(async () => (await calls.describe('x')).state, { timeout: 20_000 }).toBe('CompleteCommit')
    expect(await committed()).toEqual(['a'])
    failing = '__transaction_state'
    const next: Identity = { ...who, producerEpoch: who.producerEpoch + 1 }
    const refused = await embedded.connect('other')
    const other = new TransactionCalls(refused)
    expect(await Promise.race([other.produce('x', next, 't', { sequence: 0 }), expectState('CompleteCommit')])).toBe(
      'NOT_ENOUGH_REPLICAS at -1',
    )
    failing = ''
    await expect
      .poll(() => other.produce('x', next, 't', { sequence: 0, values: ['b'] }), { timeout: 20_000 })
      .toMatch(/^NONE/)
    expect((await calls.end('x', next, true))[1]).toMatch(/^NONE/)
    expect(await committed()).toEqual(['a', 'b'])
  })
})

/** Never resolves: only there to show that the state does not move while the other call is answered. */
async function expectState(state: string): Promise<string> {
  expect((await calls.describe('x')).state).toBe(state)
  return new Promise(() => {})
}
