// Options of ZeroDateFallbackConverter: what stands for dates such as 0000-00-00.
import { CdcError } from '../../base/errors.ts'
import type { NameMatcher } from './filters.ts'

/** Column types that the converter is for. */
export type ZeroDateType = 'DATE' | 'DATETIME' | 'TIMESTAMP'

/** A converter of zero dates. */
export interface ZeroDateConverter {
  readonly kind: 'zero-date'
  /** Asked with `db.table.column`. */
  readonly matches: NameMatcher
  readonly types: ReadonlySet<ZeroDateType>
  /** What stands for a zero date: days (number) of DATE, milliseconds (bigint) of DATETIME, ISO text of TIMESTAMP; null for NULL. */
  fallback(type: ZeroDateType, columnId: string): number | bigint | string | null
}

/** Reads the options that start with `symbol`. Throws CDC_CONFIG_INVALID for a type's fallback that is no date; for a column's when asked. */
export function zeroDateConverter(
  options: Readonly<Record<string, string>>,
  symbol: string,
  matches: NameMatcher,
): ZeroDateConverter {
  const targets = (options[`${symbol}target.types`] ?? 'DATE,DATETIME,TIMESTAMP').toUpperCase()
  const types = new Set(targets.split(',').map((type) => type.trim() as ZeroDateType))
  const ofType = (type: ZeroDateType) => parsed(type, options[`${symbol}fallback.${type.toLowerCase()}`])
  const byType = { DATE: ofType('DATE'), DATETIME: ofType('DATETIME'), TIMESTAMP: ofType('TIMESTAMP') }
  return {
    kind: 'zero-date',
    matches,
    types,
    fallback(type, columnId) {
      const ofColumn = options[`${symbol}column.${columnId}.fallback`]
      return ofColumn === undefined ? byType[type] : parsed(type, ofColumn)
    },
  }
}

const FORMS: Readonly<Record<ZeroDateType, RegExp>> = {
  DATE: /^(\d{4}-\d\d-\d\d)$/,
  DATETIME: /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/,
  TIMESTAMP: /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d(?::\d\d)?)$/i,
}

function parsed(type: ZeroDateType, option: string | undefined): number | bigint | string | null {
  const text = option?.trim() ?? ''
  if (text === '' || text.toUpperCase() === 'NULL') return null
  const match = FORMS[type].exec(text)
  const [, day = '', clock = '00:00:00', zone = 'Z'] = match ?? []
  const ms = match === null ? Number.NaN : Date.parse(`${day}T${clock.slice(0, 12)}Z`) - zoneMs(zone)
  // JavaScript takes the 30th of February for the 1st of March.
  if (Number.isNaN(ms) || new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day) throw invalid(text)
  switch (type) {
    case 'DATE':
      return ms / 86_400_000
    case 'DATETIME':
      return BigInt(ms)
    case 'TIMESTAMP': {
      const fraction = (/\.(\d*?)0*$/.exec(clock)?.[1] ?? '').replace(/^(.+)$/, '.$1')
      return `${new Date(ms).toISOString().slice(0, 19)}${fraction}Z`
    }
  }
}

function zoneMs(zone: string): number {
  const match = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(zone)
  if (match === null) return 0
  const ms = (Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)) * 1000
  return match[1] === '-' ? -ms : ms
}

function invalid(text: string): CdcError {
  return new CdcError('CDC_CONFIG_INVALID', `Text '${text}' could not be parsed`, {
    javaClass: 'java.time.format.DateTimeParseException',
    hint: 'Fallbacks of ZeroDateFallbackConverter: DATE 1970-01-01, DATETIME 1970-01-01 00:00:00, TIMESTAMP 1970-01-01T00:00:00Z, or NULL.',
  })
}
