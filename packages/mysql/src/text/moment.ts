// The parts of one date and time, read from either form into one reused object: temporal types work on it without allocating.

/** Calendar parts of the cell read last; the year as stored, zero parts as stored. */
export interface Moment {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  micros: number
}

/** Reads a cell into a moment. */
export type MomentReader = (bytes: Buffer, start: number, end: number, into: Moment) => void

/** A moment to read into; each type file has its own. */
export function newMoment(): Moment {
  return { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros: 0 }
}

const MICROS_OF_FRACTION_BYTES = [0, 10_000, 100, 1]

/** Microseconds of the big-endian fraction bytes `bytes[start, end)`: 0 to 3 of them. */
export function readFraction(bytes: Buffer, start: number, end: number): number {
  let value = 0
  for (let i = start; i < end; i++) value = (value << 8) | bytes[i]!
  return value * MICROS_OF_FRACTION_BYTES[end - start]!
}

/** DATETIME since MySQL 5.6: 40 bits (sign, year*13+month, day, hour, minute, second) and the fraction. */
export function readDatetime2(bytes: Buffer, start: number, end: number, into: Moment): void {
  const upper = ((bytes[start]! << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!) & 0x7fffff
  const fourth = bytes[start + 3]!
  const fifth = bytes[start + 4]!
  const yearMonth = upper >> 6
  const year = (yearMonth / 13) | 0
  into.year = year
  into.month = yearMonth - year * 13
  into.day = (upper >> 1) & 31
  into.hour = ((upper & 1) << 4) | (fourth >> 4)
  into.minute = ((fourth & 15) << 2) | (fifth >> 6)
  into.second = fifth & 63
  into.micros = readFraction(bytes, start + 5, end)
}

/** DATETIME before MySQL 5.6: a little-endian 64-bit number whose decimal digits are YYYYMMDDhhmmss. */
export function readOldDatetime(bytes: Buffer, start: number, _end: number, into: Moment): void {
  let rest = bytes.readUInt32LE(start) + bytes.readUInt32LE(start + 4) * 0x100000000
  const take = (base: number): number => {
    const part = rest % base
    rest = Math.floor(rest / base)
    return part
  }
  into.second = take(100)
  into.minute = take(100)
  into.hour = take(100)
  into.day = take(100)
  into.month = take(100)
  into.year = rest
  into.micros = 0
}

/** DATE: 24 bits little-endian: year, month (4 bits), day (5 bits). */
export function readDate(bytes: Buffer, start: number, _end: number, into: Moment): void {
  const packed = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)
  into.day = packed & 31
  into.month = (packed >> 5) & 15
  into.year = packed >> 9
  into.hour = 0
  into.minute = 0
  into.second = 0
  into.micros = 0
}

/** Text `YYYY-MM-DD[ hh:mm:ss[.ffffff]]`. */
export function readTextMoment(bytes: Buffer, start: number, end: number, into: Moment): void {
  into.year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
  into.month = twoDigits(bytes, start + 5)
  into.day = twoDigits(bytes, start + 8)
  const hasTime = end - start > 10
  into.hour = hasTime ? twoDigits(bytes, start + 11) : 0
  into.minute = hasTime ? twoDigits(bytes, start + 14) : 0
  into.second = hasTime ? twoDigits(bytes, start + 17) : 0
  into.micros = end - start > 20 ? textFraction(bytes, start + 20, end) : 0
}

/** Microseconds of the digits behind the point. */
export function textFraction(bytes: Buffer, start: number, end: number): number {
  let micros = 0
  for (let i = 0; i < 6; i++) micros = micros * 10 + (start + i < end ? bytes[start + i]! - 0x30 : 0)
  return micros
}

function twoDigits(bytes: Buffer, at: number): number {
  return (bytes[at]! - 0x30) * 10 + bytes[at + 1]! - 0x30
}
