// Validators of Debezium's options, in Debezium's words. Each adds the part behind `The '<name>' value is invalid: `.
import { CdcError } from '../../base/errors.ts'
import type { ConfigDefinition, ConfigEntry } from '../definition.ts'
import { compileJavaRegex, splitList } from '../java-regex.ts'

/** What a validator sees: the text of its own option (null when not set) and those of the others. */
export interface DebeziumCheck {
  readonly name: string
  readonly text: string | null
  readonly option: (name: string) => string | null
}

/** Problems of one option; empty when there are none. */
export type DebeziumValidator = (check: DebeziumCheck) => readonly string[]

/** Rules of one Debezium option. */
export interface DebeziumRule {
  readonly validators?: readonly DebeziumValidator[]
  /** Allowed words of an enumeration, in Debezium's order. */
  readonly choices?: readonly string[]
  readonly isHidden?: boolean
  /** The option has a definition but no value: a defect of Debezium that clients see. */
  readonly hasNoValue?: boolean
}

const isWhole = (text: string) => /^[+-]?\d+$/.test(text)

function inBits(text: string, bits: number): boolean {
  if (!isWhole(text)) return false
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(bits, value) === value
}

function whenSet(test: (text: string) => boolean, problem: string): DebeziumValidator {
  return ({ text }) => (text === null || test(text) ? [] : [problem])
}

/** `true` or `false`, any case. */
export const isBoolean = whenSet((text) => /^(true|false)$/i.test(text), "Either 'true' or 'false' is expected")
/** A 32-bit integer. */
export const isInteger = whenSet((text) => inBits(text, 32), 'An integer is expected')
/** A 64-bit integer. */
export const isLong = whenSet((text) => inBits(text, 64), 'A long value is expected')
/** A 32-bit integer above 0. */
export const isPositiveInteger = whenSet(
  (text) => inBits(text, 32) && Number(text) > 0,
  'A positive, non-zero integer value is expected',
)
/** A 32-bit integer from 0 on. */
export const isNonNegativeInteger = whenSet(
  (text) => inBits(text, 32) && Number(text) >= 0,
  'An non-negative integer is expected',
)
/** A 64-bit integer above 0. */
export const isPositiveLong = whenSet(
  (text) => inBits(text, 64) && BigInt(text) > 0n,
  'A positive, non-zero long value is expected',
)
/** A 64-bit integer from 0 on. */
export const isNonNegativeLong = whenSet(
  (text) => inBits(text, 64) && BigInt(text) >= 0n,
  'A non-negative long value is expected',
)
/** A value that is there and not blank. */
export const isRequired: DebeziumValidator = ({ text }) =>
  text === null || text.trim() === '' ? ['A value is required'] : []

/** A name of letters, digits, underscore, hyphen and dot. */
export function hasNameForm(isEmptyAllowed: boolean): DebeziumValidator {
  return ({ text }) => {
    if (text === null || (isEmptyAllowed && text === '') || /^[a-zA-Z0-9_.-]+$/.test(text)) return []
    return [`${text} has invalid format (only the underscore, hyphen, dot and alphanumeric characters are allowed)`]
  }
}

/** A comma list of Java regular expressions. */
export const isRegexList: DebeziumValidator = ({ text }) => {
  for (const item of splitList(text ?? '')) {
    try {
      compileJavaRegex(item)
    } catch (thrown) {
      const reason = CdcError.from(thrown).message
      return [`A comma-separated list of valid regular expressions is expected, but ${reason}`]
    }
  }
  return []
}

/** Not together with another option. */
export function excludes(other: string, problem: string): DebeziumValidator {
  return ({ text, option }) => (text && option(other) ? [problem] : [])
}

/** One of the words of an enumeration, any case; an unset option has its default. */
export function isOneOf(words: readonly string[]): DebeziumValidator {
  return whenSet(
    (text) => words.some((word) => word.toLowerCase() === text.trim().toLowerCase()),
    `Value must be one of ${words.join(', ')}`,
  )
}

const BY_TYPE: Partial<Record<ConfigDefinition['type'], DebeziumValidator>> = {
  BOOLEAN: isBoolean,
  INT: isInteger,
  LONG: isLong,
}

/** The entry of one Debezium option. Debezium never tells a value back. */
export function debeziumEntry(
  definition: ConfigDefinition,
  rule: DebeziumRule,
  config: Readonly<Record<string, string>>,
): ConfigEntry {
  if (rule.hasNoValue) return { definition, value: null }
  const option = (name: string) => config[name] ?? null
  const check: DebeziumCheck = { name: definition.name, text: option(definition.name), option }
  const byType = BY_TYPE[definition.type]
  const validators = [...(byType === undefined ? [] : [byType]), ...(rule.validators ?? [])]
  const problems = validators.flatMap((validate) => validate(check))
  return {
    definition,
    value: {
      name: definition.name,
      value: null,
      recommended_values: rule.choices ?? [],
      errors: problems.map((problem) => `The '${definition.name}' value is invalid: ${problem}`),
      visible: rule.isHidden !== true,
    },
  }
}
