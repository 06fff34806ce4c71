// ConsumerGroupHeartbeat and ConsumerGroupDescribe: groups whose partitions the broker assigns (KIP-848).

import { errorNumber, KafkaError } from '../../error.ts'
import type { ConsumerGroupDescribe } from '../../protocol/consumer-group-describe.ts'
import type { ConsumerGroupHeartbeat } from '../../protocol/consumer-group-heartbeat.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import type { ConsumerGroup } from '../group/consumer-group.ts'
import { NO_PARTITIONS, type PartitionSet, partitionList } from '../group/partition-set.ts'
import { GROUP_OPERATIONS } from './group-admin.ts'

/** Number of a member of the new protocol. */
const MEMBER_CONSUMER = 1

type Described = ResponseInput<typeof ConsumerGroupDescribe>['groups'][number]

/** Answers ConsumerGroupHeartbeat when what it changed is on disk. */
export async function answerConsumerGroupHeartbeat(
  core: BrokerCore,
  request: RequestOf<typeof ConsumerGroupHeartbeat>,
  context: RequestContext,
): Promise<ResponseInput<typeof ConsumerGroupHeartbeat>> {
  try {
    return await core.groups.consumers.heartbeat(request, context)
  } catch (error) {
    const { number, message } = KafkaError.from(error)
    return { errorCode: number, errorMessage: message }
  }
}

/** Answers ConsumerGroupDescribe. */
export function answerConsumerGroupDescribe(
  core: BrokerCore,
  request: RequestOf<typeof ConsumerGroupDescribe>,
): ResponseInput<typeof ConsumerGroupDescribe> {
  const operations = request.includeAuthorizedOperations && { authorizedOperations: GROUP_OPERATIONS }
  return {
    groups: request.groupIds.map((groupId) => {
      const group = core.groups.consumers.get(groupId)
      if (group !== undefined) return { ...describe(core, group), ...operations }
      const isClassic = core.groups.group(groupId) !== undefined
      const errorMessage = isClassic ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`
      return { groupId, errorCode: errorNumber('GROUP_ID_NOT_FOUND'), errorMessage }
    }),
  }
}

function describe(core: BrokerCore, group: ConsumerGroup): Described {
  const named = (set: PartitionSet) => ({
    topicPartitions: partitionList(set).flatMap(({ topicId, partitions }) => {
      const topic = core.topics.byId(topicId)
      return topic === undefined ? [] : [{ topicId, topicName: topic.name, partitions }]
    }),
  })
  return {
    errorCode: 0,
    groupId: group.id,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignor,
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      instanceId: member.subscription.instanceId,
      rackId: member.subscription.rackId,
      memberEpoch: member.epoch,
      clientId: member.subscription.clientId,
      clientHost: member.subscription.clientHost,
      subscribedTopicNames: member.subscription.topicNames,
      subscribedTopicRegex: member.subscription.topicRegex ?? '',
      assignment: named(member.assigned),
      targetAssignment: named(group.targets.get(member.id) ?? NO_PARTITIONS),
      memberType: MEMBER_CONSUMER,
    })),
  }
}
