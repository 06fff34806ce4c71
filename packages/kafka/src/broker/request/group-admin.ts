// DescribeGroups, ListGroups, DeleteGroups and OffsetDelete.

import { errorNumber, type KafkaErrorCode } from '../../error.ts'
import type { DeleteGroups } from '../../protocol/delete-groups.ts'
import type { DescribeGroups } from '../../protocol/describe-groups.ts'
import type { ListGroups } from '../../protocol/list-groups.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { OffsetDelete } from '../../protocol/offset-delete.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import type { Group } from '../group/group.ts'
import { isSubscribed } from '../group/group-protocols.ts'

/** Bit set of all operations on a group. */
export const GROUP_OPERATIONS = 0b1_0100_1000
/** First version that tells "no such group" by an error and not by the state Dead alone. */
const NOT_FOUND_SINCE = 6
const NOTHING = Buffer.alloc(0)

type DescribedGroup = ResponseInput<typeof DescribeGroups>['groups'][number]

/** Answers DescribeGroups. An unknown group is Dead. */
export function answerDescribeGroups(
  core: BrokerCore,
  request: RequestOf<typeof DescribeGroups>,
  { version }: RequestContext,
): ResponseInput<typeof DescribeGroups> {
  const operations = request.includeAuthorizedOperations && { authorizedOperations: GROUP_OPERATIONS }
  return {
    groups: request.groups.map((id) => {
      const group = core.groups.group(id)
      const isConsumer = core.groups.consumers.get(id) !== undefined
      return { ...(group === undefined ? unknownGroup(id, version, isConsumer) : describe(group)), ...operations }
    }),
  }
}

function unknownGroup(id: string, version: number, isConsumer: boolean): DescribedGroup {
  const hasError = version >= NOT_FOUND_SINCE
  return {
    errorCode: hasError ? errorNumber('GROUP_ID_NOT_FOUND') : 0,
    errorMessage: hasError ? (isConsumer ? `Group ${id} is not a classic group.` : `Group ${id} not found.`) : null,
    groupId: id,
    groupState: 'Dead',
    protocolType: '',
    protocolData: '',
    members: [],
  }
}

function describe(group: Group): DescribedGroup {
  // assignments mean something only once the generation is complete
  const isStable = group.state === 'Stable'
  return {
    errorCode: 0,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocol ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? member.metadata(group.protocol) : NOTHING,
      memberAssignment: isStable ? member.assignment : NOTHING,
    })),
  }
}

/** Answers ListGroups. */
export function answerListGroups(
  core: BrokerCore,
  request: RequestOf<typeof ListGroups>,
): ResponseInput<typeof ListGroups> {
  const states = request.statesFilter.map((state) => state.toLowerCase())
  const types = request.typesFilter.map((type) => type.toLowerCase())
  const classic = core.groups.groups().map(({ id, protocolType, state }) => ({
    groupId: id,
    protocolType: protocolType ?? '',
    groupState: state as string,
    groupType: 'classic',
  }))
  const consumer = core.groups.consumers.all().map(({ id, state }) => ({
    groupId: id,
    protocolType: 'consumer',
    groupState: state as string,
    groupType: 'consumer',
  }))
  return {
    errorCode: 0,
    groups: [...classic, ...consumer].filter(
      ({ groupState, groupType }) =>
        (states.length === 0 || states.includes(groupState.toLowerCase())) &&
        (types.length === 0 || types.includes(groupType.toLowerCase())),
    ),
  }
}

/** Answers DeleteGroups. */
export async function answerDeleteGroups(
  core: BrokerCore,
  request: RequestOf<typeof DeleteGroups>,
): Promise<ResponseInput<typeof DeleteGroups>> {
  const results: { groupId: string; errorCode: number }[] = []
  for (const groupId of request.groupsNames) {
    results.push({ groupId, errorCode: errorNumber(await core.groups.delete(groupId)) })
  }
  return { results }
}

/** Answers OffsetDelete; topics that a member of the group reads are left alone. */
export async function answerOffsetDelete(
  core: BrokerCore,
  request: RequestOf<typeof OffsetDelete>,
): Promise<ResponseInput<typeof OffsetDelete>> {
  const group = core.groups.group(request.groupId)
  const consumer = core.groups.consumers.get(request.groupId)
  const refusal = (topic: string, partition: number): KafkaErrorCode => {
    if (core.topics.get(topic)?.partitions[partition] === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
    const isRead = consumer?.isSubscribed(topic) === true || (group !== undefined && isSubscribed(group.members, topic))
    return isRead ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE'
  }
  const keys = request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
  )
  const allowed = keys.filter(({ topic, partition }) => refusal(topic, partition) === 'NONE')
  const code = await core.groups.forgetOffsets(request.groupId, allowed)
  if (code !== 'NONE') return { errorCode: errorNumber(code), topics: [] }
  return {
    errorCode: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        return { partitionIndex, errorCode: errorNumber(refusal(name, partitionIndex)) }
      }),
    })),
  }
}
