// What TLS needs for https listeners: keys, certificates, who else must show one.
import { CdcError } from '../base/errors.ts'
import { ownIdentity, trustedCertificates } from '../plugins.ts'

/** What node:tls takes. */
export interface ListenerTls {
  readonly cert: string
  readonly key: string
  readonly passphrase?: string
  readonly ca?: string
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers?: string
}

type Settings = Readonly<Record<string, string>>

/**
 * TLS of https listeners: `<prefix>ssl.*` if any option begins with the prefix (`listeners.https.`), else `ssl.*`. Key and trust stores are
 * PEM, PKCS #12 or JKS files, or PEM texts in `ssl.keystore.key`, `ssl.keystore.certificate.chain`, `ssl.truststore.certificates`.
 * Errors: CDC_CONFIG_INVALID for what is missing, CDC_CONNECT_TLS for a store that cannot be used.
 */
export function readListenerTls(settings: Settings, prefix: string): ListenerTls {
  const own = Object.keys(settings).some((name) => name.startsWith(prefix)) ? prefix : ''
  const option = (name: string): string | undefined => settings[`${own}${name}`]?.trim() || undefined
  const clientAuth = option('ssl.client.auth')?.toLowerCase() ?? 'none'
  if (!['none', 'requested', 'required'].includes(clientAuth))
    throw invalid(`${own}ssl.client.auth`, clientAuth, 'none, requested or required is expected')
  const ca = trustOf(own, option)
  if (clientAuth === 'required' && ca === undefined)
    throw invalid(`${own}ssl.truststore.location`, '', 'ssl.client.auth=required needs certificates to trust')
  const versions = (option('ssl.enabled.protocols') ?? 'TLSv1.2,TLSv1.3').split(',').map((word) => word.trim())
  const known = (['TLSv1.2', 'TLSv1.3'] as const).filter((version) => versions.includes(version))
  if (known.length === 0)
    throw invalid(`${own}ssl.enabled.protocols`, versions.join(','), 'TLSv1.2 and TLSv1.3 are there')
  const ciphers = option('ssl.cipher.suites')
  return {
    ...identityOf(own, option),
    ...(ca === undefined ? {} : { ca }),
    requestCert: clientAuth !== 'none',
    rejectUnauthorized: clientAuth === 'required',
    minVersion: known[0]!,
    maxVersion: known.at(-1)!,
    ...(ciphers === undefined ? {} : { ciphers: ciphers.replace(/\s*,\s*/g, ':') }),
  }
}

type Option = (name: string) => string | undefined

function identityOf(own: string, option: Option): { cert: string; key: string; passphrase?: string } {
  const key = option('ssl.keystore.key')
  const cert = option('ssl.keystore.certificate.chain')
  const keyPassword = option('ssl.key.password')
  if (key !== undefined && cert !== undefined)
    return { key, cert, ...(keyPassword === undefined ? {} : { passphrase: keyPassword }) }
  const path = option('ssl.keystore.location')
  if (path === undefined)
    throw invalid(`${own}ssl.keystore.location`, '', 'an https listener needs a key and a certificate')
  const password = option('ssl.keystore.password') ?? keyPassword ?? null
  return ownIdentity({ option: `${own}ssl.keystore.location`, path, password })
}

function trustOf(own: string, option: Option): string | undefined {
  const path = option('ssl.truststore.location')
  if (path === undefined) return option('ssl.truststore.certificates')
  const password = option('ssl.truststore.password') ?? null
  return trustedCertificates({ option: `${own}ssl.truststore.location`, path, password })
}

function invalid(name: string, value: string, reason: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', `Invalid value ${value} for configuration ${name}: ${reason}`)
}
