// One server process: started in its own process group, waited for until ready, ended by process id. Its output goes to a log file whose
// tail is part of every error.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** How a server process is started. */
export interface ServerProcessOptions {
  /** Name for messages: `mysqld`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly logFile: string
  /** Working folder; ours when absent. */
  readonly cwd?: string
  /** Numeric user and group to run as; our own when absent. */
  readonly account?: { readonly uid: number; readonly gid: number }
  /** Signal that asks for an orderly end; SIGTERM unless given. */
  readonly endSignal?: NodeJS.Signals
}

/** A running server process. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #options: ServerProcessOptions
  #exit: { code: number | null; signal: NodeJS.Signals | null } | null = null
  readonly #exited: Promise<void>
  readonly #onHostExit: () => void

  private constructor(options: ServerProcessOptions, child: ChildProcess) {
    this.#options = options
    this.#child = child
    // A host that ends without stop() must not leave the server behind.
    this.#onHostExit = () => child.kill('SIGKILL')
    process.once('exit', this.#onHostExit)
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal }
        process.removeListener('exit', this.#onHostExit)
        resolve()
      })
      child.once('error', () => resolve())
    })
  }

  /** Starts the process; it is not ready yet. */
  static start(options: ServerProcessOptions): ServerProcess {
    const log = openSync(options.logFile, 'a')
    try {
      const child = spawn(options.command, options.args, {
        // own session: a Ctrl-C in the terminal reaches us first, and we stop the server in order
        detached: true,
        stdio: ['ignore', log, log],
        env: { ...process.env, ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.account === undefined ? {} : { uid: options.account.uid, gid: options.account.gid }),
      })
      return new ServerProcess(options, child)
    } finally {
      closeSync(log)
    }
  }

  /** Process id of the server. */
  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** True until the process has ended. */
  get isRunning(): boolean {
    return this.#exit === null && this.#child.pid !== undefined
  }

  /** Asks `probe` until it answers true; throws with the log's tail when the process ends or the time is over. */
  async waitReady(probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs
    while (Date.now() < end) {
      if (!this.isRunning) throw new Error(`${this.#options.name} ended before it was ready${this.logTail()}`)
      if (await probe().catch(() => false)) return
      await delay(50)
    }
    await this.stop()
    throw new Error(`${this.#options.name} was not ready within ${timeoutMs} ms${this.logTail()}`)
  }

  /** The last lines of the log, for error messages. */
  logTail(): string {
    try {
      const lines = readFileSync(this.#options.logFile, 'utf8').trimEnd().split('\n').slice(-8)
      return `; last lines of ${this.#options.logFile}:\n  ${lines.join('\n  ')}`
    } catch {
      return ''
    }
  }

  /** Ends the process in order, and by SIGKILL after `graceMs`. Resolves once it is gone. */
  async stop(graceMs = 15_000): Promise<void> {
    process.removeListener('exit', this.#onHostExit)
    if (!this.isRunning) return
    this.#child.kill(this.#options.endSignal ?? 'SIGTERM')
    const gone = await Promise.race([this.#exited.then(() => true), delay(graceMs, false, { ref: false })])
    if (!gone) this.kill()
    await this.#exited
  }

  /** SIGKILL at once, as a crash would. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Resolves when the process has ended, however it ended. */
  async exited(): Promise<void> {
    await this.#exited
  }
}
