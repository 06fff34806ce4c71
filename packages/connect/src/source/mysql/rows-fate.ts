// Which rows events of a transaction happened: what ROLLBACK TO SAVEPOINT and ROLLBACK take back. Rows of tables without transactions
// stand in transactions of their own in the log, so that all rows in front of a rollback are those that it takes back.

/** Follows one transaction. Rows events are numbered from 0. */
export class RowsFate {
  /** Rows events so far. */
  count = 0
  readonly #savepoints: { readonly name: string; readonly count: number }[] = []
  // Sorted, disjoint: [from, to) pairs.
  #from: number[] = []
  #to: number[] = []

  /** Whether a savepoint is set. */
  get hasSavepoint(): boolean {
    return this.#savepoints.length > 0
  }

  /** A new transaction. */
  restart(): void {
    this.count = 0
    if (this.#savepoints.length > 0) this.#savepoints.length = 0
    if (this.#from.length > 0) {
      this.#from = []
      this.#to = []
    }
  }

  /** SAVEPOINT: takes the place of one with the same name. */
  savepoint(name: string): void {
    const at = this.#savepoints.findIndex((savepoint) => savepoint.name === name)
    if (at >= 0) this.#savepoints.splice(at, 1)
    this.#savepoints.push({ name, count: this.count })
  }

  /** RELEASE SAVEPOINT: it and those behind it are gone, their rows stay. */
  release(name: string): void {
    const at = this.#savepoints.findIndex((savepoint) => savepoint.name === name)
    if (at >= 0) this.#savepoints.length = at
  }

  /** ROLLBACK TO SAVEPOINT: answers the number of the first rows event that is taken back; null for a name that is not set. */
  rollbackTo(name: string): number | null {
    const at = this.#savepoints.findIndex((savepoint) => savepoint.name === name)
    if (at < 0) return null
    this.#savepoints.length = at + 1
    return this.#cancelFrom(this.#savepoints[at]!.count)
  }

  /** ROLLBACK: nothing of the transaction happened. */
  rollback(): void {
    this.#savepoints.length = 0
    this.#cancelFrom(0)
  }

  /** Whether the rows event of this number was taken back, as far as the transaction was followed. */
  isCancelled(number: number): boolean {
    let low = 0
    let high = this.#from.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#to[middle]! > number) high = middle
      else low = middle + 1
    }
    return low < this.#from.length && this.#from[low]! <= number
  }

  #cancelFrom(first: number): number {
    if (first === this.count) return first
    let kept = this.#from.length
    while (kept > 0 && this.#from[kept - 1]! >= first) kept--
    this.#from.length = kept
    this.#to.length = kept
    if (kept > 0 && this.#to[kept - 1]! >= first) this.#to[kept - 1] = this.count
    else {
      this.#from.push(first)
      this.#to.push(this.count)
    }
    return first
  }
}
