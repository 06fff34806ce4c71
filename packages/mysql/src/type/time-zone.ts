// From local time in a session's zone to UTC.
import { MysqlUnsupportedError } from '../error.ts'

/** Turns local seconds (calendar parts counted as if they were UTC) into seconds since 1970 in UTC. */
export type LocalToUtc = (localSeconds: number) => number

const DAY_SECONDS = 86_400

/**
 * Conversion for a zone: `UTC`, `+hh:mm` or an IANA name. Null where local time is UTC. A time that occurs twice counts as the earlier one,
 * one that is skipped moves on by the gap, as in Java. Throws MysqlUnsupportedError for a zone that is not known.
 */
export function localToUtc(zone: string): LocalToUtc | null {
  const fixed = fixedOffset(zone)
  if (fixed === 0) return null
  if (fixed !== null) return (localSeconds) => localSeconds - fixed
  const offsetAt = offsetsOf(zone)
  return (localSeconds) => {
    const earlier = offsetAt(localSeconds - DAY_SECONDS)
    if (offsetAt(localSeconds - earlier) === earlier) return localSeconds - earlier
    const later = offsetAt(localSeconds + DAY_SECONDS)
    return offsetAt(localSeconds - later) === later ? localSeconds - later : localSeconds - earlier
  }
}

function fixedOffset(zone: string): number | null {
  if (/^(utc|gmt|z|etc\/utc)$/i.test(zone)) return 0
  const match = /^(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})$/i.exec(zone)
  if (match === null) return null
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60
  return match[1] === '-' ? -seconds : seconds
}

/** Offset in seconds east of Greenwich at an instant; kept per quarter of an hour, the finest step at which zones have changed. */
function offsetsOf(zone: string): (utcSeconds: number) => number {
  const format = formatOf(zone)
  const known = new Map<number, number>()
  return (utcSeconds) => {
    const quarter = Math.floor(utcSeconds / 900)
    let offset = known.get(quarter)
    if (offset === undefined) {
      offset = offsetOf(format, quarter * 900)
      if (known.size > 50_000) known.clear()
      known.set(quarter, offset)
    }
    return offset
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new MysqlUnsupportedError({
      code: 'MYSQL_UNSUPPORTED_TIME_ZONE',
      message: `Time zone ${zone} is not known`,
      hint: 'Give an offset such as +00:00 or a name of the IANA database such as Europe/Istanbul.',
      cause,
    })
  }
}

function offsetOf(format: Intl.DateTimeFormat, utcSeconds: number): number {
  const name = format.formatToParts(utcSeconds * 1000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(name)
  if (match?.[1] === undefined) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
  return match[1] === '-' ? -seconds : seconds
}
