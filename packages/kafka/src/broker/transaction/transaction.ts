// One transactional id: who its producer is, what its transaction touches, and where in its life it is. An entry is never changed, only
// replaced by the next one when that is on disk.

/** States of a transactional id, with the numbers that Kafka stores. */
export const TRANSACTION_STATES = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
} as const

/** Name of a state. */
export type TransactionState = keyof typeof TRANSACTION_STATES

/** Topic → partitions. */
export type TransactionPartitions = ReadonlyMap<string, ReadonlySet<number>>

/** A transactional id as it stands. Times: Unix epoch milliseconds, -1 = none. */
export interface Transaction {
  readonly transactionalId: string
  readonly producerId: number
  /** The id before the last change of ids; -1 = none. */
  readonly previousProducerId: number
  /** The id to go on with when the transaction has ended and the epochs of this one are used up; -1 = the same. */
  readonly nextProducerId: number
  readonly producerEpoch: number
  /** The epoch before the last bump; -1 = not known. */
  readonly lastEpoch: number
  readonly timeoutMs: number
  readonly state: TransactionState
  readonly partitions: TransactionPartitions
  readonly startMs: number
  readonly updateMs: number
  /** `transaction.version` that the client spoke last: 2 bumps the epoch with every end. */
  readonly clientVersion: number
}

/** First `transaction.version` that bumps the epoch at every end and adds partitions by writing to them. */
export const EPOCH_BUMP_SINCE = 2
/** The last epoch that a producer gets. */
export const LAST_EPOCH = 0x7ffe
const NO_PARTITIONS: TransactionPartitions = new Map()

/** Whether no later epoch may be given to the producer id. */
export function isEpochUsedUp(epoch: number): boolean {
  return epoch >= LAST_EPOCH
}

/** A transactional id that was never used before. */
export function newTransaction(transactionalId: string, producerId: number, nowMs: number): Transaction {
  return {
    transactionalId,
    producerId,
    previousProducerId: -1,
    nextProducerId: -1,
    producerEpoch: -1,
    lastEpoch: -1,
    timeoutMs: 0,
    state: 'Empty',
    partitions: NO_PARTITIONS,
    startMs: -1,
    updateMs: nowMs,
    clientVersion: 0,
  }
}

/** The entry with more partitions; its transaction begins if none is under way. */
export function withPartitions(
  entry: Transaction,
  added: readonly (readonly [topic: string, partition: number])[],
  clientVersion: number,
  nowMs: number,
): Transaction {
  const isUnderWay = entry.state === 'Ongoing'
  const partitions = new Map<string, Set<number>>()
  if (isUnderWay) for (const [topic, numbers] of entry.partitions) partitions.set(topic, new Set(numbers))
  for (const [topic, partition] of added) {
    const numbers = partitions.get(topic)
    if (numbers === undefined) partitions.set(topic, new Set([partition]))
    else numbers.add(partition)
  }
  return {
    ...entry,
    state: 'Ongoing',
    partitions,
    startMs: isUnderWay ? entry.startMs : nowMs,
    updateMs: nowMs,
    clientVersion,
  }
}

/**
 * The decision to end: from here on there is no way back. With version 2 the epoch is bumped, so that nothing of the producer that is still
 * on its way can come after the markers. `nextProducerId`: fresh id for a producer whose epochs are used up, else -1.
 */
export function prepared(
  entry: Transaction,
  end: { isCommit: boolean; clientVersion: number; nextProducerId: number; isFence: boolean },
  nowMs: number,
): Transaction {
  const isBumped = end.clientVersion >= EPOCH_BUMP_SINCE || end.isFence
  return {
    ...entry,
    state: end.isCommit ? 'PrepareCommit' : 'PrepareAbort',
    nextProducerId: end.nextProducerId,
    ...(isBumped && { producerEpoch: entry.producerEpoch + 1, lastEpoch: entry.producerEpoch }),
    // an abort without any partition has no start of its own
    startMs: entry.state === 'Ongoing' ? entry.startMs : nowMs,
    partitions: entry.state === 'Ongoing' ? entry.partitions : NO_PARTITIONS,
    updateMs: nowMs,
    clientVersion: end.clientVersion,
  }
}

/** The entry after all markers are written. */
export function completed(entry: Transaction, nowMs: number): Transaction {
  const isNewId = entry.nextProducerId >= 0
  return {
    ...entry,
    state: entry.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    ...(isNewId && { producerId: entry.nextProducerId, previousProducerId: entry.producerId, producerEpoch: 0 }),
    nextProducerId: -1,
    partitions: NO_PARTITIONS,
    updateMs: nowMs,
  }
}
