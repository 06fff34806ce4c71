// The client's side of SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, 7677), without channel binding, as Kafka's clients speak it.
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { KafkaError } from '../error.ts'

/** Mechanism by Kafka's name → hash. */
export const SCRAM_MECHANISMS: Readonly<Record<string, 'sha256' | 'sha512'>> = {
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
}

const derive = promisify(pbkdf2)
const HEADER = 'n,,'
/** More would let a hostile server keep this process busy. */
const MAX_ITERATIONS = 1_000_000

/** Name and password of a client. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/**
 * Proves the password; `exchange` sends one message and resolves to the answer. `nonce` is for tests.
 * Errors: SASL_AUTHENTICATION_FAILED when the server does not know the password either, or breaks the rules.
 */
export async function scramLogin(
  hash: 'sha256' | 'sha512',
  { username, password }: Credentials,
  exchange: (message: Buffer) => Promise<Buffer>,
  nonce = randomBytes(18).toString('base64'),
): Promise<void> {
  const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C')
  const first = `n=${name},r=${nonce}`
  const challenge = String(await exchange(Buffer.from(`${HEADER}${first}`)))
  const [, serverNonce = '', salt = '', count = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(challenge) ?? []
  const iterations = Number(count)
  if (!serverNonce.startsWith(nonce) || serverNonce === nonce || !(iterations > 0 && iterations <= MAX_ITERATIONS))
    throw failed('the challenge of the broker breaks the rules of SCRAM')
  const length = hash === 'sha256' ? 32 : 64
  const salted = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64'), iterations, length, hash)
  const clientKey = createHmac(hash, salted).update('Client Key').digest()
  const storedKey = createHash(hash).update(clientKey).digest()
  const bare = `c=${Buffer.from(HEADER).toString('base64')},r=${serverNonce}`
  const signed = `${first},${challenge},${bare}`
  const signature = createHmac(hash, storedKey).update(signed).digest()
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] as number)))
  const last = String(await exchange(Buffer.from(`${bare},p=${proof.toString('base64')}`)))
  const serverKey = createHmac(hash, salted).update('Server Key').digest()
  const wanted = createHmac(hash, serverKey).update(signed).digest()
  const given = Buffer.from(/^v=([^,]+)/.exec(last)?.[1] ?? '', 'base64')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw failed('the broker does not know the password: it is not the one that it says to be')
}

function failed(why: string): KafkaError {
  return new KafkaError('SASL_AUTHENTICATION_FAILED', `Authentication failed: ${why}`)
}
