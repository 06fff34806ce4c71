// How to reach and log into a server.
import type { SecureContextOptions } from 'node:tls'

/** TLS of one connection. */
export interface TlsOptions {
  /** Material as for `tls.createSecureContext`: CA, certificate, key, versions. */
  readonly context?: Pick<
    SecureContextOptions,
    'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'minVersion' | 'maxVersion' | 'ciphers'
  >
  /** Check the server's certificate against the CAs. */
  readonly verifyCertificate: boolean
  /** Check also that the certificate names the host. */
  readonly verifyIdentity: boolean
  /** Go on without TLS where the server offers none, or none that fits; default false. */
  readonly isOptional?: boolean
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
   * `off`: never; `preferred`: if the server offers TLS, unverified, else plain; an object: as the object says.
   * Default `preferred`, as MySQL's own clients.
   */
  readonly tls?: 'off' | 'preferred' | TlsOptions
  /**
   * Without TLS, whether the password may be sent encrypted by a key that the peer names, as sha2 methods do. Somebody between could name
   * his own. Default: only to this machine.
   */
  readonly mayFetchPublicKey?: boolean
  /** The server's RSA public key (PEM) for the same case. */
  readonly serverPublicKey?: string
  /** Milliseconds until a connection must be logged in; default 30,000. */
  readonly connectTimeoutMs?: number
  /** Milliseconds of silence after which the system probes the peer (TCP keep-alive); 0: never. Default 30,000. */
  readonly tcpKeepAliveMs?: number
  /** Ends the connection, and every promise waiting on it with its reason. */
  readonly signal?: AbortSignal
}
