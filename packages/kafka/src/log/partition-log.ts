// The durable log of one topic partition: appends validated batches, makes them durable in groups, reads them back.
import { KafkaError } from '../error.ts'
import { BATCH_ATTRIBUTE, BATCH_FIELD, type BatchHeader, sealBatch, writeInt64 } from '../record/batch-header.ts'
import { type BatchView, readControlMarker } from '../record/batch-reader.ts'
import { checkBatches } from './append-check.ts'
import type { FileCache } from './file-cache.ts'
import { GroupCommit } from './group-commit.ts'
import type { PartitionConfig } from './partition-config.ts'
import type { AbortedTransaction, ProducerState } from './producer-state.ts'
import { type CutTail, createSegment, openPartition, storeSnapshot } from './recovery.ts'
import type { RecoveryFile } from './recovery-point.ts'
import { damaged, type Segment } from './segment.ts'
import { scanSegment } from './segment-scan.ts'
import { findTime, type TimedOffset } from './time-lookup.ts'

/** What {@link PartitionLog.append} answers. */
export interface AppendResult {
  readonly baseOffset: number
  readonly lastOffset: number
  /** Time given by the log when the topic has append time, else -1. */
  readonly appendTimeMs: number
  /** The batch had been appended before (repeated by an idempotent producer); the offsets are the old ones. */
  readonly isDuplicate: boolean
}

/** Options of {@link PartitionLog.append}. */
export interface AppendOptions {
  /** Checksums of the batches are verified unless false (bytes from our own producer in the same process). */
  readonly checksums?: boolean
  /** Control batches are taken only from the transaction coordinator. */
  readonly isCoordinator?: boolean
}

/** Options of {@link PartitionLog.open}. */
export interface PartitionLogOptions {
  readonly topic: string
  readonly partition: number
  /** The partition's own folder. */
  readonly folder: string
  readonly config: PartitionConfig
  readonly files: FileCache
  /** A torn tail was cut while opening. */
  readonly onCut?: (cut: CutTail) => void
}

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

/**
 * Log of one topic partition. `append` is synchronous and only orders; what it took is durable, and visible to readers, when the next
 * {@link flush} resolves. When the disk fails, everything not yet durable is taken back and refused with KAFKA_STORAGE_ERROR (producers
 * repeat it), and the log comes back by itself when the disk does.
 */
