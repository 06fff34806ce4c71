// npm start: brings the road up, prints the table of addresses, and ends everything on Ctrl-C.
import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type LogLevel, openLog } from 'millrace'
import { type RoadOptions, resetRoad, startRoad } from './road.ts'

interface Flags extends Omit<RoadOptions, 'log' | 'withoutConnector'> {
  readonly reset?: true
  readonly connector: boolean
  readonly logLevel: Lowercase<LogLevel>
}

const flags = new Command('npm start --')
  .description('the whole road: MySQL, Millrace, the polls site and the questions page')
  .option('--data-dir <folder>', 'where everything is kept', '.data')
  .option('--reset', 'begin with empty data')
  .option('--polls-port <port>', 'polls site', port, 8000)
  .option('--rest-port <port>', "Kafka Connect's REST API", port, 8083)
  .option('--kafka-port <port>', 'embedded broker', port, 9092)
  .option('--questions-port <port>', 'questions page', port, 5000)
  .option('--mysql-port <port>', "the road's own MySQL", port, 3306)
  .option('--mysql-url <url>', 'use this MySQL instead: mysql://user:password@host:port')
  .option('--no-connector', 'register no outbox connector')
  .addOption(
    new Option('--log-level <level>', 'least level that is logged')
      .choices(['trace', 'debug', 'info', 'warn', 'error', 'off'])
      .default('warn'),
  )
  .parse()
  .opts<Flags>()

const log = openLog('text', flags.logLevel.toUpperCase() as LogLevel)
const ending = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
})

try {
  if (flags.reset === true) resetRoad(flags.dataDir)
  console.log('Starting MySQL, Millrace, polls and questions …')
  const road = await startRoad({ ...flags, withoutConnector: !flags.connector, log })
  const table = new Table({ head: ['what', 'where'], style: { head: [], border: [] } })
  table.push(...road.addresses.map((row) => [...row]))
  console.log(`${table.toString()}\nThe road is ready. Ctrl-C ends it; the data stays.`)
  await ending
  console.log('Ending …')
  await road.close()
  process.exit(0)
} catch (error) {
  const hint = typeof error === 'object' && error !== null && 'hint' in error ? `\n       ${String(error.hint)}` : ''
  console.error(`error: ${error instanceof Error ? error.message : String(error)}${hint}`)
  process.exit(1)
}

function port(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535 is wanted')
  return value
}
