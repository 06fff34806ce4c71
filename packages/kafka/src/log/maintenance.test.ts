import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AbortedFilter } from '../record/aborted-filter.ts'
import { type BatchRecord, readBatches } from '../record/batch-reader.ts'
import { BatchWriter } from '../record/batch-writer.ts'
import { transactionMarker } from '../record/control-batch.ts'
import { FileCache } from './file-cache.ts'
import { maintainLog } from './maintenance.ts'
import { partitionConfig } from './partition-config.ts'
import { PartitionLog } from './partition-log.ts'

const DAY_MS = 86_400_000
const files = new FileCache()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keep-'))
})
afterEach(async () => {
  await files.close()
  await rm(folder, { recursive: true, force: true })
})

const openLog = (configs: Record<string, string>) =>
  PartitionLog.open({ topic: 't', partition: 0, folder, config: partitionConfig(configs), files })

interface Producer {
  id: number
  epoch: number
  sequence: number
}

function batch(
  records: [key: string | null, value: string | null][],
  ts: number,
  producer?: Producer,
  compression: 'none' | 'zstd' = 'none',
): Buffer {
  const writer = new BatchWriter(64)
  const put = (text: string) => {
    writer.sink.reserve(text.length)
    writer.sink.pos += writer.sink.bytes.write(text, writer.sink.pos)
  }
  for (const [key, value] of records) {
    writer.begin(ts)
    if (key === null) writer.nullKey()
    else {
      writer.beginKey()
      put(key)
      writer.endKey()
    }
    if (value === null) writer.nullValue()
    else {
      writer.beginValue()
      put(value)
      writer.endValue()
    }
    writer.end({ count: 0, bytes: new Uint8Array(0) })
  }
  const stamp = {
    producerId: producer?.id ?? -1,
    producerEpoch: producer?.epoch ?? -1,
    baseSequence: producer?.sequence ?? -1,
  }
  return Buffer.from(writer.close({ ...stamp, isTransactional: producer !== undefined }, compression).bytes)
}

async function readCommitted(log: PartitionLog, upTo = log.lastStableOffset): Promise<BatchRecord[]> {
  const records: BatchRecord[] = []
  let offset = log.startOffset
  for (;;) {
    const bytes = await log.read(offset, 1_000_000, { upTo })
    if (bytes.length === 0) return records
    const filter = new AbortedFilter(log.abortedBetween(offset, upTo))
    for (const one of readBatches(bytes, { check: true })) {
      if (filter.keeps(one)) records.push(...one.records())
      offset = one.lastOffset + 1
    }
  }
}

describe('retention', () => {
  it('lets segments go by age, the active one too when all its records are old', async () => {
    const log = await openLog({ 'segment.bytes': '300', 'retention.ms': '1000' })
    const nowMs = Date.now()
    for (let i = 0; i < 10; i++) {
      log.append(batch([['k', 'some value']], nowMs - 5000 + i * 1000))
      await log.flush()
    }
    await maintainLog(log, files, nowMs)
    expect(log.startOffset).toBeGreaterThan(0)
    expect(log.startOffset).toBeLessThanOrEqual(5)
    await maintainLog(log, files, nowMs + DAY_MS)
    expect(log.startOffset).toBe(10)
    expect(log.append(batch([['k', 'v']], nowMs))).toMatchObject({ baseOffset: 10 })
    await log.flush()
    await log.close()
    expect((await openLog({})).startOffset).toBe(10)
  })

  it('lets a segment go whose records claim to be from the future', async () => {
    const log = await openLog({ 'segment.bytes': '100', 'retention.ms': '1000' })
    log.append(batch([['k', 'v']], Date.now() + 1000 * DAY_MS))
    log.append(batch([['k', 'v']], Date.now()))
    await log.flush()
    expect((await maintainLog(log, files, Date.now() + 5000)).removedSegments).toBeGreaterThan(0)
    await log.close()
  })

  it('keeps everything with -1, and at most the given size', async () => {
    const log = await openLog({ 'segment.bytes': '300', 'retention.ms': '-1' })
    for (let i = 0; i < 20; i++) log.append(batch([['k', 'v'.repeat(50)]], 0))
    await log.flush()
    expect((await maintainLog(log, files, Date.now())).removedSegments).toBe(0)
    log.config = partitionConfig({ 'segment.bytes': '300', 'retention.ms': '-1', 'retention.bytes': '700' })
    await maintainLog(log, files, Date.now())
    expect(log.sizeBytes).toBeGreaterThanOrEqual(700)
    expect(log.sizeBytes).toBeLessThan(1100)
    await log.close()
  })
})

