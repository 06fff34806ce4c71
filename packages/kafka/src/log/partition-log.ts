// The durable log of one topic partition: appends validated batches, makes them durable in groups, reads them back.
import { KafkaError } from '../error.ts'
import { type BatchView, readControlMarker } from '../record/batch-reader.ts'
import { checkBatches } from './append-check.ts'
import type { FileCache } from './file-cache.ts'
import { LogTail } from './log-tail.ts'
import type { PartitionConfig } from './partition-config.ts'
import type { AbortedTransaction, ProducerBatch } from './producer-snapshot.ts'
import type { ProducerState } from './producer-state.ts'
import { type CutTail, type OpenedPartition, openPartition } from './recovery.ts'
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
  /** The partition was made before: a folder without its files is damage, not a new partition. */
  readonly mustExist?: boolean
  /** A torn tail was cut while opening. */
  readonly onCut?: (cut: CutTail) => void
}

/**
 * Log of one topic partition. `append` is synchronous and only orders; what it took is durable, and visible to readers, when the next
 * {@link flush} resolves. When the disk fails, everything not yet durable is taken back and refused with KAFKA_STORAGE_ERROR (producers
 * repeat it), and the log comes back by itself when the disk does.
 */
export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly folder: string
  /** Closed segments before this offset are compacted. Known only since the start: the first round after it looks at all. */
  compactedOffset = 0
  readonly #files: FileCache
  readonly #tail: LogTail

  /** Opens (or creates) and recovers. Rejects with DATA_CORRUPT when acknowledged data are damaged. */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const opened = await openPartition(options.folder, options.files, options.mustExist)
    if (opened.cut !== undefined) options.onCut?.(opened.cut)
    return new PartitionLog(options, opened)
  }

  private constructor(options: PartitionLogOptions, opened: OpenedPartition) {
    this.topic = options.topic
    this.partition = options.partition
    this.folder = options.folder
    this.#files = options.files
    this.#tail = new LogTail(options.folder, options.files, options.config, opened)
  }

  get config(): PartitionConfig {
    return this.#tail.config
  }

  set config(config: PartitionConfig) {
    this.#tail.config = config
  }

  /** Called when the high watermark moved, after the flush's waiters were resolved. */
  set onAdvance(onAdvance: (() => void) | undefined) {
    this.#tail.onAdvance = onAdvance
  }

  /** Called when the disk failed (an error) and when the log works again (undefined). */
  set onHealth(onHealth: ((failure: KafkaError | undefined) => void) | undefined) {
    this.#tail.onHealth = onHealth
  }

  get segments(): Segment[] {
    return this.#tail.segments
  }

  get producers(): ProducerState {
    return this.#tail.producers
  }

  /** First offset that readers may have. */
  get startOffset(): number {
    return this.#tail.startOffset
  }

  /** Offset after the last durable record: what readers may have ends here. */
  get highWatermark(): number {
    return this.#tail.durableOffset
  }

  /** Offset that the next record gets; at or beyond the high watermark. */
  get endOffset(): number {
    return this.#tail.endOffset
  }

  /** Readers of committed records may have what is before this offset. */
  get lastStableOffset(): number {
    const { durableOffset } = this.#tail
    return Math.min(durableOffset, this.producers.firstUndecidedOffset(durableOffset))
  }

  /** Bytes taken but not yet durable. */
  get pendingBytes(): number {
    return this.#tail.pendingBytes
  }

  /** Bytes on disk. */
  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  }

  /** Why the log takes nothing at present; undefined when it works. */
  get failure(): KafkaError | undefined {
    return this.#tail.failure
  }

  /**
   * Takes the batches (offsets are written into `bytes`, which the log keeps until they are durable) and gives them the next offsets.
   * Throws CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT, INVALID_PRODUCER_EPOCH,
   * OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE, or KAFKA_STORAGE_ERROR while the disk fails; then nothing was taken.
   */
  append(bytes: Buffer, options: AppendOptions = {}): AppendResult {
    if (this.#tail.isClosed)
      throw new KafkaError('KAFKA_STORAGE_ERROR', `the log of ${this.topic}-${this.partition} is closed`)
    if (this.#tail.failure !== undefined) throw this.#tail.failure
    const batches = checkBatches(bytes, this.config, options)
    const first = batches[0]!
    if (first.header.producerId >= 0) {
      const old = this.#checkProducer(first)
      if (old !== undefined)
        return { baseOffset: old.baseOffset, lastOffset: old.lastOffset, appendTimeMs: -1, isDuplicate: true }
      // A producer sends one batch per partition and request; more at once could not be taken back one by one.
      if (batches.length > 1)
        throw new KafkaError('INVALID_RECORD', 'several batches of an idempotent producer in one request')
    }
    const baseOffset = this.endOffset
    const appendTimeMs = this.config.hasAppendTime ? Date.now() : -1
    for (const batch of batches) this.#tail.take(batch, appendTimeMs)
    return { baseOffset, lastOffset: this.endOffset - 1, appendTimeMs, isDuplicate: false }
  }

  /** Resolves when everything appended so far is durable. Rejects with KAFKA_STORAGE_ERROR when it was taken back instead. */
  flush(): Promise<void> {
    return this.#tail.flush()
  }

  /**
   * Whole batches from the one that holds `offset`: at least one, then up to `maxBytes`; empty at the end. The first batch may start before
   * `offset`. `upTo`: the first offset not to give (default: the high watermark). Rejects with OFFSET_OUT_OF_RANGE or DATA_CORRUPT.
   */
  async read(offset: number, maxBytes: number, options: { upTo?: number; checksums?: boolean } = {}): Promise<Buffer> {
    const upTo = Math.min(options.upTo ?? this.highWatermark, this.highWatermark)
    if (offset < this.startOffset || offset > this.endOffset)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `offset ${offset} is not within ${this.startOffset} to ${this.endOffset}`,
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
        if (offset < this.startOffset) return this.read(offset, maxBytes, options)
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
    return findTime(this.#files, [...this.segments], timestampMs, this.startOffset, this.highWatermark)
  }

  /** Deletes the records before `offset` (-1 = all). Resolves with the new start, which is on disk. Rejects with OFFSET_OUT_OF_RANGE. */
  async deleteBefore(offset: number): Promise<number> {
    const end = this.highWatermark
    const target = offset === -1 ? end : offset
    if (target > end || target < 0)
      throw new KafkaError('OFFSET_OUT_OF_RANGE', `records can be deleted up to offset ${end}, not ${target}`)
    if (target > this.startOffset) {
      this.#tail.startOffset = target
      await this.#tail.storePoint()
      await this.removeOldSegments((_segment, next) => next.baseOffset <= this.startOffset)
    }
    return this.startOffset
  }

  /** Removes closed segments from the front as long as `isOld`; the start offset moves with them. Resolves with how many went. */
  async removeOldSegments(isOld: (segment: Segment, next: Segment) => boolean): Promise<number> {
    let removed = 0
    while (this.segments.length > 1 && isOld(this.segments[0]!, this.segments[1]!)) {
      const [segment] = this.segments.splice(0, 1)
      const start = this.segments[0]!.baseOffset
      if (start > this.startOffset) {
        this.#tail.startOffset = start
        await this.#tail.storePoint()
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
    if (active.sizeBytes === 0 || !this.#tail.isIdle) return
    const newestMs = Math.min((await active.index()).maxTimestampMs, active.modifiedMs)
    if (newestMs < limitMs) await this.rollIdle()
  }

  /** Begins a new segment unless the active one is empty or something is being written. */
  rollIdle(): Promise<void> {
    return this.#tail.rollIdle()
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
  close(): Promise<void> {
    return this.#tail.close()
  }

  /** The batch that this one repeats, if it does. Throws as {@link append} does. */
  #checkProducer(batch: BatchView): ProducerBatch | undefined {
    if (!batch.isControl) return this.producers.check(batch.header)
    this.producers.checkMarker(batch.header, readControlMarker(batch))
    return undefined
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
}

const EMPTY = Buffer.alloc(0)
