// InitProducerId: identities for idempotent producers. Transactional ones are refused with a fatal error, not with one to retry.

import { errorNumber, KafkaError } from '../../error.ts'
import type { InitProducerId } from '../../protocol/init-producer-id.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore } from '../core.ts'

/** Answers InitProducerId. Without a transaction every producer gets a new id, also one that names its old one: so does Kafka. */
export async function answerInitProducerId(
  core: BrokerCore,
  request: RequestOf<typeof InitProducerId>,
): Promise<ResponseInput<typeof InitProducerId>> {
  if (request.transactionalId !== null) return { errorCode: errorNumber('UNSUPPORTED_VERSION') }
  try {
    return { errorCode: 0, producerId: await core.producerIds.next(), producerEpoch: 0 }
  } catch (error) {
    return { errorCode: KafkaError.from(error).number }
  }
}