describe('transactions', () => {
  it.each(['open', 'reopened'])('hide open and aborted ones from readers of committed records (%s)', async (how) => {
    let log = await openLog({})
    const a = { id: 1, epoch: 0, sequence: 0 }
    const b = { id: 2, epoch: 0, sequence: 0 }
    const marker = (id: number, isCommit: boolean) =>
      log.append(
        transactionMarker({ producerId: id, producerEpoch: 0, isCommit, coordinatorEpoch: 0, timestampMs: 1 }),
        { isCoordinator: true },
      )
    log.append(batch([['1', 'a-aborted']], 1, a))
    log.append(batch([['2', 'b-committed']], 1, b))
    await log.flush()
    expect(log.lastStableOffset).toBe(0)
    marker(1, false)
    expect(log.lastStableOffset).toBe(0)
    await log.flush()
    expect(log.lastStableOffset).toBe(1)
    log.append(batch([['3', 'a-committed']], 1, { ...a, sequence: 1 }))
    marker(2, true)
    await log.flush()
    expect(log.lastStableOffset).toBe(3)
    marker(1, true)
    log.append(batch([['4', 'b-open']], 1, { ...b, sequence: 1 }))
    await log.flush()
    if (how === 'reopened') {
      await log.close()
      log = await openLog({})
    }
    expect(log.lastStableOffset).toBe(6)
    expect(log.highWatermark).toBe(7)
    expect(log.abortedBetween(0, 7)).toEqual([{ producerId: 1, firstOffset: 0, lastOffset: 2 }])
    expect((await readCommitted(log)).map((r) => r.value!.toString())).toEqual(['b-committed', 'a-committed'])
    expect(() =>
      log.append(
        transactionMarker({ producerId: 1, producerEpoch: 0, isCommit: true, coordinatorEpoch: 0, timestampMs: 1 }),
      ),
    ).toThrow(expect.objectContaining({ code: 'INVALID_RECORD' }))
    await log.close()
  })
})

