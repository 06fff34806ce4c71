// Features in the sense of Kafka's KIP-584: what the cluster has agreed on. Clients and tools look at them before they use a protocol.

import type { ApiVersions } from '../protocol/api-versions.ts'
import type { ResponseInput } from '../protocol/message.ts'

/** A feature: the levels this broker knows, and the one in force. */
export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly level: number
}

/**
 * Every feature that is announced. `group.version` 1: consumer groups of KIP-848. `transaction.version` 2: every end of a transaction bumps
 * the producer's epoch, and partitions are added by writing to them (KIP-890).
 */
export const FEATURES: readonly Feature[] = [
  { name: 'group.version', min: 0, max: 1, level: 1 },
  { name: 'transaction.version', min: 0, max: 2, level: 2 },
]

/** First version of ApiVersions whose clients can read a lowest level of 0. */
const LEVEL_ZERO_SINCE = 4

/** The part of ApiVersions' answer that tells the features. */
export function announcedFeatures(
  version: number,
): Pick<ResponseInput<typeof ApiVersions>, 'supportedFeatures' | 'finalizedFeatures' | 'finalizedFeaturesEpoch'> {
  return {
    supportedFeatures: FEATURES.filter(({ min }) => min > 0 || version >= LEVEL_ZERO_SINCE).map(
      ({ name, min, max }) => {
        return { name, minVersion: min, maxVersion: max }
      },
    ),
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: FEATURES.map(({ name, level }) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  }
}
