// Writes integers as decimal digits into a byte sink, without a string or a BigInt on the way.
import type { ByteSink } from './column-type.ts'

const TENS = new Uint8Array(100)
const ONES = new Uint8Array(100)
for (let i = 0; i < 100; i++) {
  TENS[i] = 0x30 + Math.floor(i / 10)
  ONES[i] = 0x30 + (i % 10)
}

const BILLION = 1_000_000_000
const TWO_POW_32 = 0x100000000

/** Digits of a number in 0 … 2^31-1. */
function digitCount(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2
    if (value < 1000) return 3
    return value < 10_000 ? 4 : 5
  }
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7
  if (value < 100_000_000) return 8
  return value < BILLION ? 9 : 10
}

/** Writes exactly `digits` digits of `value` (0 … 2^31-1), zeros in front, and returns the position behind them. */
export function putPadded(out: Buffer, pos: number, value: number, digits: number): number {
  const end = pos + digits
  let at = end
  while (at - pos >= 2) {
    const rest = (value / 100) | 0
    const pair = value - rest * 100
    out[--at] = ONES[pair]!
    out[--at] = TENS[pair]!
    value = rest
  }
  if (at > pos) out[--at] = 0x30 + (value % 10)
  return end
}

/** Writes `value` (0 … 2^53-1) and returns the position behind it; up to 16 bytes must be free. */
export function putUint(out: Buffer, pos: number, value: number): number {
  if (value <= 0x7fffffff) return putPadded(out, pos, value, digitCount(value))
  const high = Math.floor(value / BILLION)
  pos = putPadded(out, pos, high, digitCount(high))
  return putPadded(out, pos, value - high * BILLION, 9)
}

/** Writes `value` (-(2^53-1) … 2^53-1) and returns the position behind it; up to 17 bytes must be free. */
export function putInt(out: Buffer, pos: number, value: number): number {
  if (value < 0) {
    out[pos++] = 0x2d
    value = -value
  }
  return putUint(out, pos, value)
}

/** Writes the unsigned 64-bit number of two unsigned halves and returns the position behind it; up to 20 bytes must be free. */
export function putUint64(out: Buffer, pos: number, high: number, low: number): number {
  if (high < 0x200000) return putUint(out, pos, high * TWO_POW_32 + low)
  // Long division by 1e9 in steps of 16 bits: every intermediate stays below 1e9 * 2^16 + 2^16 < 2^53.
  const q0 = Math.floor(high / BILLION)
  const t1 = (high - q0 * BILLION) * 65536 + (low >>> 16)
  const q1 = Math.floor(t1 / BILLION)
  const t2 = (t1 - q1 * BILLION) * 65536 + (low & 0xffff)
  const q2 = Math.floor(t2 / BILLION)
  pos = putUint(out, pos, q0 * TWO_POW_32 + q1 * 65536 + q2)
  return putPadded(out, pos, t2 - q2 * BILLION, 9)
}

/** Writes the signed 64-bit number of two unsigned halves and returns the position behind it; up to 20 bytes must be free. */
export function putInt64(out: Buffer, pos: number, high: number, low: number): number {
  if (high < 0x80000000) return putUint64(out, pos, high, low)
  out[pos++] = 0x2d
  // Two's complement of the pair; a low half of 0 carries into the high one.
  const negatedLow = -low >>> 0
  const negatedHigh = low === 0 ? -high >>> 0 : ~high >>> 0
  return putUint64(out, pos, negatedHigh, negatedLow)
}

/** Appends a safe integer. */
export function writeInt(sink: ByteSink, value: number): void {
  sink.reserve(17)
  sink.pos = putInt(sink.bytes, sink.pos, value)
}
