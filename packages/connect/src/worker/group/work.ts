// Pieces of work: connectors and their tasks, as the workers of a group hand them out.

/** The number that stands for the connector itself among its task ids. */
export const CONNECTOR_ITSELF = -1

/** One piece: a connector (task -1) or one of its tasks. */
export interface WorkUnit {
  readonly connector: string
  readonly task: number
}

/** A set of pieces. */
export class Work {
  readonly #units = new Map<string, Set<number>>()

  /** A set of the given pieces. */
  static of(units: Iterable<WorkUnit>): Work {
    const work = new Work()
    for (const { connector, task } of units) work.add(connector, task)
    return work
  }

  get size(): number {
    let size = 0
    for (const tasks of this.#units.values()) size += tasks.size
    return size
  }

  has(connector: string, task: number): boolean {
    return this.#units.get(connector)?.has(task) ?? false
  }

  add(connector: string, task: number): void {
    const tasks = this.#units.get(connector)
    if (tasks) tasks.add(task)
    else this.#units.set(connector, new Set([task]))
  }

  delete(connector: string, task: number): void {
    const tasks = this.#units.get(connector)
    tasks?.delete(task)
    if (tasks?.size === 0) this.#units.delete(connector)
  }

  /** Task ids by connector, -1 = the connector itself. */
  byConnector(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#units
  }

  /** Every piece: all connectors first, then tasks, each in the order in which they were added. */
  units(): WorkUnit[] {
    const all = [...this.#units].flatMap(([connector, tasks]) => [...tasks].map((task) => ({ connector, task })))
    return [...all.filter(({ task }) => task < 0), ...all.filter(({ task }) => task >= 0)]
  }

  /** What stands here and not in the others. */
  without(...others: readonly Work[]): Work {
    return Work.of(this.units().filter(({ connector, task }) => !others.some((other) => other.has(connector, task))))
  }

  /** What stands here or in another. */
  with(...others: readonly Work[]): Work {
    return Work.of([this, ...others].flatMap((work) => work.units()))
  }

  /** What stands here and there. */
  within(other: Work): Work {
    return Work.of(this.units().filter(({ connector, task }) => other.has(connector, task)))
  }
}
