// Validation of a whole connector configuration: framework options, transforms, predicates, the connector's own options, client
// overrides and converters, in the order and with the messages of Kafka Connect.

import type { ConfigDefinition, ConfigEntry, ConfigInfos } from '../definition.ts'
import { connectorDefinitions, sinkDefinitions, sourceDefinitions } from '../definitions/connect.generated.ts'
import { type ClassResolver, validateFields } from './config-def.ts'
import { connectRules } from './connect-rules.ts'
import { withConverters } from './converter-validation.ts'
import { debeziumEntry } from './debezium-rules.ts'
import { addError, groupsOf, javaSetOrder } from './entries.ts'
import type { OverridePolicy } from './override-policy.ts'
import { overrideEntries } from './override-validation.ts'
import type { PluginDirectory, PluginEntry } from './plugin-directory.ts'
import { checkSink } from './sink-rules.ts'
import { stageEntries } from './stage-validation.ts'

/** What validation must know besides the configuration. */
export interface ValidationContext {
  readonly connector: PluginEntry
  readonly plugins: PluginDirectory
  /** `key.converter`, `value.converter`, `header.converter` of the worker. */
  readonly workerConverters: Readonly<Record<string, string>>
  /** Whether the worker has exactly-once source support. */
  readonly hasExactlyOnce: boolean
  /** `group.id` of the worker. */
  readonly workerGroup?: string | undefined
  /** Which options of its clients a connector may set. */
  readonly overridePolicy: OverridePolicy
  /** Contacts the server with a configuration whose connection options are well-formed; null: there is none to contact. */
  readonly probe: ConnectionProbe | null
  /** Told what an operator can do about a problem whose message is another's and does not say so. */
  readonly onHint?: ((hint: string) => void) | undefined
}

/** Contacts the server that a configuration names; answers with what is wrong, in the words of the emulated connector, or null. */
export type ConnectionProbe = (
  config: Readonly<Record<string, string>>,
  onHint: (hint: string) => void,
) => Promise<string | null>

const CONVERTER_OPTIONS = ['key.converter', 'value.converter', 'header.converter'] as const

/** Validates a configuration. Never throws for wrong values. `className` is what the answer is named by. */
export async function validateConnector(
  config: Readonly<Record<string, string>>,
  context: ValidationContext,
): Promise<ConfigInfos> {
  const { connector } = context
  connector.refuse?.(config)
  const resolveClass = classResolver(context)
  const framework = validateFields({
    definitions: frameworkDefinitions(config, context),
    rules: connectRules,
    config,
    resolveClass,
  }).map((entry) => withConverters(entry, context.plugins))
  checkExactlyOnce(framework, config, context)
  if (connector.kind === 'sink') checkSink(framework, config, context.workerGroup)
  const stages = stageEntries(config, context.plugins, resolveClass)
  const own = await ownEntries(config, context, resolveClass)
  const overrides = overrideEntries(config, connector.kind, context.overridePolicy)
  const converters = converterEntries(config, context, resolveClass)
  const redefined = new Map(own.map((entry) => [entry.definition?.name, entry]))
  const configs = [
    ...framework.map((entry) => redefined.get(entry.definition?.name) ?? entry),
    ...stages,
    ...own.filter((entry) => !framework.some((other) => other.definition?.name === entry.definition?.name)),
    ...overrides,
    ...converters.entries,
  ]
  const groups = [...groupsOf([...framework, ...stages]), ...groupsOf(own)]
  return {
    name: config['connector.class'] as string,
    error_count: configs.reduce((count, entry) => count + (entry.value?.errors.length ?? 0), 0),
    groups: [...new Set([...groups, ...converters.groups])],
    configs,
  }
}

