// The connector's connection options as those of the MySQL package.
import { readFileSync } from 'node:fs'
import {
  type ConnectionOptions,
  connectControl,
  openTextSession,
  type TextSession,
  type TlsOptions,
} from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { ConnectionConfig } from '../../config/mysql/mysql-config.ts'
import { cdcErrorOf } from './stream-errors.ts'

/** Options of every connection to the server. Throws CDC_CONNECT_TLS for key stores that cannot be used. */
export function connectionOptions(config: ConnectionConfig, signal: AbortSignal): ConnectionOptions {
  const { hostname: host, port, user, password, connectTimeoutMs } = config
  return { host, port, user, password, connectTimeoutMs, signal, tls: tlsOptions(config.ssl) }
}

/** Opens a session for reading tables; `database.initial.statements` have run on it. Throws CdcErrors. */
export async function openQuerySession(config: ConnectionConfig, signal: AbortSignal): Promise<TextSession> {
  try {
    const session = await openTextSession(connectionOptions(config, signal))
    try {
      for (const statement of config.initialStatements) await session.query(statement)
    } catch (error) {
      session.close()
      throw error
    }
    return session
  } catch (thrown) {
    throw cdcErrorOf(thrown)
  }
}

/** Longest time that ending a dump may take. */
const END_DUMP_MS = 2000

/**
 * Ends the dump of a connection that was closed. The server would notice only at its next heartbeat, and until then wait for it when it shuts
 * down. Never throws: a server that is gone has no dump to end.
 */
export async function endDump(options: ConnectionOptions, connectionId: number): Promise<void> {
  try {
    const control = await connectControl({ ...options, signal: AbortSignal.timeout(END_DUMP_MS) })
    await control.query(`KILL ${connectionId}`)
    await control.close()
  } catch {
    // gone already, or not reachable any more
  }
}

function tlsOptions(ssl: ConnectionConfig['ssl']): 'off' | 'preferred' | TlsOptions {
  if (ssl.mode === 'disabled') return 'off'
  const trust = ssl.truststore === null ? null : pem(ssl.truststore, 'database.ssl.truststore')
  const own = ssl.keystore === null ? null : pem(ssl.keystore, 'database.ssl.keystore')
  if (ssl.mode === 'preferred' && trust === null && own === null) return 'preferred'
  return {
    verifyCertificate: ssl.mode === 'verify_ca' || ssl.mode === 'verify_identity',
    verifyIdentity: ssl.mode === 'verify_identity',
    context: {
      ...(trust === null ? {} : { ca: trust }),
      ...(own === null ? {} : { cert: own, key: own }),
      ...(own === null || ssl.keystorePassword === null ? {} : { passphrase: ssl.keystorePassword }),
    },
  }
}

function pem(path: string, option: string): string {
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch (cause) {
    throw new CdcError('CDC_CONNECT_TLS', `The file of ${option} cannot be read`, { cause })
  }
  if (text.includes('-----BEGIN ')) return text
  throw new CdcError('CDC_CONNECT_TLS', `${option} is not a PEM file`, {
    hint: 'Java key stores are not read: convert it with keytool and openssl to PEM (certificates, and for a keystore the private key).',
  })
}
