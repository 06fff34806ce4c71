// Where the polls database is, and the MikroORM instance that speaks to it.
import { MikroORM } from '@mikro-orm/mysql'
import { PollsError } from '../polls-error.ts'
import { entities } from './entities.ts'

/** Connection of the site to MySQL or MariaDB. Not given: the tutorial's names on 127.0.0.1. */
export interface DatabaseOptions {
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
}

/** {@link DatabaseOptions} with every value known. */
export type DatabaseSettings = Required<DatabaseOptions>

/** Fills in what was not given: environment variables POLLS_DB_HOST, _PORT, _USER, _PASSWORD, _NAME, then the tutorial's values. */
export function databaseSettings(
  options: DatabaseOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): DatabaseSettings {
  const portText = env.POLLS_DB_PORT
  const port = options.port ?? (portText === undefined ? 3306 : Number(portText))
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new PollsError(
      'POLLS_BAD_OPTION',
      'the database port is not a port number',
      'Give 1 to 65535 in POLLS_DB_PORT or --db-port.',
    )
  }
  return {
    host: options.host ?? env.POLLS_DB_HOST ?? '127.0.0.1',
    port,
    user: options.user ?? env.POLLS_DB_USER ?? 'django',
    password: options.password ?? env.POLLS_DB_PASSWORD ?? 'django',
    database: options.database ?? env.POLLS_DB_NAME ?? 'djangodb',
  }
}

/**
 * Opens the database and proves the connection with one query.
 * Errors: POLLS_DATABASE_UNREACHABLE, POLLS_DATABASE_LOGIN, POLLS_DATABASE_MISSING.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<MikroORM> {
  const orm = await MikroORM.init({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    dbName: settings.database,
    entities,
    charset: 'utf8mb4',
    forceUtcTimezone: true,
    // the tables are Django's; a missing database is an error to report, not to repair
    ensureDatabase: false,
    logger: () => undefined,
    driverOptions: { connectTimeout: 10_000 },
  })
  try {
    await orm.em.getConnection().execute('SELECT 1')
  } catch (error) {
    await orm.close(true)
    throw connectionError(settings, error)
  }
  return orm
}

function connectionError(settings: DatabaseSettings, error: unknown): PollsError {
  const code = codeOf(error)
  const where = `${settings.host}:${settings.port}`
  if (code === 'ER_ACCESS_DENIED_ERROR' || code === 'ER_DBACCESS_DENIED_ERROR') {
    return new PollsError(
      'POLLS_DATABASE_LOGIN',
      `MySQL at ${where} refused user ${settings.user}`,
      'Check user and password (POLLS_DB_USER, POLLS_DB_PASSWORD); on MariaDB also drop the anonymous accounts.',
      { cause: error },
    )
  }
  if (code === 'ER_BAD_DB_ERROR') {
    return new PollsError(
      'POLLS_DATABASE_MISSING',
      `MySQL at ${where} has no database ${settings.database}`,
      `Create it: CREATE DATABASE \`${settings.database}\` CHARACTER SET utf8mb4;`,
      { cause: error },
    )
  }
  return new PollsError(
    'POLLS_DATABASE_UNREACHABLE',
    `no MySQL answers at ${where} (${code ?? 'unknown error'})`,
    'Start the server or give its address (POLLS_DB_HOST, POLLS_DB_PORT).',
    { cause: error },
  )
}

/** The driver's error code (`ER_…`, `ECONNREFUSED`) of an error or of its causes, if any. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = (at as { code?: unknown }).code
    if (typeof code === 'string') return code
  }
  return undefined
}
