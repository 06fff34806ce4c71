// Kafka's ConfigDef in small: parses string values by a definition table and collects messages in Kafka's words.
import type { ConfigDefinition, ConfigEntry } from '../definition.ts'

/** A parsed value: null where it is not set or could not be parsed. */
export type ParsedValue = string | number | bigint | boolean | readonly string[] | null

/** Rules of one option beyond its type. */
export interface FieldRule {
  /** Why the value is not allowed; null when it is. Called for null too, as Kafka does. */
  readonly reason?: (value: ParsedValue) => string | null
  readonly recommended?: readonly string[]
}

/** Rules by option name. */
export type FieldRules = Readonly<Record<string, FieldRule>>

/** How class names are understood: the full name of a class that exists, or null. */
export type ClassResolver = (optionName: string, text: string) => string | null

/** What {@link validateFields} needs. */
export interface FieldsToValidate {
  readonly definitions: readonly ConfigDefinition[]
  readonly rules: FieldRules
  readonly config: Readonly<Record<string, string>>
  readonly resolveClass: ClassResolver
  /** Put before every name in entries and in messages about parsing; rules' messages carry the bare name. */
  readonly prefix?: string
  /** Put before the groups of embedded definitions. */
  readonly groupPrefix?: string
  /** True where even parsing messages carry the bare name (converters validate a subset of the configuration). */
  readonly usesBareNames?: boolean
}

/** Validates every defined option: one entry each, in the order of the definitions. */
export function validateFields(fields: FieldsToValidate): ConfigEntry[] {
  return fields.definitions.map((definition) => validateField(definition, fields))
}

function validateField(bare: ConfigDefinition, fields: FieldsToValidate): ConfigEntry {
  const { prefix = '', groupPrefix, rules, config } = fields
  const definition = embed(bare, prefix, groupPrefix)
  const shownName = fields.usesBareNames ? bare.name : definition.name
  const errors: string[] = []
  const rule = rules[bare.name]
  const text = config[definition.name]
  let value: ParsedValue = null
  if (text !== undefined) {
    const parsed = parseValue(definition, text, fields.resolveClass)
    if (typeof parsed === 'object' && parsed !== null && 'fault' in parsed) {
      errors.push(`Invalid value ${text} for configuration ${shownName}: ${parsed.fault}`)
    } else value = parsed
  } else if (definition.required) {
    errors.push(`Missing required configuration "${definition.name}" which has no default value.`)
  } else if (definition.default_value !== null) {
    value = parsedOrNull(parseValue(definition, definition.default_value, fields.resolveClass))
  }
  const reason = rule?.reason?.(value) ?? null
  if (reason !== null) errors.push(`Invalid value ${javaText(value)} for configuration ${bare.name}: ${reason}`)
  return {
    definition,
    value: {
      name: definition.name,
      value: valueText(definition, value),
      recommended_values: rule?.recommended ?? [],
      errors,
      visible: true,
    },
  }
}

function embed(definition: ConfigDefinition, prefix: string, groupPrefix: string | undefined): ConfigDefinition {
  if (prefix === '' && groupPrefix === undefined) return definition
  const { group } = definition
  const embedded = groupPrefix === undefined ? group : group === null ? groupPrefix : `${groupPrefix}: ${group}`
  const dependents = definition.dependents.map((name) => prefix + name)
  return { ...definition, name: prefix + definition.name, group: embedded, dependents }
}

interface Fault {
  readonly fault: string
}

function parsedOrNull(parsed: ParsedValue | Fault): ParsedValue {
  return typeof parsed === 'object' && parsed !== null && 'fault' in parsed ? null : parsed
}

const INTEGER_BITS = { SHORT: 16, INT: 32, LONG: 64 } as const

function parseValue(definition: ConfigDefinition, text: string, resolveClass: ClassResolver): ParsedValue | Fault {
  const trimmed = text.trim()
  switch (definition.type) {
    case 'BOOLEAN': {
      const word = trimmed.toLowerCase()
      return word === 'true' || word === 'false'
        ? word === 'true'
        : { fault: 'Expected value to be either true or false' }
    }
    case 'SHORT':
    case 'INT':
    case 'LONG': {
      const isNumber = /^[+-]?\d+$/.test(trimmed)
      const value = isNumber ? BigInt(trimmed.replace(/^\+/, '')) : 0n
      if (isNumber && BigInt.asIntN(INTEGER_BITS[definition.type], value) === value) return value
      return { fault: `Not a number of type ${definition.type}` }
    }
    case 'DOUBLE': {
      const value = trimmed === '' ? Number.NaN : Number(trimmed)
      return Number.isNaN(value) && trimmed !== 'NaN' ? { fault: 'Not a number of type DOUBLE' } : value
    }
    case 'LIST':
      return trimmed === '' ? [] : trimmed.split(/\s*,\s*/)
    case 'CLASS':
      return resolveClass(definition.name, trimmed) ?? { fault: `Class ${trimmed} could not be found.` }
    default:
      return trimmed
  }
}

function valueText(definition: ConfigDefinition, value: ParsedValue): string | null {
  if (value === null) return null
  if (definition.type === 'PASSWORD') return '[hidden]'
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** A value as Java prints it in messages. */
function javaText(value: ParsedValue): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}
