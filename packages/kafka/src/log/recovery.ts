// Opens a partition's folder: finds its segments, and after a crash checks the last one, cuts a torn tail that was never acknowledged and
// refuses damage to what was.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileCache } from './file-cache.ts'
import type { ProducerStateSnapshot } from './producer-snapshot.ts'
import { ProducerState } from './producer-state.ts'
import { RecoveryFile, type RecoveryPoint } from './recovery-point.ts'
import { readSealedFile, writeSealedFile } from './sealed-file.ts'
import { damaged, fileFacts, Segment, segmentFileName } from './segment.ts'
import { SegmentIndex } from './segment-index.ts'
import { hasBatchAfter, scanSegment } from './segment-scan.ts'

/** Version of the folder's own files (index, snapshot, recovery); the `.log` files are Kafka's record batches as they are. */
export const PARTITION_FORMAT = 1

/** A torn tail that was cut. */
export interface CutTail {
  readonly path: string
  readonly positionBytes: number
  readonly cutBytes: number
  readonly reason: string
}

/** What an opened partition starts with. */
export interface OpenedPartition {
  readonly segments: Segment[]
  readonly producers: ProducerState
  readonly nextOffset: number
  readonly startOffset: number
  readonly recovery: RecoveryFile
  /** Nothing was written since an orderly close: as long as that is so, the next open need not check anything either. */
  readonly isClean?: boolean
  readonly cut?: CutTail
}

/** Opens or creates the folder. Rejects with DATA_CORRUPT for damage to acknowledged data, with Node's error when it cannot be read. */
export async function openPartition(folder: string, files: FileCache, mustExist = false): Promise<OpenedPartition> {
  await mkdir(folder, { recursive: true })
  const names = await readdir(folder)
  const bases = names
    .filter((name) => /^\d{20}\.log$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
  for (const name of names)
    if (name.endsWith('.cleaned') || name.endsWith('.tmp')) await rm(join(folder, name), { force: true })
  const recovery = new RecoveryFile(join(folder, 'recovery'), files)
  const point = await recovery.read()
  if (bases.length === 0) {
    if (point !== undefined && (point.positionBytes > 0 || point.segmentBase > 0))
      throw damaged(join(folder, segmentFileName(point.segmentBase, 'log')), 0, 'the file is gone')
    if (mustExist) throw damaged(join(folder, segmentFileName(0, 'log')), 0, 'the files of the partition are gone')
    const segment = await createSegment(folder, 0, files)
    await recovery.write({ segmentBase: 0, positionBytes: 0, nextOffset: 0, startOffset: 0, isClean: false }, true)
    return { segments: [segment], producers: new ProducerState(), nextOffset: 0, startOffset: 0, recovery }
  }
  if (point !== undefined && !bases.includes(point.segmentBase))
    throw damaged(join(folder, segmentFileName(point.segmentBase, 'log')), 0, 'the file is gone')
  const segments: Segment[] = []
  for (const base of bases) {
    const facts = await fileFacts(join(folder, segmentFileName(base, 'log')))
    segments.push(new Segment(folder, base, facts.sizeBytes, facts.modifiedMs, files))
  }
  const startOffset = Math.max(point?.startOffset ?? 0, bases[0]!)
  const pointed = segments.find((segment) => segment.baseOffset === point?.segmentBase)
  if (pointed !== undefined && pointed.sizeBytes < point!.positionBytes)
    throw damaged(
      pointed.path,
      pointed.sizeBytes,
      `${point!.positionBytes - pointed.sizeBytes} acknowledged bytes are missing`,
    )
  const opened = await recoverTail(folder, files, segments, point)
  return { segments, startOffset: Math.min(startOffset, opened.nextOffset), recovery, ...opened }
}

/** A new empty segment file, its folder entry on disk. */
export async function createSegment(folder: string, baseOffset: number, files: FileCache): Promise<Segment> {
  const segment = new Segment(folder, baseOffset, 0, Date.now(), files)
  await files.use(segment.path, async (fd) => files.disk.truncate(fd, 0), true)
  await files.disk.syncFolder(folder)
  segment.setIndex(new SegmentIndex())
  return segment
}

/** Writes the producers' state as of the log's end and removes all but the two newest snapshots. */
export async function storeSnapshot(folder: string, state: ProducerStateSnapshot): Promise<void> {
  await writeSealedFile(join(folder, segmentFileName(state.offset, 'snapshot')), PARTITION_FORMAT, state, false)
  const old = (await snapshotOffsets(folder)).slice(2)
  for (const offset of old) await rm(join(folder, segmentFileName(offset, 'snapshot')), { force: true })
}

/** Offsets of the snapshots in the folder, newest first. */
async function snapshotOffsets(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{20}\.snapshot$/.test(name))
  return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => b - a)
}

