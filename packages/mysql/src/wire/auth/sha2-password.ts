// caching_sha2_password and sha256_password. Both end, where the server knows the account not yet (or always, for the latter), in the
// password itself: readable inside TLS or a socket file, else encrypted by the server's RSA key.
import { constants, createHash, publicEncrypt } from 'node:crypto'
import { MysqlError } from '../../error.ts'
import { passwordExposed, unexpectedAuthData } from './auth-error.ts'
import type { AuthContext, AuthExchange, AuthMethod } from './auth-method.ts'

const CHALLENGE_BYTES = 20
const FAST_AUTH_DONE = 3
const FULL_AUTH_NEEDED = 4
const CACHING_SHA2_KEY_REQUEST = Buffer.from([2])
const SHA256_KEY_REQUEST = Buffer.from([1])

const KEY_HINT =
  'Use TLS (database.ssl.mode=required or stricter), give the server’s key (driver.serverRSAPublicKeyFile), or trust the network and set driver.allowPublicKeyRetrieval=true.'

/** MySQL's default: a challenge where the server has the account in its cache, else the password. */
export const cachingSha2Password: AuthMethod = (context): AuthExchange => {
  const { password, challenge } = context
  let waitsForKey = false
  return {
    first: password === '' ? Buffer.alloc(0) : token(password, challenge.subarray(0, CHALLENGE_BYTES)),
    more(data) {
      if (waitsForKey) {
        waitsForKey = false
        return encrypted(context, data.toString('latin1'))
      }
      if (data.length !== 1) throw unexpectedAuthData('caching_sha2_password')
      if (data[0] === FAST_AUTH_DONE) return null
      if (data[0] !== FULL_AUTH_NEEDED) throw unexpectedAuthData('caching_sha2_password')
      if (context.isPrivate) return zeroEnded(password)
      if (context.serverPublicKey !== null) return encrypted(context, context.serverPublicKey)
      if (!context.mayFetchPublicKey) throw passwordExposed('caching_sha2_password', KEY_HINT)
      waitsForKey = true
      return CACHING_SHA2_KEY_REQUEST
    },
  }
}

/** The older one, without a cache. */
export const sha256Password: AuthMethod = (context): AuthExchange => {
  let waitsForKey = false
  const firstAnswer = (): Buffer => {
    if (context.password === '') return Buffer.from([0])
    if (context.isPrivate) return zeroEnded(context.password)
    if (context.serverPublicKey !== null) return encrypted(context, context.serverPublicKey)
    if (!context.mayFetchPublicKey) throw passwordExposed('sha256_password', KEY_HINT)
    waitsForKey = true
    return SHA256_KEY_REQUEST
  }
  return {
    first: firstAnswer(),
    more(data) {
      if (!waitsForKey) throw unexpectedAuthData('sha256_password')
      waitsForKey = false
      return encrypted(context, data.toString('latin1'))
    },
  }
}

// SHA256(password) XOR SHA256(SHA256(SHA256(password)) + challenge)
function token(password: string, challenge: Buffer): Buffer {
  const once = sha256(Buffer.from(password, 'utf8'))
  const mask = sha256(Buffer.concat([sha256(once), challenge]))
  return once.map((byte, i) => byte ^ mask[i]!) as Buffer
}

function encrypted({ password, challenge }: AuthContext, key: string): Buffer {
  const mask = challenge.subarray(0, CHALLENGE_BYTES)
  const masked = zeroEnded(password).map((byte, i) => byte ^ mask[i % mask.length]!)
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, masked)
  } catch (cause) {
    throw new MysqlError({
      code: 'MYSQL_AUTH_KEY',
      message: 'The RSA public key of the server cannot be used',
      hint: 'Check caching_sha2_password_public_key_path on the server and driver.serverRSAPublicKeyFile, or use TLS.',
      cause,
    })
  }
}

function zeroEnded(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8')
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
