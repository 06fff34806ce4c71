// Points in time as microseconds since the Unix epoch (bigint), because datetime(6) has six digits, JavaScript's Date has
// three, and years 0001 to 9999 must survive. Everything is UTC in the proleptic Gregorian calendar, as in Python.

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Micros = bigint

/** The fields of a point in time, UTC. */
export interface CivilTime {
  readonly year: number
  /** 1 to 12 */
  readonly month: number
  /** 1 to 31 */
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0 to 999999 */
  readonly micro: number
}

const MICROS_PER_SECOND = 1_000_000n
const MICROS_PER_DAY = 86_400n * MICROS_PER_SECOND
const DAYS_PER_ERA = 146_097

/** The current time; Date has milliseconds, the finer digits come from the monotonic clock. */
export function nowMicros(): Micros {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000))
}

/** Days since 1970-01-01 of a civil date (counted in 400-year eras that begin in March). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra - 719_468
}

/** Splits a point in time into its UTC fields. */
export function civilOf(micros: Micros): CivilTime {
  let days = Number(micros / MICROS_PER_DAY)
  let rest = micros % MICROS_PER_DAY
  if (rest < 0n) {
    rest += MICROS_PER_DAY
    days -= 1
  }
  const shifted = days + 719_468
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const seconds = Number(rest / MICROS_PER_SECOND)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micro: Number(rest % MICROS_PER_SECOND),
  }
}

/** Joins UTC fields to a point in time, or null when they name no real moment (31 February, hour 24, year 0). */
export function microsOf(civil: CivilTime): Micros | null {
  const { year, month, day, hour, minute, second, micro } = civil
  if (year < 1 || year > 9999 || hour > 23 || minute > 59 || second > 59) return null
  if (month < 1 || month > 12 || day < 1) return null
  const days = daysFromCivil(year, month, day)
  const back = civilOf(BigInt(days) * MICROS_PER_DAY)
  if (back.month !== month || back.day !== day) return null
  return BigInt(days) * MICROS_PER_DAY + BigInt((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + BigInt(micro)
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** `2026-11-20` */
export function dateText(micros: Micros): string {
  const { year, month, day } = civilOf(micros)
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`
}

/** `10:11:12` or, with `fraction`, `10:11:12.000000` */
export function timeText(micros: Micros, fraction = false): string {
  const { hour, minute, second, micro } = civilOf(micros)
  const text = `${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}`
  return fraction ? `${text}.${digits(micro, 6)}` : text
}

/** What MySQL reads and writes for datetime(6): `2026-11-20 10:11:12.000000`. */
export function toDatabaseText(micros: Micros): string {
  return `${dateText(micros)} ${timeText(micros, true)}`
}

/** Reads MySQL's text of a datetime(6). Errors: Error when the text is no point in time (zero dates). */
export function fromDatabaseText(text: string): Micros {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text)
  const micros =
    match === null
      ? null
      : microsOf({
          year: Number(match[1]),
          month: Number(match[2]),
          day: Number(match[3]),
          hour: Number(match[4]),
          minute: Number(match[5]),
          second: Number(match[6]),
          micro: Number((match[7] ?? '').padEnd(6, '0')),
        })
  if (micros === null) throw new Error('a datetime column holds no point in time (a zero date?)')
  return micros
}

/** `2026-11-20T10:11:12.123456Z`; always six digits. */
export function toIsoText(micros: Micros): string {
  return `${dateText(micros)}T${timeText(micros, true)}Z`
}
