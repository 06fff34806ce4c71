// How a client proves who it is and whom it trusts, read from the options of Kafka's Java clients: security.protocol, ssl.*, sasl.*.
import { readFileSync } from 'node:fs'
import { KafkaError } from '../error.ts'
import { type Credentials, SCRAM_MECHANISMS } from './scram-login.ts'

/** Certificates and keys for TLS, in the form that node:tls takes. */
export interface ClientTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly pfx?: Buffer
  readonly passphrase?: string
  /** False: the name in the broker's certificate is not compared (`ssl.endpoint.identification.algorithm` empty). */
  readonly checksHost: boolean
}

/** Login by SASL. */
export interface ClientSasl extends Credentials {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
}

/** Security of a client; without either part connections are plain. */
export interface ClientSecurity {
  readonly tls: ClientTls | null
  readonly sasl: ClientSasl | null
}

/** Options that {@link readClientSecurity} reads. */
export const SECURITY_OPTIONS: readonly string[] = [
  'security.protocol',
  'sasl.mechanism',
  'sasl.jaas.config',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.password', // of no use with PEM
  'ssl.truststore.certificates',
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.key',
  'ssl.keystore.certificate.chain',
  'ssl.key.password',
  'ssl.endpoint.identification.algorithm',
]

type Option = (name: string) => string | undefined

/**
 * Reads the options; null for plain connections. Files are read at once.
 * Errors: INVALID_CONFIG with the option's name, never its value where that is a secret.
 */
export function readClientSecurity(option: Option): ClientSecurity | null {
  const protocol = (option('security.protocol') ?? 'PLAINTEXT').toUpperCase()
  switch (protocol) {
    case 'PLAINTEXT':
      return null
    case 'SSL':
      return { tls: readTls(option), sasl: null }
    case 'SASL_PLAINTEXT':
      return { tls: null, sasl: readSasl(option) }
    case 'SASL_SSL':
      return { tls: readTls(option), sasl: readSasl(option) }
    default:
      throw invalid('security.protocol', `${protocol} is not one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL`)
  }
}

function readSasl(option: Option): ClientSasl {
  const mechanism = option('sasl.mechanism') ?? 'GSSAPI'
  if (mechanism !== 'PLAIN' && !(mechanism in SCRAM_MECHANISMS))
    throw invalid('sasl.mechanism', `${mechanism} is not supported; PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 are`)
  const jaas = option('sasl.jaas.config') ?? ''
  const username = jaasValue(jaas, 'username')
  const password = jaasValue(jaas, 'password')
  if (username === null || password === null)
    throw invalid('sasl.jaas.config', 'a login module with username="…" and password="…" is expected')
  return { mechanism: mechanism as ClientSasl['mechanism'], username, password }
}

/** `Module required username="a" password="b";`: quotes of either kind, `\` before a character keeps it. */
function jaasValue(jaas: string, name: string): string | null {
  const match = new RegExp(
    `\\s${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)'|([^\\s;"']+))`,
    's',
  ).exec(jaas)
  const text = match?.[1] ?? match?.[2] ?? match?.[3]
  return text === undefined ? null : text.replaceAll(/\\(.)/gs, '$1')
}

function readTls(option: Option): ClientTls {
  const algorithm = option('ssl.endpoint.identification.algorithm')
  const ca = authorities(option)
  return { ...ownKey(option), ...(ca === undefined ? {} : { ca }), checksHost: algorithm !== '' }
}

/** Whom to trust; undefined: the authorities that Node knows. */
function authorities(option: Option): string | undefined {
  const inline = option('ssl.truststore.certificates')
  if (inline !== undefined) return pem('ssl.truststore.certificates', inline, CERTIFICATE)
  const location = option('ssl.truststore.location')
  if (location === undefined) return undefined
  const type = typeOf(option('ssl.truststore.type'), location)
  // OpenSSL's reader gives certificates of a store only together with a private key, which a trust store has not.
  if (type !== 'PEM')
    throw invalid(
      'ssl.truststore.location',
      `a trust store of type ${type} is not supported: export its certificates as PEM`,
    )
  return pem('ssl.truststore.location', read('ssl.truststore.location', location).toString(), CERTIFICATE)
}

function ownKey(option: Option): Pick<ClientTls, 'cert' | 'key' | 'pfx' | 'passphrase'> {
  const location = option('ssl.keystore.location')
  const keyPassword = option('ssl.key.password')
  const passphrase = keyPassword === undefined ? {} : { passphrase: keyPassword }
  if (location === undefined) {
    const [key, chain] = [option('ssl.keystore.key'), option('ssl.keystore.certificate.chain')]
    if (key === undefined || chain === undefined) return {}
    return {
      key: pem('ssl.keystore.key', key, PRIVATE_KEY),
      cert: pem('ssl.keystore.certificate.chain', chain, CERTIFICATE),
      ...passphrase,
    }
  }
  const bytes = read('ssl.keystore.location', location)
  const type = typeOf(option('ssl.keystore.type'), location)
  if (type === 'PEM') {
    const text = bytes.toString()
    return {
      key: pem('ssl.keystore.location', text, PRIVATE_KEY),
      cert: pem('ssl.keystore.location', text, CERTIFICATE),
      ...passphrase,
    }
  }
  if (type !== 'PKCS12')
    throw invalid('ssl.keystore.location', `a key store of type ${type} is not supported: PEM and PKCS12 are`)
  const storePassword = keyPassword ?? option('ssl.keystore.password')
  return { pfx: bytes, ...(storePassword === undefined ? {} : { passphrase: storePassword }) }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g

/** The parts of a PEM text that are wanted. A text on one line, as properties files have it, is put on lines again. */
function pem(name: string, text: string, part: RegExp): string {
  const found = text.match(part)
  if (found === null) throw invalid(name, 'no PEM block of the kind that is needed stands there')
  return found
    .map((block) =>
      block.includes('\n')
        ? block
        : block.replace(
            /^(-----BEGIN [A-Z ]+-----)\s*([\s\S]*?)\s*(-----END [A-Z ]+-----)$/,
            (_all, begin, body: string, end) => [begin, ...body.split(/\s+/), end].join('\n'),
          ),
    )
    .join('\n')
}

function typeOf(type: string | undefined, location: string): string {
  if (type !== undefined) return type.toUpperCase()
  if (/\.(p12|pfx|pkcs12)$/i.test(location)) return 'PKCS12'
  return /\.(pem|crt|cer|key)$/i.test(location) ? 'PEM' : 'JKS'
}

function read(name: string, location: string): Buffer {
  try {
    return readFileSync(location)
  } catch (error) {
    throw invalid(name, `the file cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`)
  }
}

function invalid(name: string, why: string): KafkaError {
  return new KafkaError('INVALID_CONFIG', `Invalid value for configuration ${name}: ${why}`, {
    hint: 'Check the security options of the client.',
  })
}
