// Power cuts by simulation: at random moments of a workload the disk is left with what was synced, and of what was not with random sectors,
// sizes and folder entries. Whatever was acknowledged must be there afterwards, and the log must open.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { batchOf } from '../../test/fixtures/numbered-batch.ts'
import { readBatches } from '../record/batch-reader.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { FileCache } from './file-cache.ts'
import { partitionConfig } from './partition-config.ts'
import { PartitionLog } from './partition-log.ts'

const SECTOR_BYTES = 512
/** Runs with about twenty cuts each; more by the environment for a long search. */
const SEEDS = Number(process.env['POWER_CUT_SEEDS'] ?? 4)

/** A small generator, so that a failure can be repeated by its seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface SimFile {
  durable: Buffer
  pending: { position: number; bytes: Buffer }[]
  hasEntry: boolean
}

interface Crash {
  readonly files: Map<string, Buffer>
  readonly acknowledged: number
}

/** The real disk, with a model beside it of what a power cut would leave. */
class PowerCutDisk implements Disk {
  readonly crashes: Crash[] = []
  acknowledged = () => 0
  readonly #random: () => number
  readonly #files = new Map<string, SimFile>()
  readonly #paths = new Map<number, string>()
  /** Files taken from the real folder as they are: they only help. */
  readonly #folder: string

  constructor(folder: string, random: () => number) {
    this.#folder = folder
    this.#random = random
  }

  async open(path: string, flags: string): Promise<number> {
    const fd = await nodeDisk.open(path, flags)
    this.#paths.set(fd, path)
    if (!this.#files.has(path)) this.#files.set(path, { durable: Buffer.alloc(0), pending: [], hasEntry: false })
    return fd
  }

  async write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<void> {
    const bytes = Buffer.concat(buffers)
    this.#file(fd).pending.push({ position, bytes })
    await nodeDisk.write(fd, buffers, position)
    this.#maybeCrash()
  }

  async sync(fd: number): Promise<void> {
    this.#maybeCrash()
    await nodeDisk.sync(fd)
    const file = this.#file(fd)
    for (const write of file.pending) file.durable = applied(file.durable, write.position, write.bytes)
    file.pending = []
    this.#maybeCrash()
  }

  async syncFolder(path: string): Promise<void> {
    this.#maybeCrash()
    await nodeDisk.syncFolder(path)
    for (const file of this.#files.values()) file.hasEntry = true
    this.#maybeCrash()
  }

  close = (fd: number) => nodeDisk.close(fd)
  read = (fd: number, buffer: Uint8Array, position: number) => nodeDisk.read(fd, buffer, position)
  sizeBytes = (fd: number) => nodeDisk.sizeBytes(fd)
  truncate = (fd: number, sizeBytes: number) => nodeDisk.truncate(fd, sizeBytes)

  #file(fd: number): SimFile {
    return this.#files.get(this.#paths.get(fd)!)!
  }

  #maybeCrash(): void {
    if (this.#random() > 0.12) return
    const files = new Map<string, Buffer>()
    for (const [path, file] of this.#files) {
      if (!file.hasEntry && this.#random() < 0.5) continue
      files.set(basename(path), this.#left(file))
    }
    for (const name of ['index', 'snapshot'].flatMap((ending) => this.#sides(ending)))
      if (this.#random() < 0.7) files.set(name, readFileSync(join(this.#folder, name)))
    this.crashes.push({ files, acknowledged: this.acknowledged() })
  }

  #sides(ending: string): string[] {
    const bases = [...this.#files.keys()].filter((path) => path.endsWith('.log')).map((path) => basename(path, '.log'))
    return bases.map((base) => `${base}.${ending}`).filter((name) => exists(join(this.#folder, name)))
  }

  /** The durable bytes, and of every write under way some sectors up to some size. */
  #left(file: SimFile): Buffer {
    let bytes: Buffer = Buffer.from(file.durable)
    for (const write of file.pending) {
      const size = Math.floor(this.#random() * (write.bytes.length + 1))
      for (let at = 0; at < size; ) {
        const end = Math.min(size, at + SECTOR_BYTES - ((write.position + at) % SECTOR_BYTES))
        if (this.#random() < 0.6) bytes = applied(bytes, write.position + at, write.bytes.subarray(at, end))
        at = end
      }
    }
    return bytes
  }
}

function applied(bytes: Buffer, position: number, part: Buffer): Buffer {
  const size = Math.max(bytes.length, position + part.length)
  const result = Buffer.alloc(size)
  bytes.copy(result)
  part.copy(result, position)
  return result
}

function exists(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

const openLog = (folder: string, files: FileCache) =>
  PartitionLog.open({ topic: 't', partition: 0, folder, config: partitionConfig({ 'segment.bytes': '9000' }), files })

/** Appends until about 30 batches are durable, several per group. */
async function workload(log: PartitionLog, random: () => number): Promise<void> {
  let next = 0
  let waits: Promise<void>[] = []
  for (let i = 0; i < 60; i++) {
    const count = 1 + Math.floor(random() * 6)
    log.append(batchOf(next, count))
    next += count
    waits.push(log.flush())
    if (random() < 0.5) {
      await Promise.all(waits)
      waits = []
    }
  }
  await Promise.all(waits)
}

async function checkAfter(crash: Crash, folder: string, label: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, bytes] of crash.files) writeFileSync(join(folder, name), bytes)
  const files = new FileCache()
  const log = await openLog(folder, files)
  expect(log.highWatermark, label).toBeGreaterThanOrEqual(crash.acknowledged)
  let offset = 0
  while (offset < log.highWatermark)
    for (const batch of readBatches(await log.read(offset, 100_000), { check: true }))
      for (const record of batch.records()) {
        expect(record.offset, label).toBe(offset)
        expect(Number.parseInt(record.value!.toString(), 10), label).toBe(offset)
        offset++
      }
  // A producer that repeats what it does not know the outcome of is answered or taken, never refused.
  expect(log.append(batchOf(offset, 2)), label).toMatchObject({ baseOffset: offset, isDuplicate: false })
  await log.flush()
  await log.close()
  await files.close()
}

describe('power cut', () => {
  it('loses nothing acknowledged, and the log opens', async () => {
    const root = mkdtempSync(join(tmpdir(), 'cut-'))
    let crashes = 0
    try {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = randomOf(seed)
        const folder = join(root, `run-${seed}`)
        mkdirSync(folder)
        const disk = new PowerCutDisk(folder, random)
        const log = await openLog(folder, new FileCache({ disk }))
        disk.crashes.length = 0
        disk.acknowledged = () => log.highWatermark
        await workload(log, random)
        for (const [i, crash] of disk.crashes.entries())
          await checkAfter(crash, join(root, 'after'), `seed ${seed}, crash ${i}`)
        crashes += disk.crashes.length
      }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
    expect(crashes).toBeGreaterThan(SEEDS * 8)
  }, 600_000)
})
