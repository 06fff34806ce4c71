// TIME cells: a signed duration, read from either form into one reused object.
import { type Moment, newMoment, readFraction, textFraction } from '../text/moment.ts'

/** A duration: the parts are those of its absolute value. */
export interface Duration {
  isNegative: boolean
  /** Only hour (0 … 838), minute, second and micros are used. */
  readonly parts: Moment
}

/** Reads a cell into a duration. */
export type DurationReader = (bytes: Buffer, start: number, end: number, into: Duration) => void

/** A duration to read into. */
export function newDuration(): Duration {
  return { isNegative: false, parts: newMoment() }
}

/** Whole seconds of the absolute value. */
export function secondsOf(duration: Duration): number {
  const { hour, minute, second } = duration.parts
  return hour * 3600 + minute * 60 + second
}

/**
 * TIME since MySQL 5.6: 24 bits big-endian, biased by 2^23 (10 bits hour, 6 minute, 6 second), then the fraction. Of a negative value
 * whole and fraction together are one negative number.
 */
export function readTime2(bytes: Buffer, start: number, end: number, into: Duration): void {
  let whole = ((bytes[start]! << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!) - 0x800000
  const fractionBytes = end - start - 3
  let micros = readFraction(bytes, start + 3, end)
  into.isNegative = whole < 0
  if (whole < 0) {
    if (micros > 0) {
      // Borrow: the fraction counts up from the next lower whole.
      whole++
      micros = FRACTION_SPAN[fractionBytes]! - micros
    }
    whole = -whole
  }
  const { parts } = into
  parts.hour = (whole >> 12) & 0x3ff
  parts.minute = (whole >> 6) & 63
  parts.second = whole & 63
  parts.micros = micros
}

/** Microseconds that all the fraction bytes' values span: 2^8 hundredths, 2^16 ten-thousandths, 2^24 millionths. */
const FRACTION_SPAN = [0, 0x100 * 10_000, 0x10000 * 100, 0x1000000]

/** TIME before MySQL 5.6: a signed little-endian 24-bit number whose decimal digits are hhhmmss. */
export function readOldTime(bytes: Buffer, start: number, _end: number, into: Duration): void {
  const packed = ((bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)) << 8) >> 8
  const digits = Math.abs(packed)
  into.isNegative = packed < 0
  into.parts.hour = Math.floor(digits / 10_000)
  into.parts.minute = Math.floor(digits / 100) % 100
  into.parts.second = digits % 100
  into.parts.micros = 0
}

/** Text `[-]hh:mm:ss[.ffffff]`, hours of two or three digits. */
export function readTextTime(bytes: Buffer, start: number, end: number, into: Duration): void {
  const { parts } = into
  into.isNegative = bytes[start] === 0x2d
  let at = into.isNegative ? start + 1 : start
  let hour = 0
  while (at < end && bytes[at] !== 0x3a) hour = hour * 10 + bytes[at++]! - 0x30
  parts.hour = hour
  parts.minute = (bytes[at + 1]! - 0x30) * 10 + bytes[at + 2]! - 0x30
  parts.second = (bytes[at + 4]! - 0x30) * 10 + bytes[at + 5]! - 0x30
  parts.micros = at + 7 < end ? textFraction(bytes, at + 7, end) : 0
}

const DEFAULT_TEXT = /^(-?)(?:(\d+)\s+)?(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,6})\d*)?)?$/

/** A TIME default's text as a duration; null for text that is none. */
export function durationOfText(text: string): Duration | null {
  const match = DEFAULT_TEXT.exec(text.trim())
  if (match === null) return null
  const duration = newDuration()
  duration.isNegative = match[1] === '-'
  duration.parts.hour = Number(match[2] ?? 0) * 24 + Number(match[3])
  duration.parts.minute = Number(match[4])
  duration.parts.second = Number(match[5] ?? 0)
  duration.parts.micros = Number((match[6] ?? '').padEnd(6, '0'))
  return duration
}
