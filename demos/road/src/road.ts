// The whole road: MySQL and PostgreSQL, Millrace, the polls site, the questions page. Parts start side by side where they can and end in the
// opposite order of their start.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { ensureSuperuser, prepareDatabase, startPolls } from '@millrace/demo-polls'
import { startQuestions } from '@millrace/demo-questions'
import { answersAt, freePort, type MysqlServer, startMysql, startPostgres } from '@millrace/servers'
import { type ProgramLog, startMillrace } from 'millrace'
import { keepOutboxRouted } from './outbox-connector.ts'
import { busyPorts } from './ports.ts'

/** How the road is started. */
export interface RoadOptions {
  readonly dataDir: string
  readonly pollsPort: number
  readonly restPort: number
  readonly kafkaPort: number
  readonly questionsPort: number
  /** Port of the road's own MySQL; another free one is taken when it is busy. */
  readonly mysqlPort: number
  /** A MySQL of the user's: `mysql://user:password@host:port`, an account that may create databases and users. */
  readonly mysqlUrl?: string
  /** Leaves it to the reader to register connectors. */
  readonly withoutConnector: boolean
  readonly log: ProgramLog
}

/** A running road: what the table shows. */
export interface RunningRoad {
  readonly addresses: readonly (readonly [string, string])[]
  close(): Promise<void>
}

/** The database as the parts reach it. */
interface Database {
  readonly host: string
  readonly port: number
  readonly administrator: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
  }
}

/** Removes what earlier runs left in the data folder. */
export function resetRoad(dataDir: string): void {
  for (const part of ['mysql', 'postgres', 'millrace'])
    rmSync(path.join(dataDir, part), { recursive: true, force: true })
}

/** Brings everything up. Errors: one sentence with the remedy; what had started is ended again. */
export async function startRoad(options: RoadOptions): Promise<RunningRoad> {
  const { log } = options
  const dataDir = path.resolve(options.dataDir)
  const busy = await busyPorts([
    { what: 'polls site', port: options.pollsPort, flag: '--polls-port' },
    { what: 'REST', port: options.restPort, flag: '--rest-port' },
    { what: 'Kafka', port: options.kafkaPort, flag: '--kafka-port' },
    { what: 'questions page', port: options.questionsPort, flag: '--questions-port' },
  ])
  if (busy.length > 0) throw new Error(busy.join('\n       '))
  await using stack = new AsyncDisposableStack()
  const ending = new AbortController()
  const [database, postgres] = await settleAll([
    async () => {
      if (options.mysqlUrl !== undefined) return fromUrl(options.mysqlUrl)
      const server = await startMysql({
        dataFolder: path.join(dataDir, 'mysql'),
        port: await mysqlPort(options.mysqlPort, log),
        log: (line) => log.info(line),
      })
      stack.defer(() => server.stop())
      return ofServer(server)
    },
    async () => {
      const server = await startPostgres({ dataFolder: path.join(dataDir, 'postgres') })
      stack.defer(() => server.stop())
      return server
    },
  ])
  const [millrace] = await settleAll([
    async () => {
      const running = await startMillrace({
        dataDir: path.join(dataDir, 'millrace'),
        kafkaPort: options.kafkaPort,
        restPort: options.restPort,
        settings: {
          'config.storage.topic': 'my_connect_configs',
          'offset.storage.topic': 'my_connect_offsets',
          'status.storage.topic': 'my_connect_statuses',
        },
        hostAliases: { mysql: `${database.host}:${database.port}`, kafka: `127.0.0.1:${options.kafkaPort}` },
        log,
        onLogLevel: (level) => log.setLevel(level),
      })
      stack.defer(() => running.close())
      return running
    },
    () => prepareDatabase({ administrator: database.administrator, site: site(database) }),
  ])
  const polls = await startPolls({
    ...site(database),
    migrate: true,
    httpPort: options.pollsPort,
    portFlag: '--polls-port',
    links: {
      questions: `http://localhost:${options.questionsPort}/`,
      connect: `http://localhost:${options.restPort}/`,
    },
  })
  stack.defer(() => polls.close())
  await ensureSuperuser(site(database), { username: 'admin', email: 'admin@example.com', password: 'admin' })
  const questions = await startQuestions({
    postgres: {
      host: postgres.host,
      port: postgres.port,
      user: postgres.user,
      password: postgres.password,
      database: postgres.database,
    },
    brokers: [millrace.bootstrapServers],
    httpPort: options.questionsPort,
    portFlag: '--questions-port',
  })
  stack.defer(() => questions.close())
  stack.defer(() => ending.abort())
  if (!options.withoutConnector) await keepOutboxRouted(millrace.restAddress, (line) => log.info(line), ending.signal)
  const owned = stack.move()
  return {
    addresses: [
      ['polls site', `http://localhost:${options.pollsPort}/`],
      ['admin (admin / admin)', `http://localhost:${options.pollsPort}/admin/`],
      ['questions page', `http://localhost:${options.questionsPort}/fetch-data`],
      ['Kafka Connect REST', `http://localhost:${options.restPort}/connectors`],
      ['Kafka (embedded broker)', `localhost:${options.kafkaPort}`],
      ['MySQL (django / django)', `${database.host}:${database.port}/djangodb`],
      ['data', dataDir],
    ],
    close: () => owned.disposeAsync(),
  }
}

/** Runs parts side by side; when one fails the others are waited for, so that what they started is known and ended. */
async function settleAll<const T extends readonly (() => Promise<unknown>)[]>(
  parts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  const results = await Promise.allSettled(parts.map((part) => part()))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    -readonly [K in keyof T]: Awaited<ReturnType<T[K]>>
  }
}

const site = (database: Database) => ({
  host: database.host,
  port: database.port,
  user: 'django',
  password: 'django',
  database: 'djangodb',
})

function ofServer(server: MysqlServer): Database {
  const { host, port } = server
  return { host, port, administrator: { host, port, user: server.rootUser, password: '' } }
}

function fromUrl(text: string): Database {
  const url = URL.parse(text)
  if (url === null || !/^(mysql|mariadb):$/.test(url.protocol))
    throw new Error(`--mysql-url ${text}: mysql://user:password@host:port is wanted`)
  const [host, port] = [url.hostname, url.port === '' ? 3306 : Number(url.port)]
  return {
    host,
    port,
    administrator: { host, port, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
  }
}

/** The wanted port, or a free one: the tutorial's connectors name the alias `mysql`, so another port does no harm. */
async function mysqlPort(wanted: number, log: ProgramLog): Promise<number> {
  if (!(await answersAt(wanted))) return wanted
  log.warn(`port ${wanted} is taken: the road's MySQL takes another one`)
  return freePort()
}
