// From a request frame to its answer: header, body, handler, response. The table says what is served; ApiVersions tells it to clients.

import { KafkaError } from '../error.ts'
import { AddOffsetsToTxn } from '../protocol/add-offsets-to-txn.ts'
import { AddPartitionsToTxn } from '../protocol/add-partitions-to-txn.ts'
import { AlterClientQuotas } from '../protocol/alter-client-quotas.ts'
import { AlterConfigs } from '../protocol/alter-configs.ts'
import { AlterPartitionReassignments } from '../protocol/alter-partition-reassignments.ts'
import { AlterUserScramCredentials } from '../protocol/alter-user-scram-credentials.ts'
import { ApiVersions } from '../protocol/api-versions.ts'
import { ConsumerGroupDescribe } from '../protocol/consumer-group-describe.ts'
import { ConsumerGroupHeartbeat } from '../protocol/consumer-group-heartbeat.ts'
import { CreateAcls } from '../protocol/create-acls.ts'
import { CreatePartitions } from '../protocol/create-partitions.ts'
import { CreateTopics } from '../protocol/create-topics.ts'
import { DeleteAcls } from '../protocol/delete-acls.ts'
import { DeleteGroups } from '../protocol/delete-groups.ts'
import { DeleteRecords } from '../protocol/delete-records.ts'
import { DeleteTopics } from '../protocol/delete-topics.ts'
import { DescribeAcls } from '../protocol/describe-acls.ts'
import { DescribeClientQuotas } from '../protocol/describe-client-quotas.ts'
import { DescribeCluster } from '../protocol/describe-cluster.ts'
import { DescribeConfigs } from '../protocol/describe-configs.ts'
import { DescribeGroups } from '../protocol/describe-groups.ts'
import { DescribeLogDirs } from '../protocol/describe-log-dirs.ts'
import { DescribeProducers } from '../protocol/describe-producers.ts'
import { DescribeQuorum } from '../protocol/describe-quorum.ts'
import { DescribeTopicPartitions } from '../protocol/describe-topic-partitions.ts'
import { DescribeTransactions } from '../protocol/describe-transactions.ts'
import { DescribeUserScramCredentials } from '../protocol/describe-user-scram-credentials.ts'
import { ElectLeaders } from '../protocol/elect-leaders.ts'
import { EndTxn } from '../protocol/end-txn.ts'
import { Fetch } from '../protocol/fetch.ts'
import { FindCoordinator } from '../protocol/find-coordinator.ts'
import { readRequestHeader, skipHeaderTags, writeResponseHeader } from '../protocol/header.ts'
import { Heartbeat } from '../protocol/heartbeat.ts'
import { IncrementalAlterConfigs } from '../protocol/incremental-alter-configs.ts'
import { InitProducerId } from '../protocol/init-producer-id.ts'
import { JoinGroup } from '../protocol/join-group.ts'
import { LeaveGroup } from '../protocol/leave-group.ts'
import { ListConfigResources } from '../protocol/list-config-resources.ts'
import { ListGroups } from '../protocol/list-groups.ts'
import { ListOffsets } from '../protocol/list-offsets.ts'
import { ListPartitionReassignments } from '../protocol/list-partition-reassignments.ts'
import { ListTransactions } from '../protocol/list-transactions.ts'
import type { AnyApi, Api } from '../protocol/message.ts'
import { Metadata } from '../protocol/metadata.ts'
import { OffsetCommit } from '../protocol/offset-commit.ts'
import { OffsetDelete } from '../protocol/offset-delete.ts'
import { OffsetFetch } from '../protocol/offset-fetch.ts'
import { OffsetForLeaderEpoch } from '../protocol/offset-for-leader-epoch.ts'
import { Produce } from '../protocol/produce.ts'
import { ProtocolReader } from '../protocol/reader.ts'
import { SaslAuthenticate } from '../protocol/sasl-authenticate.ts'
import { SaslHandshake } from '../protocol/sasl-handshake.ts'
import { SyncGroup } from '../protocol/sync-group.ts'
import { TxnOffsetCommit } from '../protocol/txn-offset-commit.ts'
import { UpdateFeatures } from '../protocol/update-features.ts'
import { WriteTxnMarkers } from '../protocol/write-txn-markers.ts'
import { ProtocolWriter } from '../protocol/writer.ts'
import type { BrokerCore, RequestContext } from './core.ts'
import { announcedFeatures } from './features.ts'
import { servedVersions, unknownVersionAnswer } from './request/api-versions.ts'
import { answerAlterClientQuotas, answerDescribeClientQuotas } from './request/client-quotas.ts'
import { answerDescribeQuorum, answerListConfigResources, answerUpdateFeatures } from './request/cluster-admin.ts'
import { answerAlterConfigs, answerDescribeConfigs, answerIncrementalAlterConfigs } from './request/configs.ts'
import { answerConsumerGroupDescribe, answerConsumerGroupHeartbeat } from './request/consumer-group.ts'
import { answerCreatePartitions, answerCreateTopics, answerDeleteTopics } from './request/create-topics.ts'
import { answerDescribeCluster, answerDescribeTopicPartitions } from './request/describe-cluster.ts'
import { answerDescribeLogDirs } from './request/describe-log-dirs.ts'
import { answerFetch } from './request/fetch.ts'
import {
  answerDeleteGroups,
  answerDescribeGroups,
  answerListGroups,
  answerOffsetDelete,
} from './request/group-admin.ts'
import {
  answerFindCoordinator,
  answerHeartbeat,
  answerJoinGroup,
  answerLeaveGroup,
  answerSyncGroup,
} from './request/group-membership.ts'
import { answerOffsetCommit, answerOffsetFetch } from './request/group-offsets.ts'
import { answerInitProducerId } from './request/init-producer-id.ts'
import { answerDeleteRecords, answerListOffsets, answerOffsetForLeaderEpoch } from './request/list-offsets.ts'
import { answerMetadata } from './request/metadata.ts'
import { answerProduce } from './request/produce.ts'
import {
  answerAlterPartitionReassignments,
  answerElectLeaders,
  answerListPartitionReassignments,
} from './request/replicas.ts'
import {
  answerAlterUserScramCredentials,
  answerCreateAcls,
  answerDeleteAcls,
  answerDescribeAcls,
  answerDescribeUserScramCredentials,
  answerLateSaslAuthenticate,
  answerLateSaslHandshake,
} from './request/security-admin.ts'
import {
  answerDescribeProducers,
  answerDescribeTransactions,
  answerListTransactions,
  answerWriteTxnMarkers,
} from './request/transaction-admin.ts'
import {
  answerAddOffsetsToTxn,
  answerAddPartitionsToTxn,
  answerEndTxn,
  answerTxnOffsetCommit,
} from './request/transactions.ts'

