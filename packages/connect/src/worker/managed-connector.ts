// One connector as this worker runs it. Commands come from the worker, wait for each other, and act by the table of lifecycle-table.ts.
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { ConfigStore, RestartRequest, RunState, StatusStore, StoredConfig, TargetState } from '../store/store.ts'
import type { Ownership } from './group/ownership.ts'
import { CONNECTOR_ITSELF } from './group/work.ts'
import { type ConnectorCommand, type ConnectorState, connectorTransition, type TaskEffect } from './lifecycle-table.ts'
import { ManagedTask } from './managed-task.ts'
import type { ConnectorPlugin, PluginCatalog } from './plugin-catalog.ts'
import type { TaskLauncher } from './task-launcher.ts'
import { traceOf } from './trace.ts'

/** What a connector needs of its worker. */
export interface ManagedConnectorOptions {
  readonly name: string
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly catalog: PluginCatalog
  readonly launch: TaskLauncher
  readonly isTopicTrackingEnabled: boolean
  readonly isStandalone?: boolean
  readonly workerId: () => string
  /** The worker's generation; `next` begins a new one, as a change of the task set does. */
  readonly generation: { current(): number; next(): number }
  /** Replaces references to config providers. Errors: CDC_CONFIG_PROVIDER. */
  readonly resolve: (config: StoredConfig) => StoredConfig
  /** Which pieces of the connector this worker runs. */
  readonly ownership: Ownership
  readonly log: Logger
}

/** A connector of this worker. */
export class ManagedConnector {
  readonly #options: ManagedConnectorOptions
  readonly #tasks = new Map<number, ManagedTask>()
  #state: ConnectorState = 'UNASSIGNED'
  #queue: Promise<void> = Promise.resolve()
  #waiting = 0
  #writes: Promise<void> = Promise.resolve()
  /** The announcement of RUNNING that waits for the tasks; `#epoch` tells whether it still holds. */
  #announced: Promise<void> = Promise.resolve()
  #epoch = 0

  constructor(options: ManagedConnectorOptions) {
    this.#options = options
  }

  get state(): ConnectorState {
    return this.#state
  }

  /** Whether every queued command is carried out. */
  get isIdle(): boolean {
    return this.#waiting === 0
  }

  /** State of one of its tasks; null when this worker does not run it. */
  taskState(task: number): string | null {
    return this.#tasks.get(task)?.state ?? null
  }

  /** Queues a command. Resolves when it is carried out and its statuses are written; never rejects. */
  async command(command: ConnectorCommand, restart: RestartRequest | null = null): Promise<void> {
    await this.#enqueue(() => this.#apply(command, restart))
    await this.#announced
    await this.#writes
  }

  /** Queues the restart of one task. */
  restartTask(task: number): Promise<void> {
    return this.#enqueue(async () => this.#tasks.get(task)?.command('restart', this.#target() === 'PAUSED'))
  }

  /** Ends what is not this worker's any more and starts what is. Resolves when that is done. */
  align(): Promise<void> {
    return this.#enqueue(() => this.#align())
  }

  /** Resolves when every command so far is carried out. */
  settled(): Promise<void> {
    return this.#enqueue(async () => {})
  }

