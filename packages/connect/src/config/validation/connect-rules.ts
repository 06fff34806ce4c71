// Rules of the options that every connector has, in Kafka Connect's words.
import type { FieldRules, ParsedValue } from './config-def.ts'

function atLeast(min: bigint, isNullAllowed = false): (value: ParsedValue) => string | null {
  return (value) => {
    if (value === null) return isNullAllowed ? null : 'Value must be non-null'
    return typeof value === 'bigint' && value >= min ? null : `Value must be at least ${min}`
  }
}

function oneOf(...words: string[]): (value: ParsedValue) => string | null {
  return (value) => (words.includes(String(value)) ? null : `String must be one of: ${words.join(', ')}`)
}

function oneOfAnyCase(...words: string[]): (value: ParsedValue) => string | null {
  return (value) => {
    const isKnown = typeof value === 'string' && words.includes(value.toUpperCase())
    return isKnown ? null : `String must be one of (case insensitive): ${words.join(', ')}`
  }
}

function uniqueAliases(value: ParsedValue): string | null {
  if (!Array.isArray(value)) return null
  return new Set(value).size === value.length ? null : 'Duplicate alias provided.'
}

/** Names must not be empty and must not hold control characters. */
export function connectorNameReason(value: ParsedValue): string | null {
  if (value === null) return null
  const name = String(value)
  if (name === '') return 'String may not be empty'
  const codes = Array.from(name, (char) => char.codePointAt(0) as number)
  const controls = codes.filter((code) => code < 0x20 || (code >= 0x7f && code <= 0x9f))
  if (controls.length === 0) return null
  return `String may not contain control sequences but had the following ASCII chars: ${controls.join(', ')}`
}

/** Rules of the common and the source options. */
export const connectRules: FieldRules = {
  name: { reason: connectorNameReason },
  'tasks.max': { reason: atLeast(1n) },
  transforms: { reason: uniqueAliases },
  predicates: { reason: uniqueAliases },
  'topic.creation.groups': { reason: uniqueAliases },
  'config.action.reload': { reason: oneOf('none', 'restart') },
  'errors.tolerance': { reason: oneOf('none', 'all') },
  'exactly.once.support': { reason: oneOfAnyCase('REQUIRED', 'REQUESTED') },
  'transaction.boundary': { reason: oneOfAnyCase('INTERVAL', 'POLL', 'CONNECTOR') },
  'offsets.storage.topic': { reason: (value) => (value === '' ? 'String must be non-empty' : null) },
  'transaction.boundary.interval.ms': { reason: atLeast(0n, true) },
}
