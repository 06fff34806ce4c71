// InitProducerId: identities for idempotent and transactional producers.

import { errorNumber, KafkaError } from '../../error.ts'
import type { InitProducerId } from '../../protocol/init-producer-id.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import { fencedNumber } from './transactions.ts'

/** First version that knows PRODUCER_FENCED. */
const FENCED_SINCE = 4

/** Answers InitProducerId. Without a transaction every producer gets a new id, also one that names its old one: so does Kafka. */
export async function answerInitProducerId(
  core: BrokerCore,
  request: RequestOf<typeof InitProducerId>,
  { version }: RequestContext,
): Promise<ResponseInput<typeof InitProducerId>> {
  const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request
  try {
    if (producerId < 0 !== producerEpoch < 0) return { errorCode: errorNumber('INVALID_REQUEST') }
    if (transactionalId === null) return { errorCode: 0, producerId: await core.producerIds.next(), producerEpoch: 0 }
    if (transactionalId === '') return { errorCode: errorNumber('INVALID_REQUEST') }
    if (timeoutMs <= 0 || timeoutMs > core.options.transactionMaxTimeoutMs)
      return { errorCode: errorNumber('INVALID_TRANSACTION_TIMEOUT') }
    const claim = { producerId, producerEpoch }
    const given = await core.transactions.initProducer(transactionalId, timeoutMs, claim)
    return { errorCode: 0, producerId: given.producerId, producerEpoch: given.producerEpoch }
  } catch (error) {
    return { errorCode: fencedNumber(KafkaError.from(error), version >= FENCED_SINCE) }
  }
}
