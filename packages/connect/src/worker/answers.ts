// The shapes in which the worker answers, with Connect's member names and their order.
import type { RunState, Status, StoredConfig } from '../store/store.ts'

/** What a connector is: configuration and tasks. */
export interface ConnectorInfo {
  readonly name: string
  readonly config: StoredConfig
  readonly tasks: readonly { readonly connector: string; readonly task: number }[]
  readonly type: 'source' | 'sink' | 'unknown'
}

/** How one part of a connector does. `trace` only after a failure. */
export interface PartState {
  readonly state: RunState
  readonly worker_id: string
  readonly version: string | null
  readonly trace?: string
}

/** How one task does. */
export interface TaskStateInfo extends PartState {
  readonly id: number
}

/** How a connector and its tasks do. */
export interface ConnectorStateInfo {
  readonly name: string
  readonly connector: PartState
  readonly tasks: readonly TaskStateInfo[]
  readonly type: ConnectorInfo['type']
}

/** A task with its configuration. */
export interface TaskInfo {
  readonly id: { readonly connector: string; readonly task: number }
  readonly config: StoredConfig
}

/** A source partition with its offset, as `GET …/offsets` lists them and `PATCH …/offsets` takes them. */
export interface OffsetEntry {
  readonly partition: Readonly<Record<string, unknown>> | null
  readonly offset: Readonly<Record<string, unknown>> | null
}

/** The part of an answer that a status record makes; `state` replaces the recorded one. */
export function partOf(status: Status, state: RunState = status.state): PartState {
  const part = { state, worker_id: status.workerId, version: status.version }
  return status.trace ? { ...part, trace: status.trace } : part
}

/** The same for a task. */
export function taskPartOf(status: Status, state?: RunState): TaskStateInfo {
  return { id: status.task!, ...partOf(status, state) }
}
