// Opens a worker: state topics, stores, task launcher. rest/start-worker.ts adds the REST interface.
import type { MessagePort } from 'node:worker_threads'
import { Admin, type ClientSecurity, Cluster, parseBootstrap, readClientSecurity } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import { KafkaConfigStore } from '../store/kafka-config-store.ts'
import { KafkaOffsetStore } from '../store/kafka-offset-store.ts'
import { KafkaStatusStore } from '../store/kafka-status-store.ts'
import { LocalTopics } from '../store/local-topics.ts'
import { clusterLinks } from './broker-links.ts'
import { configProviders } from './config-providers.ts'
import type { ConnectorFile } from './connector-files.ts'
import type { SinkOffsets } from './connector-offsets.ts'
import { exactlyOnceSupport } from './exactly-once.ts'
import type { Membership } from './group/membership.ts'
import { openMembership, readGroupSettings } from './group/open-membership.ts'
import { type HostAliases, hostAliases } from './host-aliases.ts'
import { kafkaFailure } from './kafka-failure.ts'
import { KafkaTopics } from './kafka-topics.ts'
import type { LogLevel } from './loggers.ts'
import { MeasureBoard } from './measure-board.ts'
import type { PluginCatalog } from './plugin-catalog.ts'
import { GroupSinkOffsets } from './sink-offsets.ts'
import { taskRunner } from './task-runner.ts'
import { Worker } from './worker.ts'
import { readWorkerConfig, type WorkerConfig, type WorkerSettings } from './worker-config.ts'

/** The embedded broker, as a worker reaches it. */
export interface EmbeddedBroker {
  /** `host:port` under which clients know it; the first one is used. */
  readonly addresses: readonly string[]
  /** One end of a new pair of ports, whose other end the broker serves. */
  openPort(): MessagePort | Promise<MessagePort>
}

/** What a worker is started with. */
export interface StartWorkerOptions {
  /** Settings by Connect's names; `bootstrap.servers` is needed unless there is an embedded broker. */
  readonly settings?: WorkerSettings
  readonly embedded?: EmbeddedBroker
  /** Connectors and statuses are kept in memory and source offsets in `offset.storage.file.filename`, as Connect's standalone mode has it. */
  readonly isStandalone?: boolean
  /** Connectors to start with, written when the REST interface listens. An error of one of them ends the start. */
  readonly connectors?: readonly ConnectorFile[]
  /** Demo mode: host names that stand for others. */
  readonly hostAliases?: HostAliases
  readonly log?: Logger
  /** Called when `/admin/loggers/root` changes the level. */
  readonly onLogLevel?: (level: LogLevel) => void
}

/** What start-worker needs of the rooms beside it. */
export interface WorkerPlugins {
  readonly catalog: PluginCatalog
  /** URL of the module that task threads load (TaskPlugins of source-task.ts). */
  readonly taskModule: string
}

/** Parts of a started worker, before its REST interface listens. */
export interface StartedWorker extends AsyncDisposable {
  /** Where its tasks are asked for their measures. */
  readonly board: MeasureBoard
  readonly worker: Worker
  /** Offsets of sink connectors. */
  readonly sinkOffsets: SinkOffsets
  /** The worker's place in its group, under the base address of its REST interface; null in standalone mode. */
  readonly membership: (restUrl: string) => Membership | null
  readonly config: WorkerConfig
  readonly log: Logger
}

/**
 * Opens the stores and prepares the worker; its connectors start with {@link Worker.start}.
 * Errors: CDC_CONFIG_INVALID for settings, CDC_CONNECT_* and CDC_STORE_* when brokers or state topics cannot be used.
 */
