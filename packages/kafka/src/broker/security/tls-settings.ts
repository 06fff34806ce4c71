// Certificate and key of a listener from Kafka's ssl.* settings: PEM files or texts, or a PKCS12 store.

import { createSecureContext } from 'node:tls'
import type { TlsMaterial } from './listener.ts'
import { invalid, readBytes, readText } from './setting-files.ts'

/** The settings that count here. */
export const TLS_SETTINGS = [
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.key',
  'ssl.keystore.certificate.chain',
  'ssl.key.password',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.certificates',
  'ssl.client.auth',
  'ssl.enabled.protocols',
]
const CLIENT_AUTH = ['none', 'requested', 'required'] as const
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
const PEM_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g
const CONVERT = 'convert it with keytool -importkeystore … -deststoretype pkcs12, or to PEM'

/** Reads the settings and tries what they give. Throws INVALID_CONFIG with the setting's name. */
export function readTls(setting: (key: string) => string | undefined): TlsMaterial {
  const clientAuth = setting('ssl.client.auth') ?? 'none'
  const mode = CLIENT_AUTH.find((one) => one === clientAuth)
  if (mode === undefined) throw invalid('ssl.client.auth', `${clientAuth} is not one of ${CLIENT_AUTH.join(', ')}`)
  const ca = authorities(setting)
  if (mode !== 'none' && ca === undefined)
    throw invalid(
      'ssl.truststore.location',
      `ssl.client.auth=${mode} needs the authorities of the clients' certificates`,
    )
  const material: TlsMaterial = {
    ...keyOf(setting),
    ...(ca !== undefined && { ca }),
    clientAuth: mode,
    ...versions(setting),
  }
  const { pfx, ...others } = material
  try {
    createSecureContext({ ...others, ...(pfx !== undefined && { pfx: Buffer.from(pfx) }) })
  } catch (error) {
    // OpenSSL's words: wrong password, no certificate, key of another certificate. They hold no secret.
    throw invalid('ssl.keystore.location', `certificate and key cannot be used: ${(error as Error).message}`)
  }
  return material
}

type KeyMaterial = Pick<TlsMaterial, 'cert' | 'key' | 'pfx' | 'passphrase'>

function keyOf(setting: (key: string) => string | undefined): KeyMaterial {
  const location = setting('ssl.keystore.location')
  const type = (setting('ssl.keystore.type') ?? typeByName(location)).toUpperCase()
  const keyPassword = setting('ssl.key.password')
  const passphrase = keyPassword === undefined ? {} : { passphrase: keyPassword }
  if (type === 'PEM') {
    if (location !== undefined)
      return { ...pem('ssl.keystore.location', readText('ssl.keystore.location', location)), ...passphrase }
    const [key, chain] = [setting('ssl.keystore.key'), setting('ssl.keystore.certificate.chain')]
    if (key === undefined || chain === undefined)
      throw invalid('ssl.keystore.location', 'a listener with TLS needs a certificate and its key')
    return { ...pem('ssl.keystore.key', `${oneLine(key)}\n${oneLine(chain)}`), ...passphrase }
  }
  if (location === undefined)
    throw invalid('ssl.keystore.location', 'a listener with TLS needs a certificate and its key')
  if (type !== 'PKCS12') throw invalid('ssl.keystore.type', `${type} is not supported: PEM and PKCS12 are; ${CONVERT}`)
  const password = setting('ssl.keystore.password') ?? keyPassword
  return {
    pfx: new Uint8Array(readBytes('ssl.keystore.location', location)),
    ...(password !== undefined && { passphrase: password }),
  }
}

/** Kafka takes JKS when nothing is said; the name of the file tells more. */
function typeByName(location: string | undefined): string {
  if (location === undefined || /\.(pem|crt|key)$/i.test(location)) return 'PEM'
  return /\.(p12|pfx|pkcs12)$/i.test(location) ? 'PKCS12' : 'JKS'
}

function authorities(setting: (key: string) => string | undefined): string | undefined {
  const location = setting('ssl.truststore.location')
  const text = setting('ssl.truststore.certificates')
  if (location === undefined && text === undefined) return undefined
  const type = (setting('ssl.truststore.type') ?? (location === undefined ? 'PEM' : typeByName(location))).toUpperCase()
  if (type !== 'PEM') throw invalid('ssl.truststore.type', `${type} is not supported for authorities: PEM is`)
  const pemText = location === undefined ? oneLine(text as string) : readText('ssl.truststore.location', location)
  const found = pemText.match(PEM_CERTIFICATE)
  if (found === null) throw invalid('ssl.truststore.location', 'no PEM certificate stands there')
  return found.join('\n')
}

function pem(setting: string, text: string): { cert: string; key: string } {
  const key = PEM_KEY.exec(text)?.[0]
  const certificates = text.match(PEM_CERTIFICATE)
  if (key === undefined || certificates === null)
    throw invalid(setting, 'a PEM private key and its certificate are wanted')
  return { key, cert: certificates.join('\n') }
}

/** A PEM text in a properties file has its line ends written as `\n`, or as blanks within one line. */
function oneLine(text: string): string {
  const lines = text.replaceAll('\\n', '\n')
  if (lines.includes('\n')) return lines
  return lines.replaceAll(
    /-----BEGIN ([A-Z ]+)-----\s*([\s\S]*?)\s*-----END \1-----/g,
    (_all, name: string, body: string) =>
      `-----BEGIN ${name}-----\n${body.trim().split(/\s+/).join('\n')}\n-----END ${name}-----\n`,
  )
}

function versions(setting: (key: string) => string | undefined): Pick<TlsMaterial, 'minVersion' | 'maxVersion'> {
  const text = setting('ssl.enabled.protocols')
  if (text === undefined) return {}
  const names = text.split(',').map((name) => name.trim())
  const known = VERSIONS.filter((version) => names.includes(version))
  const [first] = known
  if (first === undefined || known.length < names.length)
    throw invalid('ssl.enabled.protocols', `${text} is not made of ${VERSIONS.join(' and ')}`)
  return { minVersion: first, maxVersion: known.at(-1) as (typeof VERSIONS)[number] }
}
