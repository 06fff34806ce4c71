// DescribeGroups: state and members of classic groups.

import { bool, bytes, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { OPERATIONS_NOT_REQUESTED } from './metadata.ts'
import { array, structure } from './structure.ts'

/** DescribeGroups, 0 to 6. */
export const DescribeGroups = api(
  15,
  'DescribeGroups',
  { min: 0, max: 6, flexible: 5 },
  { groups: array(string()), includeAuthorizedOperations: bool({ since: 3, or: false }) },
  {
    throttleTimeMs: int32({ since: 1, or: 0 }),
    groups: array(
      structure({
        errorCode: int16(),
        errorMessage: nullableString({ since: 6, or: null }),
        groupId: string(),
        groupState: string(),
        protocolType: string(),
        protocolData: string(),
        members: array(
          structure({
            memberId: string(),
            groupInstanceId: nullableString({ since: 4, or: null }),
            clientId: string(),
            clientHost: string(),
            memberMetadata: bytes(),
            memberAssignment: bytes(),
          }),
        ),
        authorizedOperations: int32({ since: 3, or: OPERATIONS_NOT_REQUESTED }),
      }),
    ),
  },
)
