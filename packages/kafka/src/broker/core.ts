// What every request may use: the parts of a running broker.

import type { GroupCoordinator } from './group/group-coordinator.ts'
import type { ListenAddress } from './net/tcp-listener.ts'
import type { ResolvedOptions } from './options.ts'
import type { ProducerIds } from './producer-ids.ts'
import type { FetchSessions } from './request/fetch-sessions.ts'
import type { TopicRegistry } from './topic/topic-registry.ts'
import type { TransactionCoordinator } from './transaction/transaction-coordinator.ts'
import type { MarkerWriter } from './transaction/transaction-markers.ts'

/** A running broker as its requests see it. */
export interface BrokerCore {
  readonly options: ResolvedOptions
  readonly clusterId: string
  readonly topics: TopicRegistry
  readonly producerIds: ProducerIds
  readonly sessions: FetchSessions
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly markers: MarkerWriter
  /** Aborts when the broker closes: requests that wait then end. */
  readonly closing: AbortSignal
}

/** What a request came with. */
export interface RequestContext {
  readonly version: number
  /** Name the client gives itself; empty when it gives none. */
  readonly clientId: string
  /** Address of the client as Kafka shows it, `/127.0.0.1`. */
  readonly clientHost: string
  /** Where clients of this connection's listener are told to connect. */
  readonly advertised: ListenAddress
  /** Aborts when the connection ends. */
  readonly gone: AbortSignal
}
