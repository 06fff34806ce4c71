// The writing end of a partition's log: orders batches, makes them durable in groups, begins new segments, and gets the file into a good
// state again after the disk failed.
import type { KafkaError } from '../error.ts'
import { BATCH_ATTRIBUTE, BATCH_FIELD, type BatchHeader, sealBatch, writeInt64 } from '../record/batch-header.ts'
import { type BatchView, readControlMarker } from '../record/batch-reader.ts'
import type { FileCache } from './file-cache.ts'
import { GroupCommit } from './group-commit.ts'
import type { PartitionConfig } from './partition-config.ts'
import type { ProducerState } from './producer-state.ts'
import { createSegment, type OpenedPartition, storeSnapshot } from './recovery.ts'
import type { RecoveryFile } from './recovery-point.ts'
import { damaged, type Segment } from './segment.ts'
import { scanSegment } from './segment-scan.ts'

interface PendingBatch {
  readonly bytes: Buffer
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestampMs: number
}

const HEAL_FIRST_MS = 100
const HEAL_LAST_MS = 5000
const HEAL_CHECK_BYTES = 8 * 1024 * 1024
const MAX_RELATIVE_OFFSET = 0x7fffffff
/** One node leads for ever. */
const LEADER_EPOCH = 0

/** The end of one log. What it took counts when the next {@link flush} resolves, or is taken back as a whole. */
export class LogTail {
  config: PartitionConfig
  /** Called when the high watermark moved, after the flush's waiters were resolved. */
  onAdvance: (() => void) | undefined
  /** Called when the disk failed (an error) and when the log works again (undefined). */
  onHealth: ((failure: KafkaError | undefined) => void) | undefined
  /** First offset that readers may have; whoever moves it stores it with {@link storePoint}. */
  startOffset: number
  readonly segments: Segment[]
  readonly producers: ProducerState
  readonly #folder: string
  readonly #files: FileCache
  readonly #recovery: RecoveryFile
  readonly #commit: GroupCommit<PendingBatch>
  #durableOffset: number
  #endOffset: number
  #pendingBytes = 0
  #isClosed = false
  /** Whether the files are as an orderly close left them. */
  #isClean: boolean
  #healTimer: NodeJS.Timeout | undefined

