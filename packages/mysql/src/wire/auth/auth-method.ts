// The contract of one way to prove a password to a server: what the first answer is and what follows the server's replies.

/** What a method works with. */
export interface AuthContext {
  /** Empty for none. */
  readonly password: string
  /** The server's random bytes, as the greeting or the switch request carries them, a trailing zero included. */
  readonly challenge: Buffer
  /** Nobody on the way can read what is sent: TLS, or a socket file. */
  readonly isPrivate: boolean
  /** Private, and the peer is known to be the server: TLS with a checked certificate, or a socket file. */
  readonly isTrusted: boolean
  /** Whether a public key that the peer names may be used to send the password; false where it could be anybody's. */
  readonly mayFetchPublicKey: boolean
  /** The server's RSA key (PEM), where the user gave it. */
  readonly serverPublicKey: string | null
}

/** One running exchange. */
export interface AuthExchange {
  /** The first answer; may be empty. */
  readonly first: Buffer
  /** Answers what the server sent after it; null for nothing to say. Throws MysqlError MYSQL_AUTH_*. */
  more(data: Buffer): Buffer | null
}

/** Starts an exchange. Throws MysqlError MYSQL_AUTH_* where the method would give the password away. */
export type AuthMethod = (context: AuthContext) => AuthExchange
