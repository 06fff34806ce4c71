import { mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BATCH_FIELD, sealBatch, writeInt64 } from '../record/batch-header.ts'
import { readBatches } from '../record/batch-reader.ts'
import { BatchWriter } from '../record/batch-writer.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { FileCache } from './file-cache.ts'
import { partitionConfig } from './partition-config.ts'
import { PartitionLog } from './partition-log.ts'
import type { CutTail } from './recovery.ts'

let folder: string
let cut: CutTail | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'))
  cut = undefined
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function openLog(configs: Record<string, string> = {}, disk: Disk = nodeDisk): Promise<PartitionLog> {
  return PartitionLog.open({
    topic: 't',
    partition: 0,
    folder,
    config: partitionConfig(configs),
    files: new FileCache({ disk, maxOpen: 4 }),
    onCut: (tail) => {
      cut = tail
    },
  })
}

interface BatchOptions {
  id?: number
  epoch?: number
  sequence?: number
  ts?: number
}

function batch(
  values: string[],
  { id = -1, epoch = id < 0 ? -1 : 0, sequence = -1, ts = 1000 }: BatchOptions = {},
): Buffer {
  const writer = new BatchWriter(64)
  values.forEach((value, i) => {
    writer.begin(ts + i)
    writer.nullKey()
    writer.beginValue()
    writer.sink.reserve(value.length)
    writer.sink.pos += writer.sink.bytes.write(value, writer.sink.pos)
    writer.endValue()
    writer.end({ count: 0, bytes: new Uint8Array(0) })
  })
  return Buffer.from(writer.close({ producerId: id, producerEpoch: epoch, baseSequence: sequence }).bytes)
}

async function readAll(log: PartitionLog, maxBytes = 1_000_000): Promise<[number, string][]> {
  const all: [number, string][] = []
  let offset = log.startOffset
  for (;;) {
    const bytes = await log.read(offset, maxBytes)
    if (bytes.length === 0) return all
    for (const one of readBatches(bytes, { check: true })) {
      for (const record of one.records())
        if (record.offset >= offset) all.push([record.offset, record.value!.toString()])
      offset = one.lastOffset + 1
    }
  }
}

const activeFile = async () =>
  join(
    folder,
    (await readdir(folder))
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1)!,
  )

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  byte[0]! ^= 0x10
  await file.write(byte, 0, 1, at)
  await file.close()
}

