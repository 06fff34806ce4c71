// DescribeAcls: who may do what.

import { int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DescribeAcls, 1 to 3. A null name or host in the filter fits any. */
export const DescribeAcls = api(
  29,
  'DescribeAcls',
  { min: 1, max: 3, flexible: 2 },
  {
    resourceTypeFilter: int8(),
    resourceNameFilter: nullableString(),
    patternTypeFilter: int8({ or: 3 }),
    principalFilter: nullableString(),
    hostFilter: nullableString(),
    operation: int8(),
    permissionType: int8(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    resources: array(
      structure({
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ or: 3 }),
        acls: array(structure({ principal: string(), host: string(), operation: int8(), permissionType: int8() })),
      }),
    ),
  },
)
