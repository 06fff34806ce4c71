// Options of columns: truncation, masks, propagated source types, and message keys.
import { CdcError } from '../../base/errors.ts'
import { compileJavaRegex } from '../java-regex.ts'
import type { OptionReader } from '../option-reader.ts'
import { matcherOf, type NameMatcher, regexListMatcher } from './filters.ts'

/** One `column.truncate…` or `column.mask…` option. `matches` takes `db.table.column`. */
export type ColumnRule =
  | { readonly kind: 'truncate'; readonly characters: number; readonly matches: NameMatcher }
  | { readonly kind: 'mask'; readonly characters: number; readonly matches: NameMatcher }
  | {
      readonly kind: 'hash'
      readonly version: 1 | 2
      readonly algorithm: string
      readonly salt: string
      readonly matches: NameMatcher
    }

/** One entry of `message.key.columns`: columns of the tables that match. `matchesTable` takes `db.table`. */
export interface MessageKeyRule {
  readonly matchesTable: NameMatcher
  /** In the order of the key's fields. Each is matched as `<table expression>\.<column>` against `db.table.column`. */
  readonly columns: readonly { readonly text: string; readonly matches: NameMatcher }[]
}

/** Rules of a configuration that concern single columns. */
export interface ColumnRules {
  readonly rules: readonly ColumnRule[]
  /** `column.propagate.source.type`, asked with `db.table.column`; null when not set. */
  readonly propagatesSourceType: NameMatcher | null
  /** `datatype.propagate.source.type`, asked with `db.table.TYPE`; null when not set. */
  readonly propagatesDataType: NameMatcher | null
  readonly messageKeys: readonly MessageKeyRule[]
}

const TRUNCATE = /^truncate\.to\.(\d+)\.chars$/
const MASK = /^mask\.with\.(\d+)\.chars$/
const HASH = /^mask\.hash\.(v2\.)?([^.]+)\.with\.salt\.(.+)$/

/** Reads all column rules; faults go to the reader. */
export function columnRules(reader: OptionReader): ColumnRules {
  const rules: ColumnRule[] = []
  for (const [name, list] of Object.entries(reader.withPrefix('column.'))) {
    const matches = () =>
      regexListMatcher(list, (reason) =>
        reader.fault(
          `column.${name}`,
          `The 'column.${name}' value is invalid: A comma-separated list of valid regular expressions is expected, but ${reason}`,
        ),
      )
    const truncate = TRUNCATE.exec(name)
    const mask = MASK.exec(name)
    const hash = HASH.exec(name)
    if (truncate !== null) rules.push({ kind: 'truncate', characters: Number(truncate[1]), matches: matches() })
    else if (mask !== null) rules.push({ kind: 'mask', characters: Number(mask[1]), matches: matches() })
    else if (hash !== null) {
      const [, version, algorithm, salt] = hash as unknown as [string, string | undefined, string, string]
      rules.push({ kind: 'hash', version: version === undefined ? 1 : 2, algorithm, salt, matches: matches() })
    }
  }
  return {
    rules,
    propagatesSourceType: matcherOf(reader, 'column.propagate.source.type'),
    propagatesDataType: matcherOf(reader, 'datatype.propagate.source.type'),
    messageKeys: messageKeys(reader),
  }
}

/** Form of one entry of `message.key.columns`; the text stands in Debezium's validation message. */
export const MESSAGE_KEY_FORM = '^\\s*([^:]+):([^:,]+(,[^:,]+)*)\\s*$'

function messageKeys(reader: OptionReader): MessageKeyRule[] {
  const text = reader.optionalText('message.key.columns')
  if (text === null) return []
  const rules: MessageKeyRule[] = []
  for (const entry of text.split(';').filter((part) => part.trim() !== '')) {
    const match = new RegExp(MESSAGE_KEY_FORM).exec(entry)
    if (match === null) {
      const reason = `${entry} has an invalid format (expecting '${MESSAGE_KEY_FORM}')`
      reader.fault('message.key.columns', `The 'message.key.columns' value is invalid: ${reason}`)
      continue
    }
    try {
      rules.push(keyRule((match[1] as string).trim(), match[2] as string))
    } catch (thrown) {
      reader.fault(
        'message.key.columns',
        `The 'message.key.columns' value is invalid: ${CdcError.from(thrown).message}`,
      )
    }
  }
  return rules
}

function keyRule(table: string, columns: string): MessageKeyRule {
  const whole = (pattern: string): NameMatcher => {
    const regex = compileJavaRegex(pattern, { ignoreCase: true, isFullMatch: true })
    return (name) => regex.test(name)
  }
  return {
    matchesTable: whole(table),
    columns: columns.split(',').map((column) => ({
      text: column.trim(),
      matches: whole(`${table}\\.${column.trim()}`),
    })),
  }
}
