// CreateTopics.

import { bool, int8, int16, int32, nullableString, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** CreateTopics, 2 to 7. `numPartitions` and `replicationFactor` -1 ask for the broker's default. */
export const CreateTopics = api(
  19,
  'CreateTopics',
  { min: 2, max: 7, flexible: 5 },
  {
    topics: array(
      structure({
        name: string(),
        numPartitions: int32(),
        replicationFactor: int16(),
        assignments: array(structure({ partitionIndex: int32(), brokerIds: array(int32()) }), { or: [] }),
        configs: array(structure({ name: string(), value: nullableString() }), { or: [] }),
      }),
    ),
    timeoutMs: int32({ or: 60_000 }),
    validateOnly: bool({ or: false }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    topics: array(
      structure({
        name: string(),
        topicId: uuid({ since: 7, or: ZERO_UUID }),
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        topicConfigErrorCode: int16({ since: 5, tag: 0, or: 0 }),
        numPartitions: int32({ since: 5, or: -1 }),
        replicationFactor: int16({ since: 5, or: -1 }),
        configs: nullableArray(
          structure({
            name: string(),
            value: nullableString(),
            readOnly: bool(),
            configSource: int8(),
            isSensitive: bool(),
          }),
          { since: 5 },
        ),
      }),
    ),
  },
)
