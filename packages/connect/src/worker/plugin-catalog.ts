// What the worker and its REST interface ask of the plugins: lists, definitions, validation and task configurations. plugins.ts answers;
// tests bring catalogs of their own.
import type { ConfigDefinition, ConfigInfos } from '../config/definition.ts'
import type { StoredConfig } from '../store/store.ts'

/** Kinds of plugins, in Connect's words. */
export type PluginType = 'sink' | 'source' | 'transformation' | 'predicate' | 'converter' | 'header_converter'

/** A line of `GET /connector-plugins`. */
export interface PluginInfo {
  readonly class: string
  readonly type: PluginType
  readonly version: string
}

/** A connector plugin as the life cycle needs it. */
export interface ConnectorPlugin {
  readonly className: string
  readonly type: 'source' | 'sink'
  readonly version: string
  /** Whether the connector itself says that its offsets are altered (Java's alterOffsets answers true). */
  readonly ownsOffsets: boolean
  /** False for what can be validated but not run yet: creating it is refused. */
  readonly isRunnable: boolean
  /**
   * Configurations of its tasks, at most `tasks.max` of them. Members are in the order of a Java HashMap.
   * Errors: CdcError for a configuration that cannot be started.
   */
  taskConfigs(config: StoredConfig): readonly StoredConfig[]
  /** One sentence for each option of a valid configuration whose value is not built yet: registering it is refused. */
  unsupported?(config: StoredConfig): readonly string[]
  /** Throws a CdcError with Connect's message for source offsets that the connector refuses. */
  checkOffsets?(offsets: readonly { readonly partition: unknown; readonly offset: unknown }[]): void
}

/** All plugins of the program. */
export interface PluginCatalog {
  list(connectorsOnly: boolean): readonly PluginInfo[]
  /** Definitions of a plugin's keys. Errors: CdcError with Connect's message and status (404 unknown, 400 version, 500 no plugin). */
  definitions(plugin: string, version: string | null): readonly ConfigDefinition[]
  /** Connector plugin of a class name or alias. Errors: CdcError `Failed to find any class …`. */
  connector(className: string): ConnectorPlugin
  /**
   * Validates a connector's whole configuration, framework keys included; never throws for wrong values.
   * Errors: CdcError where Connect answers with an error (unknown class, no class).
   */
  validate(config: StoredConfig, worker: WorkerDefaults): Promise<ConfigInfos>
}

/** What validation must know of the worker. */
export interface WorkerDefaults {
  /** The worker's whole configuration. */
  readonly settings: Readonly<Record<string, string>>
  /** Told what an operator can do about a problem, where the message that Connect's clients expect does not say so. */
  readonly onHint?: ((hint: string) => void) | undefined
}
