// Offsets of time zones from UTC, by the zone data of Node, with Java's rules for local times that exist twice or not at all.
import { CdcError } from '../../base/errors.ts'

const DAY_MS = 86_400_000

/** Gives the offset, in milliseconds east of UTC, that a zone has at an instant or at a local clock reading. */
export interface Zone {
  /** Unix epoch milliseconds → offset. */
  offsetAt(epochMs: number): number
  /** A clock reading, counted as if it were UTC → offset. Of two possible offsets the earlier one; in a gap the one before it. */
  offsetOfLocal(localMs: number): number
}

/** A zone of an offset (`+05:30`) or an IANA name. Throws CDC_CONFIG_INVALID for others. */
export function zoneOf(name: string): Zone {
  const match = /^([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name)
  if (match === null) return namedZone(name)
  const [, sign, hours, minutes, seconds = '0'] = match
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return { offsetAt: () => offset, offsetOfLocal: () => offset }
}

function namedZone(name: string): Zone {
  const format = formatOf(name)
  const offsetAt = (epochMs: number) => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(epochMs)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(epochMs / 1000) * 1000
  }
  const offsetOfLocal = (localMs: number) => {
    const before = offsetAt(localMs - DAY_MS)
    const after = offsetAt(localMs + DAY_MS)
    if (before === after || offsetAt(localMs - before) === before) return before
    return offsetAt(localMs - after) === after ? after : before
  }
  return { offsetAt, offsetOfLocal }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const numeric = 'numeric'
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    })
  } catch {
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      'Invalid timezone format. Please specify either a geographic timezone (e.g. America/Los_Angeles) or a UTC offset in the format of +/-hh:mm, (e.g. +08:00).',
      { javaClass: 'io.debezium.DebeziumException' },
    )
  }
}

/** `+05:30`, `-04:00`, `Z` for no offset, seconds where there are some. */
export function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z'
  const seconds = Math.abs(offsetMs) / 1000
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const tail = seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`
  return `${offsetMs < 0 ? '-' : '+'}${two(seconds / 3600)}:${two((seconds / 60) % 60)}${tail}`
}
