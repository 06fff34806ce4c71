// The embedding API: Millrace in a program of one's own. The embedded broker in a thread, the worker with its REST interface on this one.
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { CdcError, type ConnectorFile, type Logger, type LogLevel, silentLogger, startWorker } from '@millrace/connect'
import { startBrokerThread } from '@millrace/kafka'
import { type BrokerListenerOptions, brokerListeners, embeddedAddresses } from './broker-listeners.ts'

/** How Millrace is started. */
export interface MillraceOptions extends BrokerListenerOptions {
  /** Folder of the embedded broker's data; `./data` unless given. Not used with a cluster. */
  readonly dataDir?: string
  /** Port of the REST interface on loopback; 8083 unless given, 0 takes a free one. */
  readonly restPort?: number
  /** `host:port,…` of a Kafka cluster: no embedded broker is started then. */
  readonly bootstrapServers?: string
  /** Further worker settings under Kafka Connect's names. */
  readonly settings?: Readonly<Record<string, string>>
  /** Host names in connector configurations that stand for others, with a notice in the log (the demo's `mysql` and `kafka`). */
  readonly hostAliases?: Readonly<Record<string, string>>
  /** A standalone worker: connectors and statuses in memory, source offsets in `offset.storage.file.filename`. */
  readonly isStandalone?: boolean
  /** Connectors to start with. */
  readonly connectors?: readonly ConnectorFile[]
  readonly log?: Logger
  /** Called when the REST interface changes the log level. */
  readonly onLogLevel?: (level: LogLevel) => void
}

/** A running Millrace. */
export interface RunningMillrace extends AsyncDisposable {
  /** Base address of the REST interface: `http://127.0.0.1:8083`. */
  readonly restAddress: string
  /** `host:port` of the broker. */
  readonly bootstrapServers: string
  /** Ends connectors (offsets are stored first), REST interface and broker. */
  close(): Promise<void>
}

/**
 * Starts Millrace; resolves when the REST interface answers.
 * Errors: CdcError or KafkaError with a hint: a busy port (its holder and the flag), a folder that cannot be written or is in use.
 */
export async function startMillrace(options: MillraceOptions = {}): Promise<RunningMillrace> {
  const log = options.log ?? silentLogger
  await using stack = new AsyncDisposableStack()
  const settings: Record<string, string> = {
    listeners: `http://127.0.0.1:${options.restPort ?? 8083}`,
    ...options.settings,
  }
  let bootstrapServers = options.bootstrapServers
  let embedded: { addresses: string[]; openPort: () => MessagePort } | undefined
  if (bootstrapServers === undefined) {
    const dataFolder = path.resolve(options.dataDir ?? 'data')
    checkParent(dataFolder)
    const listen = brokerListeners(options, log)
    const broker = await startBrokerThread({ dataFolder: path.join(dataFolder, 'kafka'), listen }, (level, line) =>
      log[level](line),
    )
    stack.defer(() => broker.close())
    void broker.failed.then((error) => log.fatal(`the embedded broker ended: ${error.message} ${error.hint}`))
    const port = broker.address?.port ?? 0
    bootstrapServers = `127.0.0.1:${port}`
    embedded = { addresses: embeddedAddresses(listen, port), openPort: () => broker.connect() }
    log.info(`embedded broker on ${bootstrapServers}, data in ${dataFolder}`)
  }
  const worker = await startWorker({
    settings: { ...settings, 'bootstrap.servers': bootstrapServers },
    ...(embedded === undefined ? {} : { embedded }),
    ...(options.hostAliases === undefined ? {} : { hostAliases: options.hostAliases }),
    ...(options.isStandalone === undefined ? {} : { isStandalone: options.isStandalone }),
    ...(options.connectors === undefined ? {} : { connectors: options.connectors }),
    ...(options.onLogLevel === undefined ? {} : { onLogLevel: options.onLogLevel }),
    log,
  })
  stack.defer(() => worker.close())
  const owned = stack.move()
  const close = () => owned.disposeAsync()
  return { restAddress: worker.restAddress, bootstrapServers, close, [Symbol.asyncDispose]: close }
}

/**
 * The folder's own making is the broker's, which reports what stands in the way; but Node's recursive mkdir never returns where the system
 * answers that a folder it was asked for does not exist, as Linux does below /proc: so the first missing step is tried alone.
 */
function checkParent(folder: string): void {
  let missing = folder
  while (!existsSync(path.dirname(missing)) && missing !== path.dirname(missing)) missing = path.dirname(missing)
  if (existsSync(missing)) return
  try {
    mkdirSync(missing)
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return // made meanwhile
    throw new CdcError('CDC_STORE_UNAVAILABLE', `the data folder ${folder} cannot be made: ${missing} (${code})`, {
      hint: 'Choose a folder below one that exists and that this user may write to, with --data-dir.',
      cause,
    })
  }
}
