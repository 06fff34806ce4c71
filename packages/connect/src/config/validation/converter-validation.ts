// What Connect adds to the entries of converter options: the classes to choose from, and whether the chosen one is a converter.
import type { ConfigEntry } from '../definition.ts'
import type { PluginDirectory } from './plugin-directory.ts'

/** Completes the entry of `key.converter`, `value.converter`, `header.converter` and their version options; others pass. */
export function withConverters(entry: ConfigEntry, plugins: PluginDirectory): ConfigEntry {
  const { value } = entry
  if (value === null) return entry
  if (value.name.endsWith('plugin.version')) {
    return { ...entry, value: { ...value, recommended_values: value.value === null ? [] : [value.value] } }
  }
  if (!/^(key|value|header)\.converter$/.test(value.name)) return entry
  const isHeader = value.name === 'header.converter'
  const kind = isHeader ? 'header_converter' : 'converter'
  const errors = [...value.errors]
  if (value.value !== null) {
    const plugin = plugins.find(kind, value.value)
    const face = isHeader ? 'HeaderConverter' : 'Converter'
    if (plugin === null) errors.push(`Class class ${value.value} does not implement the ${face} interface`)
    else if (plugin.missing !== null) errors.push(plugin.missing)
  }
  return { ...entry, value: { ...value, recommended_values: plugins.classNames(kind), errors } }
}
