// Prepares a fresh server for the demo: database, the site's user, the grants that capture needs. As the tutorial's init SQL does.
import { createConnection } from 'mysql2/promise'
import { PollsError } from '../polls-error.ts'
import { codeOf, type DatabaseOptions, databaseSettings } from './connection.ts'

/** An account that may create databases and users. */
export interface AdministratorOptions {
  readonly host?: string
  readonly port?: number
  readonly socketPath?: string
  readonly user?: string
  readonly password?: string
}

/** Options of {@link prepareDatabase}. */
export interface PrepareOptions {
  readonly administrator: AdministratorOptions
  /** The site's own account and database; the tutorial's names unless given. */
  readonly site?: DatabaseOptions
}

/**
 * Creates the database (utf8mb4) and the site's user with the tutorial's grants where they are missing; safe to repeat.
 * Errors: POLLS_DATABASE_LOGIN, POLLS_DATABASE_UNREACHABLE.
 */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const { host, port, socketPath, user = 'root', password = '' } = options.administrator
  const site = databaseSettings(options.site)
  const connection = await createConnection({
    user,
    password,
    ...(socketPath === undefined ? { host: host ?? '127.0.0.1', port: port ?? 3306 } : { socketPath }),
  }).catch((cause: unknown) => {
    const code = codeOf(cause)
    throw new PollsError(
      code === 'ER_ACCESS_DENIED_ERROR' ? 'POLLS_DATABASE_LOGIN' : 'POLLS_DATABASE_UNREACHABLE',
      `the administrator ${user} cannot connect to MySQL (${code ?? 'unknown error'})`,
      'Check address, user and password of the administrator.',
      { cause },
    )
  })
  try {
    const database = `\`${site.database.replaceAll('`', '``')}\``
    const account = `${connection.escape(site.user)}@'%'`
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4`)
    await connection.query(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${connection.escape(site.password)}`)
    await connection.query(`GRANT ALL ON ${database}.* TO ${account}`)
    await connection.query(
      `GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO ${account}`,
    )
  } finally {
    await connection.end()
  }
}
