// What a partition remembers of its producers: the last batches of each (so that a repeated batch is answered, not appended again) and
// which transactions are open or were aborted.
import { KafkaError } from '../error.ts'
import { BATCH_ATTRIBUTE, type BatchHeader } from '../record/batch-header.ts'

/** One appended batch of a producer. */
export interface ProducerBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly timestampMs: number
}

/** A transaction that ended with an abort: readers of committed records leave out what the producer wrote from `firstOffset` to `lastOffset`. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Offset of the abort marker. */
  readonly lastOffset: number
}

interface Producer {
  epoch: number
  batches: ProducerBatch[]
  lastMs: number
}

interface EndedTransaction {
  readonly firstOffset: number
  readonly markerOffset: number
  readonly producerId: number
}

/** What a snapshot file holds. */
export interface ProducerStateSnapshot {
  readonly offset: number
  readonly producers: readonly (readonly [
    id: number,
    epoch: number,
    lastMs: number,
    batches: readonly ProducerBatch[],
  ])[]
  readonly open: readonly (readonly [id: number, firstOffset: number])[]
  readonly aborted: readonly AbortedTransaction[]
}

const KEPT_BATCHES = 5
const MAX_SEQUENCE = 0x7fffffff

/** Producer state of one partition. Offsets are of this partition. */
export class ProducerState {
  readonly #producers = new Map<number, Producer>()
  readonly #open = new Map<number, number>()
  /** Ended, but the marker is not yet known to be on disk. */
  #ended: EndedTransaction[] = []
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
    if (producer !== undefined && producerEpoch < producer.epoch)
      throw new KafkaError(
        'INVALID_PRODUCER_EPOCH',
        `producer ${producerId} has epoch ${producer.epoch}, the batch ${producerEpoch}`,
      )
    if (attributes & BATCH_ATTRIBUTE.control) return undefined
    if ((attributes & BATCH_ATTRIBUTE.transactional) === 0 && this.#open.has(producerId))
      throw new KafkaError(
        'INVALID_TXN_STATE',
        `producer ${producerId} has an open transaction, the batch belongs to none`,
      )
    if (producer === undefined || producer.batches.length === 0) return undefined
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
    const newest = producer.batches.at(-1)!
    if (baseSequence !== (newest.lastSequence === MAX_SEQUENCE ? 0 : newest.lastSequence + 1))
      throw new KafkaError(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `producer ${producerId} sent sequence ${baseSequence} after ${newest.lastSequence}`,
      )
    return undefined
  }

