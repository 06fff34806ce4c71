// How the schema history reaches its cluster: security by Kafka's names under `schema.history.internal.producer.` and `.consumer.`.
import { type LinkFactory, readClientSecurity, secureLinks } from '@millrace/kafka'
import { CdcError } from '../../../base/errors.ts'
import type { HistoryConfig } from '../../../config/mysql/topic-config.ts'

const PREFIX = 'schema.history.internal'

/**
 * Links for reading and writing: ours is one client, so the producer's options count, and the consumer's where the producer has none.
 * Errors: CDC_CONFIG_INVALID with the option's name.
 */
export function historyLinks(
  { producer, consumer }: Pick<HistoryConfig, 'producer' | 'consumer'>,
  { openLink, connectorName }: { readonly openLink: LinkFactory; readonly connectorName: string },
): LinkFactory {
  try {
    const security = readClientSecurity((option) => (producer[option] ?? consumer[option])?.trim())
    return security === null ? openLink : secureLinks(security, `${connectorName}-schemahistory`)
  } catch (error) {
    const why = (error as Error).message
    throw new CdcError('CDC_CONFIG_INVALID', `${PREFIX}.producer / ${PREFIX}.consumer: ${why}`, { cause: error })
  }
}