type Handler<Q, SW> = (
  core: BrokerCore,
  request: Q,
  context: RequestContext,
) => SW | undefined | Promise<SW | undefined>

interface Route {
  readonly api: AnyApi
  handle(
    core: BrokerCore,
    reader: ProtocolReader,
    about: RequestContext,
    correlationId: number,
  ): Promise<Uint8Array[] | undefined>
}

/** What a connection tells about its client. */
export type Client = Pick<RequestContext, 'clientHost' | 'gone' | 'advertised'>

const ROUTES = new Map<number, Route>(
  [
    route(Produce, answerProduce),
    route(Fetch, answerFetch),
    route(ListOffsets, answerListOffsets),
    route(Metadata, answerMetadata),
    route(OffsetCommit, answerOffsetCommit),
    route(OffsetFetch, answerOffsetFetch),
    route(FindCoordinator, answerFindCoordinator),
    route(JoinGroup, answerJoinGroup),
    route(Heartbeat, answerHeartbeat),
    route(LeaveGroup, answerLeaveGroup),
    route(SyncGroup, answerSyncGroup),
    route(DescribeGroups, answerDescribeGroups),
    route(ListGroups, answerListGroups),
    route(DeleteGroups, answerDeleteGroups),
    route(OffsetDelete, answerOffsetDelete),
    route(ApiVersions, (_core, _request, { version }) => {
      return { errorCode: 0, apiKeys: servedVersions(servedApis()), ...announcedFeatures(version) }
    }),
    route(CreateTopics, answerCreateTopics),
    route(DeleteTopics, answerDeleteTopics),
    route(DeleteRecords, answerDeleteRecords),
    route(InitProducerId, answerInitProducerId),
    route(AddPartitionsToTxn, answerAddPartitionsToTxn),
    route(AddOffsetsToTxn, answerAddOffsetsToTxn),
    route(EndTxn, answerEndTxn),
    route(WriteTxnMarkers, answerWriteTxnMarkers),
    route(TxnOffsetCommit, answerTxnOffsetCommit),
    route(DescribeProducers, answerDescribeProducers),
    route(DescribeTransactions, answerDescribeTransactions),
    route(ListTransactions, answerListTransactions),
    route(OffsetForLeaderEpoch, answerOffsetForLeaderEpoch),
    route(DescribeConfigs, answerDescribeConfigs),
    route(AlterConfigs, answerAlterConfigs),
    route(DescribeLogDirs, answerDescribeLogDirs),
    route(SaslHandshake, answerLateSaslHandshake),
    route(SaslAuthenticate, answerLateSaslAuthenticate),
    route(CreatePartitions, answerCreatePartitions),
    route(IncrementalAlterConfigs, answerIncrementalAlterConfigs),
    route(DescribeCluster, answerDescribeCluster),
    route(ConsumerGroupHeartbeat, answerConsumerGroupHeartbeat),
    route(ConsumerGroupDescribe, answerConsumerGroupDescribe),
    route(DescribeAcls, answerDescribeAcls),
    route(CreateAcls, answerCreateAcls),
    route(DeleteAcls, answerDeleteAcls),
    route(ElectLeaders, answerElectLeaders),
    route(AlterPartitionReassignments, answerAlterPartitionReassignments),
    route(ListPartitionReassignments, answerListPartitionReassignments),
    route(DescribeClientQuotas, answerDescribeClientQuotas),
    route(AlterClientQuotas, answerAlterClientQuotas),
    route(DescribeUserScramCredentials, answerDescribeUserScramCredentials),
    route(AlterUserScramCredentials, answerAlterUserScramCredentials),
    route(DescribeQuorum, answerDescribeQuorum),
    route(UpdateFeatures, answerUpdateFeatures),
    route(ListConfigResources, answerListConfigResources),
    route(DescribeTopicPartitions, answerDescribeTopicPartitions),
  ].map((one) => [one.api.key, one]),
)

