// Who may use a listener: names with a password, or with what SCRAM keeps of one. Read from a file of lines `name=…`.

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { KafkaError } from '../../error.ts'

const derive = promisify(pbkdf2)

/** The SCRAM mechanisms by the hash they use. */
export const SCRAM_HASHES = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
/** A SCRAM mechanism. */
export type ScramMechanism = keyof typeof SCRAM_HASHES

/** What a server keeps of a password (RFC 5802). */
export interface ScramCredential {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** One line of the file, as it travels between threads: a password, or the stored form of one for one or both mechanisms. */
export interface UserEntry {
  readonly name: string
  readonly password?: string
  readonly stored?: Partial<Record<ScramMechanism, Readonly<Record<keyof ScramCredential, string>>>>
}

const MIN_ITERATIONS = 4096
/** More would let one line of the file keep the broker busy for seconds per login. */
const MAX_ITERATIONS = 1_000_000
const STORED = /^(SCRAM-SHA-(?:256|512))\[([^\]]*)\]$/

/**
 * Reads the lines of a users file: `name=password`, or `name=SCRAM-SHA-256[salt=…,iterations=…,storedkey=…,serverkey=…]` (Base64), both
 * mechanisms separated by `;`. Empty lines and lines that start with `#` do not count. Throws INVALID_CONFIG with the line's number.
 */
export function parseUsers(text: string): UserEntry[] {
  const users = new Map<string, UserEntry>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    const [name, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    const problem = (what: string): KafkaError =>
      new KafkaError('INVALID_CONFIG', `line ${index + 1} of the users file: ${what}`, {
        hint: 'Write each user as name=password or name=SCRAM-SHA-256[salt=…,iterations=…,storedkey=…,serverkey=…].',
      })
    if (at < 1 || name === '' || value === '') throw problem('name=password is wanted')
    if (users.has(name)) throw problem('the name stands there twice')
    users.set(name, value.startsWith('SCRAM-SHA-') ? storedEntry(name, value, problem) : { name, password: value })
  }
  return [...users.values()]
}

/** The users of a listener, and the proof of their passwords. */
export class Users {
  readonly #entries: ReadonlyMap<string, UserEntry>
  readonly #derived = new Map<string, Promise<ScramCredential>>()
  /** Gives every unknown name a salt of its own that stays the same: an answer does not tell which names exist. */
  readonly #secret = randomBytes(32)

  constructor(entries: readonly UserEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]))
  }

  /** Whether the password is that of the user. */
  async hasPassword(name: string, password: string): Promise<boolean> {
    const entry = this.#entries.get(name)
    if (entry?.stored !== undefined) {
      const mechanism = entry.stored['SCRAM-SHA-512'] === undefined ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512'
      const credential = readStored(entry, mechanism)
      if (credential === undefined) return false
      const given = await credentialOf(mechanism, password, credential.salt, credential.iterations)
      return timingSafeEqual(given.storedKey, credential.storedKey)
    }
    const digest = (text: string): Buffer => createHmac('sha256', this.#secret).update(text).digest()
    // compared as digests: of equal length, and in the same time whether the user exists or not
    const isEqual = timingSafeEqual(digest(password), digest(entry?.password ?? ''))
    return isEqual && entry?.password !== undefined
  }

  /** What SCRAM needs of the user; `isKnown` false with a credential that nothing matches for an unknown one. */
  async scram(mechanism: ScramMechanism, name: string): Promise<{ isKnown: boolean; credential: ScramCredential }> {
    const entry = this.#entries.get(name)
    const stored = entry === undefined ? undefined : readStored(entry, mechanism)
    if (stored !== undefined) return { isKnown: true, credential: stored }
    if (entry?.password === undefined) return { isKnown: false, credential: this.#unmatched(mechanism, name) }
    const key = `${mechanism} ${name}`
    let derived = this.#derived.get(key)
    if (derived === undefined) {
      derived = credentialOf(mechanism, entry.password, this.#salt(mechanism, name), MIN_ITERATIONS)
      this.#derived.set(key, derived)
    }
    return { isKnown: true, credential: await derived }
  }

  #salt(mechanism: ScramMechanism, name: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${mechanism} ${name}`).digest().subarray(0, 24)
  }

  #unmatched(mechanism: ScramMechanism, name: string): ScramCredential {
    const size = mechanism === 'SCRAM-SHA-256' ? 32 : 64
    const salt = this.#salt(mechanism, name)
    return { salt, iterations: MIN_ITERATIONS, storedKey: randomBytes(size), serverKey: randomBytes(size) }
  }
}

async function credentialOf(
  mechanism: ScramMechanism,
  password: string,
  salt: Buffer,
  iterations: number,
): Promise<ScramCredential> {
  const hash = SCRAM_HASHES[mechanism]
  const salted = await derive(password, salt, iterations, hash === 'sha256' ? 32 : 64, hash)
  const keyed = (text: string): Buffer => createHmac(hash, salted).update(text).digest()
  const storedKey = createHash(hash).update(keyed('Client Key')).digest()
  return { salt, iterations, storedKey, serverKey: keyed('Server Key') }
}

function readStored(entry: UserEntry, mechanism: ScramMechanism): ScramCredential | undefined {
  const fields = entry.stored?.[mechanism]
  if (fields === undefined) return undefined
  const decoded = (text: string): Buffer => Buffer.from(text, 'base64')
  return {
    salt: decoded(fields.salt),
    iterations: Number(fields.iterations),
    storedKey: decoded(fields.storedKey),
    serverKey: decoded(fields.serverKey),
  }
}

function storedEntry(name: string, value: string, problem: (what: string) => KafkaError): UserEntry {
  const stored: NonNullable<UserEntry['stored']> = {}
  for (const part of value.split(';')) {
    const [, mechanism, inner = ''] = STORED.exec(part.trim()) ?? []
    if (mechanism === undefined) throw problem('what stands behind = is no SCRAM credential')
    const fields = new Map(
      inner.split(',').map((field) => {
        const at = field.indexOf('=')
        return [field.slice(0, at).trim().replaceAll('_', ''), field.slice(at + 1).trim()]
      }),
    )
    const size = mechanism === 'SCRAM-SHA-256' ? 32 : 64
    const [salt, storedKey, serverKey] = ['salt', 'storedkey', 'serverkey'].map((field) => fields.get(field) ?? '')
    const iterations = Number(fields.get('iterations'))
    const sizes = [storedKey, serverKey].map((text) => Buffer.from(text as string, 'base64').length)
    if (salt === '' || sizes.some((bytes) => bytes !== size)) throw problem('salt or keys of SCRAM are not whole')
    if (!(Number.isInteger(iterations) && iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS))
      throw problem(`iterations must be between ${MIN_ITERATIONS} and ${MAX_ITERATIONS}`)
    stored[mechanism as ScramMechanism] = {
      salt: salt as string,
      iterations: String(iterations),
      storedKey: storedKey as string,
      serverKey: serverKey as string,
    }
  }
  return { name, stored }
}
