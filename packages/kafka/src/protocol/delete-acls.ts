// DeleteAcls: takes back what was allowed or denied.

import { int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DeleteAcls, 1 to 3. */
export const DeleteAcls = api(
  31,
  'DeleteAcls',
  { min: 1, max: 3, flexible: 2 },
  {
    filters: array(
      structure({
        resourceTypeFilter: int8(),
        resourceNameFilter: nullableString(),
        patternTypeFilter: int8({ or: 3 }),
        principalFilter: nullableString(),
        hostFilter: nullableString(),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    filterResults: array(
      structure({
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        matchingAcls: array(
          structure({
            errorCode: int16(),
            errorMessage: nullableString({ or: null }),
            resourceType: int8(),
            resourceName: string(),
            patternType: int8({ or: 3 }),
            principal: string(),
            host: string(),
            operation: int8(),
            permissionType: int8(),
          }),
        ),
      }),
    ),
  },
)
