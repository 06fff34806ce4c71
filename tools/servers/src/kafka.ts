// A real Kafka 4.3.1 by Maven, where Java 17 is there: for comparing with ours, never needed at run time.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { answersAt, cacheFolder, freePort, freshFolder } from './place.ts'
import { ServerProcess } from './server-process.ts'

const run = promisify(execFile)
const VERSION = '4.3.1'
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** A running Kafka broker. */
export interface KafkaServer {
  /** `host:port` */
  readonly bootstrap: string
  readonly pid: number
  stop(): Promise<void>
  kill(): void
  /** SIGKILL, and a new start over the same data folder and address. Resolves when it listens. */
  crash(): Promise<void>
}

/** Whether Java and Maven are there. */
export async function hasJava(): Promise<boolean> {
  return Promise.all([run('java', ['-version']), run('mvn', ['-version'])]).then(
    () => true,
    () => false,
  )
}

/** The class path of Kafka's broker and tools, fetched by Maven once. Errors: Maven's last lines. */
export async function kafkaClassPath(): Promise<string> {
  const folder = cacheFolder('kafka', VERSION)
  const lib = path.join(folder, 'lib')
  if (!existsSync(path.join(folder, 'complete'))) {
    const dependency = (artifact: string, group = 'org.apache.kafka', version = VERSION) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
    const pom = path.join(folder, 'pom.xml')
    writeFileSync(
      pom,
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependency('kafka_2.13')}${dependency('kafka-tools')}${dependency('log4j-slf4j-impl', 'org.apache.logging.log4j', '2.25.5')}${dependency('log4j-core', 'org.apache.logging.log4j', '2.25.5')}</dependencies></project>`,
    )
    await run('mvn', ['-q', '-B', '-f', pom, COPY_DEPENDENCIES, `-DoutputDirectory=${lib}`, '-DincludeScope=runtime'], {
      maxBuffer: 1 << 24,
    })
    writeFileSync(path.join(folder, 'complete'), '')
  }
  return `${lib}/*`
}

/** Runs one of Kafka's tools by its class; resolves to its standard output. */
export async function kafkaTool(className: string, args: readonly string[], timeoutMs = 60_000): Promise<string> {
  const { stdout } = await run('java', ['-Xmx256m', '-cp', await kafkaClassPath(), className, ...args], {
    timeout: timeoutMs,
    maxBuffer: 1 << 26,
  })
  return stdout
}

/** Starts a single broker in KRaft mode with a fresh data folder, removed at stop. `more`: further broker settings, which win. */
export async function startKafka(more: Readonly<Record<string, string>> = {}): Promise<KafkaServer> {
  const classPath = await kafkaClassPath()
  const [port, controller] = await Promise.all([freePort(), freePort()])
  const folder = freshFolder('kafka')
  mkdirSync(path.join(folder, 'data'))
  const properties = path.join(folder, 'server.properties')
  writeFileSync(properties, settings(port, controller, path.join(folder, 'data'), more))
  const { stdout } = await run('java', ['-cp', classPath, 'kafka.tools.StorageTool', 'random-uuid'])
  await run('java', [
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    '--standalone',
    '-t',
    stdout.trim().split('\n').at(-1) as string,
    '-c',
    properties,
  ])
  const start = async (): Promise<ServerProcess> => {
    const started = ServerProcess.start({
      name: 'kafka',
      command: 'java',
      args: ['-Xmx768m', '-cp', classPath, 'kafka.Kafka', properties],
      logFile: path.join(folder, 'log'),
    })
    await started.waitReady(() => answersAt(port), 120_000)
    return started
  }
  let server = await start()
  return {
    bootstrap: `127.0.0.1:${port}`,
    get pid() {
      return server.pid
    },
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    kill: () => server.kill(),
    crash: async () => {
      server.kill()
      await server.exited()
      server = await start()
    },
  }
}

function settings(port: number, controller: number, data: string, more: Readonly<Record<string, string>>): string {
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`
  const one = [
    'offsets.topic.replication.factor',
    'transaction.state.log.replication.factor',
    'transaction.state.log.min.isr',
    'share.coordinator.state.topic.replication.factor',
    'share.coordinator.state.topic.min.isr',
    'num.partitions',
  ]
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.bootstrap.servers=127.0.0.1:${controller}`,
    `listeners=${listeners}`,
    `advertised.listeners=${listeners}`,
    'inter.broker.listener.name=PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    `log.dirs=${data}`,
    'group.initial.rebalance.delay.ms=0',
    ...one.map((name) => `${name}=1`),
    ...Object.entries(more).map(([name, value]) => `${name}=${value}`),
    '',
  ].join('\n')
}
