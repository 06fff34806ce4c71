// Starts tasks in threads of their own and speaks for the worker: offsets, ports to the embedded broker, the log.
import { type MessagePort, Worker as Thread } from 'node:worker_threads'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { OffsetStore } from '../store/store.ts'
import type { MeasureBoard, MeasuredTask } from './measure-board.ts'
import type { RunningTask, TaskLauncher, TaskOrder } from './task-launcher.ts'
import type { TaskSample } from './task-measures.ts'
import type { FromTask, TaskThreadData, ToTask } from './task-messages.ts'

/** What all tasks of a worker share. */
export interface TaskRunnerOptions {
  readonly settings: Readonly<Record<string, string>>
  readonly offsets: OffsetStore
  readonly pluginsModule: string
  readonly embeddedAddresses: readonly string[]
  /** A fresh port to the embedded broker. */
  readonly openPort: () => Promise<MessagePort>
  readonly offsetFlushIntervalMs: number
  /** Time that a task has to end by itself. */
  readonly shutdownTimeoutMs: number
  /** Where tasks are asked for their measures. */
  readonly board?: MeasureBoard
  readonly log: Logger
}

/** Makes the launcher of a worker. */
export function taskRunner(options: TaskRunnerOptions): TaskLauncher {
  return (order) => new TaskThread(order, options)
}

/** One task's thread, seen from the worker. */
class TaskThread implements RunningTask, MeasuredTask {
  readonly #order: TaskOrder
  readonly #options: TaskRunnerOptions
  readonly #thread: Thread
  readonly #ended = Promise.withResolvers<void>()
  readonly #measuring = new Map<number, (samples: readonly TaskSample[]) => void>()
  #nextMeasure = 0
  #hasFailed = false
  #isStopping = false

  constructor(order: TaskOrder, options: TaskRunnerOptions) {
    this.#order = order
    this.#options = options
    const { connector, task, type, config, isPaused } = order
    const { settings, pluginsModule, embeddedAddresses, offsetFlushIntervalMs } = options
    const data: TaskThreadData = {
      connector,
      task,
      type,
      config,
      settings,
      isPaused,
      pluginsModule,
      embeddedAddresses,
      offsetFlushIntervalMs,
    }
    this.#thread = new Thread(new URL('./task-thread.ts', import.meta.url), {
      workerData: data,
      name: `task-${connector}-${task}`.slice(0, 60),
      // V8's own limit is 48 MB a thread, which records that never become objects do not need.
      resourceLimits: { maxYoungGenerationSizeMb: 12 },
    })
    this.#thread.on('message', (message: FromTask) => void this.#hear(message))
    this.#thread.on('error', (error: unknown) => this.#fail(CdcError.from(error)))
    this.#thread.on('exit', () => this.#exit())
    options.board?.add(this)
  }

  get connector(): string {
    return this.#order.connector
  }

  get task(): number {
    return this.#order.task
  }

  measure(): Promise<readonly TaskSample[]> {
    const id = this.#nextMeasure++
    const { promise, resolve } = Promise.withResolvers<readonly TaskSample[]>()
    this.#measuring.set(id, resolve)
    this.#say({ kind: 'measure', id })
    return promise
  }

  pause(): void {
    this.#say({ kind: 'pause' })
  }

  resume(): void {
    this.#say({ kind: 'resume' })
  }

  forgetTopics(): void {
    this.#say({ kind: 'forget-topics' })
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#say({ kind: 'stop' })
    const { connector, task } = this.#order
    const timer = setTimeout(() => {
      this.#options.log.warn({ connector, task }, 'the task did not end in time and is cut off; it may repeat records')
      void this.#thread.terminate()
    }, this.#options.shutdownTimeoutMs)
    await this.#ended.promise
    clearTimeout(timer)
  }

  #say(message: ToTask, transfer: MessagePort[] = []): void {
    this.#thread.postMessage(message, transfer)
  }

  async #hear(message: FromTask): Promise<void> {
    const { onEvent } = this.#order
    if (message.kind === 'failed') this.#fail(CdcError.revive(message.error))
    else if (message.kind === 'measured') {
      this.#measuring.get(message.id)?.(message.samples)
      this.#measuring.delete(message.id)
    } else if (message.kind === 'load') {
      const offset = this.#options.offsets.get(this.#order.connector, message.partition)
      this.#say({ kind: 'loaded', id: message.id, offset })
    } else if (message.kind === 'store') {
      const { connector } = this.#order
      const error = await failureOf(() => this.#options.offsets.put(connector, message.partition, message.offset))
      this.#say({ kind: 'stored', id: message.id, error: error?.toJSON() ?? null })
    } else if (message.kind === 'committed') {
      for (const { partition, offset } of message.offsets)
        this.#options.offsets.heard(this.#order.connector, partition, offset)
    } else if (message.kind === 'open-port') {
      let port: MessagePort | null = null
      const error = await failureOf(async () => {
        port = await this.#options.openPort()
      })
      this.#say({ kind: 'port', id: message.id, port, error: error?.toJSON() ?? null }, port ? [port] : [])
    } else if (message.kind === 'log') this.#options.log[message.level](message.fields, message.message)
    else onEvent(message)
  }

  #fail(error: CdcError): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#order.onEvent({ kind: 'failed', error })
  }

  #exit(): void {
    this.#options.board?.remove(this)
    for (const resolve of this.#measuring.values()) resolve([])
    if (!this.#hasFailed) {
      if (this.#isStopping) this.#order.onEvent({ kind: 'ended' })
      else this.#fail(new CdcError('CDC_INTERNAL', 'the task ended although nobody stopped it'))
    }
    this.#ended.resolve()
  }
}

async function failureOf(work: () => Promise<void>): Promise<CdcError | null> {
  try {
    await work()
    return null
  } catch (thrown) {
    return CdcError.from(thrown)
  }
}
