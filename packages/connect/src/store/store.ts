// The contract of what must survive a restart: connector configurations, source offsets and statuses. No code. One implementation over
// Kafka topics serves the embedded broker and real clusters; its records are Connect's own, byte for byte.
import type { SourceOffset, SourcePartition } from '../source/source.ts'

/** A connector's flat configuration, as Connect keeps it. Members whose value is null can be stored too (see {@link StoredConfig}). */
export type ConnectorConfig = Readonly<Record<string, string>>

/** A configuration as the REST interface accepts and returns it: a null value passes validation of optional keys and is kept. */
export type StoredConfig = Readonly<Record<string, string | null>>

/** A request to restart a connector, as Connect's leader announces it. */
export interface RestartRequest {
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

/** What a connector is meant to do. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'

/** A change of the config topic, after it was read and applied. `isOwn`: this process wrote it. */
export type ConfigChange =
  | { readonly kind: 'config'; readonly connector: string; readonly isOwn: boolean; readonly was: 'new' | 'known' }
  | { readonly kind: 'deleted' | 'target'; readonly connector: string; readonly isOwn: boolean }
  /** `isSameSet`: as many tasks as before. */
  | { readonly kind: 'tasks'; readonly connector: string; readonly isOwn: boolean; readonly isSameSet: boolean }
  | { readonly kind: 'restart'; readonly connector: string; readonly isOwn: boolean; readonly request: RestartRequest }
  | { readonly kind: 'logger'; readonly logger: string; readonly isOwn: boolean; readonly level: string }

/** Configurations, task configurations and target states. Every write resolves once the record is acknowledged and read back. */
export interface ConfigStore extends AsyncDisposable {
  start(): Promise<void>
  connectors(): readonly string[]
  config(connector: string): StoredConfig | null
  /** Empty while the task set is incomplete (task records without their commit record). */
  taskConfigs(connector: string): readonly StoredConfig[]
  targetState(connector: string): TargetState | null
  /** With `initial` the target state is written before the configuration. */
  putConfig(connector: string, config: StoredConfig, initial?: TargetState): Promise<void>
  deleteConfig(connector: string): Promise<void>
  putTaskConfigs(connector: string, configs: readonly StoredConfig[]): Promise<void>
  putTargetState(connector: string, state: TargetState): Promise<void>
  putRestartRequest(connector: string, request: RestartRequest): Promise<void>
  putLoggerLevel(logger: string, level: string): Promise<void>
  /** The key that signs requests between workers: written once, renewed when it is older than its time to live. */
  sessionKey(): { readonly key: Buffer; readonly algorithm: string } | null
  /** Writes a new session key if the present one is older than its time to live: a duty of the leader of the workers. */
  renewSessionKey(): Promise<void>
  /** How far the topic is read: the offset behind the last record, -1 for none. */
  position(): number
  /** Resolves when the topic is read up to an offset; false when `timeoutMs` pass before. */
  readTo(offset: number, timeoutMs: number): Promise<boolean>
  /** Who hears of changes that are read after the start. */
  onChange: (change: ConfigChange) => void
}

/** Source offsets by connector and source partition. */
export interface OffsetStore extends AsyncDisposable {
  start(): Promise<void>
  get(connector: string, partition: SourcePartition): SourceOffset | null
  all(connector: string): readonly { readonly partition: SourcePartition; readonly offset: SourceOffset }[]
  /** Null deletes (a tombstone). Resolves when acknowledged. */
  put(connector: string, partition: SourcePartition, offset: SourceOffset | null): Promise<void>
  /** Takes note of an offset that a task has stored itself, in a transaction. */
  heard(connector: string, partition: SourcePartition, offset: SourceOffset): void
}

/** State words of Connect's status API. */
export type RunState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED'

/** Status of a connector (`task` null) or of one of its tasks. */
export interface Status {
  readonly connector: string
  readonly task: number | null
  readonly state: RunState
  /** First line and stack as `trace` shows them; null without a failure. */
  readonly trace: string | null
  readonly workerId: string
  readonly generation: number
  /** The plugin's version; null where Connect leaves it unknown (UNASSIGNED, RESTARTING). */
  readonly version: string | null
}

/** Last known statuses, and which topics a connector used. */
export interface StatusStore extends AsyncDisposable {
  start(): Promise<void>
  status(connector: string, task: number | null): Status | null
  /** Every connector that has a status, or a task with one. */
  connectors(): readonly string[]
  /** Statuses of a connector's tasks by task id. */
  tasks(connector: string): readonly Status[]
  put(status: Status): Promise<void>
  /** Deletes the status of one task. */
  removeTask(connector: string, task: number): Promise<void>
  /** Deletes the statuses of the connector and all its tasks, and its topics. */
  remove(connector: string): Promise<void>
  topics(connector: string): readonly string[]
  addTopic(connector: string, topic: string, task: number): Promise<void>
  resetTopics(connector: string): Promise<void>
}
