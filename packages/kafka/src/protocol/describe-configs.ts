// DescribeConfigs: options of topics and of the broker.

import { bool, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** Kinds of resource with options. */
export const RESOURCE_TOPIC = 2
export const RESOURCE_BROKER = 4

/** DescribeConfigs, 1 to 4. `configurationKeys` null asks for all. */
export const DescribeConfigs = api(
  32,
  'DescribeConfigs',
  { min: 1, max: 4, flexible: 4 },
  {
    resources: array(
      structure({ resourceType: int8(), resourceName: string(), configurationKeys: nullableArray(string()) }),
    ),
    includeSynonyms: bool({ or: false }),
    includeDocumentation: bool({ since: 3, or: false }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    results: array(
      structure({
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          structure({
            name: string(),
            value: nullableString(),
            readOnly: bool(),
            configSource: int8(),
            isSensitive: bool(),
            synonyms: array(structure({ name: string(), value: nullableString(), source: int8() }), { or: [] }),
            configType: int8({ since: 3, or: 0 }),
            documentation: nullableString({ since: 3, or: null }),
          }),
        ),
      }),
    ),
  },
)
