// ListConfigResources: names of the things that have options of their own.

import { int8, int16, int32, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** ListConfigResources, 0 and 1. Version 0 knows client metrics alone; no type asks for all types. */
export const ListConfigResources = api(
  74,
  'ListConfigResources',
  { min: 0, max: 1, flexible: 0 },
  { resourceTypes: array(int8(), { since: 1, or: [] }) },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    configResources: array(structure({ resourceName: string(), resourceType: int8({ since: 1, or: 16 }) })),
  },
)
