// DescribeUserScramCredentials: which users have a SCRAM password.

import { int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, nullableArray, structure } from './structure.ts'

/** DescribeUserScramCredentials, 0. `users` null asks for all. */
export const DescribeUserScramCredentials = api(
  50,
  'DescribeUserScramCredentials',
  { min: 0, max: 0, flexible: 0 },
  { users: nullableArray(structure({ name: string() })) },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    results: array(
      structure({
        user: string(),
        errorCode: int16(),
        errorMessage: nullableString({ or: null }),
        credentialInfos: array(structure({ mechanism: int8(), iterations: int32() })),
      }),
    ),
  },
)
