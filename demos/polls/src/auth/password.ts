// Password hashes in Django's form, readable and writable by both sides: pbkdf2_sha256$iterations$salt$base64.
import { pbkdf2, randomInt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** The iterations of Django 3.2, whose hashes ours are equal to. */
export const ITERATIONS = 260_000

const ALGORITHM = 'pbkdf2_sha256'
const KEY_BYTES = 32
const SALT_LENGTH = 22
const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const derive = promisify(pbkdf2)

/** A random string of letters and digits. */
export function randomText(length: number, alphabet = ALPHANUMERIC): string {
  let text = ''
  for (let i = 0; i < length; i++) text += alphabet[randomInt(alphabet.length)]
  return text
}

/** Hashes a password for auth_user.password. */
export async function hashPassword(
  password: string,
  salt = randomText(SALT_LENGTH),
  iterations = ITERATIONS,
): Promise<string> {
  const key = await derive(password, salt, iterations, KEY_BYTES, 'sha256')
  return `${ALGORITHM}$${iterations}$${salt}$${key.toString('base64')}`
}

/** True when `password` belongs to the stored hash; false for hashes of another algorithm and unusable passwords (`!…`). */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [algorithm, iterations, salt, hash, ...rest] = stored.split('$')
  if (algorithm !== ALGORITHM || rest.length > 0 || salt === undefined || hash === undefined) return false
  const count = Number(iterations)
  if (!Number.isInteger(count) || count < 1 || count > 10_000_000) return false
  const wanted = Buffer.from(hash, 'base64')
  const key = await derive(password, salt, count, KEY_BYTES, 'sha256')
  return wanted.length === key.length && timingSafeEqual(wanted, key)
}

/** True when a stored hash has fewer iterations than we write, so that a login should renew it. Never lowers a newer Django's. */
export function needsRehash(stored: string): boolean {
  const iterations = Number(stored.split('$')[1])
  return stored.startsWith(`${ALGORITHM}$`) && iterations < ITERATIONS
}
