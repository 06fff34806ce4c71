// One task as its connector sees it: its state by the table of lifecycle-table.ts, its status, and what runs it.
import type { Logger } from '../base/logger.ts'
import type { RunState, StatusStore, StoredConfig } from '../store/store.ts'
import { type TaskCommand, type TaskState, taskTransition } from './lifecycle-table.ts'
import type { RunningTask, TaskEvent, TaskLauncher } from './task-launcher.ts'
import { traceOf } from './trace.ts'

/** What a task needs of its connector. */
export interface ManagedTaskOptions {
  readonly connector: string
  readonly task: number
  readonly type: 'source' | 'sink'
  readonly version: string
  readonly config: StoredConfig
  readonly launch: TaskLauncher
  readonly statuses: StatusStore
  readonly isTopicTrackingEnabled: boolean
  /** In a standalone worker the version is always known. */
  readonly isStandalone?: boolean
  readonly workerId: () => string
  readonly generation: () => number
  /** Writes to the status topic one after the other. */
  readonly inOrder: (write: () => Promise<void>) => void
  readonly log: Logger
}

/** A task between its first start and its removal. Commands are given one at a time. */
export class ManagedTask {
  readonly #options: ManagedTaskOptions
  /** What it was told last, or FAILED. The status follows what the task says. */
  #state: TaskState = 'UNASSIGNED'
  #running: RunningTask | null = null
  #spoken = Promise.withResolvers<void>()
  /** Connect's status has no version when a task that was started paused goes on, until something else is asked of it. */
  #isVersionKnown = true

  constructor(options: ManagedTaskOptions) {
    this.#options = options
  }

  get state(): TaskState {
    return this.#state
  }

  /** Resolves when the present run has said that it runs, waits or failed. */
  get spoken(): Promise<void> {
    return this.#spoken.promise
  }

  get config(): StoredConfig {
    return this.#options.config
  }

  /**
   * Carries a command out. Resolves when it is done. `isPaused`: the connector's target state is PAUSED; `isAnnounced`: the status shows
   * RESTARTING before the new start.
   */
  async command(command: Exclude<TaskCommand, 'fail'>, isPaused: boolean, isAnnounced = false): Promise<void> {
    const { to } = taskTransition(this.#state, command)
    const next = to === 'target' ? (isPaused ? 'PAUSED' : 'RUNNING') : to
    if (command === 'start' || command === 'restart') {
      if (command === 'start' && this.#state !== 'UNASSIGNED') return
      if (command === 'restart') await this.#end()
      if (isAnnounced) this.#put('RESTARTING', null, null)
      this.#start(isPaused)
    } else if (command === 'pause' && next === 'PAUSED' && this.#state === 'RUNNING') {
      this.#state = 'PAUSED'
      this.#running?.pause()
    } else if (command === 'resume' && next === 'RUNNING' && this.#state === 'PAUSED') {
      this.#state = 'RUNNING'
      this.#running?.resume()
    } else if (command === 'resume' && this.#state === 'RUNNING' && !this.#isVersionKnown) {
      this.#isVersionKnown = true
      this.#put('RUNNING', null, this.#options.version)
    } else if (command === 'remove') {
      await this.#end()
      this.#write(() => this.#options.statuses.removeTask(this.#options.connector, this.#options.task))
    } else if (command === 'shutdown') await this.#end()
  }

  forgetTopics(): void {
    this.#running?.forgetTopics()
  }

  #start(isPaused: boolean): void {
    const { connector, task, type, config, launch } = this.#options
    this.#state = isPaused ? 'PAUSED' : 'RUNNING'
    this.#isVersionKnown = !isPaused || this.#options.isStandalone === true
    this.#spoken = Promise.withResolvers<void>()
    const run: { current: RunningTask | null } = { current: null }
    const onEvent = (event: TaskEvent) => {
      if (run.current === null || run.current === this.#running) this.#hear(event)
    }
    run.current = launch({ connector, task, type, config, isPaused, onEvent })
    this.#running = run.current
  }

  #hear(event: TaskEvent): void {
    const { version, connector, task, statuses, log } = this.#options
    if (event.kind !== 'topics') this.#spoken.resolve()
    if (this.#state === 'FAILED') return
    if (event.kind === 'running') {
      this.#put('RUNNING', null, this.#isVersionKnown ? version : null)
    } else if (event.kind === 'paused') this.#put('PAUSED', null, version)
    else if (event.kind === 'failed') {
      this.#state = taskTransition(this.#state, 'fail').to as TaskState
      log.error(
        { connector, task, code: event.error.code, hint: event.error.hint },
        `task failed: ${event.error.message}`,
      )
      this.#put('FAILED', traceOf(event.error), version)
    } else if (event.kind === 'topics' && this.#options.isTopicTrackingEnabled) {
      for (const topic of event.topics) this.#write(() => statuses.addTopic(connector, topic, task))
    }
  }

  async #end(): Promise<void> {
    const running = this.#running
    this.#running = null
    await running?.stop()
    this.#spoken.resolve()
    this.#state = 'UNASSIGNED'
    if (!this.#isTakenOver()) this.#put('UNASSIGNED', null, null)
  }

  /** Another worker of a later generation has written its status: it runs the task. */
  #isTakenOver(): boolean {
    const { connector, task, statuses } = this.#options
    const last = statuses.status(connector, task)
    return last !== null && last.workerId !== this.#options.workerId() && last.generation > this.#options.generation()
  }

  #put(state: RunState, trace: string | null, version: string | null): void {
    const { connector, task, statuses } = this.#options
    const workerId = this.#options.workerId()
    const generation = this.#options.generation()
    this.#write(() => statuses.put({ connector, task, state, trace, workerId, generation, version }))
  }

  #write(write: () => Promise<void>): void {
    this.#options.inOrder(write)
  }
}
