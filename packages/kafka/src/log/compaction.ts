// Compaction (`cleanup.policy=compact`): of every key only the newest record stays. Closed segments are rewritten one by one beside the log
// and put in place by a rename; offsets stay as they are. Reads go on meanwhile.
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AbortedFilter } from '../record/aborted-filter.ts'
import { filterBatch } from '../record/batch-filter.ts'
import { type BatchRecord, type BatchView, readBatches, readControlMarker } from '../record/batch-reader.ts'
import type { FileCache } from './file-cache.ts'
import type { PartitionLog } from './partition-log.ts'
import { Segment } from './segment.ts'

const READ_BYTES = 4 * 1024 * 1024
/** Keys held at once; the segments beyond are left to the next round. */
const MAX_KEYS = 2_000_000

/** Compacts closed segments when enough of them is not compacted yet. Resolves with the bytes saved. */
export async function compactLog(log: PartitionLog, files: FileCache, nowMs: number): Promise<number> {
  // Up to the first record that may still be undecided.
  const stable = log.lastStableOffset
  const closed = log.segments.slice(0, -1).filter((_, i) => log.segments[i + 1]!.baseOffset <= stable)
  const size = (segments: readonly Segment[]) => segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  const dirty = size(closed.filter((segment) => segment.baseOffset >= log.compactedOffset))
  if (dirty === 0 || dirty < log.config.minDirtyRatio * size(closed)) return 0
  const newest = new Map<string, number>()
  const done: Segment[] = []
  for (const segment of closed) {
    await forEachBatch(log, segment, (batch) => {
      for (const record of batch.records())
        if (record.key !== null) newest.set(record.key.toString('latin1'), record.offset)
    })
    done.push(segment)
    if (newest.size > MAX_KEYS) break
  }
  let saved = 0
  // Producers of whose transaction something is left, up to its marker.
  const left = new Set<number>()
  for (const segment of done) {
    // A tombstone stays long enough for every reader to see it.
    const dropsTombstones = segment.modifiedMs < nowMs - log.config.deleteRetentionMs
    const before = segment.sizeBytes
    saved +=
      before -
      (await rewrite(log, files, segment, {
        record: (record) => {
          if (record.key === null) return false
          if (newest.get(record.key.toString('latin1')) !== record.offset) return false
          return record.value !== null || !dropsTombstones
        },
        kept: (batch) => {
          if (batch.isTransactional) left.add(batch.header.producerId)
        },
        marker: (batch) => keepsMarker(log, batch, left.delete(batch.header.producerId)) || !dropsTombstones,
      }))
  }
  log.compactedOffset = log.segments.find((segment) => segment.baseOffset > done.at(-1)!.baseOffset)!.baseOffset
  return saved
}

/**
 * Whether a marker says anything still: an abort is listed for readers as long as the log reaches back to it, a commit matters while records
 * of its transaction are there, or while it is the newest thing known of its producer.
 */
function keepsMarker(log: PartitionLog, batch: BatchView, hasRecords: boolean): boolean {
  const { producerId, producerEpoch } = batch.header
  if (hasRecords || readControlMarker(batch).type === 0) return true
  const epoch = log.producers.epochOf(producerId)
  return epoch !== undefined && epoch <= producerEpoch
}

/** What a rewrite asks: which records stay; it tells which batches did; which markers stay. */
interface Keeping {
  record(record: BatchRecord): boolean
  kept(batch: BatchView): void
  marker(batch: BatchView): boolean
}

/** All batches whose records count: no control batches, none of aborted transactions. */
async function forEachBatch(
  log: PartitionLog,
  segment: Segment,
  visit: (batch: BatchView) => void | Promise<void>,
  visitOther: (batch: BatchView) => void = () => undefined,
): Promise<void> {
  const filter = new AbortedFilter(log.abortedBetween(segment.baseOffset, Number.POSITIVE_INFINITY))
  let offset = segment.baseOffset
  for (;;) {
    const bytes = await segment.read(offset, READ_BYTES, Number.POSITIVE_INFINITY, true)
    if (bytes.length === 0) return
    for (const batch of readBatches(bytes)) {
      if (filter.keeps(batch)) await visit(batch)
      else if (batch.isControl) visitOther(batch)
      offset = batch.lastOffset + 1
    }
  }
}

/** Writes the segment anew and puts it in place. Resolves with its new size. */
async function rewrite(log: PartitionLog, files: FileCache, segment: Segment, keeping: Keeping): Promise<number> {
  const parts: Buffer[] = []
  const target = `${segment.path}.cleaned`
  await rm(target, { force: true })
  let position = 0
  let pending = 0
  const write = async (): Promise<void> => {
    await files.use(target, (fd) => files.disk.write(fd, parts, position), true)
    position += pending
    pending = 0
    parts.length = 0
  }
  await forEachBatch(
    log,
    segment,
    async (batch) => {
      const kept = filterBatch(batch, (record) => keeping.record(record))
      if (kept === undefined) return
      keeping.kept(batch)
      parts.push(kept)
      pending += kept.length
      if (pending >= READ_BYTES) await write()
    },
    (batch) => {
      if (!keeping.marker(batch)) return
      parts.push(batch.bytes)
      pending += batch.bytes.length
    },
  )
  if (position + pending === segment.sizeBytes) {
    await files.drop(target)
    await rm(target, { force: true })
    return segment.sizeBytes
  }
  await write()
  await files.use(target, (fd) => files.disk.sync(fd))
  await files.drop(target)
  const at = log.segments.indexOf(segment)
  if (at < 0) return segment.sizeBytes
  const replacement = new Segment(dirname(segment.path), segment.baseOffset, position, segment.modifiedMs, files)
  await segment.dropIndex()
  await rename(target, segment.path)
  await files.drop(segment.path)
  log.segments[at] = replacement
  await files.disk.syncFolder(dirname(segment.path))
  return position
}
