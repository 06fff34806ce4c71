// What a partition remembers of its producers: the last batches of each (so that a repeated batch is answered, not appended again) and
// which transactions are open or were aborted. What was noted for batches that are not yet on disk can be taken back exactly: every change
// is one replacement of an immutable entry, and the replaced one is kept until the batch is durable.
import { KafkaError } from '../error.ts'
import { BATCH_ATTRIBUTE, type BatchHeader } from '../record/batch-header.ts'
import type { ControlMarker } from '../record/batch-reader.ts'
import {
  type AbortedTransaction,
  entryOf,
  type Producer,
  type ProducerBatch,
  type ProducerStateSnapshot,
  storedOf,
} from './producer-snapshot.ts'

/** A replaced entry. */
interface Undo {
  readonly offset: number
  readonly producerId: number
  readonly before: Producer | undefined
}

const KEPT_BATCHES = 5
const MAX_SEQUENCE = 0x7fffffff

/** Producer state of one partition. Offsets are of this partition. */
export class ProducerState {
  readonly #producers = new Map<number, Producer>()
  /** Producers with an open transaction and its first offset, in order of that offset. */
  #open = new Map<number, number>()
  /** Changes of batches that may not be durable yet, oldest first. */
  #journal: Undo[] = []
  /** By the offset of their markers. */
  #aborted: AbortedTransaction[] = []

  get producers(): number {
    return this.#producers.size
  }

  /**
   * Whether the batch may be appended: undefined = yes; a batch = it is a repetition of this one.
   * Throws INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER or INVALID_TXN_STATE.
   */
  check(header: BatchHeader): ProducerBatch | undefined {
    const { producerId, producerEpoch, baseSequence, attributes } = header
    const producer = this.#producers.get(producerId)
    if (producer === undefined) return undefined
    if (producerEpoch < producer.epoch)
      throw new KafkaError(
        'INVALID_PRODUCER_EPOCH',
        `producer ${producerId} has epoch ${producer.epoch}, the batch ${producerEpoch}`,
      )
    // Sequence -1: the group coordinator writes offsets for a producer, which come one by one anyway.
    if (attributes & BATCH_ATTRIBUTE.control || baseSequence < 0) return undefined
    if ((attributes & BATCH_ATTRIBUTE.transactional) === 0 && producer.openFrom >= 0)
      throw new KafkaError(
        'INVALID_TXN_STATE',
        `producer ${producerId} has an open transaction, the batch belongs to none`,
      )
    if (producerEpoch > producer.epoch) {
      if (baseSequence === 0) return undefined
      throw new KafkaError(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `new epoch ${producerEpoch} of producer ${producerId} starts at sequence ${baseSequence}`,
      )
    }
    const last = lastSequenceOf(header)
    for (const batch of producer.batches)
      if (batch.firstSequence === baseSequence && batch.lastSequence === last) return batch
    const newest = producer.batches.at(-1)?.lastSequence ?? -1
    if (baseSequence !== (newest === MAX_SEQUENCE ? 0 : newest + 1))
      throw new KafkaError(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `producer ${producerId} sent sequence ${baseSequence} after ${newest}`,
      )
    return undefined
  }

  /** Throws INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED when a marker comes from an earlier producer or coordinator. */
  checkMarker(header: BatchHeader, marker: ControlMarker): void {
    const producer = this.#producers.get(header.producerId)
    if (producer !== undefined && marker.coordinatorEpoch < producer.coordinatorEpoch)
      throw new KafkaError(
        'TRANSACTION_COORDINATOR_FENCED',
        `a marker of coordinator epoch ${marker.coordinatorEpoch} after one of ${producer.coordinatorEpoch}`,
      )
    this.check(header)
  }

  /** Notes an appended batch. `durableOffset`: what lies before it need not be taken back any more. `marker`: what a control batch says. */
  add(header: BatchHeader, baseOffset: number, durableOffset: number, marker?: ControlMarker): void {
    const { producerId } = header
    const lastOffset = baseOffset + header.lastOffsetDelta
    const before = this.#producers.get(producerId)
    this.#forgetJournal(durableOffset)
    this.#journal.push({ offset: baseOffset, producerId, before })
    const isSameEpoch = before?.epoch === header.producerEpoch
    const entry: Producer = {
      epoch: header.producerEpoch,
      coordinatorEpoch: marker?.coordinatorEpoch ?? before?.coordinatorEpoch ?? -1,
      lastMs: Math.max(before?.lastMs ?? 0, header.maxTimestamp),
      openFrom: before?.openFrom ?? -1,
      batches: isSameEpoch ? before.batches : NO_BATCHES,
    }
    if (header.attributes & BATCH_ATTRIBUTE.control) this.#end(producerId, entry, lastOffset, marker?.type === 0)
    else {
      if (header.baseSequence >= 0) entry.batches = withBatch(entry.batches, header, baseOffset, durableOffset)
      if (header.attributes & BATCH_ATTRIBUTE.transactional && entry.openFrom < 0) {
        entry.openFrom = baseOffset
        this.#open.set(producerId, baseOffset)
      }
    }
    this.#producers.set(producerId, entry)
  }

