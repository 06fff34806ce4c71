// Starts the polls site: database, migrations if wanted, web server.
import { createHash } from 'node:crypto'
import { type DatabaseOptions, databaseSettings, openDatabase } from './database/connection.ts'
import { migrate, pendingMigrations } from './migrate/migrate.ts'
import { PollsError } from './polls-error.ts'
import { buildServer } from './server.ts'
import type { SiteLinks } from './site/links.ts'

/** Options of {@link startPolls}. */
export interface PollsOptions extends DatabaseOptions {
  /** Address to listen on; loopback unless given. */
  readonly bindAddress?: string
  /** Port of the site, 8000 unless given; 0 takes a free one. */
  readonly httpPort?: number
  /** Name of the flag to mention when the port is busy. */
  readonly portFlag?: string
  /** Applies missing migrations first; otherwise a database that lacks them is an error. */
  readonly migrate?: boolean
  /** Signs sessions; environment POLLS_SECRET_KEY, else a key that belongs to this database only. */
  readonly secretKey?: string
  /** Other parts of the demo, linked on the home page. */
  readonly links?: SiteLinks
}

/** A running site. */
export interface RunningPolls {
  /** `http://127.0.0.1:8000` */
  readonly address: string
  /** Stops accepting, finishes what runs, closes the database. */
  close(): Promise<void>
}

const DEFAULT_PORT = 8000

/**
 * Starts the site and answers when it listens.
 * Errors: POLLS_DATABASE_*, POLLS_NOT_MIGRATED, POLLS_PORT_BUSY (its hint names the flag), POLLS_LISTEN_FAILED.
 */
export async function startPolls(options: PollsOptions = {}): Promise<RunningPolls> {
  const settings = databaseSettings(options)
  const orm = await openDatabase(settings)
  try {
    const em = orm.em.fork()
    if (options.migrate === true) await migrate(em)
    else await requireMigrated(await pendingMigrations(em))
    const secretKey =
      options.secretKey ?? process.env.POLLS_SECRET_KEY ?? derivedKey(settings.database, settings.password)
    const server = await buildServer({
      orm,
      secretKey,
      ...(options.links === undefined ? {} : { links: options.links }),
    })
    const host = options.bindAddress ?? '127.0.0.1'
    const port = options.httpPort ?? DEFAULT_PORT
    const address = await server.listen({ host, port }).catch((error: unknown) => {
      throw listenError(host, port, options.portFlag ?? '--port', error)
    })
    return {
      address,
      close: async () => {
        await server.close()
        await orm.close(true)
      },
    }
  } catch (error) {
    await orm.close(true)
    throw error
  }
}

async function requireMigrated(pending: readonly { app: string; name: string }[]): Promise<void> {
  if (pending.length === 0) return
  throw new PollsError(
    'POLLS_NOT_MIGRATED',
    `${pending.length} migrations are not applied (the first is ${pending[0]!.app}.${pending[0]!.name})`,
    'Run "manage migrate".',
  )
}

/** A key nobody has to configure for the demo: whoever knows the database's password could write session rows anyway. */
function derivedKey(database: string, password: string): string {
  return createHash('sha256').update(`millrace polls\0${database}\0${password}`).digest('hex')
}

function listenError(host: string, port: number, flag: string, cause: unknown): PollsError {
  const code = (cause as { code?: unknown }).code
  if (code === 'EADDRINUSE') {
    return new PollsError(
      'POLLS_PORT_BUSY',
      `port ${port} on ${host} is taken by another process`,
      `Stop that process, or choose another port for the polls site with ${flag}.`,
      { cause },
    )
  }
  return new PollsError(
    'POLLS_LISTEN_FAILED',
    `the polls site cannot listen on ${host}:${port} (${typeof code === 'string' ? code : 'unknown error'})`,
    `Choose another port with ${flag}, or another address.`,
    { cause },
  )
}
