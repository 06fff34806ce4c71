// How a connector starts its tasks and hears of them. task-runner.ts implements it with one worker thread per task.
import type { CdcError } from '../base/errors.ts'
import type { StoredConfig } from '../store/store.ts'

/** What a running task reports, in order. After `failed` or `ended` nothing follows. */
export type TaskEvent =
  | { readonly kind: 'running' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly error: CdcError }
  | { readonly kind: 'ended' }
  /** Records of these topics were acknowledged for the first time. */
  | { readonly kind: 'topics'; readonly topics: readonly string[] }

/** A task to start. */
export interface TaskOrder {
  readonly connector: string
  readonly task: number
  readonly type: 'source' | 'sink'
  /** The task's configuration with references to config providers resolved. */
  readonly config: StoredConfig
  readonly isPaused: boolean
  readonly onEvent: (event: TaskEvent) => void
}

/** A started task. */
export interface RunningTask {
  pause(): void
  resume(): void
  /** Reports every topic anew. */
  forgetTopics(): void
  /** Ends gracefully: source closed, records flushed, offset stored. Resolves when nothing of the task runs any more; never rejects. */
  stop(): Promise<void>
}

/** Starts tasks. Never throws: what goes wrong is reported as `failed`. */
export type TaskLauncher = (order: TaskOrder) => RunningTask
