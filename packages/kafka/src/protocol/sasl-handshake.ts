// SaslHandshake: a client names the mechanism by which it wants to prove who it is.

import { int16, string } from './field.ts'
import { api } from './message.ts'
import { array } from './structure.ts'

/** SaslHandshake, 0 and 1. After version 0 the tokens follow as bare frames, after version 1 in SaslAuthenticate. Never flexible. */
export const SaslHandshake = api(
  17,
  'SaslHandshake',
  { min: 0, max: 1, flexible: 0x7fff },
  { mechanism: string() },
  { errorCode: int16(), mechanisms: array(string()) },
)
