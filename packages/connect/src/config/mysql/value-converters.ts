// `converters`: Debezium's own value converters, as far as they are built.
import { CdcError } from '../../base/errors.ts'
import { type NameMatcher, regexListMatcher } from './filters.ts'

/** A converter of TINYINT(1) columns to booleans. */
export interface TinyIntConverter {
  readonly kind: 'tinyint'
  /** Asked with `db.table.column`. */
  readonly matches: NameMatcher
  /** Whether only columns of display width 1 are meant. */
  readonly checksLength: boolean
}

/** What a converter is; one kind so far. */
export type ValueConverter = TinyIntConverter

const TINYINT_CLASSES: ReadonlySet<string> = new Set([
  'io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter',
  'io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter',
])

/** Class names of a `converters` list that are not built; a symbol without a type counts as one. */
export function unsupportedConverters(options: Readonly<Record<string, string>>): readonly string[] {
  return symbolsOf(options)
    .map((symbol) => options[`${symbol}.type`] ?? `${symbol}.type`)
    .filter((className) => !TINYINT_CLASSES.has(className.trim()))
}

/** The converters of a configuration, in order. Throws CDC_CONFIG_INVALID for a malformed selector, CDC_UNSUPPORTED for other classes. */
export function valueConverters(options: Readonly<Record<string, string>>): readonly ValueConverter[] {
  const missing = unsupportedConverters(options)
  if (missing.length > 0)
    throw new CdcError('CDC_UNSUPPORTED', `Value converters ${missing.join(', ')} are not supported yet`)
  return symbolsOf(options).map((symbol): ValueConverter => {
    const selector = options[`${symbol}.selector`]?.trim() ?? ''
    const matches =
      selector === ''
        ? () => true
        : regexListMatcher(selector, (reason) => {
            throw new CdcError('CDC_CONFIG_INVALID', `The '${symbol}.selector' value is invalid: ${reason}`)
          })
    return {
      kind: 'tinyint',
      matches,
      checksLength: options[`${symbol}.length.checker`]?.trim().toLowerCase() !== 'false',
    }
  })
}

function symbolsOf(options: Readonly<Record<string, string>>): string[] {
  return (options['converters'] ?? '')
    .split(',')
    .map((symbol) => symbol.trim())
    .filter((symbol) => symbol !== '')
}
