// The worker: what REST asks for, checked and written to the stores, then handed to the connectors. It shares connectors and tasks with
// the other workers of its group (group/worker-group.ts); what only the group's leader may write is refused with ForwardNeeded elsewhere.
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { ConfigInfos } from '../config/definition.ts'
import { inJavaMapOrder, javaMapText } from '../store/java-map.ts'
import type { KafkaOffsetStore } from '../store/kafka-offset-store.ts'
import type { ConfigStore, RestartRequest, StatusStore, StoredConfig, TargetState } from '../store/store.ts'
import type { ConnectorInfo, ConnectorStateInfo, TaskInfo, TaskStateInfo } from './answers.ts'
import { partOf, taskPartOf } from './answers.ts'
import type { Membership } from './group/membership.ts'
import { CONNECTOR_ITSELF } from './group/work.ts'
import { WorkerGroup } from './group/worker-group.ts'
import { ManagedConnector } from './managed-connector.ts'
import type { ConnectorPlugin, PluginCatalog } from './plugin-catalog.ts'
import type { TaskLauncher } from './task-launcher.ts'
import type { WorkerConfig } from './worker-config.ts'

/** What a worker is made of. */
export interface WorkerParts {
  readonly config: WorkerConfig
  readonly configs: ConfigStore
  readonly offsets: KafkaOffsetStore
  readonly statuses: StatusStore
  readonly catalog: PluginCatalog
  readonly launch: TaskLauncher
  readonly clusterId: string
  /** Replaces references to config providers and host aliases. */
  readonly resolve: (config: StoredConfig) => StoredConfig
  readonly log: Logger
}

/**
 * A Kafka Connect worker. Methods that write resolve when the write is durable; its effects follow and show in the status.
 * Errors are CdcErrors whose message and HTTP status are Connect's.
 */
export class Worker implements AsyncDisposable {
  readonly parts: WorkerParts
  /** host:port, as statuses name this worker. Set when the REST interface listens. */
  workerId: string
  readonly #connectors = new Map<string, ManagedConnector>()
  #generation = 1
  #exclusive: Promise<unknown> = Promise.resolve()
  #isStarted = false
  readonly #group: WorkerGroup
  /** Called when another worker changes a log level for all. */
  onLoggerLevel: (logger: string, level: string) => void = () => {}

  constructor(parts: WorkerParts) {
    this.parts = parts
    this.#group = this.#openGroup(parts)
    this.workerId = `${parts.config.advertisedHost}:${parts.config.advertisedPort}`
  }

  /** Whether it answers as Connect's standalone mode does: connectors are started before the answer, some messages differ. */
  get isStandalone(): boolean {
    return this.parts.config.offsetFile !== null
  }

  /** Resolves when every change asked for so far is written: a worker that does not get there is stuck. */
  settled(): Promise<void> {
    return this.#exclusively(async () => {})
  }

  get isStarted(): boolean {
    return this.#isStarted
  }

  /**
   * Takes up every connector of the config topic; with a membership, what the group hands out, once it is joined. The stores must have been
   * started, and {@link Worker.workerId} must hold.
   */
  start(membership: Membership | null = null): void {
    if (membership !== null) this.#group.join(membership)
    else for (const name of this.parts.configs.connectors()) void this.#managed(name).command('start')
    this.#isStarted = true
  }

  /** What the membership asks of this worker. */
  get group(): WorkerGroup {
    return this.#group
  }

