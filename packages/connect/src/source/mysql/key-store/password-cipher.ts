// Decryption by a password as PKCS #5 (PBES2) and PKCS #12 name it, and PKCS #12's own derivation of keys from passwords.
import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import { type DerNode, DerTag, derInt, derOctets, derOid, derOpen } from './der.ts'
import { rc2CbcDecrypt } from './rc2.ts'

const PBES2 = '1.2.840.113549.1.5.13'
/** Object identifiers of hashes and of HMACs with them. */
const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}
const CIPHERS: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
}
/** PKCS #12's ciphers with SHA-1: triple DES and RC2. */
const OLD_CIPHERS: Readonly<Record<string, { readonly isRc2: boolean; readonly keyBytes: number }>> = {
  '1.2.840.113549.1.12.1.3': { isRc2: false, keyBytes: 24 },
  '1.2.840.113549.1.12.1.5': { isRc2: true, keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { isRc2: true, keyBytes: 5 },
}
/** What a file may ask for: a million rounds take one or two seconds. */
const MAX_ROUNDS = 2_000_000

/** Name of a hash, also of the one in an HMAC, for node:crypto; null for an unknown one. */
export function hashName(oid: string): string | null {
  return HASHES[oid] ?? null
}

/**
 * Decrypts what `algorithm` (an AlgorithmIdentifier) says. Throws RangeError for a cipher that is not known, and for data that the
 * password does not open.
 */
export function decryptByPassword(algorithm: DerNode | undefined, bytes: Buffer, password: string): Buffer {
  const [oidNode, parameters] = derOpen(algorithm)
  const oid = derOid(oidNode)
  if (oid === PBES2) return decryptPbes2(derOpen(parameters), bytes, password)
  const old = OLD_CIPHERS[oid]
  if (old === undefined) throw new RangeError(`the cipher ${oid} is not known`)
  const [salt, rounds] = derOpen(parameters)
  const derive = (purpose: number, length: number) =>
    derivePkcs12({ hash: 'sha1', purpose, password, salt: derOctets(salt), rounds: derInt(rounds), length })
  const key = derive(1, old.keyBytes)
  const iv = derive(2, 8)
  return old.isRc2 ? unpadded(rc2CbcDecrypt(key, iv, bytes)) : decipher('des-ede3-cbc', key, iv, bytes)
}

/** What {@link derivePkcs12} derives from. */
export interface Pkcs12Derivation {
  readonly hash: string
  /** 1: key, 2: initial vector, 3: MAC key. */
  readonly purpose: number
  readonly password: string
  readonly salt: Buffer
  readonly rounds: number
  readonly length: number
}

/** RFC 7292, appendix B.2. Throws RangeError for an unreasonable number of rounds. */
export function derivePkcs12({ hash, purpose, password, salt, rounds, length }: Pkcs12Derivation): Buffer {
  if (rounds < 1 || rounds > MAX_ROUNDS) throw new RangeError('an unreasonable number of rounds')
  const blockBytes = hash === 'sha384' || hash === 'sha512' ? 128 : 64
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16()
  const input = Buffer.concat([repeated(salt, blockBytes), repeated(secret, blockBytes)])
  const result: Buffer[] = []
  for (let got = 0; got < length; ) {
    let digest = createHash(hash).update(Buffer.alloc(blockBytes, purpose)).update(input).digest()
    for (let round = 1; round < rounds; round++) digest = createHash(hash).update(digest).digest()
    result.push(digest)
    got += digest.length
    // Every block of the input becomes itself + the repeated digest + 1, as big numbers.
    const addend = repeated(digest, blockBytes).subarray(0, blockBytes)
    for (let at = 0; at < input.length; at += blockBytes) {
      let carry = 1
      for (let i = blockBytes - 1; i >= 0; i--) {
        carry += input[at + i]! + addend[i]!
        input[at + i] = carry & 0xff
        carry >>= 8
      }
    }
  }
  return Buffer.concat(result).subarray(0, length)
}

function decryptPbes2([derivation, cipherNode]: readonly DerNode[], bytes: Buffer, password: string): Buffer {
  const [, kdfParameters] = derOpen(derivation)
  const [salt, rounds, ...rest] = derOpen(kdfParameters)
  const hashNode = rest.find(({ tag }) => tag === DerTag.SEQUENCE)
  const hash = hashNode === undefined ? 'sha1' : hashName(derOid(derOpen(hashNode)[0]))
  const [cipherOid, iv] = derOpen(cipherNode)
  const cipher = CIPHERS[derOid(cipherOid)]
  if (hash === null || cipher === undefined) throw new RangeError('its cipher is not known')
  const count = derInt(rounds)
  if (count < 1 || count > MAX_ROUNDS) throw new RangeError('an unreasonable number of rounds')
  const key = pbkdf2Sync(Buffer.from(password, 'utf8'), derOctets(salt), count, cipher.keyBytes, hash)
  return decipher(cipher.name, key, derOctets(iv), bytes)
}

function decipher(name: string, key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  try {
    const cipher = createDecipheriv(name, key, iv)
    return Buffer.concat([cipher.update(bytes), cipher.final()])
  } catch (cause) {
    throw new RangeError('the password does not open it', { cause })
  }
}

function unpadded(bytes: Buffer): Buffer {
  const padding = bytes.at(-1) ?? 0
  if (padding < 1 || padding > 8 || padding > bytes.length) throw new RangeError('the password does not open it')
  return bytes.subarray(0, bytes.length - padding)
}

function repeated(bytes: Buffer, blockBytes: number): Buffer {
  const length = blockBytes * Math.ceil(bytes.length / blockBytes)
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes)
}
