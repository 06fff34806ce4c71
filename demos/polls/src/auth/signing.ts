// Django's signed values (django.core.signing, HMAC-SHA256): session rows and cookies written by one side are readable by the other.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const MAX_INFLATED_BYTES = 1 << 20

/** `salted_hmac(salt, value, secret, algorithm='sha256')` of Django. */
export function saltedHmac(salt: string, value: string, secret: string): Buffer {
  const key = createHash('sha256')
    .update(salt + secret)
    .digest()
  return createHmac('sha256', key).update(value).digest()
}

function signature(salt: string, value: string, secret: string): string {
  return saltedHmac(`${salt}signer`, value, secret).toString('base64url')
}

function base62(value: number): string {
  let text = ''
  let rest = value
  do {
    text = BASE62[rest % 62] + text
    rest = Math.floor(rest / 62)
  } while (rest > 0)
  return text
}

/** JSON with every non-ASCII character escaped, as Python's json.dumps writes it. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** `signing.dumps(value, salt=…, compress=…)`: base64 of JSON, time stamp, signature, joined by `:`. */
export function signedDump(value: unknown, salt: string, secret: string, nowMs = Date.now()): string {
  const json = Buffer.from(asciiJson(value), 'latin1')
  const packed = deflateSync(json)
  const body = packed.length < json.length - 1 ? `.${packed.toString('base64url')}` : json.toString('base64url')
  const stamped = `${body}:${base62(Math.floor(nowMs / 1000))}`
  return `${stamped}:${signature(salt, stamped, secret)}`
}

/** The value of a {@link signedDump}, or null when signature or form is wrong. */
export function signedLoad(text: string, salt: string, secret: string): unknown {
  const end = text.lastIndexOf(':')
  if (end < 0) return null
  const stamped = text.slice(0, end)
  const given = Buffer.from(text.slice(end + 1))
  const wanted = Buffer.from(signature(salt, stamped, secret))
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null
  const body = stamped.slice(0, stamped.lastIndexOf(':'))
  try {
    const bytes = body.startsWith('.')
      ? inflateSync(Buffer.from(body.slice(1), 'base64url'), { maxOutputLength: MAX_INFLATED_BYTES })
      : Buffer.from(body, 'base64url')
    return JSON.parse(bytes.toString('latin1'))
  } catch {
    return null
  }
}
