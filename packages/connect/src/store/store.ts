// The contract of what must survive a restart: connector configurations, source offsets and statuses. No code. One implementation over
// Kafka topics serves the embedded broker and real clusters; its records are Connect's own, byte for byte.
import type { SourceOffset, SourcePartition } from '../source/source.ts'

/** A connector's flat configuration, as Connect keeps it. */
export type ConnectorConfig = Readonly<Record<string, string>>

/** What a connector is meant to do. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'

/** Configurations, task configurations and target states. Every write resolves once the record is acknowledged and read back. */
export interface ConfigStore extends AsyncDisposable {
  start(): Promise<void>
  connectors(): readonly string[]
  config(connector: string): ConnectorConfig | null
  taskConfigs(connector: string): readonly ConnectorConfig[]
  targetState(connector: string): TargetState | null
  putConfig(connector: string, config: ConnectorConfig, initial?: TargetState): Promise<void>
  deleteConfig(connector: string): Promise<void>
  putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void>
  putTargetState(connector: string, state: TargetState): Promise<void>
}

/** Source offsets by connector and source partition. */
export interface OffsetStore extends AsyncDisposable {
  start(): Promise<void>
  get(connector: string, partition: SourcePartition): SourceOffset | null
  all(connector: string): readonly { readonly partition: SourcePartition; readonly offset: SourceOffset }[]
  /** Null deletes (a tombstone). Resolves when acknowledged. */
  put(connector: string, partition: SourcePartition, offset: SourceOffset | null): Promise<void>
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
}

/** Last known statuses, and which topics a connector used. */
export interface StatusStore extends AsyncDisposable {
  start(): Promise<void>
  status(connector: string, task: number | null): Status | null
  put(status: Status): Promise<void>
  remove(connector: string): Promise<void>
  topics(connector: string): readonly string[]
  addTopic(connector: string, topic: string, task: number): Promise<void>
  resetTopics(connector: string): Promise<void>
}
