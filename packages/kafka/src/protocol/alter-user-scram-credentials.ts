// AlterUserScramCredentials: sets and removes SCRAM passwords of users.

import { bytes, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** AlterUserScramCredentials, 0. */
export const AlterUserScramCredentials = api(
  51,
  'AlterUserScramCredentials',
  { min: 0, max: 0, flexible: 0 },
  {
    deletions: array(structure({ name: string(), mechanism: int8() })),
    upsertions: array(
      structure({ name: string(), mechanism: int8(), iterations: int32(), salt: bytes(), saltedPassword: bytes() }),
    ),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    results: array(structure({ user: string(), errorCode: int16(), errorMessage: nullableString({ or: null }) })),
  },
)
