// From a time to an offset: the first record at or after it, by the index and then by the batches' greatest times.
import { readBatches } from '../record/batch-reader.ts'
import type { FileCache } from './file-cache.ts'
import type { Segment } from './segment.ts'
import { scanSegment } from './segment-scan.ts'

/** An offset with its record's time (Unix epoch milliseconds). */
export interface TimedOffset {
  readonly offset: number
  readonly timestampMs: number
}

/** The first record in `[from, to)` whose time is at or after `timestampMs`; null when there is none. Rejects with DATA_CORRUPT. */
export async function findTime(
  files: FileCache,
  segments: readonly Segment[],
  timestampMs: number,
  from: number,
  to: number,
): Promise<TimedOffset | null> {
  for (const segment of segments) {
    const index = await segment.index()
    if (index.maxTimestampMs < timestampMs) continue
    let position = index.positionForTime(timestampMs)
    for (;;) {
      const batch = await nextCandidate(files, segment, position, timestampMs, from)
      if (batch === undefined) break
      const found = await recordIn(segment, batch.baseOffset, timestampMs, from)
      if (found !== undefined) return found.offset < to ? found : null
      // Compaction or a moved record left the batch with a greater time than its records have.
      position = batch.endBytes
    }
  }
  return null
}

/** The next batch that may hold such a record. */
async function nextCandidate(
  files: FileCache,
  segment: Segment,
  position: number,
  timestampMs: number,
  from: number,
): Promise<{ baseOffset: number; endBytes: number } | undefined> {
  let found: { baseOffset: number; endBytes: number } | undefined
  const options = { from: position, to: segment.sizeBytes, firstOffset: segment.baseOffset, checksums: false }
  await scanSegment(files, segment.path, options, (header, at) => {
    if (header.maxTimestamp < timestampMs || header.baseOffset + header.lastOffsetDelta < from) return undefined
    found = { baseOffset: header.baseOffset, endBytes: at + header.sizeBytes }
    return false
  })
  return found
}

async function recordIn(
  segment: Segment,
  baseOffset: number,
  timestampMs: number,
  from: number,
): Promise<TimedOffset | undefined> {
  const [batch] = readBatches(await segment.read(baseOffset, 1, Number.POSITIVE_INFINITY, false))
  if (batch === undefined || batch.isControl) return undefined
  for (const record of batch.records())
    if (record.timestampMs >= timestampMs && record.offset >= from)
      return { offset: record.offset, timestampMs: record.timestampMs }
  return undefined
}
