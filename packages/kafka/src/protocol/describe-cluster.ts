// DescribeCluster: id, controller and brokers.

import { bool, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { OPERATIONS_NOT_REQUESTED } from './metadata.ts'
import { array, structure } from './structure.ts'

/** DescribeCluster, 0 to 2. */
export const DescribeCluster = api(
  60,
  'DescribeCluster',
  { min: 0, max: 2, flexible: 0 },
  {
    includeClusterAuthorizedOperations: bool({ or: false }),
    endpointType: int8({ since: 1, or: 1 }),
    includeFencedBrokers: bool({ since: 2, or: false }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    endpointType: int8({ since: 1, or: 1 }),
    clusterId: string(),
    controllerId: int32({ or: -1 }),
    brokers: array(
      structure({
        brokerId: int32(),
        host: string(),
        port: int32(),
        rack: nullableString({ or: null }),
        isFenced: bool({ since: 2, or: false }),
      }),
    ),
    clusterAuthorizedOperations: int32({ or: OPERATIONS_NOT_REQUESTED }),
  },
)
