// mysql_native_password: SHA1(password) XOR SHA1(challenge + SHA1(SHA1(password))). MariaDB's default; gone from MySQL 9.
import { createHash } from 'node:crypto'
import { unexpectedAuthData } from './auth-error.ts'
import type { AuthMethod } from './auth-method.ts'

const CHALLENGE_BYTES = 20

/** See the file's head. */
export const nativePassword: AuthMethod = ({ password, challenge }) => ({
  first: password === '' ? Buffer.alloc(0) : token(password, challenge.subarray(0, CHALLENGE_BYTES)),
  more() {
    throw unexpectedAuthData('mysql_native_password')
  },
})

function token(password: string, challenge: Buffer): Buffer {
  const once = sha1(Buffer.from(password, 'utf8'))
  const mask = sha1(Buffer.concat([challenge, sha1(once)]))
  return once.map((byte, i) => byte ^ mask[i]!) as Buffer
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest()
}
