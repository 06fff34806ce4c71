// The thread's end of the conversation with its worker: requests with answers, the log, and the words that steer the task.
import type { MessagePort } from 'node:worker_threads'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SourceOffset, SourcePartition } from '../source/source.ts'
import type { TaskSample } from './task-measures.ts'
import type { FromTask, LogWord, ToTask } from './task-messages.ts'

/** Where messages go: a thread's parent port, or in tests one end of a pair. */
export type TaskPort = Pick<MessagePort, 'postMessage' | 'on'>

/** The conversation of one task. */
export class TaskChannel {
  readonly #port: TaskPort
  readonly #waiting = new Map<number, (answer: ToTask) => void>()
  readonly #stop = new AbortController()
  #nextId = 0
  #isPaused: boolean
  #unpaused: { promise: Promise<void>; resolve: () => void } | null = null
  /** Called when every topic is to be reported anew. */
  onForgetTopics: () => void = () => {}
  /** Called when somebody asks for the task's measures. */
  onMeasure: () => readonly TaskSample[] = () => []
  /** Called when the task is paused or goes on. */
  onPause: (isPaused: boolean) => void = () => {}

  constructor(port: TaskPort, isPaused: boolean) {
    this.#port = port
    this.#isPaused = isPaused
    port.on('message', (message: ToTask) => this.#receive(message))
  }

  /** Aborts when the task is to end. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Resolves when the task is not paused, or ends. */
  async whenUnpaused(): Promise<void> {
    while (this.#isPaused && !this.signal.aborted) {
      this.#unpaused ??= Promise.withResolvers<void>()
      await this.#unpaused.promise
    }
  }

  say(message: FromTask): void {
    this.#port.postMessage(message)
  }

  async loadOffset(partition: SourcePartition): Promise<SourceOffset | null> {
    const answer = await this.#ask((id) => ({ kind: 'load', id, partition }))
    return answer.kind === 'loaded' ? answer.offset : null
  }

  async storeOffset(partition: SourcePartition, offset: SourceOffset): Promise<void> {
    const answer = await this.#ask((id) => ({ kind: 'store', id, partition, offset }))
    if (answer.kind === 'stored' && answer.error) throw CdcError.revive(answer.error)
  }

  /** A port to the embedded broker. */
  async openPort(): Promise<MessagePort> {
    const answer = await this.#ask((id) => ({ kind: 'open-port', id }))
    if (answer.kind === 'port' && answer.port) return answer.port
    throw answer.kind === 'port' && answer.error
      ? CdcError.revive(answer.error)
      : new CdcError('CDC_CONNECT_REFUSED', 'the embedded broker gave no port')
  }

  /** A logger whose lines the worker writes. */
  logger(bindings: object = {}): Logger {
    const method =
      (level: LogWord) =>
      (fields: object | string, message?: string): void => {
        const isText = typeof fields === 'string'
        this.say({
          kind: 'log',
          level,
          fields: isText ? bindings : { ...bindings, ...fields },
          message: isText ? fields : (message ?? ''),
        })
      }
    return {
      trace: method('trace'),
      debug: method('debug'),
      info: method('info'),
      warn: method('warn'),
      error: method('error'),
      fatal: method('fatal'),
      child: (more) => this.logger({ ...bindings, ...more }),
      isLevelEnabled: (level) => level !== 'trace' && level !== 'debug',
    }
  }

  #ask(message: (id: number) => FromTask): Promise<ToTask> {
    const id = this.#nextId++
    const { promise, resolve } = Promise.withResolvers<ToTask>()
    this.#waiting.set(id, resolve)
    this.say(message(id))
    return promise
  }

  #receive(message: ToTask): void {
    if (message.kind === 'measure') this.say({ kind: 'measured', id: message.id, samples: this.onMeasure() })
    else if ('id' in message) {
      this.#waiting.get(message.id)?.(message)
      this.#waiting.delete(message.id)
    } else if (message.kind === 'forget-topics') this.onForgetTopics()
    else if (message.kind === 'stop') {
      this.#stop.abort()
      this.#release()
    } else {
      this.#isPaused = message.kind === 'pause'
      this.onPause(this.#isPaused)
      if (!this.#isPaused) this.#release()
    }
  }

  #release(): void {
    this.#unpaused?.resolve()
    this.#unpaused = null
  }
}
