// Puts the parts of transactions together when the broker opens.

import type { GroupCoordinator } from '../group/group-coordinator.ts'
import type { ResolvedOptions } from '../options.ts'
import type { ProducerIds } from '../producer-ids.ts'
import { type Topic, TRANSACTIONS_TOPIC } from '../topic/topic.ts'
import type { TopicRegistry } from '../topic/topic-registry.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'
import { MarkerWriter } from './transaction-markers.ts'
import { TransactionStore } from './transaction-store.ts'

/** What transactions need of the broker. */
export interface TransactionSurroundings {
  readonly topics: TopicRegistry
  readonly groups: GroupCoordinator
  readonly producerIds: ProducerIds
  readonly options: ResolvedOptions
  readonly closing: AbortSignal
}

/** The coordinator with what the data folder holds of it; not yet started. Rejects with `DATA_CORRUPT`. */
export async function openTransactions(
  around: TransactionSurroundings,
): Promise<{ transactions: TransactionCoordinator; markers: MarkerWriter }> {
  const { topics, groups, producerIds, options, closing } = around
  const make = async (): Promise<Topic> =>
    topics.get(TRANSACTIONS_TOPIC) ??
    topics.create(TRANSACTIONS_TOPIC, options.transactionPartitions, {
      'cleanup.policy': 'compact',
      'compression.type': 'uncompressed',
      'segment.bytes': '16777216',
    })
  const store = await TransactionStore.open(topics.get(TRANSACTIONS_TOPIC), make)
  const offsetsEnded = (partition: number, producerId: number, isCommit: boolean): void =>
    groups.endTransaction(partition, producerId, isCommit)
  const markers = new MarkerWriter(topics, offsetsEnded, options.log, closing)
  return { transactions: new TransactionCoordinator(store, markers, producerIds, options), markers }
}
