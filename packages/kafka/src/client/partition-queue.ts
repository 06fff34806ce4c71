// The batches of one topic partition: the open one that records are written into, and the sealed ones that wait or are under way, in order.
import { BatchWriter, stampBatch } from '../record/batch-writer.ts'
import type { Compression } from '../record/compression.ts'
import { type BatchMemory, FIRST_SLAB_BYTES } from './batch-memory.ts'
import type { ProducerIdentity } from './transaction-coordinator.ts'

/** A sealed batch, kept until it is acknowledged. */
export interface SealedBatch {
  bytes: Buffer
  readonly recordCount: number
  /** Sequence number of its first record; -1 until it is sent first. */
  sequence: number
  /** When it was sealed, by the monotonic clock; the delivery timeout counts from here. */
  readonly sealedAtMs: number
  /** How often it was sent in vain. */
  attempts: number
}

/** A batch of several records is kept below this, under Kafka's default max.message.bytes of 1048588. */
const MESSAGE_LIMIT_BYTES = 1_000_000
const SEQUENCE_LIMIT = 2 ** 31

/** Queue and open batch of one partition. */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  writer: BatchWriter
  /** Sealed and not sent, or to be sent again, in order. */
  readonly waiting: SealedBatch[] = []
  /** Sealed for the next transaction while the present one ends, in order. */
  #held: SealedBatch[] = []
  /** Sent and not answered, in order. */
  readonly underWay: SealedBatch[] = []
  /** After a failure: nothing new goes out until all that is under way has been answered. */
  isRecovering = false
  /** While recovering: not before this time of the monotonic clock. */
  retryAtMs = 0
  /** Whether a connection to the leader is being opened. */
  isSeekingLeader = false
  /** Whether the open transaction knows of the partition. */
  isInTransaction = false
  readonly #compression: Compression
  readonly #memory: BatchMemory
  /** The record {@link checkpoint} that stands for the open batch: becomes the sealed one. */
  #open: SealedBatch
  #nextSequence = 0

  /** `memory`: where batches lie until they are acknowledged. */
  constructor(topic: string, partition: number, compression: Compression, memory: BatchMemory) {
    this.topic = topic
    this.partition = partition
    this.#compression = compression
    this.#memory = memory
    this.writer = new BatchWriter(0)
    this.#open = placeholder()
  }

  /** Bytes in the open batch. */
  get openBytes(): number {
    return this.writer.count === 0 ? 0 : this.writer.sizeBytes
  }

  /** Records in the open batch. */
  get openCount(): number {
    return this.writer.count
  }

  /** Gets ready for the first record of a batch. */
  open(): void {
    if (this.writer.sink.bytes.length < FIRST_SLAB_BYTES) this.writer.reset(this.#memory.takeSlab())
  }

  /** Every batch that is not acknowledged, the open one last. Identities stay when the open one is sealed. */
  *unacked(): Generator<SealedBatch> {
    yield* this.underWay
    yield* this.waiting
    yield* this.#held
    if (this.writer.count > 0) yield this.#open
  }

  /**
   * Seals the open batch; two batches when its last record made it larger than a broker takes. The open batch's identity goes to the last.
   * `isHeld`: they are kept back until {@link PartitionQueue.begin}.
   */
  seal(isHeld = false): SealedBatch[] {
    const sealed: SealedBatch[] = []
    if (this.writer.sizeBytes > MESSAGE_LIMIT_BYTES && this.writer.count > 1) {
      const next = new BatchWriter(this.writer.lastRecordBytes + FIRST_SLAB_BYTES)
      this.writer.moveLastTo(next)
      sealed.push(this.#close(this.writer, placeholder(), isHeld))
      this.writer = next
    }
    sealed.push(this.#close(this.writer, this.#open, isHeld))
    this.#open = placeholder()
    this.writer.reset(this.#memory.giveSlab(this.writer.sink.bytes))
    return sealed
  }

  /** Gives the next waiting batch its sequence number and moves it under way. */
  take({ producerId, producerEpoch }: ProducerIdentity, isTransactional: boolean): SealedBatch {
    const batch = this.waiting.shift() as SealedBatch
    if (batch.sequence < 0) {
      batch.sequence = this.#nextSequence
      this.#nextSequence = (this.#nextSequence + batch.recordCount) % SEQUENCE_LIMIT
      // Without idempotence the number only keeps the order on this side.
      const baseSequence = producerId < 0 ? -1 : batch.sequence
      stampBatch(batch.bytes, { producerId, producerEpoch, baseSequence, isTransactional })
    }
    this.underWay.push(batch)
    return batch
  }

  /** The batch is acknowledged: its memory may be used again. */
  release(batch: SealedBatch): void {
    const at = this.underWay.indexOf(batch)
    if (at >= 0) this.underWay.splice(at, 1)
    this.#memory.giveSealed(batch.bytes)
  }

  /** The batch has to be sent again, in its place. */
  putBack(batch: SealedBatch): void {
    const at = this.underWay.indexOf(batch)
    if (at >= 0) this.underWay.splice(at, 1)
    let place = 0
    while (place < this.waiting.length && isBefore((this.waiting[place] as SealedBatch).sequence, batch.sequence))
      place++
    this.waiting.splice(place, 0, batch)
  }

  /** A transaction has ended: what was held back belongs to the next one. `isNewEpoch`: sequence numbers begin anew. */
  begin(isNewEpoch: boolean): void {
    this.isInTransaction = false
    if (isNewEpoch) this.#nextSequence = 0
    this.waiting.push(...this.#held)
    this.#held = []
  }

  #close(writer: BatchWriter, batch: SealedBatch, isHeld: boolean): SealedBatch {
    const closed = writer.close(undefined, this.#compression)
    const bytes = this.#memory.seal(closed.bytes)
    Object.assign(batch, { bytes, recordCount: closed.recordCount, sealedAtMs: performance.now() })
    if (isHeld) this.#held.push(batch)
    else this.waiting.push(batch)
    return batch
  }
}

/** Sequence order; batches without a number are behind all that have one. Numbers wrap at 2^31. */
function isBefore(a: number, b: number): boolean {
  if (a < 0) return false
  return b < 0 || (b - a + SEQUENCE_LIMIT) % SEQUENCE_LIMIT < SEQUENCE_LIMIT / 2
}

function placeholder(): SealedBatch {
  return { bytes: Buffer.alloc(0), recordCount: 0, sequence: -1, sealedAtMs: 0, attempts: 0 }
}
