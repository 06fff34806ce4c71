// Millrace as its users run it: the command line in a process of its own, with a fresh data folder and free ports.
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { freePort, freshFolder, ServerProcess } from '@millrace/servers'

/** A running Millrace. */
export interface MillraceProcess {
  readonly rest: string
  readonly bootstrap: string
  readonly dataFolder: string
  readonly process: ServerProcess
  /** The log's text so far. */
  readonly logFile: string
  stop(): Promise<void>
}

/** How to start it. */
export interface MillraceOptions {
  /** Kept at stop when given. */
  readonly dataFolder?: string
  readonly restPort?: number
  readonly kafkaPort?: number
  readonly args?: readonly string[]
  /** The command with its arguments; `start` unless given. */
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const MAIN = path.join(import.meta.dirname, '../../packages/millrace/src/main.ts')

/** Starts Millrace and resolves when its REST API answers. */
export async function startMillrace(options: MillraceOptions = {}): Promise<MillraceProcess> {
  const dataFolder = options.dataFolder ?? freshFolder('data')
  const [restPort, kafkaPort] = [options.restPort ?? (await freePort()), options.kafkaPort ?? (await freePort())]
  mkdirSync(dataFolder, { recursive: true })
  const logFile = `${dataFolder.replace(/\/$/, '')}.log`
  const server = ServerProcess.start({
    name: 'millrace',
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      ...(options.command ?? ['start']),
      '--data-dir',
      dataFolder,
      '--rest-port',
      String(restPort),
      '--kafka-port',
      String(kafkaPort),
      ...(options.args ?? []),
    ],
    logFile,
    // relative paths in configurations are meant below the data folder
    cwd: dataFolder,
    ...(options.env === undefined ? {} : { env: options.env }),
  })
  const rest = `http://127.0.0.1:${restPort}`
  // a server that asks for a login answers 401
  await server.waitReady(async () => [200, 401].includes((await fetch(`${rest}/connectors`)).status), 30_000)
  return {
    rest,
    bootstrap: `127.0.0.1:${kafkaPort}`,
    dataFolder,
    process: server,
    logFile,
    stop: async () => {
      await server.stop()
      if (options.dataFolder === undefined) {
        rmSync(dataFolder, { recursive: true, force: true })
        rmSync(logFile, { force: true })
      }
    },
  }
}