/** Scans what is needed: the last segment in full after a crash, nothing after an orderly close with intact side files. */
async function recoverTail(
  folder: string,
  files: FileCache,
  segments: Segment[],
  point: RecoveryPoint | undefined,
): Promise<{ producers: ProducerState; nextOffset: number; isClean?: boolean; cut?: CutTail }> {
  const active = segments.at(-1)!
  const isClean =
    point?.isClean === true && point.segmentBase === active.baseOffset && point.positionBytes === active.sizeBytes
  const upTo = isClean ? Number.POSITIVE_INFINITY : Math.max(active.baseOffset, point?.nextOffset ?? 0)
  const snapshot = await newestSnapshot(folder, upTo)
  if (isClean && snapshot?.offset === point.nextOffset) {
    await active.index()
    return { producers: ProducerState.restore(snapshot), nextOffset: snapshot.offset, isClean: true }
  }
  const producers = snapshot === undefined ? new ProducerState() : ProducerState.restore(snapshot)
  const stateFrom = snapshot?.offset ?? 0
  for (const segment of segments.slice(0, -1)) {
    const next = segments[segments.indexOf(segment) + 1]!
    if (next.baseOffset > stateFrom) await replay(files, segment, producers, stateFrom)
  }
  const index = new SegmentIndex()
  const scan = await scanSegment(
    files,
    active.path,
    { to: active.sizeBytes, firstOffset: active.baseOffset, checksums: true },
    (header, position, marker) => {
      index.add(header.baseOffset - active.baseOffset, position, header.maxTimestamp, header.sizeBytes)
      if (header.producerId >= 0 && header.baseOffset >= stateFrom)
        producers.add(header, header.baseOffset, header.baseOffset + header.lastOffsetDelta + 1, marker)
    },
  )
  active.setIndex(index)
  const cut =
    scan.damage === undefined ? undefined : await judgeDamage(files, active, point, scan.endBytes, scan.damage)
  await files.use(active.path, async (fd) => {
    if (cut !== undefined) await files.disk.truncate(fd, scan.endBytes)
    // What was found may only be in the system's cache; from now on it counts as durable.
    await files.disk.sync(fd)
  })
  active.sizeBytes = scan.endBytes
  return { producers, nextOffset: scan.nextOffset, ...(cut === undefined ? {} : { cut }) }
}

/** Throws when the damage hits what was acknowledged; else tells what is to be cut. */
async function judgeDamage(
  files: FileCache,
  active: Segment,
  point: RecoveryPoint | undefined,
  at: number,
  reason: string,
): Promise<CutTail> {
  if (at < knownBytes(active, point)) throw damaged(active.path, at, reason)
  // Without a recovery point nothing tells what was acknowledged: a good batch behind the bad one then proves damage.
  if (point === undefined && (await hasBatchAfter(files, active.path, at, active.sizeBytes)))
    throw damaged(active.path, at, reason)
  return { path: active.path, positionBytes: at, cutBytes: active.sizeBytes - at, reason }
}

/** Bytes of the last segment that are known to be acknowledged. */
function knownBytes(active: Segment, point: RecoveryPoint | undefined): number {
  return point !== undefined && point.segmentBase === active.baseOffset ? point.positionBytes : 0
}

async function replay(files: FileCache, segment: Segment, producers: ProducerState, from: number): Promise<void> {
  const options = { to: segment.sizeBytes, firstOffset: segment.baseOffset, checksums: false }
  const scan = await scanSegment(files, segment.path, options, (header, _position, marker) => {
    if (header.producerId >= 0 && header.baseOffset >= from)
      producers.add(header, header.baseOffset, header.baseOffset + header.lastOffsetDelta + 1, marker)
  })
  if (scan.damage !== undefined) throw damaged(segment.path, scan.endBytes, scan.damage)
}

/** The newest intact snapshot at or before `upTo`. A damaged one is passed over: the log itself has all it says. */
async function newestSnapshot(folder: string, upTo: number): Promise<ProducerStateSnapshot | undefined> {
  let newest: ProducerStateSnapshot | undefined
  for (const offset of await snapshotOffsets(folder)) {
    const path = join(folder, segmentFileName(offset, 'snapshot'))
    if (newest !== undefined) continue
    if (offset > upTo) {
      // After a crash it may describe batches that never reached the disk.
      await rm(path, { force: true })
      continue
    }
    newest = (await readSealedFile(path, PARTITION_FORMAT).catch(() => undefined)) as ProducerStateSnapshot | undefined
  }
  return newest
}
