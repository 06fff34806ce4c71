// ConsumerGroupDescribe: state, epochs and members of groups whose partitions the broker assigns (KIP-848).

import { bool, int8, int16, int32, nullableString, string, uuid } from './field.ts'
import { api } from './message.ts'
import { OPERATIONS_NOT_REQUESTED } from './metadata.ts'
import { array, structure } from './structure.ts'

const assignment = structure({
  topicPartitions: array(structure({ topicId: uuid(), topicName: string(), partitions: array(int32()) })),
})

/** ConsumerGroupDescribe, 0 and 1. `memberType`: 0 a classic member, 1 one of the new protocol, -1 not told. */
export const ConsumerGroupDescribe = api(
  69,
  'ConsumerGroupDescribe',
  { min: 0, max: 1, flexible: 0 },
  { groupIds: array(string()), includeAuthorizedOperations: bool({ or: false }) },
  {
    throttleTimeMs: int32({ or: 0 }),
    groups: array(
      structure({
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        groupId: string(),
        groupState: string({ or: '' }),
        groupEpoch: int32({ or: 0 }),
        assignmentEpoch: int32({ or: 0 }),
        assignorName: string({ or: '' }),
        members: array(
          structure({
            memberId: string(),
            instanceId: nullableString({ or: null }),
            rackId: nullableString({ or: null }),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array(string()),
            subscribedTopicRegex: nullableString({ or: null }),
            assignment,
            targetAssignment: assignment,
            memberType: int8({ since: 1, or: -1 }),
          }),
          { or: [] },
        ),
        authorizedOperations: int32({ or: OPERATIONS_NOT_REQUESTED }),
      }),
    ),
  },
)
