// millrace takeover: what a Kafka Connect cluster runs and whether Millrace can run it; with --execute a worker on the same topics.
import { CdcError, type ClusterSurvey, createPluginCatalog, surveyCluster } from '@millrace/connect'
import { connectTcp, parseBootstrap } from '@millrace/kafka'
import { Command } from 'commander'
import { startMillrace } from '../embed.ts'
import { openLog } from '../log.ts'
import { collected, portNumber } from './flag-values.ts'

interface TakeoverFlags {
  readonly bootstrapServers: string
  readonly group: string
  readonly configTopic: string
  readonly offsetTopic: string
  readonly statusTopic: string
  readonly restPort: number
  readonly set: readonly string[]
  readonly execute?: true
  readonly dryRun?: true
}

/** The command. */
export function takeoverCommand(): Command {
  return new Command('takeover')
    .description('run the connectors of a Kafka Connect cluster: offsets, schema history and configurations go on')
    .requiredOption('--bootstrap-servers <host:port,…>', 'the Kafka cluster')
    .requiredOption('--group <name>', 'group.id of the Connect cluster')
    .option('--config-topic <name>', 'its config.storage.topic', 'connect-configs')
    .option('--offset-topic <name>', 'its offset.storage.topic', 'connect-offsets')
    .option('--status-topic <name>', 'its status.storage.topic', 'connect-status')
    .option('--rest-port <port>', 'port of the REST API, with --execute', portNumber, 8083)
    .option('--set <name=value>', "any other worker setting under Kafka Connect's name (repeatable)", collected, [])
    .option('--dry-run', 'only look (the default)')
    .option('--execute', 'start a worker in the group if every connector can be run')
    .action(run)
}

async function run(flags: TakeoverFlags): Promise<void> {
  const settings = {
    ...Object.fromEntries(flags.set.map(pair)),
    'bootstrap.servers': flags.bootstrapServers,
    'group.id': flags.group,
    'config.storage.topic': flags.configTopic,
    'offset.storage.topic': flags.offsetTopic,
    'status.storage.topic': flags.statusTopic,
  }
  const cluster = { bootstrap: parseBootstrap(flags.bootstrapServers), open: connectTcp, clientId: 'millrace-takeover' }
  const survey = await surveyCluster({ settings, catalog: createPluginCatalog(), cluster })
  for (const line of surveyLines(survey, flags.group)) console.log(line)
  const refused = survey.connectors.filter(({ problems }) => problems.length > 0)
  if (flags.execute !== true || flags.dryRun === true) {
    console.log('Nothing was changed. --execute starts a worker in the group.')
    if (refused.length > 0) process.exitCode = 1
    return
  }
  if (refused.length > 0)
    throw new CdcError('CDC_UNSUPPORTED', `${refused.length} connector(s) cannot be run here; no worker was started`, {
      hint: 'Change or delete them first, or move them to a cluster of their own.',
    })
  await runWorker(flags, settings)
}

async function runWorker(flags: TakeoverFlags, settings: Readonly<Record<string, string>>): Promise<void> {
  const ended = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })
  const log = openLog('text', 'INFO')
  const { bootstrapServers, restPort } = flags
  const millrace = await startMillrace({ bootstrapServers, restPort, settings, log })
  console.log(`Millrace is in the group ${flags.group}: REST ${millrace.restAddress}. Ctrl-C ends it.`)
  log.info(`ending on ${await ended}`)
  await millrace.close()
}

/** What the survey says, for people: a table of connectors, what stands against them, and who runs them now. */
export function surveyLines({ connectors, groupState, workers }: ClusterSurvey, group: string): string[] {
  const rows = connectors.map(({ name, className, type, target, tasks, offsets, problems }) => [
    name,
    className.split('.').at(-1)!,
    type,
    target,
    String(tasks),
    type === 'sink' ? '-' : String(offsets),
    problems.length === 0 ? 'yes' : 'no',
  ])
  const table = [['CONNECTOR', 'CLASS', 'TYPE', 'STATE', 'TASKS', 'OFFSETS', 'SUPPORTED'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  for (const { name, problems } of connectors) for (const problem of problems) lines.push(`${name}: ${problem}`)
  if (workers.length === 0) lines.push(`Group ${group}: no worker runs (${groupState}).`)
  else {
    lines.push(`Group ${group}: ${workers.length} worker(s) run (${groupState}): ${workers.join(', ')}`)
    lines.push('A worker of Millrace shares the work with them; stop them afterwards and it runs everything.')
  }
  return lines
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new CdcError('CDC_CONFIG_INVALID', `--set ${text}: name=value is wanted`)
  return [text.slice(0, at), text.slice(at + 1)]
}
