// PKCS #12 files (RFC 7292): certificates and private keys out of them. Node's own `pfx` takes only files with a key, not trust stores.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type DerNode, DerTag, derChildren, derInt, derOctets, derOid, derOpen } from './der.ts'
import { decryptByPassword, derivePkcs12, hashName } from './password-cipher.ts'

/** What a store holds, as DER: X.509 certificates in the store's order, and private keys as PKCS #8. */
export interface StoreContent {
  readonly certificates: readonly Buffer[]
  readonly keys: readonly Buffer[]
}

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const KEY_BAG = '1.2.840.113549.1.12.10.1.1'
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2'
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3'
const NESTED_BAG = '1.2.840.113549.1.12.10.1.6'

/** Reads a file. Throws RangeError with the reason: not understood, damaged, or the password does not open it. */
export function readPkcs12(bytes: Buffer, password: string): StoreContent {
  const [version, authSafe, mac] = derOpen(derChildren(bytes)[0])
  if (derInt(version) !== 3) throw new RangeError('it is of an unknown version')
  const content = derOctets(contentOf(authSafe, DATA))
  checkMac(mac, content, password)
  const store = { certificates: [] as Buffer[], keys: [] as Buffer[] }
  for (const part of derOpen(derChildren(content)[0])) collect(safeContents(part, password), password, store)
  return store
}

function safeContents(part: DerNode, password: string): Buffer {
  const [oid] = derOpen(part)
  if (derOid(oid) === DATA) return derOctets(contentOf(part, DATA))
  const [, encrypted] = derOpen(contentOf(part, ENCRYPTED_DATA))
  const [, algorithm, secret] = derOpen(encrypted)
  return decryptByPassword(algorithm, derOctets(secret), password)
}

function collect(contents: Buffer, password: string, store: { certificates: Buffer[]; keys: Buffer[] }): void {
  for (const bag of derOpen(derChildren(contents)[0])) {
    const [oid, holder] = derOpen(bag)
    const [value] = derOpen(holder, DerTag.CONTEXT_0)
    switch (derOid(oid)) {
      case KEY_BAG:
        store.keys.push(value!.whole)
        break
      case SHROUDED_KEY_BAG: {
        const [algorithm, secret] = derOpen(value)
        store.keys.push(decryptByPassword(algorithm, derOctets(secret), password))
        break
      }
      case CERTIFICATE_BAG: {
        const [, certificate] = derOpen(value)
        store.certificates.push(derOctets(derOpen(certificate, DerTag.CONTEXT_0)[0]))
        break
      }
      case NESTED_BAG:
        collect(value!.whole, password, store)
        break
      default:
      // revocation lists and secrets are of no use for TLS
    }
  }
}

function contentOf(info: DerNode | undefined, type: string): DerNode {
  const [oid, content] = derOpen(info)
  if (derOid(oid) !== type) throw new RangeError('it is protected by certificates, not by a password')
  const [inner] = derOpen(content, DerTag.CONTEXT_0)
  if (inner === undefined) throw new RangeError('it is empty')
  return inner
}

function checkMac(mac: DerNode | undefined, content: Buffer, password: string): void {
  if (mac === undefined) return
  const [digestInfo, salt, roundsNode] = derOpen(mac)
  const [algorithm, expected] = derOpen(digestInfo)
  const hash = hashName(derOid(derOpen(algorithm)[0]))
  // Of a kind that is not known (PBMAC1): the padding of what is decrypted tells a wrong password too.
  if (hash === null) return
  const rounds = roundsNode === undefined ? 1 : derInt(roundsNode)
  const wanted = derOctets(expected)
  const key = derivePkcs12({ hash, purpose: 3, password, salt: derOctets(salt), rounds, length: wanted.length })
  const actual = createHmac(hash, key).update(content).digest()
  if (actual.length !== wanted.length || !timingSafeEqual(actual, wanted))
    throw new RangeError('the password does not open it, or it is damaged')
}
