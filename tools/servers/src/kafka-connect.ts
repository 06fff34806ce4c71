// A real Kafka Connect 4.3.1 worker in distributed mode with Debezium's MySQL connector 3.6.1 by Maven, where Java 17 is there: for
// comparing with ours and for testing our broker, never needed at run time.
import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, freePort, freshFolder } from './place.ts'
import { ServerProcess } from './server-process.ts'

const run = promisify(execFile)
const KAFKA = '4.3.1'
const DEBEZIUM = '3.6.1.Final'
const MAVEN_DEPENDENCY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/** How to start a worker. */
export interface KafkaConnectOptions {
  /** `host:port` of the broker. */
  readonly bootstrap: string
  /** Worker properties, which win over what is set here. */
  readonly properties?: Readonly<Record<string, string>>
  /** Loopback port of the REST API; a free one when absent. */
  readonly restPort?: number
  /** Largest heap; 1024 MB unless given. */
  readonly heapMb?: number
}

/** A running Connect worker. */
export interface KafkaConnectServer {
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly restPort: number
  readonly pid: number
  /** The last lines of the worker's log. */
  logTail(): string
  stop(): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

/** Class path of the worker and the folder of its plugins. */
interface ConnectFiles {
  readonly classPath: string
  readonly plugins: string
}

/** Fetches the worker and the plugin by Maven, once. Errors: Maven's last lines. */
export async function kafkaConnectFiles(): Promise<ConnectFiles> {
  const folder = cacheFolder('kafka-connect', `${KAFKA}-${DEBEZIUM}`)
  const files = { classPath: `${path.join(folder, 'lib')}/*`, plugins: path.join(folder, 'plugins') }
  if (existsSync(path.join(folder, 'complete'))) return files
  const dependency = (artifact: string, group = 'org.apache.kafka', version = KAFKA) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  const logging = (artifact: string) => dependency(artifact, 'org.apache.logging.log4j', '2.25.5')
  const wanted = `${dependency('connect-runtime')}${dependency('connect-file')}${logging('log4j-slf4j-impl')}${logging('log4j-core')}`
  const pom = path.join(folder, 'pom.xml')
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>connect</artifactId><version>1</version><packaging>pom</packaging><dependencies>${wanted}</dependencies></project>`,
  )
  const maven = (...args: string[]) => run('mvn', ['-q', '-B', ...args], { maxBuffer: 1 << 24, cwd: folder })
  await maven('-f', pom, `${MAVEN_DEPENDENCY}:copy-dependencies`, '-DoutputDirectory=lib', '-DincludeScope=runtime')
  const artifact = `io.debezium:debezium-connector-mysql:${DEBEZIUM}:tar.gz:plugin`
  await maven('-f', pom, `${MAVEN_DEPENDENCY}:copy`, `-Dartifact=${artifact}`, '-DoutputDirectory=download')
  cacheFolder('kafka-connect', `${KAFKA}-${DEBEZIUM}`, 'plugins')
  const archive = path.join(folder, 'download', `debezium-connector-mysql-${DEBEZIUM}-plugin.tar.gz`)
  await run('tar', ['xzf', archive, '-C', files.plugins])
  writeFileSync(path.join(folder, 'complete'), '')
  return files
}

/** Starts one worker; resolves when its REST API answers for the cluster. */
export async function startKafkaConnect(options: KafkaConnectOptions): Promise<KafkaConnectServer> {
  const files = await kafkaConnectFiles()
  const restPort = options.restPort ?? (await freePort())
  const folder = freshFolder('connect')
  const properties = path.join(folder, 'connect.properties')
  const settings = { ...workerDefaults(options.bootstrap, restPort, files.plugins), ...options.properties }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(properties, lines.join(''))
  const logging = path.join(folder, 'log4j2.properties')
  writeFileSync(logging, LOGGING)
  const server = ServerProcess.start({
    name: 'Kafka Connect',
    command: 'java',
    args: [
      `-Xmx${options.heapMb ?? 1024}m`,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      files.classPath,
      'org.apache.kafka.connect.cli.ConnectDistributed',
      properties,
    ],
    logFile: path.join(folder, 'log'),
  })
  const url = `http://127.0.0.1:${restPort}`
  await server.waitReady(async () => (await fetch(`${url}/connectors`)).ok, 240_000)
  const gone = () => rmSync(folder, { recursive: true, force: true })
  return {
    url,
    restPort,
    pid: server.pid,
    logTail: () => server.logTail(),
    stop: async () => {
      await server.stop()
      gone()
    },
    kill: async () => {
      server.kill()
      await server.exited()
      gone()
    },
  }
}

function workerDefaults(bootstrap: string, restPort: number, plugins: string): Record<string, string> {
  return {
    'bootstrap.servers': bootstrap,
    'group.id': 'connect-cluster',
    'config.storage.topic': 'my_connect_configs',
    'offset.storage.topic': 'my_connect_offsets',
    'status.storage.topic': 'my_connect_statuses',
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${restPort}`,
    'rest.advertised.host.name': '127.0.0.1',
    'plugin.path': plugins,
    'connector.client.config.override.policy': 'All',
  }
}

/** In the form of log4j that needs no further library. */
const LOGGING = `appender.c.type = Console
appender.c.name = c
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = %d{HH:mm:ss,SSS} %p %c{1} %m%n
rootLogger.level = INFO
rootLogger.appenderRef.c.ref = c
`
