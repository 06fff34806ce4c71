// A point in time as whole seconds and microseconds, counted since 1970 in a unit: microseconds of the year 9999 pass 2^53, so the two
// parts stay apart until the digits are written.

import { putInt, putPadded, putUint } from '../text/json-digits.ts'
import type { ByteSink } from './column-type.ts'

/** Unit in which Debezium's temporal types count. */
export type TimeUnit = 'millis' | 'micros' | 'nanos'

/** `seconds` (may be negative) plus `micros` (0 … 999999), counted in `unit`; milliseconds are rounded down. */
export function countOf(seconds: number, micros: number, unit: TimeUnit): bigint {
  if (unit === 'millis') return BigInt(seconds * 1000 + Math.floor(micros / 1000))
  const total = BigInt(seconds) * 1_000_000n + BigInt(micros)
  return unit === 'micros' ? total : total * 1000n
}

/** Appends the digits of {@link countOf}. */
export function writeCount(seconds: number, micros: number, unit: TimeUnit, sink: ByteSink): void {
  sink.reserve(32)
  const out = sink.bytes
  let pos = sink.pos
  if (unit === 'millis') {
    sink.pos = putInt(out, pos, seconds * 1000 + ((micros / 1000) | 0))
    return
  }
  if (seconds < 0) {
    out[pos++] = 0x2d
    // -5 s + 300000 µs is -(4 s + 700000 µs).
    seconds = -seconds
    if (micros > 0) {
      seconds--
      micros = 1_000_000 - micros
    }
  }
  if (seconds > 0) {
    pos = putUint(out, pos, seconds)
    pos = putPadded(out, pos, micros, 6)
  } else pos = putUint(out, pos, micros)
  if (unit === 'nanos' && (seconds > 0 || micros > 0)) pos = putPadded(out, pos, 0, 3)
  sink.pos = pos
}

/** NanoTimestamp holds 1677-09-21 to 2262-04-11: these whole seconds. */
const NANO_SECONDS = 9_223_372_036

/** True where nanoseconds since 1970 do not fit 64 bits. */
export function isOutsideNanos(seconds: number): boolean {
  return seconds < -NANO_SECONDS || seconds >= NANO_SECONDS
}