  /** Notes an appended batch. `durableOffset`: batches before it can be forgotten beyond the last five. `marker`: type of a control batch. */
  add(header: BatchHeader, baseOffset: number, durableOffset: number, marker?: number): void {
    const { producerId } = header
    const lastOffset = baseOffset + header.lastOffsetDelta
    let producer = this.#producers.get(producerId)
    if (producer === undefined) {
      producer = { epoch: header.producerEpoch, batches: [], lastMs: 0 }
      this.#producers.set(producerId, producer)
    }
    if (header.producerEpoch !== producer.epoch) {
      producer.epoch = header.producerEpoch
      producer.batches = []
    }
    producer.lastMs = Math.max(producer.lastMs, header.maxTimestamp)
    if (header.attributes & BATCH_ATTRIBUTE.control) {
      this.#end(producerId, lastOffset, marker === 0)
      return
    }
    producer.batches.push({
      firstSequence: header.baseSequence,
      lastSequence: lastSequenceOf(header),
      baseOffset,
      lastOffset,
      timestampMs: header.maxTimestamp,
    })
    while (producer.batches.length > KEPT_BATCHES && producer.batches[KEPT_BATCHES]!.lastOffset < durableOffset)
      producer.batches.shift()
    if (header.attributes & BATCH_ATTRIBUTE.transactional && !this.#open.has(producerId))
      this.#open.set(producerId, baseOffset)
  }

  /** Forgets everything from `offset` on: those batches never reached the disk. */
  truncate(offset: number): void {
    for (const [id, producer] of this.#producers) {
      producer.batches = producer.batches.filter((batch) => batch.baseOffset < offset)
      if (producer.batches.length === 0 && !this.#open.has(id)) this.#producers.delete(id)
    }
    for (const ended of this.#ended.splice(0)) {
      if (ended.markerOffset >= offset && ended.firstOffset < offset)
        this.#open.set(ended.producerId, ended.firstOffset)
      else if (ended.markerOffset < offset) this.#ended.push(ended)
    }
    this.#aborted = this.#aborted.filter((aborted) => aborted.lastOffset < offset)
    for (const [id, first] of this.#open) if (first >= offset) this.#open.delete(id)
  }

  /** The first offset that may belong to an undecided transaction; Infinity when there is none. `durableOffset`: the high watermark. */
  firstUndecidedOffset(durableOffset: number): number {
    let first = Number.POSITIVE_INFINITY
    for (const offset of this.#open.values()) first = Math.min(first, offset)
    if (this.#ended.length > 0) {
      this.#ended = this.#ended.filter((ended) => ended.markerOffset >= durableOffset)
      for (const ended of this.#ended) first = Math.min(first, ended.firstOffset)
    }
    return first
  }

  /** Aborted transactions that touch the offsets `from` up to `to` (exclusive), by first offset. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    return this.#aborted.filter((aborted) => aborted.lastOffset >= from && aborted.firstOffset < to)
  }

  /** Drops aborted transactions before the log's start, and producers silent since before `silentSinceMs` that have no open transaction. */
  prune(startOffset: number, silentSinceMs: number): void {
    this.#aborted = this.#aborted.filter((aborted) => aborted.lastOffset >= startOffset)
    for (const [id, producer] of this.#producers)
      if (producer.lastMs < silentSinceMs && !this.#open.has(id)) this.#producers.delete(id)
  }

  /** Current epoch of a producer; undefined when unknown here. */
  epochOf(producerId: number): number | undefined {
    return this.#producers.get(producerId)?.epoch
  }

  /** Producers with their newest state (DescribeProducers). */
  *entries(): Generator<{
    producerId: number
    epoch: number
    lastSequence: number
    lastTimestampMs: number
    openFromOffset: number
  }> {
    for (const [producerId, producer] of this.#producers)
      yield {
        producerId,
        epoch: producer.epoch,
        lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
        lastTimestampMs: producer.lastMs,
        openFromOffset: this.#open.get(producerId) ?? -1,
      }
  }

  /** State as of `offset`: what lies behind it (taken, but not yet on disk) is left out. */
  snapshot(offset: number): ProducerStateSnapshot {
    const producers: [number, number, number, ProducerBatch[]][] = []
    for (const [id, producer] of this.#producers) {
      const batches = producer.batches.filter((batch) => batch.baseOffset < offset)
      if (batches.length > 0 || producer.batches.length === 0)
        producers.push([id, producer.epoch, producer.lastMs, batches])
    }
    const open = [...this.#open].filter(([, first]) => first < offset)
    for (const ended of this.#ended)
      if (ended.markerOffset >= offset && ended.firstOffset < offset) open.push([ended.producerId, ended.firstOffset])
    return { offset, producers, open, aborted: this.#aborted.filter((aborted) => aborted.lastOffset < offset) }
  }

  static restore(snapshot: ProducerStateSnapshot): ProducerState {
    const state = new ProducerState()
    for (const [id, epoch, lastMs, batches] of snapshot.producers)
      state.#producers.set(id, { epoch, lastMs, batches: [...batches] })
    for (const [id, first] of snapshot.open) state.#open.set(id, first)
    state.#aborted = [...snapshot.aborted]
    return state
  }

  #end(producerId: number, markerOffset: number, isAbort: boolean): void {
    const firstOffset = this.#open.get(producerId)
    if (firstOffset === undefined) return
    this.#open.delete(producerId)
    this.#ended.push({ firstOffset, markerOffset, producerId })
    if (isAbort) this.#aborted.push({ producerId, firstOffset, lastOffset: markerOffset })
  }
}

/** Sequence number of a batch's last record; they wrap to 0 after 2^31 - 1. */
function lastSequenceOf(header: BatchHeader): number {
  const last = header.baseSequence + header.lastOffsetDelta
  return last > MAX_SEQUENCE ? last - MAX_SEQUENCE - 1 : last
}