  #openGroup({ configs, statuses, offsets, log }: WorkerParts): WorkerGroup {
    return new WorkerGroup({
      configs,
      statuses,
      log,
      catchUpOffsets: () => offsets.catchUp(),
      exclusively: (work) => this.#exclusively(work),
      settled: async () => {
        await Promise.all([...this.#connectors.values()].map((connector) => connector.settled()))
      },
      command: (name, command, restart) =>
        command === 'delete' ? this.#deleteManaged(name) : this.#managed(name).command(command, restart),
      align: async (names) => {
        await Promise.all(names.map((name) => this.#managed(name).align()))
      },
      running: () => [...this.#connectors.keys()],
      onGeneration: (generation) => {
        this.#generation = Math.max(this.#generation, generation)
      },
      onLoggerLevel: (logger, level) => this.onLoggerLevel(logger, level),
    })
  }

  connectors(): readonly string[] {
    return this.parts.configs.connectors()
  }

  info(name: string): ConnectorInfo {
    return this.#info(name, inJavaMapOrder(this.config(name)))
  }

  /** The configuration as it is stored. */
  config(name: string): StoredConfig {
    const config = this.parts.configs.config(name)
    if (!config) throw new CdcError('CDC_STATE_NOT_FOUND', `Connector ${name} not found`)
    return config
  }

  /** Null when the connector has no status record. */
  statusOrNull(name: string): ConnectorStateInfo | null {
    const connector = this.parts.statuses.status(name, null)
    if (!connector) return null
    const tasks = this.parts.statuses.tasks(name).map((status) => taskPartOf(status))
    return { name, connector: partOf(connector), tasks, type: this.#typeOf(this.parts.configs.config(name)) }
  }

  status(name: string): ConnectorStateInfo {
    const status = this.statusOrNull(name)
    if (!status) throw new CdcError('CDC_STATE_NOT_FOUND', `No status found for connector ${name}`)
    return status
  }

  taskStatus(name: string, task: number): TaskStateInfo {
    const status = this.parts.statuses.status(name, task)
    if (!status) throw new CdcError('CDC_STATE_NOT_FOUND', `No status found for task ${name}-${task}`)
    return taskPartOf(status)
  }

  tasks(name: string): TaskInfo[] {
    this.config(name)
    return this.parts.configs.taskConfigs(name).map((config, task) => ({ id: { connector: name, task }, config }))
  }

  /**
   * Validates a configuration as it would be started. `onHint` is told what can be done about problems whose message does not say so.
   * Errors: Connect's for a missing or unknown class.
   */
  async validate(config: StoredConfig, onHint?: (hint: string) => void): Promise<ConfigInfos> {
    if (config['connector.class'] === undefined || config['connector.class'] === null)
      throw new CdcError('CDC_STATE_BAD_REQUEST', `Connector config ${javaMapText(config)} contains no connector type`)
    return this.parts.catalog.validate(this.parts.resolve(config), { settings: this.parts.config.settings, onHint })
  }

  async create(name: string, given: StoredConfig, initial?: TargetState): Promise<ConnectorInfo> {
    const config = withName(name, given)
    await this.#check(config)
    const created = await this.#asLeader(async () => {
      if (this.parts.configs.config(name)) throw new CdcError('CDC_STATE_CONFLICT', `Connector ${name} already exists`)
      await this.parts.configs.putConfig(name, config, initial)
      this.#generation++
      void this.#managed(name).command('start')
      return { ...this.#info(name, config), tasks: [] }
    })
    return this.#whenCarriedOut(created)
  }

  async putConfig(name: string, given: StoredConfig): Promise<{ isNew: boolean; info: ConnectorInfo }> {
    const config = withName(name, given)
    await this.#check(config)
    const { isNew, info } = await this.#asLeader(() => this.#store(name, config))
    return { isNew, info: await this.#whenCarriedOut(info) }
  }

  /** Changes members; a null removes one. */
  async patchConfig(name: string, patch: StoredConfig): Promise<ConnectorInfo> {
    await this.#asLeader(async () => {})
    const merged = new Map(Object.entries(this.config(name)))
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) merged.delete(key)
      else merged.set(key, value)
    }
    const config = withName(name, inJavaMapOrder(Object.fromEntries(merged)))
    await this.#check(config)
    const changed = await this.#asLeader(async () => {
      this.config(name)
      return (await this.#store(name, config)).info
    })
    return this.#whenCarriedOut(changed)
  }

  async delete(name: string): Promise<void> {
    await this.#asLeader(async () => {
      this.config(name)
      await this.parts.configs.deleteConfig(name)
      void this.#deleteManaged(name)
    })
  }