  constructor(folder: string, files: FileCache, config: PartitionConfig, opened: OpenedPartition) {
    this.#folder = folder
    this.#files = files
    this.config = config
    this.segments = opened.segments
    this.producers = opened.producers
    this.#recovery = opened.recovery
    this.startOffset = opened.startOffset
    this.#isClean = opened.isClean === true
    this.#durableOffset = opened.nextOffset
    this.#endOffset = opened.nextOffset
    this.#commit = new GroupCommit(
      (batches) => this.#write(batches),
      (failure) => this.#fail(failure),
    )
  }

  /** Offset after the last durable record. */
  get durableOffset(): number {
    return this.#durableOffset
  }

  /** Offset that the next record gets. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** Bytes taken but not yet durable. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Why nothing is taken at present; undefined when the disk works. */
  get failure(): KafkaError | undefined {
    return this.#commit.failure
  }

  /** Whether nothing is waiting or being written. */
  get isIdle(): boolean {
    return this.#commit.isIdle
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Resolves when everything taken so far is durable. Rejects with KAFKA_STORAGE_ERROR when it was taken back instead. */
  flush(): Promise<void> {
    return this.#commit.flush()
  }

  /** Begins a new segment unless the active one is empty or something is being written. */
  async rollIdle(): Promise<void> {
    await this.#commit.exclusively(async () => {
      if (this.segments.at(-1)!.sizeBytes > 0) await this.#roll(this.#durableOffset)
    })
  }

  /** Stores how far the log is on disk and where it starts. */
  storePoint(): Promise<void> {
    return this.#writePoint(false, true)
  }

  /** Makes everything durable, stores index and producer state, so that the next open has nothing to check. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#healTimer)
    try {
      await this.flush()
      const isEmpty = this.segments.length === 1 && this.segments[0]!.sizeBytes === 0
      if (this.#isClean || (isEmpty && this.#endOffset === 0)) return
      await this.segments.at(-1)!.storeIndex()
      await storeSnapshot(this.#folder, this.producers.snapshot(this.#durableOffset))
      await this.#writePoint(true, true)
    } catch {
      // A failing or full disk: what could not be written was refused to its producers, and the next open checks the last segment.
    } finally {
      for (const segment of this.segments) await this.#files.drop(segment.path)
      await this.#files.drop(this.#recovery.path)
    }
  }

  /** Gives a checked batch the next offsets (written into its bytes, which are kept until they are durable) and queues it. */
  take(batch: BatchView, appendTimeMs: number): void {
    const { bytes, header } = batch
    const baseOffset = this.#endOffset
    writeInt64(bytes, baseOffset, BATCH_FIELD.baseOffset)
    bytes.writeInt32BE(LEADER_EPOCH, BATCH_FIELD.partitionLeaderEpoch)
    if (appendTimeMs >= 0) stampAppendTime(bytes, header, appendTimeMs)
    if (header.producerId >= 0) {
      const marker = header.attributes & BATCH_ATTRIBUTE.control ? readControlMarker(batch) : undefined
      this.producers.add(header, baseOffset, this.#durableOffset, marker)
    }
    const lastOffset = baseOffset + header.lastOffsetDelta
    this.#endOffset = lastOffset + 1
    this.#pendingBytes += bytes.length
    this.#commit.add({ bytes, baseOffset, lastOffset, maxTimestampMs: header.maxTimestamp })
  }

  /** Writes a group: runs of batches that fit the segment, each made durable before the next segment is begun. */
  async #write(batches: PendingBatch[]): Promise<void> {
    let run: PendingBatch[] = []
    let runBytes = 0
    for (const batch of batches) {
      const active = this.segments.at(-1)!
      if (active.sizeBytes + runBytes > 0 && this.#mustRoll(active, runBytes, batch)) {
        if (run.length > 0) await this.#writeRun(run, runBytes)
        run = []
        runBytes = 0
        await this.#roll(batch.baseOffset)
      }
      run.push(batch)
      runBytes += batch.bytes.length
    }
    if (run.length > 0) await this.#writeRun(run, runBytes)
  }

  #mustRoll(active: Segment, runBytes: number, batch: PendingBatch): boolean {
    return (
      active.sizeBytes + runBytes + batch.bytes.length > this.config.segmentBytes ||
      batch.lastOffset - active.baseOffset > MAX_RELATIVE_OFFSET ||
      Date.now() - active.createdMs > this.config.segmentMs
    )
  }

  async #writeRun(run: PendingBatch[], runBytes: number): Promise<void> {
    const active = this.segments.at(-1)!
    const start = active.sizeBytes
    await this.#files.use(active.path, async (fd) => {
      await this.#files.disk.write(
        fd,
        run.map((batch) => batch.bytes),
        start,
      )
      await this.#files.disk.sync(fd)
    })
    const nextOffset = run.at(-1)!.lastOffset + 1
    // Nothing counts, here or in memory, before the recovery point is written: when that fails the run is taken back.
    await this.#writePoint(false, false, { nextOffset, positionBytes: start + runBytes })
    const index = active.openIndex
    let position = start
    for (const batch of run) {
      index.add(batch.baseOffset - active.baseOffset, position, batch.maxTimestampMs, batch.bytes.length)
      position += batch.bytes.length
    }
    if (start === 0) active.createdMs = Date.now()
    active.modifiedMs = Date.now()
    active.sizeBytes = position
    this.#durableOffset = nextOffset
    this.#pendingBytes -= runBytes
    // After the waiters: they were here first, and what they answer is what the others then fetch.
    if (this.onAdvance !== undefined) queueMicrotask(this.onAdvance)
  }

  /** Closes the active segment and begins one at `baseOffset`. Only between writes. */
  async #roll(baseOffset: number): Promise<void> {
    const active = this.segments.at(-1)!
    await active.storeIndex()
    await storeSnapshot(this.#folder, this.producers.snapshot(baseOffset))
    const segment = await createSegment(this.#folder, baseOffset, this.#files)
    this.segments.push(segment)
    await this.#writePoint(false, true)
  }

  #writePoint(isClean: boolean, sync: boolean, end?: { nextOffset: number; positionBytes: number }): Promise<void> {
    this.#isClean = false
    const { baseOffset: segmentBase, sizeBytes: positionBytes } = this.segments.at(-1)!
    const point = {
      segmentBase,
      positionBytes,
      nextOffset: this.#durableOffset,
      startOffset: this.startOffset,
      isClean,
    }
    return this.#recovery.write({ ...point, ...end }, sync)
  }

  /** Takes back what is not durable and tries to get the file into a good state again. */
  #fail(failure: KafkaError): void {
    this.#endOffset = this.#durableOffset
    this.#pendingBytes = 0
    this.producers.truncate(this.#durableOffset)
    this.onHealth?.(failure)
    this.#scheduleHeal(HEAL_FIRST_MS)
  }

  #scheduleHeal(delayMs: number): void {
    if (this.#isClosed) return
    this.#healTimer = setTimeout(() => {
      this.#heal().then(
        () => {
          this.#commit.resume()
          this.onHealth?.(undefined)
        },
        () => this.#scheduleHeal(Math.min(delayMs * 2, HEAL_LAST_MS)),
      )
    }, delayMs)
    this.#healTimer.unref()
  }

  /** After a failed write or sync the descriptor is not trusted any more: the file is opened anew, cut back to what is durable and checked. */
  async #heal(): Promise<void> {
    const active = this.segments.at(-1)!
    await this.#files.drop(active.path)
    await this.#files.drop(this.#recovery.path)
    // First the point, which the failed run may have moved ahead: a crash in between must not look like lost bytes.
    await this.#writePoint(false, true)
    await this.#files.use(active.path, async (fd) => {
      await this.#files.disk.truncate(fd, active.sizeBytes)
      await this.#files.disk.sync(fd)
    })
    const from = Math.max(0, active.sizeBytes - HEAL_CHECK_BYTES)
    const start = active.openIndex.positionAtOrBefore(from)
    const options = { from: start, to: active.sizeBytes, firstOffset: active.baseOffset, checksums: true }
    const scan = await scanSegment(this.#files, active.path, options, () => undefined)
    if (scan.damage !== undefined) throw damaged(active.path, scan.endBytes, scan.damage)
  }
}

function stampAppendTime(bytes: Buffer, header: BatchHeader, appendTimeMs: number): void {
  header.attributes |= BATCH_ATTRIBUTE.logAppendTime
  header.maxTimestamp = appendTimeMs
  bytes.writeInt16BE(header.attributes, BATCH_FIELD.attributes)
  writeInt64(bytes, appendTimeMs, BATCH_FIELD.maxTimestamp)
  sealBatch(bytes)
}
