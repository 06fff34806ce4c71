// Starts a whole worker: stores, connectors and the REST interface.
import { createPluginCatalog } from '../plugins.ts'
import { Loggers } from '../worker/loggers.ts'
import { openWorker, type StartWorkerOptions, type WorkerPlugins } from '../worker/open-worker.ts'
import { allResources } from './all-resources.ts'
import { startRestServer } from './rest-server.ts'

/** A running worker. */
export interface WorkerHandle extends AsyncDisposable {
  /** Base address of the REST interface, as `http://127.0.0.1:8083`. */
  readonly restAddress: string
  /** Ends connectors (offsets are stored first), REST interface and stores. */
  close(): Promise<void>
}

/**
 * Starts a worker with every plugin of this package.
 * Errors: those of opening the worker (CDC_CONFIG_*, CDC_CONNECT_*, CDC_STORE_*) and of listening, each with a hint.
 */
export function startWorker(options: StartWorkerOptions): Promise<WorkerHandle> {
  const taskModule = new URL('../plugins.ts', import.meta.url).href
  return startWorkerWith(options, { catalog: createPluginCatalog(), taskModule })
}

/**
 * Starts a worker with given plugins. Resolves when the REST interface listens and connectors are being started.
 * Errors: those of opening the worker and of listening, each with a hint.
 */
export async function startWorkerWith(options: StartWorkerOptions, plugins: WorkerPlugins): Promise<WorkerHandle> {
  await using stack = new AsyncDisposableStack()
  const opened = stack.use(await openWorker(options, plugins))
  const { worker, config, log } = opened
  const loggers = new Loggers('INFO', (level) => options.onLogLevel?.(level))
  const server = stack.use(
    await startRestServer({
      resources: allResources(worker, loggers, null),
      host: config.listenHost,
      port: config.listenPort,
      hostNames: [config.advertisedHost, ...list(config.settings['millrace.rest.host.names'])],
      origins: list(config.settings['access.control.allow.origin']),
      log,
    }),
  )
  worker.workerId = `${config.advertisedHost}:${config.advertisedPort || server.port}`
  worker.start()
  const host = server.host.includes(':') ? `[${server.host}]` : server.host
  const restAddress = `http://${host}:${server.port}`
  log.info(`REST interface on ${restAddress}`)
  const owned = stack.move()
  const close = () => owned.disposeAsync()
  return { restAddress, close, [Symbol.asyncDispose]: close }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
