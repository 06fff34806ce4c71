// Django's CSRF protection: cookie `csrftoken`, field `csrfmiddlewaretoken`, both accepted in the forms of Django 3.2
// (masked, 64 characters) and of 4.1 and later (the bare secret, 32 characters).
import { timingSafeEqual } from 'node:crypto'
import { randomText } from './password.ts'

const SECRET_LENGTH = 32
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Name of the cookie. */
export const CSRF_COOKIE = 'csrftoken'
/** Name of the form field. */
export const CSRF_FIELD = 'csrfmiddlewaretoken'

/** A new secret for the cookie. */
export function newCsrfSecret(): string {
  return randomText(SECRET_LENGTH, ALPHABET)
}

/** A form token: the secret under a fresh mask, so that compression of the page reveals nothing. */
export function maskCsrf(secret: string): string {
  const mask = randomText(SECRET_LENGTH, ALPHABET)
  let cipher = ''
  for (let i = 0; i < SECRET_LENGTH; i++) {
    cipher += ALPHABET[(ALPHABET.indexOf(secret[i]!) + ALPHABET.indexOf(mask[i]!)) % ALPHABET.length]
  }
  return mask + cipher
}

/** The secret of a token or cookie of either length, or null when it is neither. */
export function csrfSecretOf(token: string | undefined | null): string | null {
  if (typeof token !== 'string' || !/^(?:[A-Za-z0-9]{32}){1,2}$/.test(token)) return null
  if (token.length === SECRET_LENGTH) return token
  let secret = ''
  for (let i = 0; i < SECRET_LENGTH; i++) {
    const shift = ALPHABET.indexOf(token[SECRET_LENGTH + i]!) - ALPHABET.indexOf(token[i]!)
    secret += ALPHABET[(shift + ALPHABET.length) % ALPHABET.length]
  }
  return secret
}

/** True when the form's token was made from the cookie's secret. */
export function csrfMatches(cookie: string | undefined, token: string | undefined | null): boolean {
  const wanted = csrfSecretOf(cookie)
  const given = csrfSecretOf(token)
  return wanted !== null && given !== null && timingSafeEqual(Buffer.from(wanted), Buffer.from(given))
}
