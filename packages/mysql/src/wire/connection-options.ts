// How to reach and log into a server. Names follow mysql2 where mysql2 has the option.
import type { SecureContextOptions } from 'node:tls'

/** TLS of one connection. */
export interface TlsOptions {
  /** Material as for `tls.createSecureContext`: CA, certificate, key, versions. */
  readonly context?: Pick<
    SecureContextOptions,
    'ca' | 'cert' | 'key' | 'passphrase' | 'minVersion' | 'maxVersion' | 'ciphers'
  >
  /** Check the server's certificate against the CAs. */
  readonly verifyCertificate: boolean
  /** Check also that the certificate names the host. */
  readonly verifyIdentity: boolean
}

/** Where a server is and as whom to log in. */
export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  /** Unix socket; used instead of host and port when given. */
  readonly socketPath?: string
  readonly user: string
  readonly password?: string
  readonly database?: string
  /**
   * `off`: never; `preferred`: if the server offers TLS, unverified, else plain; an object: required, as the object says.
   * Default `preferred`, as MySQL's own clients.
   */
  readonly tls?: 'off' | 'preferred' | TlsOptions
  /** Milliseconds until a connection must be logged in; default 30,000. */
  readonly connectTimeoutMs?: number
  /** Ends the connection, and every promise waiting on it with its reason. */
  readonly signal?: AbortSignal
}
