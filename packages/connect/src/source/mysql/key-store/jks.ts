// Java's own key store format, JKS:
//
//   feedfeed | version (4) | entries (4) | entry… | SHA-1 over all of it (20)
//   key entry:         1 (4) | alias | time (8) | length (4) | protected key | chain length (4) | certificate…
//   certificate entry: 2 (4) | alias | time (8) | certificate
//   alias, type: length (2) | text      certificate: [type, from version 2] | length (4) | DER
import { createHash, timingSafeEqual } from 'node:crypto'
import { derChildren, derOctets, derOid, derOpen } from './der.ts'
import type { StoreContent } from './pkcs12.ts'

/** First four bytes of a file. */
export const JKS_MAGIC = 0xfeedfeed

const KEY_ENTRY = 1
const CERTIFICATE_ENTRY = 2
const DIGEST_BYTES = 20
const SUN_KEY_PROTECTOR = '1.3.6.1.4.1.42.2.17.1.1'

/** Reads a file. Throws RangeError with the reason: damaged, or the password does not open it. An empty password opens certificates. */
export function readJks(bytes: Buffer, password: string): StoreContent {
  const secret = Buffer.from(password, 'utf16le').swap16()
  checkDigest(bytes, secret, password)
  const reader = new JksReader(bytes.subarray(0, bytes.length - DIGEST_BYTES))
  reader.number()
  const version = reader.number()
  const count = reader.number()
  const certificates: Buffer[] = []
  const keys: Buffer[] = []
  const certificate = () => {
    if (version >= 2) reader.text()
    certificates.push(reader.bytes(reader.number()))
  }
  for (let i = 0; i < count; i++) {
    const kind = reader.number()
    reader.text()
    reader.bytes(8)
    if (kind === CERTIFICATE_ENTRY) {
      certificate()
    } else if (kind === KEY_ENTRY) {
      keys.push(unprotected(reader.bytes(reader.number()), secret))
      for (let left = reader.number(); left > 0; left--) certificate()
    } else throw new RangeError('it is damaged')
  }
  return { certificates, keys }
}

function checkDigest(bytes: Buffer, secret: Buffer, password: string): void {
  if (bytes.length < 12 + DIGEST_BYTES) throw new RangeError('it is cut short')
  if (password === '') return
  const body = bytes.subarray(0, bytes.length - DIGEST_BYTES)
  const digest = sha1(secret, Buffer.from('Mighty Aphrodite', 'utf8'), body)
  if (!timingSafeEqual(digest, bytes.subarray(body.length)))
    throw new RangeError('the password does not open it, or it is damaged')
}

// `salt (20) | key XOR stream | SHA1(password + key)`; the stream is a chain of SHA1(password + block before), which begins with the salt.
function unprotected(entry: Buffer, secret: Buffer): Buffer {
  const [algorithm, data] = derOpen(derChildren(entry)[0])
  if (derOid(derOpen(algorithm)[0]) !== SUN_KEY_PROTECTOR)
    throw new RangeError('its key is protected in an unknown way')
  const bytes = derOctets(data)
  if (bytes.length < 2 * DIGEST_BYTES) throw new RangeError('it is cut short')
  const plain = Buffer.from(bytes.subarray(DIGEST_BYTES, bytes.length - DIGEST_BYTES))
  let block = bytes.subarray(0, DIGEST_BYTES)
  for (let i = 0; i < plain.length; i++) {
    if (i % DIGEST_BYTES === 0) block = sha1(secret, block)
    plain[i]! ^= block[i % DIGEST_BYTES]!
  }
  if (!timingSafeEqual(sha1(secret, plain), bytes.subarray(bytes.length - DIGEST_BYTES)))
    throw new RangeError('the password does not open its key')
  return plain
}

function sha1(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

class JksReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  number(): number {
    return this.bytes(4).readUInt32BE(0)
  }

  text(): string {
    return this.bytes(this.bytes(2).readUInt16BE(0)).toString('utf8')
  }

  bytes(count: number): Buffer {
    const end = this.#at + count
    if (end > this.#bytes.length) throw new RangeError('it is cut short')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }
}