export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly folder: string
  config: PartitionConfig
  /** Called when the high watermark moved, after the flush's waiters were resolved. */
  onAdvance: (() => void) | undefined
  /** Called when the disk failed (an error) and when the log works again (undefined). */
  onHealth: ((failure: KafkaError | undefined) => void) | undefined
  readonly segments: Segment[]
  readonly producers: ProducerState
  /** Closed segments before this offset are compacted. Known only since the start: the first round after it looks at all. */
  compactedOffset = 0
  readonly #files: FileCache
  readonly #recovery: RecoveryFile
  readonly #commit: GroupCommit<PendingBatch>
  #startOffset: number
  #durableOffset: number
  #endOffset: number
  #pendingBytes = 0
  #isClosed = false
  #healTimer: NodeJS.Timeout | undefined

  /** Opens (or creates) and recovers. Rejects with DATA_CORRUPT when acknowledged data are damaged. */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const opened = await openPartition(options.folder, options.files)
    if (opened.cut !== undefined) options.onCut?.(opened.cut)
    return new PartitionLog(options, opened)
  }

  private constructor(options: PartitionLogOptions, opened: Awaited<ReturnType<typeof openPartition>>) {
    this.topic = options.topic
    this.partition = options.partition
    this.folder = options.folder
    this.config = options.config
    this.#files = options.files
    this.segments = opened.segments
    this.producers = opened.producers
    this.#recovery = opened.recovery
    this.#startOffset = opened.startOffset
    this.#durableOffset = opened.nextOffset
    this.#endOffset = opened.nextOffset
    this.#commit = new GroupCommit(
      (batches) => this.#write(batches),
      (failure) => this.#fail(failure),
    )
  }

  /** First offset that readers may have. */
  get startOffset(): number {
    return this.#startOffset
  }

  /** Offset after the last durable record: what readers may have ends here. */
  get highWatermark(): number {
    return this.#durableOffset
  }

  /** Offset that the next record gets; at or beyond the high watermark. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** Readers of committed records may have what is before this offset. */
  get lastStableOffset(): number {
    return Math.min(this.#durableOffset, this.producers.firstUndecidedOffset(this.#durableOffset))
  }

  /** Bytes taken but not yet durable. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Bytes on disk. */
  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  }

  /** Why the log takes nothing at present; undefined when it works. */
  get failure(): KafkaError | undefined {
    return this.#commit.failure
  }

  /**
   * Takes the batches (offsets are written into `bytes`, which the log keeps until they are durable) and gives them the next offsets.
   * Throws CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT, INVALID_PRODUCER_EPOCH,
   * OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE, or KAFKA_STORAGE_ERROR while the disk fails; then nothing was taken.
   */
  append(bytes: Buffer, options: AppendOptions = {}): AppendResult {
    if (this.#isClosed)
      throw new KafkaError('KAFKA_STORAGE_ERROR', `the log of ${this.topic}-${this.partition} is closed`)
    if (this.#commit.failure !== undefined) throw this.#commit.failure
    const batches = checkBatches(bytes, this.config, options)
    const first = batches[0]!
    if (first.header.producerId >= 0) {
      const old = this.producers.check(first.header)
      if (old !== undefined)
        return { baseOffset: old.baseOffset, lastOffset: old.lastOffset, appendTimeMs: -1, isDuplicate: true }
      // A producer sends one batch per partition and request; more at once could not be taken back one by one.
      if (batches.length > 1)
        throw new KafkaError('INVALID_RECORD', 'several batches of an idempotent producer in one request')
    }
    const baseOffset = this.#endOffset
    const appendTimeMs = this.config.hasAppendTime ? Date.now() : -1
    for (const batch of batches) this.#take(batch, appendTimeMs)
    return { baseOffset, lastOffset: this.#endOffset - 1, appendTimeMs, isDuplicate: false }
  }

  /** Resolves when everything appended so far is durable. Rejects with KAFKA_STORAGE_ERROR when it was taken back instead. */
  flush(): Promise<void> {
    return this.#commit.flush()
  }

  /**
   * Whole batches from the one that holds `offset`: at least one, then up to `maxBytes`; empty at the end. The first batch may start before
   * `offset`. `upTo`: the first offset not to give (default: the high watermark). Rejects with OFFSET_OUT_OF_RANGE or DATA_CORRUPT.
   */
  async read(offset: number, maxBytes: number, options: { upTo?: number; checksums?: boolean } = {}): Promise<Buffer> {
    const upTo = Math.min(options.upTo ?? this.#durableOffset, this.#durableOffset)
    if (offset < this.#startOffset || offset > this.#endOffset)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `offset ${offset} is not within ${this.#startOffset} to ${this.#endOffset}`,
      )
    let at = this.#segmentAt(offset)
    while (offset < upTo && at < this.segments.length) {
      const segment = this.segments[at]!
      let bytes: Buffer
      try {
        bytes = await segment.read(offset, maxBytes, upTo, options.checksums ?? true)
      } catch (error) {
        // Retention or compaction took the file away during the read: look again.
        if (this.segments.includes(segment)) throw error
        if (offset < this.#startOffset) return this.read(offset, maxBytes, options)
        at = this.#segmentAt(offset)
        continue
      }
      if (bytes.length > 0) return bytes
      at = Math.max(this.#segmentAt(offset) + 1, at + 1)
    }
    return EMPTY
  }

  /** Aborted transactions that touch the offsets `from` up to `to` (exclusive). */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    return this.producers.abortedBetween(from, to)
  }

  /** The first record whose time is at or after the given one; null when there is none. */
  offsetForTime(timestampMs: number): Promise<TimedOffset | null> {
    return findTime(this.#files, [...this.segments], timestampMs, this.#startOffset, this.#durableOffset)
  }

  /** Deletes the records before `offset` (-1 = all). Resolves with the new start, which is on disk. Rejects with OFFSET_OUT_OF_RANGE. */
  async deleteBefore(offset: number): Promise<number> {
    const target = offset === -1 ? this.#durableOffset : offset
    if (target > this.#durableOffset || target < 0)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `records can be deleted up to offset ${this.#durableOffset}, not ${target}`,
      )
    if (target > this.#startOffset) {
      this.#startOffset = target
      await this.#writePoint(false, true)
      await this.removeOldSegments((_segment, next) => next.baseOffset <= this.#startOffset)
    }
    return this.#startOffset
  }

  /** Removes closed segments from the front as long as `isOld`; the start offset moves with them. Resolves with how many went. */
  async removeOldSegments(isOld: (segment: Segment, next: Segment) => boolean): Promise<number> {
    let removed = 0
    while (this.segments.length > 1 && isOld(this.segments[0]!, this.segments[1]!)) {
      const [segment] = this.segments.splice(0, 1)
      const start = this.segments[0]!.baseOffset
      if (start > this.#startOffset) {
        this.#startOffset = start
        await this.#writePoint(false, true)
      }
      await segment!.remove()
      removed++
    }
    if (removed > 0) await this.#files.disk.syncFolder(this.folder)
    return removed
  }

  /** Begins a new segment when all records of the active one are older than `limitMs`, so that retention can let it go. Only while nothing is being written. */
  async rollIfOlder(limitMs: number): Promise<void> {
    const active = this.segments.at(-1)!
    if (active.sizeBytes === 0 || !this.#commit.isIdle) return
    const newestMs = Math.min((await active.index()).maxTimestampMs, active.modifiedMs)
    if (newestMs < limitMs) await this.rollIdle()
  }

  /** Begins a new segment unless the active one is empty or something is being written. */
  async rollIdle(): Promise<void> {
    await this.#commit.exclusively(async () => {
      if (this.segments.at(-1)!.sizeBytes > 0) await this.#roll(this.#durableOffset)
    })
  }

  /** Checks every batch of every segment. Rejects with DATA_CORRUPT at the first damage. Resolves with the bytes checked. */
  async verify(): Promise<number> {
    let bytes = 0
    for (const segment of [...this.segments]) {
      const options = { to: segment.sizeBytes, firstOffset: segment.baseOffset, checksums: true }
      const scan = await scanSegment(this.#files, segment.path, options, () => undefined)
      if (scan.damage !== undefined) throw damaged(segment.path, scan.endBytes, scan.damage)
      bytes += scan.endBytes
    }
    return bytes
  }

  /** Makes everything durable, stores index and producer state, so that the next open has nothing to check. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#healTimer)
    try {
      await this.flush()
      await this.segments.at(-1)!.storeIndex()
      await storeSnapshot(this.folder, this.producers.snapshot(this.#durableOffset))
      await this.#writePoint(true, true)
    } catch {
      // A failing or full disk: what could not be written was refused to its producers, and the next open checks the last segment.
    } finally {
      for (const segment of this.segments) await this.#files.drop(segment.path)
      await this.#files.drop(this.#recovery.path)
    }
  }

  #take(batch: BatchView, appendTimeMs: number): void {
    const { bytes, header } = batch
    const baseOffset = this.#endOffset
    writeInt64(bytes, baseOffset, BATCH_FIELD.baseOffset)
    bytes.writeInt32BE(LEADER_EPOCH, BATCH_FIELD.partitionLeaderEpoch)
    if (appendTimeMs >= 0) stampAppendTime(bytes, header, appendTimeMs)
    if (header.producerId >= 0) {
      const marker = header.attributes & BATCH_ATTRIBUTE.control ? readControlMarker(batch).type : undefined
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
    await storeSnapshot(this.folder, this.producers.snapshot(baseOffset))
    const segment = await createSegment(this.folder, baseOffset, this.#files)
    this.segments.push(segment)
    await this.#writePoint(false, true)
  }

  #writePoint(isClean: boolean, sync: boolean, end?: { nextOffset: number; positionBytes: number }): Promise<void> {
    const { baseOffset: segmentBase, sizeBytes: positionBytes } = this.segments.at(-1)!
    const point = {
      segmentBase,
      positionBytes,
      nextOffset: this.#durableOffset,
      startOffset: this.#startOffset,
      isClean,
    }
    return this.#recovery.write({ ...point, ...end }, sync)
  }

  #segmentAt(offset: number): number {
    let low = 0
    let high = this.segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.segments[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
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

const EMPTY = Buffer.alloc(0)
/** One node leads for ever. */
const LEADER_EPOCH = 0

function stampAppendTime(bytes: Buffer, header: BatchHeader, appendTimeMs: number): void {
  header.attributes |= BATCH_ATTRIBUTE.logAppendTime
  header.maxTimestamp = appendTimeMs
  bytes.writeInt16BE(header.attributes, BATCH_FIELD.attributes)
  writeInt64(bytes, appendTimeMs, BATCH_FIELD.maxTimestamp)
  sealBatch(bytes)
}
