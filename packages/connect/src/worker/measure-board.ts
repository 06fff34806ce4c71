// Where running tasks can be asked for their measures. Nothing is sent unless somebody asks.
import type { TaskSample } from './task-measures.ts'

/** A running task. `measure` never rejects; it may never answer, when its thread is stuck. */
export interface MeasuredTask {
  readonly connector: string
  readonly task: number
  measure(): Promise<readonly TaskSample[]>
}

/** The tasks of a worker. */
export class MeasureBoard {
  readonly #tasks = new Set<MeasuredTask>()

  add(task: MeasuredTask): void {
    this.#tasks.add(task)
  }

  remove(task: MeasuredTask): void {
    this.#tasks.delete(task)
  }

  /** The measures of every task that answers in time, with labels that say whose they are. */
  async samples(patienceMs = 2000): Promise<TaskSample[]> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<readonly TaskSample[]>((resolve) => {
      timer = setTimeout(() => resolve([]), patienceMs)
    })
    const answers = await Promise.all(
      [...this.#tasks].map(async (asked) => {
        const samples = await Promise.race([asked.measure(), late])
        const owner = { connector: asked.connector, task: String(asked.task) }
        return samples.map((sample) => ({ ...sample, labels: { ...owner, ...sample.labels } }))
      }),
    )
    clearTimeout(timer)
    return answers.flat()
  }
}
