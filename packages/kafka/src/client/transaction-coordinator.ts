// The requests of a transactional producer to its coordinator: an identity at the start, partitions where the cluster wants them told, and the
// end of a transaction. Each is asked again until it is answered for good, since all of them may be repeated.
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaError } from '../error.ts'
import { AddPartitionsToTxn } from '../protocol/add-partitions-to-txn.ts'
import { EndTxn } from '../protocol/end-txn.ts'
import { COORDINATOR_TRANSACTION, FindCoordinator } from '../protocol/find-coordinator.ts'
import { InitProducerId } from '../protocol/init-producer-id.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'

/** Who a producer is, for the broker. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** What a coordinator's client is made of. */
export interface TransactionCoordinatorOptions {
  readonly cluster: Cluster
  readonly transactionalId: string
  /** The broker aborts a transaction that is open for longer. */
  readonly transactionTimeoutMs: number
  /** How long one request is tried again. */
  readonly patienceMs: number
}

/** `transaction.version` from which partitions are added by writing to them, and every end bumps the epoch (KIP-890). */
const IMPLICIT_SINCE = 2
/** The last version of AddPartitionsToTxn that clients speak. */
const ADD_PARTITIONS_VERSION = 3
/** The last version of EndTxn that leaves the epoch as it is. */
const PLAIN_END_VERSION = 4
const RETRY_MS = 100
/** The end of the transaction before is still being written: a matter of milliseconds. */
const CONCURRENT_RETRY_MS = 5

/** The coordinator of one transactional id. */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions
  #connection: Connection | null = null
  #isImplicit = false

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options
  }

  get transactionalId(): string {
    return this.#options.transactionalId
  }

  /** Whether the cluster adds partitions to a transaction by itself; known after {@link init}. */
  get isImplicit(): boolean {
    return this.#isImplicit
  }

  /**
   * Takes the transactional id over: every earlier producer of it is fenced, its open transaction aborted.
   * Errors: KafkaError of the broker; REQUEST_TIMED_OUT when the earlier transaction does not end in time.
   */
  async init(): Promise<ProducerIdentity> {
    const { transactionalId, transactionTimeoutMs } = this.#options
    return this.#ask('InitProducerId', async (connection) => {
      this.#isImplicit = connection.featureLevel('transaction.version') >= IMPLICIT_SINCE
      const { errorCode, producerId, producerEpoch } = await connection.request(InitProducerId, {
        transactionalId,
        transactionTimeoutMs,
      })
      check(errorCode)
      return { producerId, producerEpoch }
    })
  }

  /** Adds a partition to the open transaction. Only where the cluster is not {@link isImplicit}. */
  async add(identity: ProducerIdentity, topic: string, partition: number): Promise<void> {
    const { transactionalId } = this.#options
    await this.#ask('AddPartitionsToTxn', async (connection) => {
      const request = { transactionalId, ...identity, topics: [{ name: topic, partitions: [partition] }] }
      const answer = await connection.request(AddPartitionsToTxn, request, ADD_PARTITIONS_VERSION)
      for (const { resultsByPartition } of answer.resultsByTopic)
        for (const { partitionErrorCode } of resultsByPartition) check(partitionErrorCode)
    })
  }

  /** Commits or aborts the open transaction. Resolves to the identity to go on with, once the decision is durable. */
  async end(
    identity: ProducerIdentity,
    committed: boolean,
    patienceMs = this.#options.patienceMs,
  ): Promise<ProducerIdentity> {
    const { transactionalId } = this.#options
    const ask = async (connection: Connection): Promise<ProducerIdentity> => {
      const request = { transactionalId, ...identity, committed }
      const answer = await connection.request(EndTxn, request, this.#isImplicit ? EndTxn.max : PLAIN_END_VERSION)
      check(answer.errorCode)
      const { producerId, producerEpoch } = answer
      return producerId < 0 ? identity : { producerId, producerEpoch }
    }
    return this.#ask('EndTxn', ask, patienceMs)
  }

  async #ask<T>(
    what: string,
    request: (connection: Connection) => Promise<T>,
    patienceMs = this.#options.patienceMs,
  ): Promise<T> {
    const { cluster, transactionalId } = this.#options
    const endMs = performance.now() + patienceMs
    for (;;) {
      try {
        if (this.#connection?.isOpen !== true) this.#connection = await findCoordinator(cluster, transactionalId)
        return await request(this.#connection)
      } catch (thrown) {
        const error = KafkaError.from(thrown)
        if (!error.retriable) throw fencedOr(error, transactionalId)
        if (performance.now() > endMs)
          throw new KafkaError(
            'REQUEST_TIMED_OUT',
            `${what} of ${transactionalId} found no answer within ${patienceMs} ms: ${error.message}`,
            { cause: error },
          )
        const isConcurrent = error.code === 'CONCURRENT_TRANSACTIONS'
        if (!isConcurrent && error.code !== 'COORDINATOR_LOAD_IN_PROGRESS') this.#connection = null
        await delay(isConcurrent ? CONCURRENT_RETRY_MS : RETRY_MS)
      }
    }
  }
}

/**
 * Ends the reign of whoever produces under the transactional ids: their open transactions are aborted and nothing of theirs is taken any
 * more. Errors: KafkaError of the broker.
 */
export async function fenceProducers(cluster: Cluster, transactionalIds: readonly string[]): Promise<void> {
  for (const transactionalId of transactionalIds)
    await new TransactionCoordinator({
      cluster,
      transactionalId,
      transactionTimeoutMs: FENCE_TIMEOUT_MS,
      patienceMs: FENCE_TIMEOUT_MS,
    }).init()
}

const FENCE_TIMEOUT_MS = 60_000

/** What a broker says to a producer that was taken over, in one word. */
export function fencedOr(error: KafkaError, transactionalId: string): KafkaError {
  if (error.code !== 'INVALID_PRODUCER_EPOCH' && error.code !== 'PRODUCER_FENCED') return error
  return new KafkaError(
    'PRODUCER_FENCED',
    `There is a newer producer with transactional id ${transactionalId}, or its transaction was open for too long`,
    { cause: error },
  )
}

async function findCoordinator(cluster: Cluster, transactionalId: string): Promise<Connection> {
  const any = await cluster.any()
  const answer = await any.request(FindCoordinator, {
    key: transactionalId,
    keyType: COORDINATOR_TRANSACTION,
    coordinatorKeys: [transactionalId],
  })
  const { errorCode, errorMessage, host, port } = answer.coordinators[0] ?? answer
  check(errorCode, errorMessage)
  return cluster.at(host, port)
}

function check(errorCode: number, message?: string | null): void {
  if (errorCode !== 0) throw KafkaError.fromNumber(errorCode, message)
}