export async function openWorker(options: StartWorkerOptions, plugins: WorkerPlugins): Promise<StartedWorker> {
  const { embedded, log = silentLogger } = options
  const bootstrap = options.settings?.['bootstrap.servers'] ?? embedded?.addresses[0]
  if (bootstrap === undefined) {
    const hint = 'Give bootstrap.servers, or start the embedded broker.'
    throw new CdcError('CDC_CONFIG_INVALID', 'Missing required configuration "bootstrap.servers"', { hint })
  }
  const addresses = embedded?.addresses ?? []
  const isEmbedded = addresses.includes(bootstrap)
  const config = readWorkerConfig(
    { ...options.settings, 'bootstrap.servers': bootstrap },
    isEmbedded,
    options.isStandalone,
  )
  exactlyOnceSupport(config.settings) // a word that nobody knows is told at the start
  const openPort = async (): Promise<MessagePort> => {
    if (!embedded) throw new CdcError('CDC_INTERNAL', 'there is no embedded broker')
    return embedded.openPort()
  }
  await using stack = new AsyncDisposableStack()
  const open = clusterLinks(bootstrap, addresses, openPort, securityOf(config.settings))
  const cluster = new Cluster({ bootstrap: readBootstrap(bootstrap), open, clientId: `connect-${config.groupId}` })
  stack.defer(() => cluster.close())
  const { offsetFile } = config
  const topics =
    offsetFile === null ? stack.use(new KafkaTopics(cluster)) : new LocalTopics(config.offsetTopic.topic, offsetFile)
  const configs = new KafkaConfigStore({ topics, topic: config.configTopic, sessionKeyTtlMs: config.sessionKeyTtlMs })
  const offsets = new KafkaOffsetStore({ topics, topic: config.offsetTopic })
  const statuses = new KafkaStatusStore({ topics, topic: config.statusTopic, keepsTopics: offsetFile !== null })
  for (const store of [configs, offsets, statuses]) await store.start()
  const groupSettings = readGroupSettings(config.settings)
  const links = { bootstrap: readBootstrap(bootstrap), open }
  if (topics instanceof KafkaTopics) {
    const followed = new Cluster({ ...links, clientId: `connect-${config.groupId}-state` })
    stack.defer(() => followed.close())
    topics.follow(followed, log)
  }
  let closeGroup = async (): Promise<void> => {}
  stack.defer(() => closeGroup())
  const clusterId = await clusterIdOf(cluster)
  const resolveReferences = configProviders(config.settings)
  const replaceHosts = hostAliases(options.hostAliases ?? {}, log)
  const board = new MeasureBoard()
  const launch = taskRunner({
    settings: config.settings,
    offsets,
    pluginsModule: plugins.taskModule,
    embeddedAddresses: addresses,
    openPort,
    offsetFlushIntervalMs: config.offsetFlushIntervalMs,
    shutdownTimeoutMs: config.shutdownTimeoutMs,
    board,
    log,
  })
  const worker = new Worker({
    config,
    configs,
    offsets,
    statuses,
    catalog: plugins.catalog,
    launch,
    clusterId,
    resolve: (given) => replaceHosts(resolveReferences(given)),
    log,
  })
  stack.use(worker)
  const sinkOffsets = new GroupSinkOffsets({
    cluster: { bootstrap: readBootstrap(bootstrap), open, clientId: `connect-${config.groupId}-sink-offsets` },
    config: (connector) => worker.config(connector),
  })
  const membership = (restUrl: string): Membership | null => {
    if (offsetFile !== null) return null
    const { groupId } = config
    const place = { cluster: links, groupId, settings: groupSettings, workerId: worker.workerId, url: restUrl, log }
    const opened = openMembership(place, worker.group)
    closeGroup = opened.close
    return opened.membership
  }
  const owned = stack.move()
  return { worker, sinkOffsets, membership, board, config, log, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Security of the worker's own clients. Errors: CDC_CONFIG_INVALID with the option's name. */
function securityOf(settings: WorkerSettings): ClientSecurity | null {
  try {
    return readClientSecurity((option) => settings[option]?.trim())
  } catch (error) {
    throw kafkaFailure(error, 'CDC_CONFIG_INVALID', 'The security of the worker')
  }
}

function readBootstrap(bootstrap: string): string[] {
  try {
    return parseBootstrap(bootstrap)
  } catch (error) {
    throw kafkaFailure(error, 'CDC_CONFIG_INVALID', 'bootstrap.servers')
  }
}

async function clusterIdOf(cluster: Cluster): Promise<string> {
  try {
    return await new Admin(cluster).clusterId()
  } catch (error) {
    throw kafkaFailure(error, 'CDC_STORE_UNAVAILABLE', 'The brokers cannot be reached')
  }
}
