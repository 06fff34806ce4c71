// MySQL 9 from Debian's unstable packages: private data folder, loopback port, empty root password on socket and loopback.
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DebianSet, type DebianTree, debianTree } from './debian-packages.ts'
import { endLeftover } from './leftover.ts'
import { answersAt, freePort, freshFolder } from './place.ts'
import { ServerProcess } from './server-process.ts'

const run = promisify(execFile)

const MYSQL: DebianSet = {
  name: 'mysql',
  suite: 'sid',
  packages: ['mysql-server-core', 'mysql-client-core'],
  without: ['perl', 'libperl', 'libgdbm', 'libdb5', 'debconf', 'systemd'],
  proof: 'usr/sbin/mysqld',
}

const MAX_SOCKET_PATH_BYTES = 107

/** How to start a MySQL server. */
export interface MysqlOptions {
  /** Data folder, kept at stop; without one a fresh folder is used and removed at stop. */
  readonly dataFolder?: string
  /** Loopback port; a free one when absent. */
  readonly port?: number
  /** `ON` (default) or `OFF`. */
  readonly gtidMode?: 'ON' | 'OFF'
  readonly serverId?: number
  /** Further options of mysqld. */
  readonly args?: readonly string[]
  readonly log?: (line: string) => void
}

/** A running MySQL or MariaDB server. */
export interface MysqlServer {
  readonly host: string
  readonly port: number
  readonly socketPath: string
  /** Has all rights, from loopback, with an empty password. */
  readonly rootUser: 'root'
  readonly dataFolder: string
  readonly pid: number
  /** Runs SQL text by the mysql client; `force` goes on after errors. Resolves to its standard output. */
  sql(text: string, options?: { readonly database?: string; readonly force?: boolean }): Promise<string>
  /** Ends the server; removes the data folder when it was not given. */
  stop(): Promise<void>
  /** SIGKILL, as a crash would. */
  kill(): void
}

/** Starts MySQL, fetching it first when the cache does not have it. */
export async function startMysql(options: MysqlOptions = {}): Promise<MysqlServer> {
  const tree = await debianTree(MYSQL, options.log)
  const folder = options.dataFolder ?? freshFolder('mysql')
  mkdirSync(folder, { recursive: true })
  await endLeftover(path.join(folder, 'pid'), folder)
  const port = options.port ?? (await freePort())
  const socketPath = socketFor(folder)
  const base = [
    '--no-defaults',
    `--datadir=${path.join(folder, 'data')}`,
    `--basedir=${tree.file('usr')}`,
    `--lc-messages-dir=${tree.file('usr/share/mysql')}`,
    `--character-sets-dir=${tree.file('usr/share/mysql/charsets')}`,
    // mysqld refuses to be root unless told; any other account might not be let through to the folder
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ]
  const mysqld = tree.command('usr/sbin/mysqld')
  if (!existsSync(path.join(folder, 'data', 'mysql.ibd'))) {
    rmSync(path.join(folder, 'data'), { recursive: true, force: true })
    await run(mysqld.command, [...mysqld.args, ...base, '--initialize-insecure']).catch((error: Error) => {
      throw new Error(
        `mysqld could not make its data folder ${folder}: ${error.message.split('\n').slice(-4).join(' ')}`,
      )
    })
  }
  const gtid = options.gtidMode ?? 'ON'
  const server = ServerProcess.start({
    name: 'mysqld',
    command: mysqld.command,
    args: [
      ...mysqld.args,
      ...base,
      `--socket=${socketPath}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--mysqlx=OFF',
      '--secure-file-priv=',
      `--server-id=${options.serverId ?? 1}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      '--default-time-zone=+00:00',
      `--gtid-mode=${gtid}`,
      `--enforce-gtid-consistency=${gtid}`,
      ...(options.args ?? []),
    ],
    logFile: path.join(folder, 'log'),
  })
  await server.waitReady(() => pings(tree, socketPath, port), 60_000)
  return handle(tree, 'usr/bin/mysql', server, { folder, port, socketPath, isOwn: options.dataFolder === undefined })
}

/** A socket's path must fit 107 bytes: in a deep folder it stands in the temporary folder instead. */
export function socketFor(folder: string): string {
  const beside = path.join(path.resolve(folder), 's.sock')
  if (Buffer.byteLength(beside) <= MAX_SOCKET_PATH_BYTES) return beside
  return path.join(tmpdir(), `millrace-${createHash('sha256').update(beside).digest('hex').slice(0, 16)}.sock`)
}

async function pings(tree: DebianTree, socketPath: string, port: number): Promise<boolean> {
  const admin = tree.command('usr/bin/mysqladmin')
  await run(admin.command, [...admin.args, '--no-defaults', '-uroot', '-S', socketPath, 'ping'])
  return answersAt(port)
}

/** What callers hold of a started server; shared by MySQL and MariaDB, whose clients take the same options. */
export function handle(
  tree: DebianTree,
  client: string,
  server: ServerProcess,
  place: { folder: string; port: number; socketPath: string; isOwn: boolean },
): MysqlServer {
  const cli = tree.command(client)
  return {
    host: '127.0.0.1',
    port: place.port,
    socketPath: place.socketPath,
    rootUser: 'root',
    dataFolder: place.folder,
    pid: server.pid,
    sql: (text, sqlOptions) => {
      const args = [
        '--no-defaults',
        '-uroot',
        '-S',
        place.socketPath,
        '--default-character-set=utf8mb4',
        '--binary-mode',
        '--comments',
        '-N',
      ]
      if (sqlOptions?.force === true) args.push('--force')
      if (sqlOptions?.database !== undefined) args.push(sqlOptions.database)
      return pipeSql(cli.command, [...cli.args, ...args], text)
    },
    stop: async () => {
      await server.stop(30_000)
      if (place.isOwn) rmSync(place.folder, { recursive: true, force: true })
    },
    kill: () => server.kill(),
  }
}

function pipeSql(command: string, args: readonly string[], text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0 || args.includes('--force')) resolve(Buffer.concat(out).toString('utf8'))
      else reject(new Error(`mysql client: ${Buffer.concat(err).toString('utf8').trim()}`))
    })
    child.stdin.once('error', () => {})
    child.stdin.end(text)
  })
}
