// The life of something that runs: one abort signal, its timers and what must be closed at the end, in one object.
import { type Clock, systemClock } from './clock.ts'
import { CdcError } from './errors.ts'

/** Owns the signal, the timers and the resources of one running thing. Closing is idempotent and waits for every resource. */
export class Lifecycle implements AsyncDisposable {
  readonly clock: Clock
  readonly #controller = new AbortController()
  readonly #resources: (() => void | Promise<void>)[] = []
  #closing: Promise<void> | null = null

  constructor(options: { readonly clock?: Clock; readonly signal?: AbortSignal } = {}) {
    this.clock = options.clock ?? systemClock
    const outer = options.signal
    if (outer?.aborted) this.#controller.abort()
    else if (outer !== undefined) {
      const onAbort = () => this.#controller.abort()
      outer.addEventListener('abort', onAbort, { once: true })
      this.#resources.push(() => outer.removeEventListener('abort', onAbort))
    }
  }

  /** Aborts when the life ends. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether the end has begun. */
  get isStopping(): boolean {
    return this.#controller.signal.aborted
  }

  /** Closes `resource` at the end, last added first. */
  own(resource: AsyncDisposable | Disposable | (() => void | Promise<void>)): void {
    if (typeof resource === 'function') this.#resources.push(resource)
    else if (Symbol.asyncDispose in resource) {
      this.#resources.push(async () => {
        await resource[Symbol.asyncDispose]()
      })
    } else this.#resources.push(() => resource[Symbol.dispose]())
  }

  /** Resolves after `delayMs`, or at once when the life ends. Never rejects: ask {@link Lifecycle.isStopping} afterwards. */
  sleep(delayMs: number): Promise<void> {
    return sleep(delayMs, { clock: this.clock, signal: this.signal })
  }

  /** Throws CDC_STATE_ABORTED once the end has begun. */
  check(): void {
    if (this.isStopping) throw new CdcError('CDC_STATE_ABORTED', 'stopped')
  }

  /** Begins the end without waiting for it. */
  abort(): void {
    this.#controller.abort()
  }

  /** Aborts and closes what is owned; the first failure is thrown after everything was tried. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #closeAll(): Promise<void> {
    this.#controller.abort()
    const failures: unknown[] = []
    for (const close of this.#resources.splice(0).reverse()) {
      try {
        await close()
      } catch (failure) {
        failures.push(failure)
      }
    }
    if (failures.length > 0) throw CdcError.from(failures[0])
  }
}

/** Resolves after `delayMs` of the clock, or at once when the signal aborts. */
export function sleep(
  delayMs: number,
  options: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { clock = systemClock, signal } = options
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** Delay before attempt `attempt` (0 = first retry) of an exponential back-off with half jitter, in milliseconds. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random: () => number = Math.random): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(ceiling * (0.5 + random() / 2))
}
