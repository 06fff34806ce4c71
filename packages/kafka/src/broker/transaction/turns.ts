// Runs the work of each key one after the other, and of different keys side by side.

/** The turns. A key costs memory only while something of it waits. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Whether something of the key is under way. */
  isBusy(key: string): boolean {
    return this.#last.has(key)
  }

  /** Runs `work` after everything of the key before it; settles as `work` does. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const result = before === undefined ? work() : before.then(work, work)
    const settled: Promise<void> = result.then(
      () => this.#leave(key, settled),
      () => this.#leave(key, settled),
    )
    this.#last.set(key, settled)
    return result
  }

  #leave(key: string, turn: Promise<void>): void {
    if (this.#last.get(key) === turn) this.#last.delete(key)
  }
}