/** The APIs that are served. */
export function servedApis(): AnyApi[] {
  return [...ROUTES.values()].map(({ api }) => api).sort((a, b) => a.key - b.key)
}

/**
 * Carries out one request frame. Resolves to the answer's parts, or undefined when none is due. Rejects with a KafkaError when the frame is
 * malformed or asks for what is not served; the connection then has to end, as Kafka does.
 */
export async function serveFrame(core: BrokerCore, frame: Buffer, client: Client): Promise<Uint8Array[] | undefined> {
  const reader = new ProtocolReader(frame)
  const { apiKey, apiVersion, correlationId, clientId } = readRequestHeader(reader)
  const found = ROUTES.get(apiKey)
  if (found === undefined) {
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `request with API key ${apiKey} from client ${clientId ?? ''} is not served`,
    )
  }
  const { api } = found
  if (apiVersion < api.min || apiVersion > api.max) {
    if (api.key === ApiVersions.key) return unknownVersionAnswer(correlationId, servedApis())
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `${api.name} ${apiVersion} is not served (${api.min} to ${api.max} are)`,
    )
  }
  skipHeaderTags(reader, api, apiVersion)
  const context = { version: apiVersion, clientId: clientId ?? '', ...client }
  return found.handle(core, reader, context, correlationId)
}

function route<Q, QW, S, SW>(api: Api<Q, QW, S, SW>, handler: Handler<Q, SW>): Route {
  return {
    api,
    async handle(core, reader, context, correlationId) {
      const request = api.request.read(reader, context.version)
      reader.finish()
      const response = await handler(core, request, context)
      if (response === undefined) return undefined
      const writer = new ProtocolWriter()
      writeResponseHeader(writer, api, context.version, correlationId)
      api.response.write(writer, response, context.version)
      return writer.finish()
    },
  }
}
