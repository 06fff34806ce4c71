// Coordinates transactional producers: who may write under a transactional id, which partitions its transaction has, and how it ends. The
// requests of one id are carried out one after the other; the state in memory is never ahead of the one on disk.

import { KafkaError } from '../../error.ts'
import type { ResolvedOptions } from '../options.ts'
import type { ProducerIds } from '../producer-ids.ts'
import { endOutcome } from './end-outcome.ts'
import { initOutcome, type ProducerClaim } from './init-outcome.ts'
import {
  completed,
  EPOCH_BUMP_SINCE,
  isEpochUsedUp,
  newTransaction,
  prepared,
  type Transaction,
  withPartitions,
} from './transaction.ts'
import type { MarkerWriter } from './transaction-markers.ts'
import type { TransactionStore } from './transaction-store.ts'
import { Turns } from './turns.ts'

/** A partition, as topic and number. */
export type TopicPartition = readonly [topic: string, partition: number]

/** How partitions come into a transaction: by `add`, or they must be there already (`verify`). */
export interface Admission {
  readonly mode: 'add' | 'verify'
  /** `transaction.version` that the request belongs to. */
  readonly clientVersion: number
}

/** What a producer is told to go on with. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** All transactional ids. Methods reject with a KafkaError whose code is what Kafka answers. */
export class TransactionCoordinator {
  readonly store: TransactionStore
  readonly #markers: MarkerWriter
  readonly #ids: ProducerIds
  readonly #options: ResolvedOptions
  readonly #turns = new Turns()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(store: TransactionStore, markers: MarkerWriter, ids: ProducerIds, options: ResolvedOptions) {
    this.store = store
    this.#markers = markers
    this.#ids = ids
    this.#options = options
  }

  /** Goes on with what the end of the process interrupted, and watches the time limits from now on. */
  start(): void {
    for (const entry of this.store.all())
      if (entry.state === 'PrepareCommit' || entry.state === 'PrepareAbort')
        void this.#inTurn(entry.transactionalId, () => this.#complete(entry.transactionalId)).catch(() => undefined)
    this.#schedule()
  }

  /** Stops; what is under way is carried out at the next start. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** InitProducerId: a producer takes the id over. An open transaction of its predecessor is aborted. */
  initProducer(transactionalId: string, timeoutMs: number, claim: ProducerClaim): Promise<ProducerIdentity> {
    return this.#inTurn(transactionalId, async () => {
      const nowMs = Date.now()
      let entry = this.store.get(transactionalId) ?? newTransaction(transactionalId, await this.#ids.next(), nowMs)
      let plan = initOutcome(entry, claim)
      if (plan === 'abort') {
        await this.#end(entry, { isCommit: false, clientVersion: entry.clientVersion, isFence: true })
        entry = this.store.get(transactionalId)!
        // It says "not yet" while the end is not carried out. A producer that names itself has got its new epoch by the abort.
        plan = initOutcome(entry, claim)
      }
      if (plan === 'repeat') return entry
      const isNewId = isEpochUsedUp(entry.producerEpoch)
      const producerId = isNewId ? await this.#ids.next() : entry.producerId
      await this.#put({
        ...entry,
        producerId,
        previousProducerId: isNewId ? entry.producerId : entry.previousProducerId,
        producerEpoch: isNewId ? 0 : entry.producerEpoch + 1,
        lastEpoch: claim.producerId < 0 || isNewId ? -1 : entry.producerEpoch,
        timeoutMs,
        state: 'Empty',
        partitions: new Map(),
        startMs: -1,
        updateMs: nowMs,
      })
      return this.store.get(transactionalId)!
    })
  }

  /**
   * Runs `work` with the partitions in the producer's transaction, and nothing of the same id in between. At once (the result is no promise)
   * when they are in it already and nothing is waiting: that is the case of most Produce requests.
   */
  admit<T>(
    transactionalId: string,
    producer: ProducerIdentity,
    partitions: readonly TopicPartition[],
    how: Admission,
    work: () => T | Promise<T>,
  ): T | Promise<T> {
    if (!this.#turns.isBusy(transactionalId) && this.#hasAll(transactionalId, producer, partitions)) return work()
    return this.#inTurn(transactionalId, async (): Promise<T> => {
      const entry = this.#claimed(transactionalId, producer)
      if (!this.#hasAll(transactionalId, producer, partitions)) {
        if (how.mode === 'verify') throw new KafkaError('INVALID_TXN_STATE', 'the partition is not in the transaction')
        await this.#put(withPartitions(entry, partitions, how.clientVersion, Date.now()))
      }
      return work()
    })
  }

  /** EndTxn. Resolves, when readers see the end, to what the producer goes on with. */
  end(
    transactionalId: string,
    producer: ProducerIdentity,
    isCommit: boolean,
    clientVersion: number,
  ): Promise<ProducerIdentity> {
    return this.#inTurn(transactionalId, async () => {
      const entry = this.#known(transactionalId)
      const outcome = endOutcome(entry, producer, isCommit, clientVersion)
      if (outcome === 'end') await this.#end(entry, { isCommit, clientVersion, isFence: false })
      const now = this.store.get(transactionalId)!
      // The end is decided but not yet carried out everywhere: what comes after it is known all the same.
      return now.nextProducerId >= 0 ? { producerId: now.nextProducerId, producerEpoch: 0 } : now
    })
  }

  /** Aborts what has been open for too long, and forgets ids that nobody used for `transactionalIdExpirationMs`. Never rejects. */
  async expire(nowMs: number): Promise<void> {
    for (const { transactionalId } of [...this.store.all()]) {
      await this.#inTurn(transactionalId, async () => {
        const entry = this.store.get(transactionalId)
        if (entry === undefined || this.#isClosed) return
        if (entry.state === 'Ongoing' && entry.startMs + entry.timeoutMs <= nowMs) {
          this.#options.log(
            'info',
            `transaction of ${transactionalId} aborted: open for more than ${entry.timeoutMs} ms`,
          )
          await this.#end(entry, { isCommit: false, clientVersion: entry.clientVersion, isFence: true })
        } else if (isAtRest(entry) && entry.updateMs + this.#options.transactionalIdExpirationMs <= nowMs) {
          await this.store.forget(transactionalId)
        }
      }).catch((error: unknown) => {
        if (!this.#isClosed)
          this.#options.log(
            'error',
            `time limit of transactional id ${transactionalId}: ${KafkaError.from(error).message}`,
          )
      })
    }
  }

  /** Decides the end and carries it out. Resolves when the markers are written, or when the disk refused one: then it goes on by itself. */
  async #end(entry: Transaction, end: { isCommit: boolean; clientVersion: number; isFence: boolean }): Promise<void> {
    const bumps = end.clientVersion >= EPOCH_BUMP_SINCE
    const nextProducerId = bumps && isEpochUsedUp(entry.producerEpoch) ? await this.#ids.next() : -1
    await this.#put(prepared(entry, { ...end, nextProducerId }, Date.now()))
    await this.#complete(entry.transactionalId)
  }

  async #complete(transactionalId: string): Promise<void> {
    const entry = this.store.get(transactionalId)
    if (entry === undefined) return
    const { promise: failed, resolve: onFailure } = Promise.withResolvers<void>()
    const finish = (): Promise<void> => this.store.putSoon(completed(entry, Date.now()))
    // After a failure it goes on by itself: until then every request of the id is told to wait.
    await Promise.race([this.#markers.writeAll(entry, finish, onFailure), failed])
  }

  async #put(entry: Transaction): Promise<void> {
    try {
      await this.store.put(entry)
    } catch (error) {
      this.#options.log('error', `transactional id ${entry.transactionalId}: ${KafkaError.from(error).message}`)
      throw new KafkaError('COORDINATOR_NOT_AVAILABLE', 'the state of the transaction could not be stored')
    }
  }

  #known(transactionalId: string): Transaction {
    if (transactionalId === '') throw new KafkaError('INVALID_REQUEST')
    const entry = this.store.get(transactionalId)
    if (entry === undefined) throw new KafkaError('INVALID_PRODUCER_ID_MAPPING')
    return entry
  }

  /** The entry, if the producer is the one that holds the id and nothing is ending. */
  #claimed(transactionalId: string, producer: ProducerIdentity): Transaction {
    const entry = this.#known(transactionalId)
    if (entry.producerId !== producer.producerId) throw new KafkaError('INVALID_PRODUCER_ID_MAPPING')
    if (entry.producerEpoch !== producer.producerEpoch) throw new KafkaError('PRODUCER_FENCED')
    if (entry.state === 'PrepareCommit' || entry.state === 'PrepareAbort')
      throw new KafkaError('CONCURRENT_TRANSACTIONS')
    return entry
  }

  #hasAll(transactionalId: string, producer: ProducerIdentity, partitions: readonly TopicPartition[]): boolean {
    const entry = this.store.get(transactionalId)
    if (entry?.state !== 'Ongoing') return false
    if (entry.producerId !== producer.producerId || entry.producerEpoch !== producer.producerEpoch) return false
    for (const [topic, partition] of partitions) if (entry.partitions.get(topic)?.has(partition) !== true) return false
    return true
  }

  #inTurn<T>(transactionalId: string, work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new KafkaError('COORDINATOR_NOT_AVAILABLE'))
    return this.#turns.run(transactionalId, work)
  }

  #schedule(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      void this.expire(Date.now()).then(() => this.#schedule())
    }, this.#options.transactionCheckIntervalMs)
    this.#timer.unref()
  }
}

function isAtRest({ state }: Transaction): boolean {
  return state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort'
}