/** Definitions that every connector of a kind has, with the defaults of this worker and of the chosen plugins. */
function frameworkDefinitions(
  config: Readonly<Record<string, string>>,
  context: ValidationContext,
): ConfigDefinition[] {
  const { connector, plugins, workerConverters } = context
  const kindDefinitions = connector.kind === 'sink' ? sinkDefinitions : sourceDefinitions
  return [...connectorDefinitions, ...kindDefinitions].map((definition) => {
    const { name } = definition
    if (name === 'connector.plugin.version') return { ...definition, default_value: connector.version }
    const option = CONVERTER_OPTIONS.find((prefix) => name.startsWith(prefix))
    if (option === undefined) return definition
    const className = workerConverters[option] ?? null
    if (name === option) return { ...definition, default_value: className }
    const kind = option === 'header.converter' ? 'header_converter' : 'converter'
    const chosen = plugins.find(kind, config[option] ?? className ?? '')
    return { ...definition, default_value: chosen?.version ?? null }
  })
}

/** The definitions of a connector plugin: its own first, then the framework's that it does not redefine. */
export function connectorDefinitionsOf(plugin: PluginEntry): ConfigDefinition[] {
  const kindDefinitions = plugin.kind === 'sink' ? sinkDefinitions : sourceDefinitions
  const own = new Set(plugin.definitions.map((definition) => definition.name))
  const framework = [...connectorDefinitions, ...kindDefinitions]
    .filter((definition) => !own.has(definition.name))
    .map((definition) =>
      definition.name === 'connector.plugin.version' ? { ...definition, default_value: plugin.version } : definition,
    )
  return [...plugin.definitions, ...framework]
}

function classResolver({ plugins }: ValidationContext): ClassResolver {
  return (option, text) => {
    const kind = option.endsWith('header.converter')
      ? 'header_converter'
      : option.endsWith('converter') || option.endsWith('converter.type')
        ? 'converter'
        : option.startsWith('predicates.')
          ? 'predicate'
          : 'transformation'
    return plugins.find(kind, text)?.className ?? (plugins.isClass(text) ? text : null)
  }
}

function checkExactlyOnce(
  entries: ConfigEntry[],
  config: Readonly<Record<string, string>>,
  { hasExactlyOnce, connector }: ValidationContext,
): void {
  if (connector.kind !== 'source') return
  if (!hasExactlyOnce && config['exactly.once.support']?.toLowerCase() === 'required') {
    addError(entries, 'exactly.once.support', 'This worker does not have exactly-once source support enabled.')
  }
  if (config['transaction.boundary']?.toLowerCase() === 'connector') {
    addError(
      entries,
      'transaction.boundary',
      'The connector does not support connector-defined transaction boundaries with the given configuration. ' +
        'Please reconfigure it to use a different transaction boundary definition.',
    )
  }
}

async function ownEntries(
  config: Readonly<Record<string, string>>,
  context: ValidationContext,
  resolveClass: ClassResolver,
): Promise<ConfigEntry[]> {
  const { connector, probe, onHint = () => {} } = context
  const { definitions, debeziumRules } = connector
  if (debeziumRules === undefined) {
    return validateFields({ definitions, rules: connector.rules ?? {}, config, resolveClass })
  }
  const entries = definitions.map((definition) =>
    debeziumEntry(definition, debeziumRules[definition.name] ?? {}, config),
  )
  const isReachable = ['database.hostname', 'database.port', 'database.user', 'database.password'].every((name) =>
    entries.every((entry) => entry.definition?.name !== name || entry.value?.errors.length === 0),
  )
  if (probe !== null && isReachable) {
    const problem = await probe(config, onHint)
    if (problem !== null) addError(entries, 'database.hostname', problem)
  }
  return entries
}

function converterEntries(
  config: Readonly<Record<string, string>>,
  { plugins }: ValidationContext,
  resolveClass: ClassResolver,
): { entries: ConfigEntry[]; groups: string[] } {
  const entries: ConfigEntry[] = []
  for (const option of ['header.converter', 'key.converter', 'value.converter'] as const) {
    const name = config[option]
    const kind = option === 'header.converter' ? 'header_converter' : 'converter'
    const plugin = name === undefined ? null : plugins.find(kind, name)
    if (plugin === null) continue
    const prefix = `${option}.`
    const type = option.slice(0, option.indexOf('.'))
    const withType = { [`${prefix}converter.type`]: type, ...config }
    const { definitions, rules = {} } = plugin
    entries.push(...validateFields({ definitions, rules, config: withType, resolveClass, prefix, usesBareNames: true }))
  }
  return { entries, groups: javaSetOrder(groupsOf(entries)) }
}
