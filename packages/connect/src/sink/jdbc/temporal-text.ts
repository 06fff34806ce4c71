// Times of Connect and Debezium records as SQL text.

const DAY_MS = 86_400_000
const NS_OF_DAY = 86_400_000_000_000n

/** `YYYY-MM-DD` of days since 1970; years before 1 with `BC`, as PostgreSQL writes them. */
export function dateText(days: number): string {
  const date = new Date(days * DAY_MS)
  const year = date.getUTCFullYear()
  const rest = `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
  return year > 0 ? `${String(year).padStart(4, '0')}-${rest}` : `${String(1 - year).padStart(4, '0')}-${rest} BC`
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` of nanoseconds since 1970, cut to microseconds. */
export function timestampText(ns: bigint): string {
  const time = ((ns % NS_OF_DAY) + NS_OF_DAY) % NS_OF_DAY
  const days = Number((ns - time) / NS_OF_DAY)
  const [date, era] = dateText(days).split(' ')
  return `${date} ${timeText(time)}${era === undefined ? '' : ` ${era}`}`
}

/** `HH:MM:SS.ffffff` of nanoseconds, cut to microseconds; negative and long ones as MySQL writes them. */
export function timeText(ns: bigint): string {
  const sign = ns < 0n ? '-' : ''
  const us = (ns < 0n ? -ns : ns) / 1000n
  const seconds = Number(us / 1_000_000n)
  const fraction = Number(us % 1_000_000n)
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return fraction === 0 ? sign + text : `${sign}${text}.${String(fraction).padStart(6, '0')}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
