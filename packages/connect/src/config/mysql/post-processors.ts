// `post.processors`: Debezium's ReselectColumnsPostProcessor. Classes of your own are not built.
import { CdcError } from '../../base/errors.ts'
import { type NameMatcher, regexListMatcher } from './filters.ts'

/** What of which rows is read anew. */
export interface ReselectConfig {
  /** Asked with `db.table:column`. */
  readonly matches: NameMatcher
  /** Columns that hold the placeholder of a value that the log does not have. */
  readonly readsUnavailable: boolean
  readonly readsNulls: boolean
  /** Rows are found by the fields of the record's key instead of the primary key. */
  readonly usesEventKey: boolean
  /** Whether a failed query stops the task; else the values stay as they are. */
  readonly failsOnError: boolean
}

type Options = Readonly<Record<string, string>>

const RESELECT = 'io.debezium.processors.reselect.ReselectColumnsPostProcessor'

/** Class names of a `post.processors` list that are not built; a name without a type counts as one, and so does a cache. */
export function unsupportedPostProcessors(options: Options): readonly string[] {
  return namesOf(options).flatMap((name) => {
    const className = options[`${name}.type`]?.trim()
    if (className !== RESELECT) return [className ?? `${name}.type`]
    const hasCache = options[`${name}.reselect.cache.enabled`]?.trim().toLowerCase() === 'true'
    return hasCache ? [`${name}.reselect.cache.enabled`] : []
  })
}

/**
 * The processors of a configuration, in order. Throws CDC_CONFIG_INVALID for malformed options, CDC_UNSUPPORTED for classes that are not
 * built.
 */
export function postProcessors(options: Options): readonly ReselectConfig[] {
  const missing = unsupportedPostProcessors(options)
  if (missing.length > 0)
    throw new CdcError('CDC_UNSUPPORTED', `Post processors ${missing.join(', ')} are not supported yet`)
  return namesOf(options).map((name) => reselectConfig(options, `${name}.reselect.`))
}

function reselectConfig(options: Options, prefix: string): ReselectConfig {
  return {
    matches: columnMatcher(options, prefix),
    readsUnavailable: flag(options, `${prefix}unavailable.values`, true),
    readsNulls: flag(options, `${prefix}null.values`, true),
    usesEventKey: flag(options, `${prefix}use.event.key`, false),
    failsOnError: choice(options, `${prefix}error.handling.mode`, ['warn', 'fail'], 'warn') === 'fail',
  }
}

function columnMatcher(options: Options, prefix: string): NameMatcher {
  const list = (which: string): NameMatcher | null => {
    const name = `${prefix}columns.${which}.list`
    const text = options[name]?.trim()
    if (text === undefined || text === '') return null
    return regexListMatcher(text, (reason) => invalid(name, `A list of regular expressions is expected, but ${reason}`))
  }
  const includes = list('include')
  const excludes = list('exclude')
  if (includes !== null && excludes !== null)
    invalid(`${prefix}columns.exclude.list`, 'Only one of the include and the exclude list may be set')
  return (column) => (includes !== null ? includes(column) : excludes?.(column) !== true)
}

function flag(options: Options, name: string, fallback: boolean): boolean {
  return choice(options, name, ['true', 'false'], String(fallback)) === 'true'
}

function choice(options: Options, name: string, choices: readonly string[], fallback: string): string {
  const text = options[name]?.trim().toLowerCase() ?? ''
  if (text === '') return fallback
  if (!choices.includes(text)) invalid(name, `Value must be one of ${choices.join(', ')}`)
  return text
}

function invalid(name: string, reason: string): never {
  throw new CdcError('CDC_CONFIG_INVALID', `The '${name}' value is invalid: ${reason}`)
}

function namesOf(options: Options): readonly string[] {
  return (options['post.processors'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
