// Whether the server that a configuration names lets the connector in: asked when a configuration is validated, before anything starts.
import { type ConnectionOptions, connectControl, MysqlServerError } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import { readLogStatus } from './log-status.ts'
import { cdcErrorOf } from './stream-errors.ts'

/** A validation answer must not wait for a server for long. */
const PATIENCE_MS = 10_000

/**
 * Logs in and asks for the end of the log. Returns what is wrong, in Debezium's words, or null; what can be done about it goes to `onHint`.
 * The configuration has present names and well-formed connection options. Never throws.
 */
export async function probeConnection(
  config: Readonly<Record<string, string>>,
  onHint: (hint: string) => void = () => {},
): Promise<string | null> {
  try {
    const connection = await connectControl(connectionOf(config))
    try {
      await readLogStatus((sql) => connection.query(sql), connection.serverVersion)
    } finally {
      await connection.close()
    }
    return null
  } catch (thrown) {
    onHint(remedyOf(thrown))
    if (thrown instanceof MysqlServerError) return `Unable to connect: ${thrown.serverMessage}`
    if (CdcError.is(thrown)) return `Error during connection validation: ${thrown.javaClass}: ${thrown.message}`
    return 'Error during connection validation: io.debezium.DebeziumException: Failed to establish connection with the database: '
  }
}

/** Debezium's words leave out why a server cannot be reached: the hint says it. */
function remedyOf(thrown: unknown): string {
  if (thrown instanceof RangeError) return 'Set database.port to a number from 1 to 65535.'
  const error = cdcErrorOf(thrown)
  return error.code.startsWith('CDC_CONNECT_') ? `${error.message}. ${error.hint}` : error.hint
}

function connectionOf(config: Readonly<Record<string, string>>): ConnectionOptions {
  const port = Number(config['database.port'] ?? '3306')
  if (!(port > 0 && port < 65_536)) throw new RangeError('no port')
  const given = Number(config['connect.timeout.ms'] ?? PATIENCE_MS)
  const password = config['database.password']
  return {
    host: config['database.hostname'] ?? '',
    port,
    user: config['database.user'] ?? '',
    ...(password === undefined ? {} : { password }),
    tls: tlsOf((config['database.ssl.mode'] ?? 'preferred').trim().toLowerCase()),
    connectTimeoutMs: given > 0 ? Math.min(given, PATIENCE_MS) : PATIENCE_MS,
  }
}

function tlsOf(mode: string): NonNullable<ConnectionOptions['tls']> {
  if (mode === 'disabled') return 'off'
  if (mode === 'required') return { verifyCertificate: false, verifyIdentity: false }
  if (mode === 'verify_ca') return { verifyCertificate: true, verifyIdentity: false }
  if (mode === 'verify_identity') return { verifyCertificate: true, verifyIdentity: true }
  return 'preferred'
}
