// The files of `database.ssl.truststore` and `database.ssl.keystore`, which Java users have as JKS or PKCS #12, others as PEM: what they hold,
// as TLS takes it. The kind is told by the content.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CdcError } from '../../../base/errors.ts'
import { JKS_MAGIC, readJks } from './jks.ts'
import { readPkcs12, type StoreContent } from './pkcs12.ts'

/** A file that an option names. */
export interface StoreFile {
  /** The option, for messages. */
  readonly option: string
  readonly path: string
  /** Null for none. */
  readonly password: string | null
}

/** Our own certificate with its chain, and its key. PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
  /** Opens `key`, where it is encrypted. */
  readonly passphrase?: string
}

const JCEKS_MAGIC = 0xcececece
const DER_SEQUENCE = 0x30
const TO_PKCS12 =
  'Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12, and name the new file.'

/** The certificates of a trust store, as one PEM text. Throws CDC_CONNECT_TLS. */
export function trustedCertificates(file: StoreFile): string {
  const bytes = readStore(file)
  const pem = pemText(bytes)
  if (pem !== null) return pem
  const { certificates } = contentOf(file, bytes)
  if (certificates.length === 0) throw unusable(file, 'holds no certificate')
  return certificates.map((der) => new X509Certificate(der).toString()).join('')
}

/** The first key of a key store with its certificate and chain. Throws CDC_CONNECT_TLS. */
export function ownIdentity(file: StoreFile): Identity {
  const bytes = readStore(file)
  const pem = pemText(bytes)
  if (pem !== null) return { cert: pem, key: pem, ...(file.password === null ? {} : { passphrase: file.password }) }
  const { certificates, keys } = contentOf(file, bytes)
  const [der] = keys
  if (der === undefined) throw unusable(file, 'holds no private key')
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const all = certificates.map((certificate) => new X509Certificate(certificate))
  const own = all.find((certificate) => certificate.checkPrivateKey(key))
  if (own === undefined) throw unusable(file, 'holds no certificate for its private key')
  const chain = [own, ...all.filter((certificate) => certificate !== own)]
  return {
    cert: chain.map((certificate) => certificate.toString()).join(''),
    key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

/** A public key in PEM. Throws CDC_CONNECT_TLS. */
export function publicKey(file: Omit<StoreFile, 'password'>): string {
  const pem = pemText(readStore(file))
  if (pem === null) throw unusable(file, 'is no public key in PEM', 'Take public_key.pem of the server’s data folder.')
  return pem
}

function readStore(file: Omit<StoreFile, 'password'>): Buffer {
  try {
    return readFileSync(file.path)
  } catch (cause) {
    throw new CdcError('CDC_CONNECT_TLS', `The file of ${file.option} cannot be read`, { cause })
  }
}

function pemText(bytes: Buffer): string | null {
  const text = bytes.toString('latin1')
  return text.includes('-----BEGIN ') ? text : null
}

// Opening a store takes up to a second of hashing, and every connection asks for it.
let lastOpened: { readonly bytes: Buffer; readonly password: string | null; readonly content: StoreContent }[] = []
const KEPT_STORES = 4

function contentOf(file: StoreFile, bytes: Buffer): StoreContent {
  const known = lastOpened.find((entry) => entry.password === file.password && entry.bytes.equals(bytes))
  if (known !== undefined) return known.content
  const content = openStore(file, bytes)
  lastOpened = [{ bytes, password: file.password, content }, ...lastOpened].slice(0, KEPT_STORES)
  return content
}

function openStore(file: StoreFile, bytes: Buffer): StoreContent {
  const magic = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0
  const password = file.password ?? ''
  if (magic === JCEKS_MAGIC) throw unusable(file, 'is a JCEKS file, which is not supported', TO_PKCS12)
  try {
    if (magic === JKS_MAGIC) return readJks(bytes, password)
    if (bytes[0] === DER_SEQUENCE) return readPkcs12(bytes, password)
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw unusable(file, 'cannot be used', undefined, thrown)
    throw unusable(file, `cannot be used: ${thrown.message}`, `Check ${file.option}.password. ${TO_PKCS12}`, thrown)
  }
  throw unusable(file, 'is none of a PEM, a PKCS #12 and a JKS file', TO_PKCS12)
}

function unusable({ option }: Omit<StoreFile, 'password'>, what: string, hint?: string, cause?: unknown): CdcError {
  return new CdcError('CDC_CONNECT_TLS', `The file of ${option} ${what}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  })
}
