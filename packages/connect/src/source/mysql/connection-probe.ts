// Whether the server that a configuration names lets the connector in: asked when a configuration is validated, before anything starts.
import { type ConnectionOptions, connectControl, MysqlServerError } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import { type FlavourName, MARIADB_SSL_MODES } from '../../config/mysql/mysql-config.ts'
import { readLogStatus } from './log-status.ts'
import { publicKeyOptions, tlsOptions } from './stream-connection.ts'
import { cdcErrorOf } from './stream-errors.ts'

type Options = Readonly<Record<string, string>>
type OnHint = (hint: string) => void

/** A validation answer must not wait for a server for long. */
const PATIENCE_MS = 10_000

/**
 * Logs in and asks for the end of the log. Returns what is wrong, in Debezium's words, or null; what can be done about it goes to `onHint`.
 * The configuration has present names and well-formed connection options. Never throws.
 */
export async function probeConnection(
  config: Options,
  onHint: OnHint = () => {},
  flavour: FlavourName = 'mysql',
): Promise<string | null> {
  try {
    const connection = await connectControl(connectionOf(config, flavour))
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
    if (flavour === 'mariadb') return unreachable(config, cdcErrorOf(thrown))
    return 'Error during connection validation: io.debezium.DebeziumException: Failed to establish connection with the database: '
  }
}

function unreachable(config: Options, { code, message }: CdcError): string {
  const place = `${config['database.hostname'] ?? ''}:${config['database.port'] ?? '3306'}`
  const reason = code === 'CDC_CONNECT_REFUSED' ? 'Connection refused' : message
  return `Unable to connect: Socket fail to connect to ${place}. ${reason}`
}

/** Debezium's words leave out why a server cannot be reached: the hint says it. */
function remedyOf(thrown: unknown): string {
  if (thrown instanceof RangeError) return 'Set database.port to a number from 1 to 65535.'
  const error = cdcErrorOf(thrown)
  return error.code.startsWith('CDC_CONNECT_') ? `${error.message}. ${error.hint}` : error.hint
}

function connectionOf(config: Options, flavour: FlavourName): ConnectionOptions {
  const port = Number(config['database.port'] ?? '3306')
  if (!(port > 0 && port < 65_536)) throw new RangeError('no port')
  const given = Number(config['connect.timeout.ms'] ?? PATIENCE_MS)
  const password = config['database.password']
  return {
    host: config['database.hostname'] ?? '',
    port,
    user: config['database.user'] ?? '',
    ...(password === undefined ? {} : { password }),
    tls: tlsOptions({
      mode: sslMode((config['database.ssl.mode'] ?? '').trim().toLowerCase(), flavour),
      keystore: config['database.ssl.keystore'] || null,
      keystorePassword: config['database.ssl.keystore.password'] || null,
      truststore: config['database.ssl.truststore'] || null,
      truststorePassword: config['database.ssl.truststore.password'] || null,
    }),
    ...publicKeyOptions({
      mayFetch: driverOption(config, 'allowPublicKeyRetrieval')?.toLowerCase() === 'true' ? true : null,
      file: driverOption(config, 'serverRSAPublicKeyFile'),
    }),
    connectTimeoutMs: given > 0 ? Math.min(given, PATIENCE_MS) : PATIENCE_MS,
  }
}

function driverOption(config: Options, name: string): string | null {
  return config[`driver.${name}`]?.trim() || config[`database.${name}`]?.trim() || null
}

const SSL_MODES = ['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'] as const

/** A mode that is none is reported at its option; the probe goes on with the default. */
function sslMode(text: string, flavour: FlavourName): (typeof SSL_MODES)[number] {
  if (flavour === 'mariadb') return Object.entries(MARIADB_SSL_MODES).find(([word]) => word === text)?.[1] ?? 'disabled'
  return SSL_MODES.find((mode) => mode === text) ?? 'preferred'
}
