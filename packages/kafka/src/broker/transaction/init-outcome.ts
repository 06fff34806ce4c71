// What becomes of a producer that takes a transactional id over.

import { KafkaError } from '../../error.ts'
import { isEpochUsedUp, type Transaction } from './transaction.ts'

/** Who the producer says it is: -1 and -1 for one that starts anew. */
export interface ProducerClaim {
  readonly producerId: number
  readonly producerEpoch: number
}

/**
 * `next`: it gets the next epoch; `abort`: first the open transaction is aborted; `repeat`: it asks again for what it was given already.
 * Throws PRODUCER_FENCED or CONCURRENT_TRANSACTIONS.
 */
export function initOutcome(entry: Transaction, claim: ProducerClaim): 'next' | 'abort' | 'repeat' {
  const isAnew = claim.producerId < 0
  const isNew = entry.producerEpoch < 0
  const isFormerId = claim.producerId === entry.previousProducerId && isEpochUsedUp(claim.producerEpoch)
  if (!isAnew && !isNew && claim.producerId !== entry.producerId && !isFormerId) throw new KafkaError('PRODUCER_FENCED')
  switch (entry.state) {
    case 'PrepareCommit':
    case 'PrepareAbort':
      throw new KafkaError('CONCURRENT_TRANSACTIONS')
    case 'Ongoing':
      if (!isAnew && claim.producerEpoch !== entry.producerEpoch) throw new KafkaError('PRODUCER_FENCED')
      return 'abort'
    default:
      if (isAnew || isNew || claim.producerEpoch === entry.producerEpoch) return 'next'
      // It got the epoch after that one, and the answer was lost on its way.
      if (claim.producerEpoch === entry.lastEpoch || isFormerId) return 'repeat'
      throw new KafkaError('PRODUCER_FENCED')
  }
}
