// Waiting between attempts.

/** Delays that double from `firstMs` to `maxMs`; `reset` after a success. */
export class BackOff {
  readonly #firstMs: number
  readonly #maxMs: number
  #nextMs: number

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs
    this.#maxMs = maxMs
    this.#nextMs = firstMs
  }

  /** The delay before the next attempt, milliseconds. */
  next(): number {
    const delay = this.#nextMs
    this.#nextMs = Math.min(this.#maxMs, delay * 2)
    return delay
  }

  reset(): void {
    this.#nextMs = this.#firstMs
  }
}

/** Waits, but no longer than until the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
