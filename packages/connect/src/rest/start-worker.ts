// Starts a whole worker: stores, connectors and the REST interface.
import { createPluginCatalog } from '../plugins.ts'
import type { Listener } from '../worker/listeners.ts'
import { Loggers, levelOf } from '../worker/loggers.ts'
import { openWorker, type StartWorkerOptions, type WorkerPlugins } from '../worker/open-worker.ts'
import { adminResources, allResources } from './all-resources.ts'
import { readBasicAuth } from './basic-auth.ts'
import { readListenerTls } from './listener-tls.ts'
import type { Resource } from './resource.ts'
import { crossOriginRule, readHeaderRules } from './response-headers.ts'
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
  const { worker, sinkOffsets, membership, config, log } = opened
  const loggers = new Loggers('INFO', (level) => options.onLogLevel?.(level))
  const { settings } = config
  const authenticator = readBasicAuth(settings)
  const origins = list(settings['access.control.allow.origin'])
  const crossOrigin = crossOriginRule(origins, list(settings['access.control.allow.methods']))
  const common = {
    hostNames: [config.advertisedHost, ...list(settings['millrace.rest.host.names'])],
    origins,
    authenticator,
    headerRules: [
      ...readHeaderRules(settings['response.http.headers.config'] ?? ''),
      ...(crossOrigin === null ? [] : [crossOrigin]),
    ],
    log,
  }
  const listen = async (resources: Resource[], listeners: readonly Listener[], prefix: string) => {
    const tls = listeners.some(({ isTls }) => isTls) ? readListenerTls(settings, prefix) : null
    return stack.use(await startRestServer({ ...common, resources, listeners, tls }))
  }
  const admin = adminResources(worker, loggers, opened.board)
  const { adminListeners } = config
  const main = [...allResources(worker, sinkOffsets), ...(adminListeners === null ? admin : [])]
  const server = await listen(main, config.listeners, 'listeners.https.')
  if (adminListeners !== null && adminListeners.length > 0)
    log.info(
      `admin interface on ${(await listen(admin, adminListeners, 'admin.listeners.https.')).addresses.join(', ')}`,
    )
  worker.workerId = `${config.advertisedHost}:${config.advertisedPort || server.port}`
  worker.onLoggerLevel = (logger, level) => {
    const known = levelOf(level)
    if (known) loggers.set(logger, known)
  }
  worker.start(membership(`${server.addresses[0]!.startsWith('https:') ? 'https' : 'http'}://${worker.workerId}/`))
  const restAddress = server.addresses[0]!
  log.info(`REST interface on ${server.addresses.join(', ')}`)
  for (const { name, config: given, initial } of options.connectors ?? []) {
    if (initial === undefined) await worker.putConfig(name, given)
    else await worker.create(name, given, initial)
  }
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
