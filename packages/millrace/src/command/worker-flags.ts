// The flags that `millrace start` and `millrace standalone` have in common, and what both do with them.
import { readFileSync } from 'node:fs'
import { CdcError, type ConnectorFile, type LogLevel, parseProperties } from '@millrace/connect'
import { type Command, Option } from 'commander'
import { startMillrace } from '../embed.ts'
import { holdYoungSpace } from '../frugal-start.ts'
import { openLog } from '../log.ts'
import { type BrokerFlags, brokerSettingsOf, withBrokerFlags } from './broker-flags.ts'
import { collected, portNumber, wholeNumber } from './flag-values.ts'

/** The flags, as commander reads them. */
export interface WorkerFlags extends BrokerFlags {
  readonly dataDir: string
  readonly kafkaPort: number
  readonly restPort?: number
  readonly bootstrapServers?: string
  readonly groupId?: string
  readonly offsetFlushIntervalMs?: number
  readonly configProviders?: string
  readonly hostAlias: readonly string[]
  readonly set: readonly string[]
  readonly logFormat: 'text' | 'json'
  readonly logLevel: Lowercase<LogLevel>
}

/** What a command adds to the flags. */
export interface WorkerRun {
  /** A Java properties file of worker settings. Flags count more. */
  readonly settingsFile?: string | undefined
  readonly isStandalone?: boolean
  readonly connectors?: readonly ConnectorFile[]
}

/** Adds the flags to a command. */
export function withWorkerFlags(command: Command): Command {
  return withBrokerFlags(command)
    .option('--data-dir <folder>', "the embedded broker's data", './data')
    .option('--kafka-port <port>', 'port of the embedded broker', portNumber, 9092)
    .option(
      '--rest-port <port>',
      'port of the REST API on loopback (8083 unless the worker setting listeners is given)',
      portNumber,
    )
    .option('--bootstrap-servers <host:port,…>', 'use this Kafka cluster instead of the embedded broker')
    .option('--group-id <name>', "the worker's group.id")
    .option('--offset-flush-interval-ms <ms>', 'how often source offsets are stored', wholeNumber)
    .option('--config-providers <names>', 'providers for references in connector configurations: file, env, directory')
    .option(
      '--host-alias <name=host[:port]>',
      'a host name in connector configurations that stands for another (repeatable)',
      collected,
      [],
    )
    .option('--set <name=value>', "any other worker setting under Kafka Connect's name (repeatable)", collected, [])
    .addOption(
      new Option('--log-format <format>', 'log lines for people or for machines')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option('--log-level <level>', 'least level that is logged')
        .choices(['trace', 'debug', 'info', 'warn', 'error', 'off'])
        .default('info'),
    )
}

/** Runs a worker until a signal ends it. */
export async function runWorker(flags: WorkerFlags, run: WorkerRun = {}): Promise<void> {
  const log = openLog(flags.logFormat, flags.logLevel.toUpperCase() as LogLevel)
  const settings = settingsOf(flags, run.settingsFile)
  const { 'bootstrap.servers': bootstrapServers } = settings
  const ended = endSignal()
  const millrace = await startMillrace({
    dataDir: flags.dataDir,
    kafkaPort: flags.kafkaPort,
    ...brokerSettingsOf(flags),
    ...(flags.restPort === undefined ? {} : { restPort: flags.restPort }),
    ...(bootstrapServers === undefined ? {} : { bootstrapServers }),
    settings,
    hostAliases: pairs('--host-alias', flags.hostAlias),
    ...(run.isStandalone === undefined ? {} : { isStandalone: run.isStandalone }),
    ...(run.connectors === undefined ? {} : { connectors: run.connectors }),
    log,
    onLogLevel: (level) => log.setLevel(level),
  })
  holdYoungSpace(false)
  console.log(`Millrace is ready: REST ${millrace.restAddress}, Kafka ${millrace.bootstrapServers}. Ctrl-C ends it.`)
  const signal = await ended
  log.info(`ending on ${signal}`)
  await millrace.close()
}

function settingsOf(flags: WorkerFlags, file: string | undefined): Record<string, string> {
  const fromFile = file === undefined ? {} : readSettings(file)
  if (flags.restPort !== undefined) delete fromFile['listeners'] // a flag goes before the file, and --set before both
  const settings = { ...fromFile, ...pairs('--set', flags.set) }
  if (flags.bootstrapServers !== undefined) settings['bootstrap.servers'] = flags.bootstrapServers
  if (flags.groupId !== undefined) settings['group.id'] = flags.groupId
  if (flags.offsetFlushIntervalMs !== undefined)
    settings['offset.flush.interval.ms'] = String(flags.offsetFlushIntervalMs)
  if (flags.configProviders !== undefined) settings['config.providers'] = flags.configProviders
  return settings
}

function readSettings(file: string): Record<string, string> {
  try {
    return Object.fromEntries(parseProperties(readFileSync(file, 'utf8')))
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new CdcError('CDC_CONFIG_INVALID', `The file of worker settings ${file} cannot be read (${code})`, {
      hint: 'Give a Java properties file, as Kafka Connect has it: name=value lines.',
      cause,
    })
  }
}

/** Resolves with the first signal that asks the program to end; a second one ends it at once. */
function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isAsked = false
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (isAsked) process.exit(130)
        isAsked = true
        resolve(signal)
      })
  })
}

function pairs(flag: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1)
        throw new CdcError('CDC_CONFIG_INVALID', `${flag} ${text}: name=value is wanted`, {
          hint: `Write it as ${flag} name=value; the flag may be given more than once.`,
        })
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}
