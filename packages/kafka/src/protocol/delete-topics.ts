// DeleteTopics.

import { int16, int32, nullableString, string, uuid, ZERO_UUID } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** DeleteTopics, 1 to 6. Up to version 5 topics are named in `topicNames`, from 6 on by name or id in `topics`. */
export const DeleteTopics = api(
  20,
  'DeleteTopics',
  { min: 1, max: 6, flexible: 4 },
  {
    topics: array(structure({ name: nullableString(), topicId: uuid({ or: ZERO_UUID }) }), { since: 6, or: [] }),
    topicNames: array(string(), { until: 5, or: [] }),
    timeoutMs: int32(),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    responses: array(
      structure({
        name: nullableString(),
        topicId: uuid({ since: 6, or: ZERO_UUID }),
        errorCode: int16(),
        errorMessage: nullableString({ since: 5, or: null }),
      }),
    ),
  },
)
