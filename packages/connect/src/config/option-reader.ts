// Typed reading of a flat string configuration by a definition table: defaults come from the table, faults are collected per option.
import { CdcError } from '../base/errors.ts'
import type { ConfigDefinition } from './definition.ts'

/** One fault of a configuration. */
export interface OptionFault {
  readonly name: string
  readonly message: string
}

/** Reads options by type. Every read of a bad value records a fault and gives the default instead. */
export class OptionReader {
  readonly faults: OptionFault[] = []
  readonly #config: Readonly<Record<string, string>>
  readonly #defaults = new Map<string, string | null>()

  constructor(config: Readonly<Record<string, string>>, definitions: readonly ConfigDefinition[]) {
    this.#config = config
    for (const definition of definitions) this.#defaults.set(definition.name, definition.default_value)
  }

  /** Records a fault of an option. */
  fault(name: string, message: string): void {
    this.faults.push({ name, message })
  }

  /** Throws CDC_CONFIG_INVALID with all faults, if there are any. */
  check(): void {
    if (this.faults.length === 0) return
    const lines = this.faults.map((entry) => entry.message)
    throw new CdcError('CDC_CONFIG_INVALID', lines.join('\n'), { details: { options: this.faults } })
  }

  /** The trimmed text, the table's default, or null. */
  text(name: string): string | null {
    const value = this.#config[name]
    return value === undefined ? (this.#defaults.get(name) ?? null) : value.trim()
  }

  /** A text that must be there. */
  requiredText(name: string): string {
    const value = this.text(name)
    if (value !== null && value !== '') return value
    this.fault(name, `The '${name}' value is invalid: A value is required`)
    return ''
  }

  /** A text, empty ones taken as not set. */
  optionalText(name: string): string | null {
    return this.text(name) || null
  }

  /** An integer within bounds; `fallback` only where the table has no default. */
  integer(name: string, fallback: number, min = -2_147_483_648, max = Number.MAX_SAFE_INTEGER): number {
    const text = this.text(name)
    if (text === null || text === '') return fallback
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    this.fault(name, `The '${name}' value is invalid: An integer from ${min} to ${max} is expected`)
    return fallback
  }

  /** A boolean, in any case. */
  boolean(name: string, fallback: boolean): boolean {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined || text === '') return fallback
    if (text === 'true' || text === 'false') return text === 'true'
    this.fault(name, `The '${name}' value is invalid: Either 'true' or 'false' is expected`)
    return fallback
  }

  /** One of the choices, in any case. */
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name)
    if (text === null) return fallback
    const found = choices.find((entry) => entry.toLowerCase() === text.toLowerCase())
    if (found !== undefined) return found
    this.fault(name, `The '${name}' value is invalid: Value must be one of ${choices.join(', ')}`)
    return fallback
  }

  /** Options that start with a prefix, prefix removed. */
  withPrefix(prefix: string): Readonly<Record<string, string>> {
    const found: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.#config)) {
      if (name.startsWith(prefix) && name.length > prefix.length) found[name.slice(prefix.length)] = value
    }
    return found
  }
}
