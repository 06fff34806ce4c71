// The connector's connection options as those of the MySQL package.
import {
  type ConnectionOptions,
  connectControl,
  openTextSession,
  type TextSession,
  type TlsOptions,
} from '@millrace/mysql'
import type { ConnectionConfig, MysqlConnectorConfig } from '../../config/mysql/mysql-config.ts'
import { ownIdentity, publicKey, trustedCertificates } from './key-store/key-store.ts'
import { cdcErrorOf } from './stream-errors.ts'

/** Options of every connection to the server. Throws CDC_CONNECT_TLS for key stores that cannot be used. */
export function connectionOptions(config: ConnectionConfig, signal: AbortSignal): ConnectionOptions {
  const { hostname: host, port, user, password, connectTimeoutMs, keepsAlive, keepAliveIntervalMs } = config
  return {
    host,
    port,
    user,
    password,
    connectTimeoutMs,
    tcpKeepAliveMs: keepsAlive ? keepAliveIntervalMs : 0,
    signal,
    tls: tlsOptions(config.ssl),
    ...publicKeyOptions(config.publicKey),
  }
}

/** What a password may be encrypted by without TLS. Throws CDC_CONNECT_TLS for a file that cannot be used. */
export function publicKeyOptions({
  mayFetch,
  file,
}: ConnectionConfig['publicKey']): Pick<ConnectionOptions, 'mayFetchPublicKey' | 'serverPublicKey'> {
  return {
    ...(mayFetch === null ? {} : { mayFetchPublicKey: mayFetch }),
    ...(file === null ? {} : { serverPublicKey: publicKey({ option: 'driver.serverRSAPublicKeyFile', path: file }) }),
  }
}

/** Longest period of the server's signs of life: three of them without one end a connection. */
const DUMP_HEARTBEAT_MS = 10_000
const LEAST_DUMP_HEARTBEAT_MS = 100
/** As Debezium: the server's period is this much of the interval at which the connection is looked at. */
const HEARTBEAT_SHARE = 0.8

/** Period in which an idle server gives a sign of life, so that heartbeat records are on time too. */
export function dumpHeartbeatMs({ connection, heartbeat, signals }: MysqlConnectorConfig): number {
  const checked = connection.keepsAlive ? connection.keepAliveIntervalMs * HEARTBEAT_SHARE : DUMP_HEARTBEAT_MS
  const wanted = heartbeat.intervalMs > 0 ? heartbeat.intervalMs : DUMP_HEARTBEAT_MS
  // Signals of other channels are looked for when the server gives a sign of life.
  const polled = signals.kafka !== null || signals.file !== null ? signals.pollIntervalMs : DUMP_HEARTBEAT_MS
  return Math.max(LEAST_DUMP_HEARTBEAT_MS, Math.round(Math.min(wanted, checked, polled, DUMP_HEARTBEAT_MS)))
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

/** TLS as `database.ssl.*` say it. Throws CDC_CONNECT_TLS for files that cannot be used. */
export function tlsOptions(ssl: ConnectionConfig['ssl']): 'off' | TlsOptions {
  const { mode, truststore, truststorePassword, keystore, keystorePassword } = ssl
  if (mode === 'disabled') return 'off'
  const trust =
    truststore === null
      ? null
      : trustedCertificates({ option: 'database.ssl.truststore', path: truststore, password: truststorePassword })
  const own =
    keystore === null
      ? null
      : ownIdentity({ option: 'database.ssl.keystore', path: keystore, password: keystorePassword })
  return {
    isOptional: mode === 'preferred',
    verifyCertificate: mode === 'verify_ca' || mode === 'verify_identity',
    verifyIdentity: mode === 'verify_identity',
    context: { ...(trust === null ? {} : { ca: trust }), ...own },
  }
}
