// MariaDB from Debian's packages: private data folder, loopback port, empty root password.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DebianSet, type DebianTree, debianTree } from './debian-packages.ts'
import { endLeftover } from './leftover.ts'
import { handle, type MysqlServer, socketFor } from './mysql.ts'
import { answersAt, freePort, freshFolder } from './place.ts'
import { ServerProcess } from './server-process.ts'

const run = promisify(execFile)

/** MariaDB versions that can be had: Debian 12 has the one, Debian 13 the other. */
export type MariadbVersion = '10.11' | '11.8'

const WITHOUT = [
  'perl',
  'libperl',
  'libgdbm',
  'libdb5',
  'debconf',
  'systemd',
  'galera',
  'rsync',
  'socat',
  'lsof',
  'psmisc',
  'gawk',
  'iproute2',
  'libdbi',
  'libdbd',
  'adduser',
  'passwd',
]

const SETS: Readonly<Record<MariadbVersion, DebianSet>> = {
  '11.8': setOf('mariadb', 'trixie'),
  '10.11': setOf('mariadb-10.11', 'bookworm'),
}

// mariadb-server holds the SQL that makes the system tables
function setOf(name: string, suite: string): DebianSet {
  const packages = ['mariadb-server', 'mariadb-server-core', 'mariadb-client-core']
  return { name, suite, packages, without: WITHOUT, proof: 'usr/sbin/mariadbd' }
}

/** Statements that make the system tables; MariaDB 10 has `mysql` where 11 has `mariadb` in the names, also in that of their folder. */
const SYSTEM_TABLES = [
  '*_system_tables.sql',
  '*_performance_tables.sql',
  '*_system_tables_data.sql',
  'fill_help_tables.sql',
  '*_sys_schema.sql',
]

/** How to start a MariaDB server. */
export interface MariadbOptions {
  /** Default 11.8. */
  readonly version?: MariadbVersion
  /** Data folder, kept at stop; without one a fresh folder is used and removed at stop. */
  readonly dataFolder?: string
  readonly port?: number
  readonly serverId?: number
  /** Further options of mariadbd. */
  readonly args?: readonly string[]
  readonly log?: (line: string) => void
}

/** Starts MariaDB with the binary log on, fetching it first when the cache does not have it. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MysqlServer> {
  const tree = await debianTree(SETS[options.version ?? '11.8'], options.log)
  const folder = options.dataFolder ?? freshFolder('mariadb')
  mkdirSync(folder, { recursive: true })
  await endLeftover(path.join(folder, 'pid'), folder)
  const port = options.port ?? (await freePort())
  const socketPath = socketFor(folder)
  const word = existsSync(tree.file('usr/share/mariadb')) ? 'mariadb' : 'mysql'
  const share = tree.file(`usr/share/${word}`)
  const base = [
    '--no-defaults',
    `--datadir=${path.join(folder, 'data')}`,
    // Its own: a server that starts removes temporary tables that it finds, those of others too.
    `--tmpdir=${path.resolve(folder)}`,
    `--basedir=${tree.file('usr')}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${path.join(share, 'charsets')}`,
    `--plugin-dir=${tree.file('usr/lib/mysql/plugin')}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ]
  if (!existsSync(path.join(folder, 'data', 'mysql'))) await bootstrap(tree, word, base, path.join(folder, 'data'))
  const mariadbd = tree.command('usr/sbin/mariadbd')
  const server = ServerProcess.start({
    name: 'mariadbd',
    command: mariadbd.command,
    args: [
      ...mariadbd.args,
      ...base,
      `--socket=${socketPath}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--log-bin=binlog',
      '--binlog-format=ROW',
      `--server-id=${options.serverId ?? 1}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      '--default-time-zone=+00:00',
      ...(options.args ?? []),
    ],
    logFile: path.join(folder, 'log'),
  })
  const admin = tree.command('usr/bin/mariadb-admin')
  const pings = async () => {
    await run(admin.command, [...admin.args, '--no-defaults', '-uroot', '-S', socketPath, 'ping'])
    return answersAt(port)
  }
  await server.waitReady(pings, 60_000)
  return handle(tree, 'usr/bin/mariadb', server, { folder, port, socketPath, isOwn: options.dataFolder === undefined })
}

/** Makes the system tables by the server's own bootstrap mode; accounts: root without a password, and no anonymous ones. */
async function bootstrap(tree: DebianTree, word: string, base: readonly string[], data: string): Promise<void> {
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true })
  const sql = SYSTEM_TABLES.map((name) =>
    readFileSync(tree.file(`usr/share/${word}/${name.replace('*', word)}`), 'utf8'),
  )
  const text = [
    'CREATE DATABASE IF NOT EXISTS mysql;',
    'USE mysql;',
    ...sql,
    'USE mysql;',
    "DELETE FROM global_priv WHERE User='';",
  ].join('\n')
  const mariadbd = tree.command('usr/sbin/mariadbd')
  const child = spawn(mariadbd.command, [...mariadbd.args, ...base, '--bootstrap', '--skip-log-bin'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const err: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(`${text}\n`)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0)
    throw new Error(
      `mariadbd could not make its data folder ${data}: ${Buffer.concat(err).toString('utf8').trim().split('\n').slice(-4).join(' ')}`,
    )
}
