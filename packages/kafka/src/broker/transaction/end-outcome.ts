// What becomes of a producer's wish to end its transaction.

import { KafkaError } from '../../error.ts'
import type { ProducerClaim } from './init-outcome.ts'
import { EPOCH_BUMP_SINCE, isEpochUsedUp, LAST_EPOCH, type Transaction } from './transaction.ts'

/**
 * `end`: it is carried out; `repeat`: it was carried out before and is only answered again. Throws INVALID_PRODUCER_ID_MAPPING,
 * PRODUCER_FENCED, CONCURRENT_TRANSACTIONS or INVALID_TXN_STATE.
 */
export function endOutcome(
  entry: Transaction,
  producer: ProducerClaim,
  isCommit: boolean,
  clientVersion: number,
): 'end' | 'repeat' {
  const bumps = clientVersion >= EPOCH_BUMP_SINCE
  const isEnded = entry.state === 'CompleteCommit' || entry.state === 'CompleteAbort'
  const isAfterBump =
    bumps && isEnded && entry.producerId === producer.producerId && entry.producerEpoch === producer.producerEpoch + 1
  const isAfterNewId =
    bumps &&
    isEnded &&
    entry.previousProducerId === producer.producerId &&
    isEpochUsedUp(producer.producerEpoch) &&
    producer.producerEpoch <= LAST_EPOCH &&
    entry.producerEpoch === 0
  const isRepeat = isAfterBump || isAfterNewId
  if (entry.producerId !== producer.producerId && !isAfterNewId) throw new KafkaError('INVALID_PRODUCER_ID_MAPPING')
  if (entry.producerEpoch !== producer.producerEpoch && !isRepeat) throw new KafkaError('PRODUCER_FENCED')
  switch (entry.state) {
    case 'Ongoing':
      return 'end'
    case 'CompleteCommit':
      return ended(true, isCommit, bumps, isRepeat)
    case 'CompleteAbort':
      return ended(false, isCommit, bumps, isRepeat)
    case 'PrepareCommit':
      throw new KafkaError(isCommit ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE')
    case 'PrepareAbort':
      throw new KafkaError(isCommit ? 'INVALID_TXN_STATE' : 'CONCURRENT_TRANSACTIONS')
    default:
      // With version 2 a transaction of which the broker never heard can be aborted.
      if (bumps && !isCommit) return 'end'
      throw new KafkaError('INVALID_TXN_STATE')
  }
}

function ended(wasCommit: boolean, isCommit: boolean, bumps: boolean, isRepeat: boolean): 'end' | 'repeat' {
  if (!bumps || isRepeat) {
    if (wasCommit === isCommit) return 'repeat'
    throw new KafkaError('INVALID_TXN_STATE')
  }
  if (isCommit) throw new KafkaError('INVALID_TXN_STATE')
  return 'end'
}
