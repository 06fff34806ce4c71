// How one port of the broker is secured: plain data, so that it can go to the broker's thread.

import type { Mechanism } from './sasl-session.ts'
import type { UserEntry } from './users.ts'

/** Kafka's names of what a listener speaks. */
export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

/** Certificate and key of a listener, read from files or options. */
export interface TlsMaterial {
  /** PEM texts. */
  readonly cert?: string
  readonly key?: string
  /** A PKCS12 store, instead of `cert` and `key`. */
  readonly pfx?: Uint8Array
  /** Password of the store or of the key. */
  readonly passphrase?: string
  /** PEM texts of the authorities that sign clients' certificates. */
  readonly ca?: string
  /** Kafka's ssl.client.auth. */
  readonly clientAuth: 'none' | 'requested' | 'required'
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** What a listener asks of its clients. */
export interface ListenerSecurity {
  readonly protocol: SecurityProtocol
  readonly tls?: TlsMaterial
  readonly sasl?: { readonly mechanisms: readonly Mechanism[]; readonly users: readonly UserEntry[] }
}

/** A port to open. `advertised`: what clients are told to connect to, where that differs. */
export interface ListenerSettings {
  /** Name of the listener: `PLAINTEXT`, `INTERNAL` … */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly advertised?: { readonly host: string; readonly port: number }
  readonly security: ListenerSecurity
}

/** The listener that asks nothing of anybody. */
export const PLAINTEXT: ListenerSecurity = { protocol: 'PLAINTEXT' }

/** Whether only clients that prove who they are get in. */
export function authenticates({ sasl, tls }: ListenerSecurity): boolean {
  return sasl !== undefined || tls?.clientAuth === 'required'
}