  /** Forgets everything from `offset` on: those batches never reached the disk. */
  truncate(offset: number): void {
    if (this.#journal.length === 0) return
    undo(this.#producers, this.#journal, offset)
    this.#journal = this.#journal.filter((change) => change.offset < offset)
    this.#aborted = this.#aborted.filter((aborted) => aborted.lastOffset < offset)
    this.#open = openOf(this.#producers)
  }

  /** The first offset that may belong to an undecided transaction; Infinity when there is none. `durableOffset`: the high watermark. */
  firstUndecidedOffset(durableOffset: number): number {
    let first = Number.POSITIVE_INFINITY
    for (const offset of this.#open.values()) {
      first = offset
      break
    }
    // Ended, but the marker is not on disk.
    for (const { offset, before } of this.#journal)
      if (offset >= durableOffset && before !== undefined && before.openFrom >= 0)
        first = Math.min(first, before.openFrom)
    return first
  }

  /** Aborted transactions that touch the offsets `from` up to `to` (exclusive), by the offset of their markers. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    let low = 0
    for (let high = this.#aborted.length; low < high; ) {
      const middle = (low + high) >>> 1
      if (this.#aborted[middle]!.lastOffset < from) low = middle + 1
      else high = middle
    }
    const found: AbortedTransaction[] = []
    for (; low < this.#aborted.length; low++) if (this.#aborted[low]!.firstOffset < to) found.push(this.#aborted[low]!)
    return found
  }

  /** Drops aborted transactions before the log's start, and producers silent since before `silentSinceMs` that have no open transaction. */
  prune(startOffset: number, silentSinceMs: number): void {
    this.#aborted = this.#aborted.filter((aborted) => aborted.lastOffset >= startOffset)
    const changing = new Set(this.#journal.map(({ producerId }) => producerId))
    for (const [id, producer] of this.#producers)
      if (producer.lastMs < silentSinceMs && producer.openFrom < 0 && !changing.has(id)) this.#producers.delete(id)
  }

  /** Current epoch of a producer; undefined when unknown here. */
  epochOf(producerId: number): number | undefined {
    return this.#producers.get(producerId)?.epoch
  }

  /** First offset of a producer's open transaction; -1 when it has none. */
  openFrom(producerId: number): number {
    return this.#producers.get(producerId)?.openFrom ?? -1
  }

  /** Producers with their newest state (DescribeProducers). */
  *entries(): Generator<{
    producerId: number
    epoch: number
    coordinatorEpoch: number
    lastSequence: number
    lastTimestampMs: number
    openFromOffset: number
  }> {
    for (const [producerId, producer] of this.#producers)
      yield {
        producerId,
        epoch: producer.epoch,
        coordinatorEpoch: producer.coordinatorEpoch,
        lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
        lastTimestampMs: producer.lastMs,
        openFromOffset: producer.openFrom,
      }
  }

  /** State as of `offset`: what lies behind it (taken, but not yet on disk) is left out. */
  snapshot(offset: number): ProducerStateSnapshot {
    const producers = new Map(this.#producers)
    undo(producers, this.#journal, offset)
    return storedOf(
      offset,
      producers,
      this.#aborted.filter((aborted) => aborted.lastOffset < offset),
    )
  }

  static restore(snapshot: ProducerStateSnapshot): ProducerState {
    const state = new ProducerState()
    const open = new Map(snapshot.open)
    for (const stored of snapshot.producers) state.#producers.set(stored[0], entryOf(stored, open.get(stored[0])))
    state.#open = openOf(state.#producers)
    state.#aborted = [...snapshot.aborted]
    return state
  }

  #end(producerId: number, entry: Producer, markerOffset: number, isAbort: boolean): void {
    const firstOffset = entry.openFrom
    if (firstOffset < 0) return
    entry.openFrom = -1
    this.#open.delete(producerId)
    if (isAbort) this.#aborted.push({ producerId, firstOffset, lastOffset: markerOffset })
  }

  #forgetJournal(durableOffset: number): void {
    let done = 0
    while (done < this.#journal.length && this.#journal[done]!.offset < durableOffset) done++
    if (done > 0) this.#journal.splice(0, done)
  }
}

const NO_BATCHES: readonly ProducerBatch[] = []

/** The batches with the new one: the last five, and those that are not yet on disk. */
function withBatch(
  batches: readonly ProducerBatch[],
  header: BatchHeader,
  baseOffset: number,
  durableOffset: number,
): ProducerBatch[] {
  let from = 0
  while (batches.length + 1 - from > KEPT_BATCHES && batches[from]!.lastOffset < durableOffset) from++
  const next = batches.slice(from)
  next.push({
    firstSequence: header.baseSequence,
    lastSequence: lastSequenceOf(header),
    baseOffset,
    lastOffset: baseOffset + header.lastOffsetDelta,
    timestampMs: header.maxTimestamp,
  })
  return next
}

/** Puts back what the changes from `offset` on replaced. */
function undo(producers: Map<number, Producer>, journal: readonly Undo[], offset: number): void {
  for (let at = journal.length - 1; at >= 0; at--) {
    const change = journal[at]!
    if (change.offset < offset) return
    if (change.before === undefined) producers.delete(change.producerId)
    else producers.set(change.producerId, change.before)
  }
}

function openOf(producers: ReadonlyMap<number, Producer>): Map<number, number> {
  const open = [...producers].filter(([, { openFrom }]) => openFrom >= 0)
  return new Map(open.map(([id, { openFrom }]): [number, number] => [id, openFrom]).sort((a, b) => a[1] - b[1]))
}

/** Sequence number of a batch's last record; they wrap to 0 after 2^31 - 1. */
function lastSequenceOf(header: BatchHeader): number {
  const last = header.baseSequence + header.lastOffsetDelta
  return last > MAX_SEQUENCE ? last - MAX_SEQUENCE - 1 : last
}
