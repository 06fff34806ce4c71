// One segment of a partition's log: its files, its index, and finding and reading batches in it.
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KafkaError } from '../error.ts'
import { BATCH_HEADER_BYTES, batchSizeAt, isBatchIntact, readBatchHeader } from '../record/batch-header.ts'
import type { FileCache } from './file-cache.ts'
import { SegmentIndex } from './segment-index.ts'
import { scanSegment } from './segment-scan.ts'

/** File name of an offset, as Kafka's: twenty digits and the ending. */
export function segmentFileName(baseOffset: number, ending: string): string {
  return `${String(baseOffset).padStart(20, '0')}.${ending}`
}

/** A log segment. Only what is on disk counts as its size. */
export class Segment {
  readonly baseOffset: number
  readonly path: string
  readonly #indexPath: string
  readonly #files: FileCache
  /** Bytes known to be on disk; readers never go beyond. */
  sizeBytes: number
  /** Wall clock of the first append (segment age) and of the last one (retention of records with a time stamp in the future). */
  createdMs: number
  modifiedMs: number
  #index: SegmentIndex | undefined

  constructor(folder: string, baseOffset: number, sizeBytes: number, modifiedMs: number, files: FileCache) {
    this.baseOffset = baseOffset
    this.path = join(folder, segmentFileName(baseOffset, 'log'))
    this.#indexPath = join(folder, segmentFileName(baseOffset, 'index'))
    this.sizeBytes = sizeBytes
    this.createdMs = modifiedMs
    this.modifiedMs = modifiedMs
    this.#files = files
  }

  /** The index of the segment that is being written. Throws when it was not loaded. */
  get openIndex(): SegmentIndex {
    if (this.#index === undefined)
      throw new KafkaError('UNKNOWN_SERVER_ERROR', `the index of ${this.path} is not loaded`)
    return this.#index
  }

  /** Sets a fresh index (new or just scanned segment). */
  setIndex(index: SegmentIndex): void {
    this.#index = index
  }

  /** The index: from memory, from its file, or rebuilt from the log. Rejects with DATA_CORRUPT when the log is damaged. */
  async index(): Promise<SegmentIndex> {
    if (this.#index !== undefined) return this.#index
    const bytes = await readFile(this.#indexPath).catch(() => undefined)
    const stored = bytes && SegmentIndex.decode(bytes, this.sizeBytes)
    if (stored !== undefined) {
      this.#index = stored
      return stored
    }
    const index = new SegmentIndex()
    const options = { to: this.sizeBytes, firstOffset: this.baseOffset, checksums: false }
    const scan = await scanSegment(this.#files, this.path, options, (header, position) =>
      index.add(header.baseOffset - this.baseOffset, position, header.maxTimestamp, header.sizeBytes),
    )
    if (scan.damage !== undefined) throw damaged(this.path, scan.endBytes, scan.damage)
    this.#index = index
    await this.storeIndex()
    return index
  }

  /** Writes the index file. It is only a help: a failed write is no error, the index is then rebuilt when needed. */
  async storeIndex(): Promise<void> {
    if (this.#index === undefined) return
    await writeFile(this.#indexPath, this.#index.encode(this.sizeBytes)).catch(() => undefined)
  }

  /**
   * Whole batches from the one that holds `offset` (or the next one present), at least one, then up to `maxBytes`, all below `upTo`.
   * Empty when the segment has none. Rejects with DATA_CORRUPT for damage.
   */
  async read(offset: number, maxBytes: number, upTo: number, checksums: boolean): Promise<Buffer> {
    const index = await this.index()
    let position = index.positionForOffset(offset - this.baseOffset)
    let wanted = maxBytes + BATCH_HEADER_BYTES
    return await this.#files.use(this.path, async (fd) => {
      for (;;) {
        const left = this.sizeBytes - position
        if (left <= 0) return EMPTY
        const chunk = Buffer.allocUnsafeSlow(Math.min(Math.max(wanted, MIN_READ_BYTES), left))
        const bytes = chunk.subarray(0, await this.#files.disk.read(fd, chunk, position))
        const found = this.#pick(bytes, position, offset, maxBytes, upTo, checksums)
        if (Buffer.isBuffer(found)) return found
        position = found.position
        wanted = found.wanted
      }
    })
  }

  /** Removes the index file, before the log it belongs to is replaced. */
  async dropIndex(): Promise<void> {
    await rm(this.#indexPath, { force: true })
  }

  /** Removes log and index. Readers that are at it finish. */
  async remove(): Promise<void> {
    await this.#files.drop(this.path)
    await rm(this.path, { force: true })
    await rm(this.#indexPath, { force: true })
  }

  /** The result within `bytes`, or where to read on and how much. */
  #pick(
    bytes: Buffer,
    position: number,
    offset: number,
    maxBytes: number,
    upTo: number,
    checksums: boolean,
  ): Buffer | { position: number; wanted: number } {
    let at = 0
    let start = -1
    try {
      while (at < bytes.length) {
        const size = batchSizeAt(bytes, at)
        if (size === 0) break
        const header = readBatchHeader(bytes, at)
        const last = header.baseOffset + header.lastOffsetDelta
        if (last >= offset) {
          if (start < 0) start = at
          if (last >= upTo || (at > start && at + size - start > maxBytes)) return bytes.subarray(start, at)
          if (checksums && !isBatchIntact(bytes, at, size))
            throw new KafkaError('CORRUPT_MESSAGE', 'a batch fails its checksum')
        }
        at += size
      }
    } catch (error) {
      // What stands before the damage is still served.
      if (start >= 0 && at > start) return bytes.subarray(start, at)
      throw damaged(this.path, position + at, KafkaError.from(error).message)
    }
    if (start >= 0 && at > start) return bytes.subarray(start, at)
    if (at > 0) return { position: position + at, wanted: maxBytes + BATCH_HEADER_BYTES }
    const needed = bytes.length >= BATCH_HEADER_BYTES ? bytes.readInt32BE(8) + 12 : BATCH_HEADER_BYTES
    if (position + needed > this.sizeBytes || needed <= bytes.length)
      throw damaged(this.path, position, 'a batch is cut short')
    return { position, wanted: needed }
  }
}

const EMPTY = Buffer.alloc(0)
const MIN_READ_BYTES = 16 * 1024

/** Error for damage in a segment file. */
export function damaged(path: string, position: number, reason: string): KafkaError {
  return new KafkaError('DATA_CORRUPT', `${path} is damaged at byte ${position}: ${reason}`, {
    hint: 'Restore the file from a copy, or give up what stands from that byte on: stop, cut the file there, remove the later segments and the file recovery, start.',
  })
}

/** Size and modification time of a file. */
export async function fileFacts(path: string): Promise<{ sizeBytes: number; modifiedMs: number }> {
  const facts = await stat(path)
  return { sizeBytes: facts.size, modifiedMs: Math.floor(facts.mtimeMs) }
}
