// MariaDB's own methods. client_ed25519: a signature of the challenge. parsec (11.6 and later): the same with a key that is derived from the
// password by a salt of the account, which the client has to ask for, and with random bytes of its own.
import { createPrivateKey, pbkdf2Sync, randomBytes, sign } from 'node:crypto'
import { unexpectedAuthData } from './auth-error.ts'
import type { AuthMethod } from './auth-method.ts'
import { signByPassword } from './edwards25519.ts'

const CHALLENGE_BYTES = 32

/** See the file's head. */
export const clientEd25519: AuthMethod = ({ password, challenge }) => ({
  first:
    password === ''
      ? Buffer.alloc(0)
      : signByPassword(Buffer.from(password, 'utf8'), challenge.subarray(0, CHALLENGE_BYTES)),
  more() {
    throw unexpectedAuthData('client_ed25519')
  },
})

/** Beginning of a PKCS#8 Ed25519 key; its 32 bytes of seed follow. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const PBKDF2 = 0x50
/** The server's own limit: 1024 << 3 rounds. */
const MAX_FACTOR = 3

/** See the file's head. Salt message: 'P' | factor (1) | salt; rounds of PBKDF2 with SHA-512: 1024 << factor. */
export const parsec: AuthMethod = ({ password, challenge }) => ({
  first: Buffer.alloc(0),
  more(data) {
    const factor = data[1] ?? MAX_FACTOR + 1
    if (data[0] !== PBKDF2 || factor > MAX_FACTOR || data.length < 3) throw unexpectedAuthData('parsec')
    const seed = pbkdf2Sync(Buffer.from(password, 'utf8'), data.subarray(2), 1024 << factor, 32, 'sha512')
    const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
    const own = randomBytes(CHALLENGE_BYTES)
    const signed = sign(null, Buffer.concat([challenge.subarray(0, CHALLENGE_BYTES), own]), key)
    return Buffer.concat([own, signed])
  },
})
