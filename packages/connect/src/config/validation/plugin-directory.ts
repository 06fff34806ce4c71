// What validation asks of the plugins of the program. plugins.ts answers.
import type { ConfigDefinition } from '../definition.ts'
import type { FieldRules } from './config-def.ts'
import type { DebeziumRule } from './debezium-rules.ts'

/** Kinds of plugins, in Connect's words. */
export type PluginKind = 'sink' | 'source' | 'transformation' | 'predicate' | 'converter' | 'header_converter'

/** One plugin with its option table. */
export interface PluginEntry {
  readonly className: string
  readonly kind: PluginKind
  readonly version: string
  readonly definitions: readonly ConfigDefinition[]
  /** Rules in Kafka's manner. */
  readonly rules?: FieldRules
  /** Rules of a Debezium connector, which validates in its own manner. */
  readonly debeziumRules?: Readonly<Record<string, DebeziumRule>>
  /** Throws for values with which the original's validation itself breaks down (Connect answers 500 then). */
  readonly refuse?: (config: Readonly<Record<string, string>>) => void
  /** Null when it is built; otherwise what Debezium or Kafka has and Millrace has not. */
  readonly missing: string | null
}

/** Finds plugins by full class name or alias. */
export interface PluginDirectory {
  find(kind: PluginKind, name: string): PluginEntry | null
  /** Whether a class of that name exists at all, as a plugin of any kind or as a class of the Java platform. */
  isClass(name: string): boolean
  classNames(kind: PluginKind): readonly string[]
}
