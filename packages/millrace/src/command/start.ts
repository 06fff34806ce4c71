// millrace start: the embedded broker (or a Kafka cluster) and the worker, until a signal ends them.
import { CdcError, type LogLevel } from '@millrace/connect'
import { Command, Option } from 'commander'
import { startMillrace } from '../embed.ts'
import { holdYoungSpace } from '../frugal-start.ts'
import { openLog } from '../log.ts'
import { collected, portNumber, wholeNumber } from './flag-values.ts'

interface StartFlags {
  readonly dataDir: string
  readonly kafkaPort: number
  readonly restPort: number
  readonly bootstrapServers?: string
  readonly groupId?: string
  readonly offsetFlushIntervalMs?: number
  readonly configProviders?: string
  readonly hostAlias: readonly string[]
  readonly set: readonly string[]
  readonly logFormat: 'text' | 'json'
  readonly logLevel: Lowercase<LogLevel>
}

/** The command. */
export function startCommand(): Command {
  return new Command('start')
    .description('start Millrace: topics on the Kafka port, Kafka Connect’s REST API on the REST port')
    .option('--data-dir <folder>', "the embedded broker's data", './data')
    .option('--kafka-port <port>', 'port of the embedded broker', portNumber, 9092)
    .option('--rest-port <port>', 'port of the REST API', portNumber, 8083)
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
    .action(run)
}

async function run(flags: StartFlags): Promise<void> {
  const log = openLog(flags.logFormat, flags.logLevel.toUpperCase() as LogLevel)
  const settings: Record<string, string> = { ...pairs('--set', flags.set) }
  if (flags.groupId !== undefined) settings['group.id'] = flags.groupId
  if (flags.offsetFlushIntervalMs !== undefined)
    settings['offset.flush.interval.ms'] = String(flags.offsetFlushIntervalMs)
  if (flags.configProviders !== undefined) settings['config.providers'] = flags.configProviders
  const ended = endSignal()
  const millrace = await startMillrace({
    dataDir: flags.dataDir,
    kafkaPort: flags.kafkaPort,
    restPort: flags.restPort,
    ...(flags.bootstrapServers === undefined ? {} : { bootstrapServers: flags.bootstrapServers }),
    settings,
    hostAliases: pairs('--host-alias', flags.hostAlias),
    log,
    onLogLevel: (level) => log.setLevel(level),
  })
  holdYoungSpace(false)
  console.log(`Millrace is ready: REST ${millrace.restAddress}, Kafka ${millrace.bootstrapServers}. Ctrl-C ends it.`)
  const signal = await ended
  log.info(`ending on ${signal}`)
  await millrace.close()
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
