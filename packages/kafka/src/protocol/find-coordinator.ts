// FindCoordinator: which broker coordinates a group or a transactional producer.

import { int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** Kinds of coordinator. */
export const COORDINATOR_GROUP = 0
export const COORDINATOR_TRANSACTION = 1

/** FindCoordinator, 0 to 6: one `key` up to version 3, several `coordinatorKeys` from 4 on. */
export const FindCoordinator = api(
  10,
  'FindCoordinator',
  { min: 0, max: 6, flexible: 3 },
  {
    key: string({ until: 3, or: '' }),
    keyType: int8({ since: 1, or: COORDINATOR_GROUP }),
    coordinatorKeys: array(string(), { since: 4, or: [] }),
  },
  {
    throttleTimeMs: int32({ since: 1, or: 0 }),
    errorCode: int16({ until: 3, or: 0 }),
    errorMessage: nullableString({ since: 1, until: 3, or: null }),
    nodeId: int32({ until: 3, or: -1 }),
    host: string({ until: 3, or: '' }),
    port: int32({ until: 3, or: -1 }),
    coordinators: array(
      structure({
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
      }),
      { since: 4, or: [] },
    ),
  },
)