describe('append and read', () => {
  it('gives offsets, shows records when they are durable, and reads across segments', async () => {
    const log = await openLog({ 'segment.bytes': '300' })
    for (let i = 0; i < 20; i++) {
      expect(log.append(batch([`a${i}`, `b${i}`]))).toMatchObject({ baseOffset: i * 2, isDuplicate: false })
      if (i % 3 === 0) await log.flush()
    }
    expect(log.highWatermark).toBeLessThan(40)
    await log.flush()
    expect(log.highWatermark).toBe(40)
    expect(log.segments.length).toBeGreaterThan(3)
    const all = await readAll(log)
    expect(all.map(([offset]) => offset)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(all[7]).toEqual([7, 'b3'])
    expect(await readAll(log, 1)).toEqual(all)
    expect((await log.read(5, 1)).length).toBe(batch(['a2', 'b2']).length)
    expect((await log.read(5, 10_000, { upTo: 5 })).length).toBe(0)
    await expect(log.read(41, 1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await log.close()
  })

  it('takes one sync for many waiters', async () => {
    let syncs = 0
    const log = await openLog(
      {},
      {
        ...nodeDisk,
        sync: (fd) => {
          syncs++
          return nodeDisk.sync(fd)
        },
      },
    )
    syncs = 0
    const waits: Promise<void>[] = []
    for (let i = 0; i < 50; i++) {
      log.append(batch(['x']))
      waits.push(log.flush())
    }
    await Promise.all(waits)
    // One of the log, one of the recovery point.
    expect(syncs).toBeLessThanOrEqual(2)
    expect(log.highWatermark).toBe(50)
    await log.close()
  })

  it('refuses what is damaged, too large, cut short or of another format, and takes nothing of it', async () => {
    const log = await openLog({ 'max.message.bytes': '200' })
    const bad = batch(['x'])
    bad[bad.length - 2]! ^= 1
    const old = batch(['x'])
    old[16] = 1
    expect(() => log.append(bad)).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }))
    expect(() => log.append(batch(['x'.repeat(200)]))).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }))
    expect(() => log.append(batch(['x']).subarray(0, 65))).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }))
    expect(() => log.append(old)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FOR_MESSAGE_FORMAT' }))
    expect(() => log.append(Buffer.alloc(0))).toThrow(expect.objectContaining({ code: 'INVALID_RECORD' }))
    expect(log.endOffset).toBe(0)
    await log.close()
  })

  it('finds offsets by time', async () => {
    const log = await openLog({ 'segment.bytes': '400' })
    for (let i = 0; i < 30; i++) log.append(batch(['a', 'b'], { ts: 1000 + i * 10 }))
    await log.flush()
    expect(await log.offsetForTime(0)).toEqual({ offset: 0, timestampMs: 1000 })
    expect(await log.offsetForTime(1101)).toEqual({ offset: 21, timestampMs: 1101 })
    expect(await log.offsetForTime(1102)).toEqual({ offset: 22, timestampMs: 1110 })
    expect(await log.offsetForTime(5000)).toBeNull()
    await log.close()
  })

  it('finds a time although a batch claims a later one than its records have', async () => {
    const log = await openLog()
    const claims = batch(['a'], { ts: 1000 })
    writeInt64(claims, 9000, BATCH_FIELD.maxTimestamp)
    sealBatch(claims)
    log.append(claims)
    log.append(batch(['b'], { ts: 2000 }))
    await log.flush()
    expect(await log.offsetForTime(1500)).toEqual({ offset: 1, timestampMs: 2000 })
    await log.close()
  })

  it('deletes records up to an offset, and knows it after reopening', async () => {
    let log = await openLog({ 'segment.bytes': '300' })
    for (let i = 0; i < 20; i++) log.append(batch(['a', 'b']))
    await log.flush()
    const before = log.segments.length
    expect(await log.deleteBefore(15)).toBe(15)
    expect(log.segments.length).toBeLessThan(before)
    await expect(log.read(14, 1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    expect((await readAll(log))[0]![0]).toBe(15)
    await expect(log.deleteBefore(99)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await log.close()
    log = await openLog({ 'segment.bytes': '300' })
    expect(log.startOffset).toBe(15)
    expect(await log.deleteBefore(-1)).toBe(40)
    expect(await readAll(log)).toEqual([])
    await log.close()
  })
})

describe('idempotent producers', () => {
  it('answers repeated batches with their old offset, and refuses gaps and old epochs', async () => {
    const log = await openLog()
    for (let i = 0; i < 8; i++) log.append(batch(['a', 'b'], { id: 7, sequence: i * 2 }))
    expect(log.append(batch(['a', 'b'], { id: 7, sequence: 8 }))).toMatchObject({
      baseOffset: 8,
      lastOffset: 9,
      isDuplicate: true,
    })
    expect(() => log.append(batch(['a'], { id: 7, sequence: 17 }))).toThrow(
      expect.objectContaining({ code: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
    expect(log.append(batch(['a'], { id: 7, epoch: 1, sequence: 0 }))).toMatchObject({
      baseOffset: 16,
      isDuplicate: false,
    })
    expect(() => log.append(batch(['a'], { id: 7, sequence: 16 }))).toThrow(
      expect.objectContaining({ code: 'INVALID_PRODUCER_EPOCH' }),
    )
    expect(() => log.append(batch(['a'], { id: 7, epoch: 2, sequence: 5 }))).toThrow(
      expect.objectContaining({ code: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
    await log.flush()
    expect(log.highWatermark).toBe(17)
    await log.close()
  })

  it('lets sequence numbers wrap', async () => {
    const log = await openLog()
    log.append(batch(['a', 'b', 'c'], { id: 7, sequence: 0x7ffffffe }))
    expect(log.append(batch(['d'], { id: 7, sequence: 1 }))).toMatchObject({ isDuplicate: false })
    await log.close()
  })

  it.each(['orderly', 'crash'])('remembers them over a restart (%s)', async (how) => {
    let log = await openLog({ 'segment.bytes': '300' })
    for (let i = 0; i < 9; i++) log.append(batch(['a'], { id: 7, sequence: i }))
    await log.flush()
    if (how === 'orderly') await log.close()
    log = await openLog({ 'segment.bytes': '300' })
    expect(log.append(batch(['a'], { id: 7, sequence: 6 }))).toMatchObject({ baseOffset: 6, isDuplicate: true })
    expect(log.append(batch(['a'], { id: 7, sequence: 9 }))).toMatchObject({ baseOffset: 9, isDuplicate: false })
    await log.close()
  })
})

describe('recovery', () => {
  it('cuts a torn tail at every length, keeps everything acknowledged, and goes on', async () => {
    const tail = batch(['torn', 'tail'])
    for (let length = 1; length < tail.length; length += 7) {
      await rm(folder, { recursive: true, force: true })
      let log = await openLog()
      log.append(batch(['a', 'b']))
      await log.flush()
      const path = await activeFile()
      const { size } = await stat(path)
      const file = await open(path, 'a')
      await file.write(tail.subarray(0, length))
      await file.close()
      log = await openLog()
      expect(cut).toMatchObject({ positionBytes: size, cutBytes: length })
      expect(log.append(batch(['c']))).toMatchObject({ baseOffset: 2 })
      await log.flush()
      expect((await readAll(log)).map(([, value]) => value)).toEqual(['a', 'b', 'c'])
      await log.close()
    }
  })

  it('keeps a whole unacknowledged batch at the end: its producer repeats it and is answered', async () => {
    let log = await openLog()
    log.append(batch(['a'], { id: 7, sequence: 0 }))
    await log.flush()
    const path = await activeFile()
    const next = batch(['b'], { id: 7, sequence: 1 })
    next.writeBigInt64BE(1n, 0)
    const file = await open(path, 'a')
    await file.write(next)
    await file.close()
    log = await openLog()
    expect(cut).toBeUndefined()
    expect(log.append(batch(['b'], { id: 7, sequence: 1 }))).toMatchObject({ baseOffset: 1, isDuplicate: true })
    await log.close()
  })

  it('refuses every flipped byte of acknowledged batches, by file and position', async () => {
    let log = await openLog()
    for (let i = 0; i < 4; i++) log.append(batch([`a${i}`]))
    await log.flush()
    const path = await activeFile()
    const { size } = await stat(path)
    const one = size / 4
    for (let at = 0; at < size; at++) {
      const within = at % one
      // The leader epoch and the low bytes of the base offset are not covered by the checksum; an offset that does not go back is taken.
      if (within < 16 && within !== 8) continue
      await flip(path, at)
      await expect(openLog(), `byte ${at}`).rejects.toMatchObject({
        code: 'DATA_CORRUPT',
        message: expect.stringContaining(path),
      })
      await flip(path, at)
    }
    log = await openLog()
    expect((await readAll(log)).length).toBe(4)
    await log.close()
  })

  it('refuses a file that lost acknowledged bytes, even without its recovery file when good batches follow', async () => {
    const log = await openLog()
    for (let i = 0; i < 4; i++) log.append(batch([`a${i}`]))
    await log.flush()
    const path = await activeFile()
    const { size } = await stat(path)
    await rm(join(folder, 'recovery'))
    await flip(path, size / 2 + 30)
    await expect(openLog()).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    await flip(path, size / 2 + 30)
    const again = await openLog()
    again.append(batch(['x']))
    await again.flush()
    await truncate(path, size)
    await expect(openLog()).rejects.toMatchObject({ code: 'DATA_CORRUPT', message: expect.stringContaining('missing') })
  })

  it('refuses to serve damage found by a reader, but serves what stands before it', async () => {
    const log = await openLog()
    for (let i = 0; i < 4; i++) log.append(batch([`a${i}`]))
    await log.flush()
    const { size } = await stat(await activeFile())
    await flip(await activeFile(), (size / 4) * 2 + 40)
    expect([...readBatches(await log.read(0, 10_000))]).toHaveLength(2)
    await expect(log.read(2, 10_000)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    await expect(log.verify()).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    expect([...readBatches(await log.read(3, 10_000))]).toHaveLength(1)
  })

  it('rebuilds damaged and missing side files', async () => {
    let log = await openLog({ 'segment.bytes': '400' })
    for (let i = 0; i < 20; i++) log.append(batch(['a'], { id: 7, sequence: i }))
    await log.flush()
    await log.close()
    const names = await readdir(folder)
    const sides = names.filter((name) => /index|snapshot/.test(name))
    expect(sides.length).toBeGreaterThan(3)
    for (const [i, name] of sides.entries()) {
      if (i % 2 === 0) await rm(join(folder, name))
      else await flip(join(folder, name), 25)
    }
    log = await openLog({ 'segment.bytes': '400' })
    expect((await readAll(log)).length).toBe(20)
    expect(log.append(batch(['a'], { id: 7, sequence: 18 }))).toMatchObject({ baseOffset: 18, isDuplicate: true })
    await log.close()
  })
})

describe('a failing disk', () => {
  it.each(['write', 'sync'] as const)(
    'refuses what it could not %s, takes it back, and comes back by itself',
    async (operation) => {
      for (let nth = 1; nth <= 4; nth++) {
        await rm(folder, { recursive: true, force: true })
        let left = Number.POSITIVE_INFINITY
        const failing: Disk = {
          ...nodeDisk,
          [operation]: async (...args: never[]) => {
            if (--left === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
            return await (nodeDisk[operation] as (...args: never[]) => Promise<void>)(...args)
          },
        }
        const log = await openLog({ 'segment.bytes': '250' }, failing)
        const healed = Promise.withResolvers<void>()
        log.onHealth = (failure) => failure === undefined && healed.resolve()
        left = nth
        const acked: number[] = []
        let refused = 0
        for (let i = 0; i < 6; i++) {
          try {
            log.append(batch([`a${i}`], { id: 7, sequence: i }))
            await log.flush()
            acked.push(i)
          } catch (error) {
            expect(error).toMatchObject({ code: 'KAFKA_STORAGE_ERROR', retriable: true })
            expect(log.highWatermark).toBe(acked.length)
            refused++
            await healed.promise
            i--
          }
        }
        expect(refused).toBe(1)
        expect(acked).toEqual([0, 1, 2, 3, 4, 5])
        expect((await readAll(log)).map(([, value]) => value)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5'])
        expect(await log.verify()).toBe(log.sizeBytes)
        // As after a crash: everything is scanned.
        const again = await openLog({ 'segment.bytes': '250' })
        expect((await readAll(again)).length).toBe(6)
        await again.close()
      }
    },
  )
})
