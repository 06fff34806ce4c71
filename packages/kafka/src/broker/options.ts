// What a broker is started with, and the values that stand when nothing is said.

/** Limits that keep one client, or hostile bytes, from taking the whole machine. All in bytes or counts. */
export interface BrokerLimits {
  /** Largest request frame (Kafka: socket.request.max.bytes). */
  maxFrameBytes: number
  /** Largest record batch of a topic that does not say otherwise (Kafka: message.max.bytes). */
  messageMaxBytes: number
  /** Largest fetch response besides one single batch (Kafka: fetch.max.bytes). */
  fetchMaxBytes: number
  /** Largest request frame of a client that has not proved who it is (Kafka: sasl.server.max.receive.size, 512 KiB). */
  firstFrameBytes: number
  /** Open connections. */
  maxConnections: number
  /** Cached fetch sessions (Kafka: max.incremental.fetch.session.cache.slots). */
  maxFetchSessions: number
  /** Most partitions of one topic. */
  maxPartitions: number
  /** Most members of one consumer group. */
  maxGroupMembers: number
}

/** Options of a broker. Only the data folder must be given. */
export interface BrokerOptions {
  /** Folder of all that must survive a restart; made when missing. */
  dataFolder: string
  nodeId?: number
  /** Cluster id; by default one is drawn on the first start and kept. */
  clusterId?: string
  /** Address that clients are told to connect to; default: the address listened on. */
  advertisedHost?: string
  advertisedPort?: number
  /** Partitions of a topic created without a number. */
  defaultPartitions?: number
  autoCreateTopics?: boolean
  /** Partitions of `__consumer_offsets`. */
  offsetsPartitions?: number
  /** How long a new group waits for further members before its first rebalance. */
  initialRebalanceDelayMs?: number
  /** How often members of consumer groups (KIP-848) report (Kafka: group.consumer.heartbeat.interval.ms). */
  consumerHeartbeatIntervalMs?: number
  /** How long such a member may be silent (Kafka: group.consumer.session.timeout.ms). */
  consumerSessionTimeoutMs?: number
  /** How long offsets of a group without members are kept (Kafka: offsets.retention.minutes). */
  offsetsRetentionMs?: number
  /** Pause between two looks for such offsets (Kafka: offsets.retention.check.interval.ms). */
  offsetsRetentionCheckMs?: number
  /** Partitions of `__transaction_state`. */
  transactionPartitions?: number
  /** Longest time a transaction may be open (Kafka: transaction.max.timeout.ms). */
  transactionMaxTimeoutMs?: number
  /** Pause between two looks for transactions open too long (Kafka: transaction.abort.timed.out.transaction.cleanup.interval.ms). */
  transactionCheckIntervalMs?: number
  /** How long a transactional id that nobody uses is kept (Kafka: transactional.id.expiration.ms). */
  transactionalIdExpirationMs?: number
  /** Pause between two rounds of retention and compaction (Kafka: log.retention.check.interval.ms). */
  maintenanceIntervalMs?: number
  /** How long a client of a listener with authentication may take to prove who it is. */
  authenticationTimeoutMs?: number
  limits?: Partial<BrokerLimits>
  /** Receives one line per noteworthy event; default: nothing is logged. */
  log?: BrokerLogger
}

/** Where the broker's log lines go. Lines never hold record contents. */
export type BrokerLogger = (level: 'info' | 'warn' | 'error', message: string) => void

/** Options with every default filled in. */
export type ResolvedOptions = Required<
  Omit<BrokerOptions, 'clusterId' | 'advertisedHost' | 'advertisedPort' | 'limits'>
> &
  Pick<BrokerOptions, 'clusterId' | 'advertisedHost' | 'advertisedPort'> & { limits: BrokerLimits }

const DEFAULT_LIMITS: BrokerLimits = {
  maxFrameBytes: 104_857_600,
  firstFrameBytes: 65_536,
  messageMaxBytes: 1_048_588,
  fetchMaxBytes: 57_671_680,
  maxConnections: 2000,
  maxFetchSessions: 1000,
  maxPartitions: 1000,
  maxGroupMembers: 1000,
}

/** Fills in the defaults. */
export function resolveOptions(options: BrokerOptions): ResolvedOptions {
  return {
    nodeId: 1,
    defaultPartitions: 1,
    autoCreateTopics: true,
    offsetsPartitions: 1,
    initialRebalanceDelayMs: 0,
    consumerHeartbeatIntervalMs: 5000,
    consumerSessionTimeoutMs: 45_000,
    offsetsRetentionMs: 7 * 24 * 3_600_000,
    offsetsRetentionCheckMs: 600_000,
    transactionPartitions: 1,
    transactionMaxTimeoutMs: 900_000,
    transactionCheckIntervalMs: 10_000,
    transactionalIdExpirationMs: 7 * 24 * 3_600_000,
    maintenanceIntervalMs: 60_000,
    authenticationTimeoutMs: 10_000,
    log: () => {},
    ...options,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  }
}
