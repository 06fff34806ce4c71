// The first failure of work that goes on in the background: kept for whoever asks, and told to whoever waits for something else.

/** Keeps one failure. */
export class FirstFailure {
  #failure: unknown = null
  #onFailure: (failure: unknown) => void = () => {}

  get hasFailed(): boolean {
    return this.#failure !== null
  }

  /** Keeps the failure if it is the first one. */
  keep(failure: unknown): void {
    this.#failure ??= failure
    this.#onFailure(failure)
  }

  /** Throws the failure, if there is one. */
  check(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** Waits until the promise settles, however it does; rejects at once with a failure. One wait at a time. */
  settled(promise: Promise<unknown>): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const waiting = Promise.withResolvers<void>()
    this.#onFailure = waiting.reject
    promise.then(
      () => waiting.resolve(),
      () => waiting.resolve(),
    )
    return waiting.promise
  }
}
