// The list of all APIs whose codecs exist. What the broker serves of them is decided in broker/router.ts.

import { AddOffsetsToTxn } from './add-offsets-to-txn.ts'
import { AddPartitionsToTxn } from './add-partitions-to-txn.ts'
import { AlterClientQuotas } from './alter-client-quotas.ts'
import { AlterConfigs } from './alter-configs.ts'
import { AlterPartitionReassignments } from './alter-partition-reassignments.ts'
import { AlterUserScramCredentials } from './alter-user-scram-credentials.ts'
import { ApiVersions } from './api-versions.ts'
import { ConsumerGroupDescribe } from './consumer-group-describe.ts'
import { ConsumerGroupHeartbeat } from './consumer-group-heartbeat.ts'
import { CreateAcls } from './create-acls.ts'
import { CreatePartitions } from './create-partitions.ts'
import { CreateTopics } from './create-topics.ts'
import { DeleteAcls } from './delete-acls.ts'
import { DeleteGroups } from './delete-groups.ts'
import { DeleteRecords } from './delete-records.ts'
import { DeleteTopics } from './delete-topics.ts'
import { DescribeAcls } from './describe-acls.ts'
import { DescribeClientQuotas } from './describe-client-quotas.ts'
import { DescribeCluster } from './describe-cluster.ts'
import { DescribeConfigs } from './describe-configs.ts'
import { DescribeGroups } from './describe-groups.ts'
import { DescribeLogDirs } from './describe-log-dirs.ts'
import { DescribeProducers } from './describe-producers.ts'
import { DescribeQuorum } from './describe-quorum.ts'
import { DescribeTopicPartitions } from './describe-topic-partitions.ts'
import { DescribeTransactions } from './describe-transactions.ts'
import { DescribeUserScramCredentials } from './describe-user-scram-credentials.ts'
import { ElectLeaders } from './elect-leaders.ts'
import { EndTxn } from './end-txn.ts'
import { Fetch } from './fetch.ts'
import { FindCoordinator } from './find-coordinator.ts'
import { Heartbeat } from './heartbeat.ts'
import { IncrementalAlterConfigs } from './incremental-alter-configs.ts'
import { InitProducerId } from './init-producer-id.ts'
import { JoinGroup } from './join-group.ts'
import { LeaveGroup } from './leave-group.ts'
import { ListConfigResources } from './list-config-resources.ts'
import { ListGroups } from './list-groups.ts'
import { ListOffsets } from './list-offsets.ts'
import { ListPartitionReassignments } from './list-partition-reassignments.ts'
import { ListTransactions } from './list-transactions.ts'
import { Metadata } from './metadata.ts'
import { OffsetCommit } from './offset-commit.ts'
import { OffsetDelete } from './offset-delete.ts'
import { OffsetFetch } from './offset-fetch.ts'
import { OffsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { Produce } from './produce.ts'
import { SaslAuthenticate } from './sasl-authenticate.ts'
import { SaslHandshake } from './sasl-handshake.ts'
import { SyncGroup } from './sync-group.ts'
import { TxnOffsetCommit } from './txn-offset-commit.ts'
import { UpdateFeatures } from './update-features.ts'
import { WriteTxnMarkers } from './write-txn-markers.ts'

/** Every API with a codec, in order of its key. */
export const APIS = [
  Produce,
  Fetch,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  FindCoordinator,
  JoinGroup,
  Heartbeat,
  LeaveGroup,
  SyncGroup,
  DescribeGroups,
  ListGroups,
  SaslHandshake,
  ApiVersions,
  CreateTopics,
  DeleteTopics,
  DeleteRecords,
  InitProducerId,
  OffsetForLeaderEpoch,
  AddPartitionsToTxn,
  AddOffsetsToTxn,
  EndTxn,
  WriteTxnMarkers,
  TxnOffsetCommit,
  DescribeConfigs,
  AlterConfigs,
  DescribeLogDirs,
  SaslAuthenticate,
  CreatePartitions,
  DeleteGroups,
  IncrementalAlterConfigs,
  OffsetDelete,
  DescribeCluster,
  DescribeProducers,
  DescribeTransactions,
  ListTransactions,
  ConsumerGroupHeartbeat,
  ConsumerGroupDescribe,
  DescribeAcls,
  CreateAcls,
  DeleteAcls,
  ElectLeaders,
  AlterPartitionReassignments,
  ListPartitionReassignments,
  DescribeClientQuotas,
  AlterClientQuotas,
  DescribeUserScramCredentials,
  AlterUserScramCredentials,
  DescribeQuorum,
  UpdateFeatures,
  ListConfigResources,
  DescribeTopicPartitions,
] as const
