// `converters`: Debezium's own value converters. Classes of your own are not built.
import { CdcError } from '../../base/errors.ts'
import { type NameMatcher, regexListMatcher } from './filters.ts'
import { type ZeroDateConverter, zeroDateConverter } from './zero-date-options.ts'

/** A converter of TINYINT(1) columns to booleans. */
export interface TinyIntConverter {
  readonly kind: 'tinyint'
  /** Asked with `db.table.column`. */
  readonly matches: NameMatcher
  /** Whether only columns of display width 1 are meant. */
  readonly checksLength: boolean
}

/** A converter of columns to types that a JDBC sink sees the same in snapshot and stream. Each selector is asked with `db.table.column`. */
export interface JdbcSinkConverter {
  readonly kind: 'jdbc-sink'
  /** To int16: 1 above zero, else 0. */
  readonly isBoolean: NameMatcher
  /** To float64, or to float32. */
  readonly isReal: NameMatcher
  /** To string, with the column's character set as a parameter. */
  readonly isString: NameMatcher
  readonly treatsRealAsDouble: boolean
}

/** What a converter is. */
export type ValueConverter = TinyIntConverter | JdbcSinkConverter | ZeroDateConverter

type Options = Readonly<Record<string, string>>
/** Makes a converter of the options that start like its symbol; the symbol has its dot. */
type Maker = (options: Options, symbol: string) => ValueConverter

const BINLOG = 'io.debezium.connector.binlog.converters'
const MAKERS: Readonly<Record<string, Maker>> = {
  __proto__: null as unknown as Maker,
  [`${BINLOG}.TinyIntOneToBooleanConverter`]: tinyIntConverter,
  'io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter': tinyIntConverter,
  [`${BINLOG}.JdbcSinkDataTypesConverter`]: jdbcSinkConverter,
  [`${BINLOG}.ZeroDateFallbackConverter`]: (options, symbol) =>
    zeroDateConverter(options, symbol, selectorOf(options, `${symbol}selector`) ?? everything),
}

/** Class names of a `converters` list that are not built; a symbol without a type counts as one. */
export function unsupportedConverters(options: Options): readonly string[] {
  return symbolsOf(options)
    .map((symbol) => options[`${symbol}.type`] ?? `${symbol}.type`)
    .filter((className) => MAKERS[className.trim()] === undefined)
}

/**
 * The converters of a configuration, in order; the first that wants a column gets it. Throws CDC_CONFIG_INVALID for a malformed selector or
 * fallback, CDC_UNSUPPORTED for other classes.
 */
export function valueConverters(options: Options): readonly ValueConverter[] {
  const missing = unsupportedConverters(options)
  if (missing.length > 0)
    throw new CdcError('CDC_UNSUPPORTED', `Value converters ${missing.join(', ')} are not supported yet`)
  return symbolsOf(options).map((symbol) => (MAKERS[options[`${symbol}.type`]!.trim()] as Maker)(options, `${symbol}.`))
}

function tinyIntConverter(options: Options, symbol: string): ValueConverter {
  return {
    kind: 'tinyint',
    matches: selectorOf(options, `${symbol}selector`) ?? everything,
    checksLength: options[`${symbol}length.checker`]?.trim().toLowerCase() !== 'false',
  }
}

function jdbcSinkConverter(options: Options, symbol: string): ValueConverter {
  const realAsDouble = options[`${symbol}treat.real.as.double`] ?? ''
  return {
    kind: 'jdbc-sink',
    isBoolean: selectorOf(options, `${symbol}selector.boolean`) ?? nothing,
    isReal: selectorOf(options, `${symbol}selector.real`) ?? nothing,
    isString: selectorOf(options, `${symbol}selector.string`) ?? nothing,
    // As Java reads a boolean: anything but `true` is false.
    treatsRealAsDouble: realAsDouble === '' || realAsDouble.trim().toLowerCase() === 'true',
  }
}

const everything: NameMatcher = () => true
const nothing: NameMatcher = () => false

/** The question of a selector; null where it is not set. */
function selectorOf(options: Options, name: string): NameMatcher | null {
  const selector = options[name]?.trim() ?? ''
  if (selector === '') return null
  return regexListMatcher(selector, (reason) => {
    throw new CdcError('CDC_CONFIG_INVALID', `The '${name}' value is invalid: ${reason}`)
  })
}

function symbolsOf(options: Options): string[] {
  return (options['converters'] ?? '')
    .split(',')
    .map((symbol) => symbol.trim())
    .filter((symbol) => symbol !== '')
}
