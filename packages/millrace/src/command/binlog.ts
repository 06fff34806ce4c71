// millrace binlog cat: what a server wrote to its binary log, one line of JSON per event, from files or from a server.
import type { ConnectionOptions, EventView } from '@millrace/mysql'
import { Command } from 'commander'
import { EventPrinter } from '../binlog/event-printer.ts'
import { fileEvents } from '../binlog/file-events.ts'
import { serverEvents } from '../binlog/server-events.ts'
import { collected, instantSeconds, portNumber, positiveNumber, wholeNumber } from './flag-values.ts'

interface CatFlags {
  readonly host?: string
  readonly port: number
  readonly socket?: string
  readonly user: string
  readonly password?: string
  readonly startPosition?: number
  readonly stopPosition?: number
  readonly startDatetime?: number
  readonly stopDatetime?: number
  readonly database: readonly string[]
  readonly table: readonly string[]
  readonly rows: boolean
  readonly hexdump?: true
  readonly verifyChecksum?: true
  readonly toLastLog?: true
  readonly follow?: number
}

/** The command. */
export function binlogCommand(): Command {
  return new Command('binlog').description('look into binary logs of MySQL and MariaDB').addCommand(catCommand())
}

function catCommand(): Command {
  return new Command('cat')
    .description('print events as lines of JSON')
    .argument(
      '[file...]',
      'log files on disk; with --host or --socket: names of log files of the server (default: all)',
    )
    .option('--host <name>', 'read from this server instead of the disk')
    .option('--port <n>', 'its port', portNumber, 3306)
    .option('--socket <path>', 'read from the server behind this Unix socket')
    .option('--user <name>', 'account with REPLICATION SLAVE', 'root')
    .option('--password <text>', 'its password; better in the environment variable MYSQL_PWD')
    .option('--start-position <n>', 'first position, in the first file', wholeNumber)
    .option('--stop-position <n>', 'end before this position, in the last file', wholeNumber)
    .option('--start-datetime <time>', 'from this time on: ISO 8601, UTC unless it says otherwise', instantSeconds)
    .option('--stop-datetime <time>', 'before this time', instantSeconds)
    .option('--database <name>', 'only statements, tables and rows of this database (repeatable)', collected, [])
    .option('--table <name>', 'only this table, with or without its database (repeatable)', collected, [])
    .option('--no-rows', 'count rows instead of printing them')
    .option('--hexdump', 'with the bytes of every event')
    .option('--verify-checksum', 'tell how many checksums were checked; a wrong one always ends reading')
    .option('--to-last-log', 'with a server: go on with the files behind the last one named')
    .option(
      '--follow <server-id>',
      'with a server: go on waiting for events, as a replica with this id',
      positiveNumber,
    )
    .showHelpAfterError('(millrace binlog cat --help shows what there is)')
    .action(run)
}

async function run(files: readonly string[], flags: CatFlags, command: Command): Promise<void> {
  const isRemote = flags.host !== undefined || flags.socket !== undefined
  if (!isRemote && files.length === 0) command.error('error: name log files, or a server by --host or --socket')
  if (!isRemote && (flags.toLastLog === true || flags.follow !== undefined))
    command.error('error: --to-last-log and --follow want a server: --host or --socket')
  let isClosed = false
  // The reader of a pipe may have enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    isClosed = true
  })
  const printer = new EventPrinter(
    {
      startSec: flags.startDatetime ?? 0,
      stopSec: flags.stopDatetime ?? Number.MAX_SAFE_INTEGER,
      databases: new Set(flags.database),
      tables: new Set(flags.table),
      hidesRows: !flags.rows,
      hexdump: flags.hexdump === true,
    },
    async (line) => {
      if (!isClosed && !process.stdout.write(`${line}\n`)) await roomInOutput()
    },
  )
  const sources = isRemote ? [remote(files, flags)] : files.map((file) => fileEvents(file))
  for (const [i, events] of sources.entries()) {
    const first = isRemote || i === 0 ? (flags.startPosition ?? 0) : 0
    const stop = isRemote || i === sources.length - 1 ? (flags.stopPosition ?? null) : null
    await printAll(events, printer, { first, stop, lastFile: isRemote ? (files.at(-1) ?? null) : null }, () => isClosed)
    if (isClosed) return
  }
  if (flags.verifyChecksum === true)
    console.error(`${printer.events} events, ${printer.checksums} checksums, all of them right`)
}

/** Until the output takes more, or is gone. */
function roomInOutput(): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const event of ['drain', 'error', 'close']) process.stdout.off(event, settle)
      resolve()
    }
    for (const event of ['drain', 'error', 'close']) process.stdout.on(event, settle)
  })
}

async function printAll(
  events: AsyncIterable<EventView>,
  printer: EventPrinter,
  range: { readonly first: number; readonly stop: number | null; readonly lastFile: string | null },
  isClosed: () => boolean,
): Promise<void> {
  let firstFile: string | null = null
  for await (const view of events) {
    if (!view.isArtificial) firstFile ??= view.file
    const isBefore = view.startPosition < range.first && (firstFile === null || view.file === firstFile)
    const isLastFile = range.lastFile === null || view.file === range.lastFile
    if (range.stop !== null && isLastFile && !view.isArtificial && view.startPosition >= range.stop) return
    await printer.take(view, !isBefore)
    if (isClosed()) return
  }
}

function remote(files: readonly string[], flags: CatFlags): AsyncIterable<EventView> {
  const password = flags.password ?? process.env['MYSQL_PWD']
  const connection: ConnectionOptions = {
    host: flags.host ?? 'localhost',
    port: flags.port,
    user: flags.user,
    ...(flags.socket === undefined ? {} : { socketPath: flags.socket }),
    ...(password === undefined ? {} : { password }),
  }
  return serverEvents(connection, {
    files,
    startPosition: flags.startPosition ?? 4,
    toLastLog: flags.toLastLog === true,
    followAs: flags.follow ?? null,
  })
}
