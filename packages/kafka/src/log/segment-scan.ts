// Walks the batches of a segment file from front to back: recovery after a crash, index rebuild, and the explicit check of a whole log.
import { KafkaError } from '../error.ts'
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  batchSizeAt,
  isBatchIntact,
  readBatchHeader,
} from '../record/batch-header.ts'
import { BatchView, type ControlMarker, readControlMarker } from '../record/batch-reader.ts'
import type { FileCache } from './file-cache.ts'

const CHUNK_BYTES = 4 * 1024 * 1024

/** What a scan found. */
export interface ScanResult {
  /** Position behind the last good batch. */
  readonly endBytes: number
  /** Offset after the last good batch. */
  readonly nextOffset: number
  /** Why the scan ended before the end of the file. */
  readonly damage?: string
}

/** One batch of a scan. `marker`: what a control batch says. `false` ends the scan behind this batch. */
// biome-ignore lint/suspicious/noConfusingVoidType: most visitors return nothing
export type BatchVisitor = (header: BatchHeader, position: number, marker: ControlMarker | undefined) => void | false

/** Options of {@link scanSegment}: where to start, which offset is the least allowed there, whether checksums are verified. */
export interface ScanOptions {
  readonly from?: number
  readonly to: number
  readonly firstOffset: number
  readonly checksums: boolean
}

/** Scans `[from, to)` of the file. Damage ends it and is reported, not thrown. Rejects only when the file cannot be read. */
export async function scanSegment(
  files: FileCache,
  path: string,
  options: ScanOptions,
  visit: BatchVisitor,
): Promise<ScanResult> {
  let position = options.from ?? 0
  let nextOffset = options.firstOffset
  let wanted = CHUNK_BYTES
  return await files.use(path, async (fd) => {
    while (position < options.to) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(wanted, options.to - position))
      const filled = chunk.subarray(0, await files.disk.read(fd, chunk, position))
      wanted = CHUNK_BYTES
      let at = 0
      while (at < filled.length) {
        const found = inspect(filled, at, nextOffset, options.checksums)
        if (typeof found === 'string') return { endBytes: position + at, nextOffset, damage: found }
        if (found === undefined) break
        const goesOn = visit(found.header, position + at, found.marker)
        nextOffset = found.header.baseOffset + found.header.lastOffsetDelta + 1
        at += found.header.sizeBytes
        if (goesOn === false) return { endBytes: position + at, nextOffset }
      }
      if (at === 0) {
        // Not even one batch fits: take more, up to what the batch says it needs.
        const needed = filled.length >= BATCH_HEADER_BYTES ? filled.readInt32BE(8) + 12 : BATCH_HEADER_BYTES
        if (position + needed > options.to || filled.length < chunk.length)
          return { endBytes: position, nextOffset, damage: 'the last batch is cut short' }
        wanted = needed
      }
      position += at
    }
    return { endBytes: position, nextOffset }
  })
}

/** The batch at `at`; undefined when more bytes are needed; text when it is damaged. */
function inspect(
  bytes: Buffer,
  at: number,
  leastOffset: number,
  checksums: boolean,
): { header: BatchHeader; marker: ControlMarker | undefined } | string | undefined {
  try {
    const size = batchSizeAt(bytes, at)
    if (size === 0) return undefined
    const header = readBatchHeader(bytes, at)
    if (checksums && !isBatchIntact(bytes, at, size)) return 'a batch fails its checksum'
    if (header.baseOffset < leastOffset || header.lastOffsetDelta < 0)
      return `a batch has offset ${header.baseOffset} where at least ${leastOffset} must follow`
    const batch = new BatchView(bytes, at)
    return { header, marker: batch.isControl ? readControlMarker(batch) : undefined }
  } catch (error) {
    return KafkaError.from(error).message
  }
}

/** Whether any whole batch with a right checksum starts somewhere after `from`: then what stands at `from` is damage, not a torn tail. */
export async function hasBatchAfter(files: FileCache, path: string, from: number, to: number): Promise<boolean> {
  const limit = Math.min(to - from, 64 * 1024 * 1024)
  const bytes = Buffer.allocUnsafeSlow(limit)
  const filled = await files.use(path, (fd) => files.disk.read(fd, bytes, from))
  for (let at = 1; at + BATCH_HEADER_BYTES <= filled; at++) {
    // Most places are told apart by the format byte and the sign bits of the length.
    if (bytes[at + 16] !== 2 || bytes[at]! !== 0 || bytes[at + 8]! & 0x80) continue
    const size = bytes.readInt32BE(at + 8) + 12
    if (size >= BATCH_HEADER_BYTES && at + size <= filled && isBatchIntact(bytes, at, size)) return true
  }
  return false
}
