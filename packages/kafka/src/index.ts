// The public surface of this package: everything other packages may import.

// broker
export { Broker, type ListenExtras } from './broker/broker.ts'
export { type BrokerThread, type BrokerThreadOptions, startBrokerThread } from './broker/broker-thread.ts'
export { portHolder } from './broker/net/port-holder.ts'
export type { ListenAddress } from './broker/net/tcp-listener.ts'
export type { BrokerLimits, BrokerLogger, BrokerOptions } from './broker/options.ts'
export type {
  ListenerSecurity,
  ListenerSettings,
  SecurityProtocol,
  TlsMaterial,
} from './broker/security/listener.ts'
export { type ReadListeners, readListeners } from './broker/security/listener-settings.ts'
// client/: links, connections, control requests, reading
export { Admin, type NewTopic } from './client/admin.ts'
export { type ClientSecurity, readClientSecurity, SECURITY_OPTIONS } from './client/client-security.ts'
export { Cluster, type ClusterOptions, parseBootstrap, type TopicMetadata } from './client/cluster.ts'
export { Connection, type ConnectionOptions } from './client/connection.ts'
export { FrameSplitter, MAX_FRAME_BYTES } from './client/frame-splitter.ts'
export {
  type DescribedGroup,
  type DescribedMember,
  GroupAdmin,
  type ListedGroup,
  type TopicPartition,
} from './client/group-admin.ts'
export { GroupConsumer, type GroupConsumerOptions } from './client/group-consumer.ts'
export {
  GroupSession,
  type GroupSessionOptions,
  type JoinedGroup,
  type OfferedProtocol,
} from './client/group-session.ts'
export type { Link, LinkFactory } from './client/link.ts'
export type { FetchedRecords } from './client/partition-fetcher.ts'
export { PortLink } from './client/port-link.ts'
export type { SendOptions } from './client/produce-sender.ts'
export { Producer, type ProducerOptions } from './client/producer.ts'
export { secureLinks } from './client/secure-link.ts'
export { connectTcp, TcpLink } from './client/tcp-link.ts'
export {
  CONFIG_RESOURCE,
  type ConfigChange,
  type ConfigDescription,
  TopicAdmin,
  type TopicDescription,
} from './client/topic-admin.ts'
export { type FollowedPartition, followTopics, type TopicFollowerOptions } from './client/topic-follower.ts'
export { type ReadChunk, readToEnd, readTopic, type TopicReaderOptions } from './client/topic-reader.ts'
export { fenceProducers } from './client/transaction-coordinator.ts'
// errors
export { type AnyErrorCode, errorName, KafkaError } from './error.ts'
// log/
export { FileCache } from './log/file-cache.ts'
export { partitionConfig } from './log/partition-config.ts'
export { PartitionLog } from './log/partition-log.ts'
// record/
export type { ByteSink, EncodedHeaders, RecordAppender } from './record/appender.ts'
export { type BatchRecord, BatchView, readBatches } from './record/batch-reader.ts'
export { BatchWriter } from './record/batch-writer.ts'
export type { Compression } from './record/compression.ts'
export { encodeHeaders, type RecordHeader } from './record/headers.ts'
export { murmur2, partitionForKey } from './record/partitioner.ts'