  /** Shows at once that what runs is about to change. Resolves when the status is written. */
  unassign(): Promise<void> {
    if (!this.#options.ownership.owns(CONNECTOR_ITSELF)) return this.#writes
    this.#epoch++
    this.#put('UNASSIGNED', null, null)
    return this.#writes
  }

  forgetTopics(): void {
    for (const task of this.#tasks.values()) task.forgetTopics()
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const { log, name } = this.#options
    this.#waiting++
    this.#queue = this.#queue
      .then(work)
      .then(
        () => this.#writes,
        (failure: unknown) => {
          const error = CdcError.from(failure)
          log.error({ connector: name, code: error.code }, `a command could not be carried out: ${error.message}`)
        },
      )
      .finally(() => {
        this.#waiting--
      })
    return this.#queue
  }

  async #apply(command: ConnectorCommand, restart: RestartRequest | null): Promise<void> {
    // It was deleted while the command waited: only the deletion, or the end, has something to do.
    if (command !== 'delete' && command !== 'shutdown' && !this.#options.configs.config(this.#options.name)) return
    if (!this.#options.ownership.owns(CONNECTOR_ITSELF) && this.#state === 'UNASSIGNED') {
      await this.#applyToTasks(command, restart)
      return
    }
    const line = connectorTransition(this.#state, command)
    const isRestart = command === 'restart' || command === 'reconfigure'
    const skipsConnector = restart?.onlyFailed === true && this.#state !== 'FAILED'
    if (command === 'restart' && !skipsConnector) this.#put('UNASSIGNED', null, null)
    if (restart && (restart.includeTasks || restart.onlyFailed) && !skipsConnector) this.#put('RESTARTING', null, null)
    if (line.to === 'gone') {
      await this.#tasksDo('remove')
      this.#put('UNASSIGNED', null, null)
      this.#write(() => this.#options.statuses.remove(this.#options.name))
      this.#state = 'UNASSIGNED'
      return
    }
    if (!skipsConnector) {
      const next = line.to === 'target' ? stateOf(this.#target()) : line.to
      await this.#become(next, command === 'start' || isRestart || command === 'resume', line.tasks)
    }
    if (restart?.includeTasks) await this.#restartTasks(restart.onlyFailed)
  }

  /** Another worker runs the connector itself: what the command means for the tasks that run here. */
  async #applyToTasks(command: ConnectorCommand, restart: RestartRequest | null): Promise<void> {
    if (command === 'pause' || command === 'resume') await this.#tasksDo(command)
    else if (command === 'stop' || command === 'delete') await this.#tasksDo('remove')
    else if (command === 'shutdown') await this.#tasksDo('end')
    else if (command === 'restart' && restart?.includeTasks) await this.#restartTasks(restart.onlyFailed)
  }

  async #align(): Promise<void> {
    const { name, configs, catalog, ownership } = this.#options
    const config = configs.config(name)
    const stored = config ? configs.taskConfigs(name) : []
    const isPaused = this.#target() === 'PAUSED'
    const ends = [...this.#tasks].filter(([id, task]) => {
      return !ownership.owns(id) || !stored[id] || !sameConfig(task.config, stored[id])
    })
    await Promise.all(ends.map(([id, task]) => task.command(stored[id] ? 'shutdown' : 'remove', isPaused)))
    for (const [id] of ends) this.#tasks.delete(id)
    const isOwner = config !== null && ownership.owns(CONNECTOR_ITSELF)
    if (!isOwner && config !== null && this.#state !== 'UNASSIGNED') this.#giveUp()
    if (isOwner && this.#state === 'UNASSIGNED') await this.#apply('start', null)
    const missing = stored.flatMap((_, id) => (ownership.owns(id) && !this.#tasks.has(id) ? [id] : []))
    if (config === null || missing.length === 0 || this.#target() === 'STOPPED') return
    const plugin = catalog.connector(config['connector.class'] ?? '')
    for (const id of missing) {
      const wanted = configs.taskConfigs(name)[id]
      if (wanted && !this.#tasks.has(id)) await this.#startTask(plugin, id, wanted, isPaused)
    }
  }

  /** Another worker takes the connector itself over. */
  #giveUp(): void {
    this.#state = 'UNASSIGNED'
    this.#epoch++
    this.#put('UNASSIGNED', null, null)
  }

  /** Takes a state up. `starts`: the configuration is read anew, which may fail. */
  async #become(next: ConnectorState, starts: boolean, effect: TaskEffect): Promise<void> {
    const { name, configs, catalog, log } = this.#options
    let plugin: ConnectorPlugin | null = null
    let taskConfigs: readonly StoredConfig[] | null = null
    try {
      const config = configs.config(name)
      if (config) plugin = catalog.connector(config['connector.class'] ?? '')
      if (plugin && config && starts && next !== 'STOPPED' && next !== 'FAILED') {
        checkTexts(config)
        taskConfigs = plugin.taskConfigs(config)
      }
    } catch (failure) {
      if (next === 'RUNNING' || next === 'PAUSED') {
        this.#state = connectorTransition(this.#state, 'fail').to as ConnectorState
        log.error({ connector: name }, `connector failed: ${CdcError.from(failure).message}`)
        this.#put('FAILED', traceOf(failure), plugin?.version ?? null)
        return
      }
    }
    this.#state = next
    this.#epoch++
    const version = next === 'UNASSIGNED' ? null : (plugin?.version ?? null)
    if (effect === 'generate' && plugin && taskConfigs) {
      await this.#generate(plugin, taskConfigs)
      this.#announce(next, version)
    } else {
      if (next !== 'FAILED') this.#put(next, null, version)
      if (effect !== 'generate') await this.#tasksDo(effect)
    }
  }

  /** Writes the state when every task has said how it does, so that a connector shown as RUNNING shows its tasks too; or after a while. */
  #announce(state: ConnectorState, version: string | null): void {
    const epoch = this.#epoch
    const spoken = Promise.all([...this.#tasks.values()].map((task) => task.spoken))
    const patience = new AbortController()
    this.#announced = Promise.race([spoken, sleep(ANNOUNCE_PATIENCE_MS, { signal: patience.signal })]).then(() => {
      patience.abort()
      if (epoch === this.#epoch && state !== 'FAILED') this.#put(state, null, version)
    })
  }

  /** Writes a new task set if it differs from the stored one, starts what is missing and restarts what changed. */
  async #generate(plugin: ConnectorPlugin, wanted: readonly StoredConfig[]): Promise<void> {
    const { name, configs, generation, ownership } = this.#options
    const isPaused = this.#target() === 'PAUSED'
    const stored = configs.taskConfigs(name)
    if (isPaused && stored.length === 0) return
    if (!ownership.isSole()) return this.#generateInGroup(wanted, stored, isPaused)
    if (stored.length !== wanted.length || stored.some((config, task) => !sameConfig(config, wanted[task]!))) {
      await configs.putTaskConfigs(name, wanted)
      const ends = [...this.#tasks].filter(([id, task]) => !wanted[id] || !sameConfig(task.config, wanted[id]))
      for (const [id, task] of ends) {
        if (wanted[id]) await task.command('shutdown', isPaused)
        else await task.command('remove', isPaused)
        this.#tasks.delete(id)
      }
      generation.next()
    }
    for (const [id, config] of wanted.entries()) {
      const known = this.#tasks.get(id)
      if (known) await known.command(isPaused ? 'pause' : 'resume', isPaused)
      else await this.#startTask(plugin, id, config, isPaused)
    }
  }

  /** New tasks start when the group has handed them out, changed ones when their configurations are read back. */
  async #generateInGroup(
    wanted: readonly StoredConfig[],
    stored: readonly StoredConfig[],
    isPaused: boolean,
  ): Promise<void> {
    const isChanged =
      stored.length !== wanted.length || stored.some((config, task) => !sameConfig(config, wanted[task]!))
    if (isChanged) await this.#options.ownership.publish(wanted)
    for (const [id, task] of this.#tasks) if (wanted[id]) await task.command(isPaused ? 'pause' : 'resume', isPaused)
  }

  async #startTask(plugin: ConnectorPlugin, id: number, config: StoredConfig, isPaused: boolean): Promise<void> {
    const { name, statuses, launch, workerId, generation, isTopicTrackingEnabled, log, resolve } = this.#options
    await this.#options.ownership.beforeTask()
    const task = new ManagedTask({
      connector: name,
      task: id,
      type: plugin.type,
      version: plugin.version,
      config,
      launch: (order) => launch({ ...order, config: resolve(order.config) }),
      statuses,
      isTopicTrackingEnabled,
      isStandalone: this.#options.isStandalone === true,
      workerId,
      generation: () => generation.current(),
      inOrder: (write) => this.#write(write),
      log,
    })
    this.#tasks.set(id, task)
    await task.command('start', isPaused)
  }

  async #restartTasks(onlyFailed: boolean): Promise<void> {
    const isPaused = this.#target() === 'PAUSED'
    const chosen = [...this.#tasks.values()].filter((task) => !onlyFailed || task.state === 'FAILED')
    for (const task of chosen) await task.command('restart', isPaused, true)
  }

  async #tasksDo(effect: Exclude<TaskEffect, 'generate'>): Promise<void> {
    if (effect === 'keep') return
    const command = effect === 'end' ? 'shutdown' : effect
    const isPaused = this.#target() === 'PAUSED'
    await Promise.all([...this.#tasks.values()].map((task) => task.command(command, isPaused)))
    if (effect === 'remove' || effect === 'end') this.#tasks.clear()
    if (effect !== 'remove' || !this.#options.ownership.isSole()) return
    // A start that was under way may have written its task set after the stop emptied it.
    const { configs, name } = this.#options
    if (configs.taskConfigs(name).length > 0) await configs.putTaskConfigs(name, [])
    const left = this.#options.statuses.tasks(this.#options.name) // of an earlier life of this worker
    for (const status of left) this.#write(() => this.#options.statuses.removeTask(status.connector, status.task!))
  }

  #target(): TargetState {
    return this.#options.configs.targetState(this.#options.name) ?? 'STARTED'
  }

  #put(state: RunState, trace: string | null, version: string | null): void {
    const { name, statuses, generation } = this.#options
    const workerId = this.#options.workerId()
    const current = generation.current()
    this.#write(() =>
      statuses.put({ connector: name, task: null, state, trace, workerId, generation: current, version }),
    )
  }

  /** Status records keep the order in which things happened. */
  #write(write: () => Promise<void>): void {
    const { log, name } = this.#options
    this.#writes = this.#writes.then(write).catch((failure: unknown) => {
      log.warn({ connector: name }, `a status could not be written: ${CdcError.from(failure).message}`)
    })
  }
}

const ANNOUNCE_PATIENCE_MS = 2000

function stateOf(target: TargetState): 'RUNNING' | 'PAUSED' | 'STOPPED' {
  return target === 'STARTED' ? 'RUNNING' : target
}

function sameConfig(a: StoredConfig, b: StoredConfig): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}

/** A null value passes validation and is stored, but no connector starts with it. */
function checkTexts(config: StoredConfig): void {
  const bad = Object.entries(config).find(([, value]) => value === null)
  if (!bad) return
  throw new CdcError('CDC_CONFIG_INVALID', `Non-string value found in original settings for key ${bad[0]}: null`, {
    javaClass: 'java.lang.ClassCastException',
  })
}