describe('compaction', () => {
  it('keeps the newest record of every key, with its offset, and drops old tombstones', async () => {
    const configs = { 'segment.bytes': '2000', 'cleanup.policy': 'compact', 'delete.retention.ms': String(DAY_MS) }
    const log = await openLog(configs)
    const newest = new Map<string, [number, string | null]>()
    let offset = 0
    for (let i = 0; i < 200; i++) {
      const records = Array.from({ length: 3 }, (_, j): [string, string | null] => {
        const key = `key-${(i * 7 + j * 3) % 40}`
        return [key, (i + j) % 9 === 0 ? null : `value ${i} ${j}`]
      })
      log.append(batch(records, i, undefined, i % 2 ? 'zstd' : 'none'))
      for (const [key, value] of records) newest.set(key, [offset++, value])
    }
    await log.flush()
    await log.rollIdle()
    const before = log.sizeBytes
    const { compactedBytes } = await maintainLog(log, files, Date.now())
    expect(compactedBytes).toBeGreaterThan(before / 2)
    expect(log.sizeBytes).toBe(before - compactedBytes)
    const expected = [...newest]
      .map(([key, [at, value]]) => [at, key, value])
      .sort((a, b) => Number(a[0]) - Number(b[0]))
    const shape = (records: BatchRecord[]) =>
      records.map((r) => [r.offset, r.key!.toString(), r.value?.toString() ?? null])
    expect(shape(await readCommitted(log))).toEqual(expected)
    expect((await maintainLog(log, files, Date.now())).compactedBytes).toBe(0)
    await log.close()
    const again = await openLog(configs)
    expect(again.endOffset).toBe(600)
    expect(shape(await readCommitted(again))).toEqual(expected)
    await again.verify()
    await maintainLog(again, files, Date.now() + 2 * DAY_MS)
    expect(shape(await readCommitted(again))).toEqual(expected.filter(([, , value]) => value !== null))
    await again.close()
  })

  it('refuses records without a key, and drops what was aborted', async () => {
    const log = await openLog({ 'segment.bytes': '2000', 'cleanup.policy': 'compact' })
    expect(() => log.append(batch([[null, 'v']], 1))).toThrow(expect.objectContaining({ code: 'INVALID_RECORD' }))
    log.append(batch([['k', 'committed']], 1))
    log.append(batch([['k', 'aborted']], 1, { id: 1, epoch: 0, sequence: 0 }))
    log.append(
      transactionMarker({ producerId: 1, producerEpoch: 0, isCommit: false, coordinatorEpoch: 0, timestampMs: 1 }),
      { isCoordinator: true },
    )
    log.append(batch([['other', 'x']], 1))
    await log.flush()
    await log.rollIdle()
    await maintainLog(log, files, Date.now())
    expect((await readCommitted(log)).map((r) => r.value!.toString())).toEqual(['committed', 'x'])
    await log.close()
  })

  it('drops commit markers when nothing of their transactions is left, but the newest of each producer', async () => {
    const log = await openLog({ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0' })
    const commit = (producerEpoch: number): void => {
      const marker = { producerId: 1, producerEpoch, isCommit: true, coordinatorEpoch: 0, timestampMs: 1 }
      log.append(transactionMarker(marker), { isCoordinator: true })
    }
    for (let epoch = 0; epoch < 20; epoch++) {
      const key = epoch === 3 ? 'kept' : 'k'
      log.append(batch([[key, `v${epoch}`]], 1, { id: 1, epoch, sequence: 0 }))
      commit(epoch + 1)
    }
    await log.flush()
    await log.rollIdle()
    const markers = async (): Promise<number[]> => {
      const epochs: number[] = []
      for (let offset = 0; offset < log.highWatermark; )
        for (const one of readBatches(await log.read(offset, 1_000_000))) {
          if (one.isControl) epochs.push(one.header.producerEpoch)
          offset = one.lastOffset + 1
        }
      return epochs
    }
    await maintainLog(log, files, Date.now())
    expect(await markers()).toHaveLength(20)
    log.append(batch([['k', 'v20']], 1, { id: 1, epoch: 20, sequence: 0 }))
    commit(21)
    await log.flush()
    await log.rollIdle()
    await maintainLog(log, files, Date.now() + 2 * DAY_MS)
    // of the transaction with the kept key, of v19 in the round before nothing is left, and the newest
    expect(await markers()).toEqual([4, 21])
    expect((await readCommitted(log)).map(({ value }) => value!.toString())).toEqual(['v3', 'v20'])
    await log.close()
    for (const name of await readdir(folder)) if (name.endsWith('.snapshot')) await rm(join(folder, name))
    await rm(join(folder, 'recovery'))
    const again = await openLog({})
    expect(again.lastStableOffset).toBe(again.highWatermark)
    expect(again.producers.epochOf(1)).toBe(21)
    await again.close()
  })

  it('does not disturb readers', async () => {
    const log = await openLog({ 'segment.bytes': '2000', 'cleanup.policy': 'compact' })
    for (let i = 0; i < 300; i++)
      log.append(
        batch(
          [
            [`k${i % 10}`, `v${i}`],
            [`l${i}`, 'y'],
          ],
          1,
        ),
      )
    await log.flush()
    await log.rollIdle()
    let isDone = false
    const work = maintainLog(log, files, Date.now()).finally(() => {
      isDone = true
    })
    let rounds = 0
    while (!isDone || rounds < 3) {
      const records = await readCommitted(log)
      expect(records.filter((r) => r.key!.toString().startsWith('l')).length).toBe(300)
      expect(records.at(-1)!.offset).toBe(599)
      rounds++
    }
    await work
    await log.close()
  })
})