  async #deleteManaged(name: string): Promise<void> {
    const connector = this.#managed(name)
    await connector.command('delete')
    // While commands wait in its queue nothing else may run the connector: a second one would start the same tasks.
    if (connector.isIdle && this.#connectors.get(name) === connector && !this.parts.configs.config(name))
      this.#connectors.delete(name)
  }

  pause(name: string): Promise<void> {
    return this.#setTarget(name, 'PAUSED', 'pause')
  }

  resume(name: string): Promise<void> {
    return this.#setTarget(name, 'STARTED', 'resume')
  }

  stop(name: string): Promise<void> {
    return this.#setTarget(name, 'STOPPED', 'stop')
  }

  /** Null when neither tasks nor failed parts only are asked for; else the status with everything about to restart as RESTARTING. */
  async restart(name: string, request: RestartRequest): Promise<ConnectorStateInfo | null> {
    const isPlain = !request.includeTasks && !request.onlyFailed
    await this.#exclusively(async () => {
      if (!isPlain || !this.parts.configs.config(name)) this.#group.requireLeader()
      else this.#group.requireOwner(name, CONNECTOR_ITSELF)
    })
    if (!this.parts.configs.config(name)) {
      if (this.isStandalone && isPlain) throw internalText(NO_PROPERTIES)
      throw new CdcError('CDC_STATE_NOT_FOUND', `Unknown connector: ${name}`)
    }
    const status = this.parts.statuses.status(name, null)
    if (!status && !isPlain) throw new CdcError('CDC_STATE_NOT_FOUND', `Status for connector ${name} not found`)
    if (isPlain || !status) {
      void this.#managed(name).command('restart')
      return null
    }
    const chosen = (state: string) => !request.onlyFailed || state === 'FAILED'
    const tasks = this.parts.statuses.tasks(name)
    const answer: ConnectorStateInfo = {
      name,
      connector: partOf(status, chosen(status.state) ? 'RESTARTING' : status.state),
      tasks: tasks.map((task) =>
        taskPartOf(task, request.includeTasks && chosen(task.state) ? 'RESTARTING' : task.state),
      ),
      type: this.#typeOf(this.parts.configs.config(name)),
    }
    await this.parts.configs.putRestartRequest(name, request)
    void this.#managed(name).command('restart', request)
    return answer
  }

  async restartTask(name: string, task: number): Promise<void> {
    const { configs } = this.parts
    if (this.isStandalone) return this.#restartLocalTask(name, task)
    if (!configs.config(name)) throw new CdcError('CDC_STATE_NOT_FOUND', `Unknown connector: ${name}`)
    const isStopped = configs.targetState(name) === 'STOPPED'
    if (!configs.taskConfigs(name)[task] && !isStopped)
      throw new CdcError('CDC_STATE_NOT_FOUND', `Unknown task: ${name}-${task}`)
    // Connect looks for the worker that owns the task and finds none, which it takes for a rebalance.
    if (isStopped) throw new CdcError('CDC_STATE_CONFLICT', NO_LEADER)
    await this.#exclusively(async () => this.#group.requireOwner(name, task))
    void this.#managed(name).restartTask(task)
  }

  #restartLocalTask(name: string, task: number): void {
    const { configs } = this.parts
    if (!configs.config(name))
      throw internalText(`Failed to start task ${name}-${task} since it is not a recognizable type (source or sink)`)
    if (!configs.taskConfigs(name)[task]) throw new CdcError('CDC_STATE_NOT_FOUND', `Task ${name}-${task} not found`)
    void this.#managed(name).restartTask(task)
  }

  topics(name: string): readonly string[] {
    if (!this.parts.config.isTopicTrackingEnabled)
      throw new CdcError('CDC_STATE_CONFLICT', 'Topic tracking is disabled.', { httpStatus: 403 })
    return this.parts.statuses.topics(name)
  }

  async resetTopics(name: string): Promise<void> {
    this.topics(name)
    if (!this.parts.config.isTopicResetAllowed)
      throw new CdcError('CDC_STATE_CONFLICT', 'Topic tracking reset is disabled.', { httpStatus: 403 })
    await this.parts.statuses.resetTopics(name)
    this.#connectors.get(name)?.forgetTopics()
  }

  /** The plugin of a connector that exists. */
  plugin(name: string): ConnectorPlugin {
    return this.parts.catalog.connector(this.config(name)['connector.class'] ?? '')
  }

  /** Runs `change` while the connector is stopped and nothing of it runs. Errors: Connect's 400 in any other state. */
  whileStopped<T>(name: string, change: () => Promise<T>): Promise<T> {
    return this.#asLeader(async () => {
      this.config(name)
      const { configs } = this.parts
      if (configs.targetState(name) !== 'STOPPED' || configs.taskConfigs(name).length > 0) {
        const how = `This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`
        throw new CdcError(
          'CDC_STATE_BAD_REQUEST',
          `Connectors must be in the STOPPED state before their offsets can be modified. ${how}`,
        )
      }
      await this.#connectors.get(name)?.settled()
      await this.#tasksEnded(name)
      return change()
    })
  }

  /** Writes the task configurations of a connector that another worker runs. */
  async putTaskConfigs(name: string, configs: readonly StoredConfig[]): Promise<void> {
    await this.#asLeader(async () => {
      this.config(name)
      if (this.parts.configs.targetState(name) !== 'STOPPED') await this.parts.configs.putTaskConfigs(name, configs)
    })
  }

  /**
   * What a worker asks of the leader before it starts tasks with exactly-once support: that no earlier task of the connector can write any
   * more. A task of ours fences its own predecessor when it starts. Errors: 404, and CDC_UNSUPPORTED.
   */
  async fence(name: string): Promise<void> {
    await this.#asLeader(async () => {
      this.config(name)
      throw new CdcError('CDC_UNSUPPORTED', 'Fencing the tasks of other workers is not supported yet', {
        httpStatus: 501,
      })
    })
  }

  /** Tasks on other workers have ended when their statuses are gone. Errors: 409 when that takes too long. */
  async #tasksEnded(name: string): Promise<void> {
    for (let waited = 0; this.parts.statuses.tasks(name).length > 0; waited += TASKS_ENDED_STEP_MS) {
      if (this.#group.isAlone || waited > TASKS_ENDED_MS) break
      await sleep(TASKS_ENDED_STEP_MS)
    }
  }

  /** Ends every connector and task; offsets are stored first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#group.stop()
    await this.#exclusively(() =>
      Promise.all([...this.#connectors.values()].map((connector) => connector.command('shutdown'))),
    )
    await this.#group.leave()
  }

  async #store(name: string, config: StoredConfig): Promise<{ isNew: boolean; info: ConnectorInfo }> {
    const { configs } = this.parts
    const isNew = !configs.config(name)
    const tasks = isNew ? [] : configs.taskConfigs(name).map((_, task) => ({ connector: name, task }))
    await configs.putConfig(name, config)
    const connector = this.#managed(name)
    if (isNew) this.#generation++
    else await connector.unassign()
    void connector.command(isNew ? 'start' : 'reconfigure')
    return { isNew, info: { ...this.#info(name, config), tasks } }
  }

  async #setTarget(name: string, target: TargetState, command: 'pause' | 'resume' | 'stop'): Promise<void> {
    await this.#exclusively(async () => {
      const { configs } = this.parts
      if (target === 'STOPPED') this.#group.requireLeader()
      if (!configs.config(name)) {
        if (this.isStandalone && target === 'STOPPED') throw internalText(`No connector \`${name}\` configured`)
        throw new CdcError('CDC_STATE_NOT_FOUND', `Unknown connector ${name}`)
      }
      if (target === 'STOPPED') await configs.putTaskConfigs(name, [])
      await configs.putTargetState(name, target)
      if (target === 'STOPPED') this.#generation++
      void this.#managed(name).command(command)
    })
  }

  /** A standalone worker answers when a connector and its tasks were started, and shows the tasks. */
  async #whenCarriedOut(info: ConnectorInfo): Promise<ConnectorInfo> {
    if (!this.isStandalone) return info
    await this.#managed(info.name).settled()
    return this.#info(info.name, info.config)
  }

  async #check(config: StoredConfig): Promise<void> {
    const empty = Object.entries(config).find(([, value]) => value === null)
    if (this.isStandalone && empty !== undefined)
      throw internalText(`Non-string value found in original settings for key ${empty[0]}: null`)
    const hints: string[] = []
    const infos = await this.validate(config, (hint) => hints.push(hint))
    if (infos.error_count === 0) {
      const plugin = this.parts.catalog.connector(config['connector.class']!)
      if (!plugin.isRunnable) throw new CdcError('CDC_UNSUPPORTED', `Running ${plugin.className} is not supported yet`)
      const problems = plugin.unsupported?.(this.parts.resolve(config)) ?? []
      if (problems.length > 0) throw new CdcError('CDC_UNSUPPORTED', problems.join('\n'), { httpStatus: 400 })
      return
    }
    const errors = infos.configs.flatMap(({ value }) => value?.errors ?? [])
    const hint = hints.length === 0 ? undefined : hints.join(' ')
    const connector = config.name
    this.parts.log.warn({ connector, hint }, `configuration refused: ${errors.join('; ')}`)
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      [
        `Connector configuration is invalid and contains the following ${infos.error_count} error(s):`,
        ...errors,
        'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
      ].join('\n'),
      { httpStatus: 400, ...(hint === undefined ? {} : { hint }) },
    )
  }

  #info(name: string, config: StoredConfig): ConnectorInfo {
    const tasks = this.parts.configs.taskConfigs(name).map((_, task) => ({ connector: name, task }))
    return { name, config, tasks, type: this.#typeOf(config) }
  }

  #typeOf(config: StoredConfig | null): ConnectorInfo['type'] {
    const className = config?.['connector.class']
    if (!className) return 'unknown'
    try {
      return this.parts.catalog.connector(className).type
    } catch {
      return 'unknown'
    }
  }

  #managed(name: string): ManagedConnector {
    const known = this.#connectors.get(name)
    if (known) return known
    const { configs, statuses, catalog, launch, config, resolve, log } = this.parts
    const created = new ManagedConnector({
      name,
      configs,
      statuses,
      catalog,
      launch,
      isTopicTrackingEnabled: config.isTopicTrackingEnabled,
      isStandalone: this.isStandalone,
      workerId: () => this.workerId,
      generation: { current: () => this.#generation, next: () => ++this.#generation },
      resolve,
      ownership: this.#group.ownershipOf(name),
      log,
    })
    this.#connectors.set(name, created)
    return created
  }

  /** Errors: ForwardNeeded where another worker leads the group. */
  #asLeader<T>(work: () => Promise<T>): Promise<T> {
    return this.#exclusively(() => {
      this.#group.requireLeader()
      return work()
    })
  }

  /** Writes to the stores happen one after the other, so that what was checked still holds when it is written. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#exclusive.then(work)
    this.#exclusive = result.catch(() => {})
    return result
  }
}

const TASKS_ENDED_MS = 10_000
const TASKS_ENDED_STEP_MS = 20
const NO_LEADER =
  'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.'

const NO_PROPERTIES = 'Cannot invoke "java.util.Map.get(Object)" because "connProps" is null'

/** What ends in status 500 in Connect, with a text that its clients may know. */
function internalText(message: string): CdcError {
  return new CdcError('CDC_STATE_BAD_REQUEST', message, { httpStatus: 500 })
}

/** Connect puts the name into the configuration, at its end. Errors: 400 when another one stands there. */
function withName(name: string, config: StoredConfig): StoredConfig {
  const given = config.name
  if (given === undefined || given === null) return { ...config, name }
  if (given === name) return config
  const message = `Connector name configuration (${given}) doesn't match connector name in the URL (${name})`
  throw new CdcError('CDC_STATE_BAD_REQUEST', message)
}
