// Validation of `transforms.<alias>.*` and `predicates.<alias>.*`.
import { type ConfigDefinition, type ConfigEntry, define } from '../definition.ts'
import { type ClassResolver, validateFields } from './config-def.ts'
import type { PluginDirectory } from './plugin-directory.ts'

type Config = Readonly<Record<string, string>>

/** Entries of all transforms, then of all predicates, in the order of their lists. */
export function stageEntries(config: Config, plugins: PluginDirectory, resolveClass: ClassResolver): ConfigEntry[] {
  return [
    ...aliasesOf(config.transforms).flatMap((alias) => stage('transforms', alias, config, plugins, resolveClass)),
    ...aliasesOf(config.predicates).flatMap((alias) => stage('predicates', alias, config, plugins, resolveClass)),
  ]
}

/** As Kafka's LIST type splits: empty members count. */
function aliasesOf(list: string | undefined): string[] {
  const text = list?.trim() ?? ''
  return text === '' ? [] : [...new Set(text.split(/\s*,\s*/))]
}

function stage(
  list: 'transforms' | 'predicates',
  alias: string,
  config: Config,
  plugins: PluginDirectory,
  resolveClass: ClassResolver,
): ConfigEntry[] {
  const prefix = `${list}.${alias}.`
  const isTransform = list === 'transforms'
  const kind = isTransform ? 'transformation' : 'predicate'
  const group = `${isTransform ? 'Transforms' : 'Predicates'}: ${alias}`
  const name = config[`${prefix}type`]
  const plugin = name === undefined ? null : plugins.find(kind, name)
  const typeEntry = withProblems(
    validateFields({
      definitions: [typeDefinition(prefix, alias, group, isTransform)],
      rules: { [`${prefix}type`]: { recommended: plugins.classNames(kind) } },
      config,
      resolveClass,
    })[0] as ConfigEntry,
    (className) => stageProblems(className, isTransform, prefix, config, plugins),
  )
  const [version, ...more] = validateFields({
    definitions: moreDefinitions(prefix, group, isTransform, plugin?.version ?? null),
    rules: {},
    config,
    resolveClass,
  })
  const own =
    plugin === null
      ? []
      : validateFields({
          definitions: plugin.definitions,
          rules: plugin.rules ?? {},
          config,
          resolveClass,
          prefix,
          groupPrefix: group,
        })
  return [typeEntry, version as ConfigEntry, ...more, ...own]
}

function withProblems(entry: ConfigEntry, problems: (className: string) => string[]): ConfigEntry {
  const { value } = entry
  if (value?.value == null) return entry
  return { ...entry, value: { ...value, errors: [...value.errors, ...problems(value.value)] } }
}

function stageProblems(
  className: string,
  isTransform: boolean,
  prefix: string,
  config: Config,
  plugins: PluginDirectory,
): string[] {
  const plugin = plugins.find(isTransform ? 'transformation' : 'predicate', className)
  const problems: string[] = []
  if (plugin === null) {
    const face = isTransform ? 'Transformation' : 'Predicate'
    problems.push(`Class class ${className} does not implement the ${face} interface`)
  } else if (plugin.missing !== null) problems.push(plugin.missing)
  const hasNegateAlone = config[`${prefix}negate`] !== undefined && config[`${prefix}predicate`] === undefined
  if (isTransform && hasNegateAlone) {
    problems.push(
      `Config '${prefix}negate' was provided but there is no config '${prefix}predicate' defining a predicate to be negated.`,
    )
  }
  return problems
}

function typeDefinition(prefix: string, alias: string, group: string, isTransform: boolean): ConfigDefinition {
  const what = isTransform ? 'transformation' : 'predicate'
  const text = `Class of the '${alias}' ${what}.`
  const title = `${isTransform ? 'Transformation' : 'Predicate'} type for ${alias}`
  return define(`${prefix}type`, 'CLASS', true, null, 'HIGH', group, 1, 'LONG', title, text)
}

function moreDefinitions(
  prefix: string,
  group: string,
  isTransform: boolean,
  version: string | null,
): ConfigDefinition[] {
  const versionName = `${prefix}plugin.version`
  const definitions = [
    define(versionName, 'STRING', false, version, 'HIGH', group, 2, 'LONG', 'Version', 'Version of the plugin.'),
  ]
  if (!isTransform) return definitions
  const predicate = 'Alias of a predicate that decides whether this transformation applies.'
  const negate = 'Whether the predicate is turned around.'
  return [
    ...definitions,
    define(`${prefix}predicate`, 'STRING', false, '', 'MEDIUM', group, 3, 'LONG', 'Predicate', predicate),
    define(`${prefix}negate`, 'BOOLEAN', false, 'false', 'MEDIUM', group, 4, 'LONG', 'Negate', negate),
  ]
}
