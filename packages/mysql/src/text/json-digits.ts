// Writes integers as decimal digits into a byte sink, without a string or a BigInt on the way.
import type { ByteSink } from '../type/column-type.ts'

const TENS = new Uint8Array(100)
const ONES = new Uint8Array(100)
for (let i = 0; i < 100; i++) {
  TENS[i] = 0x30 + Math.floor(i / 10)
  ONES[i] = 0x30 + (i % 10)
}

const BILLION = 1_000_000_000
const TWO_POW_32 = 0x100000000

/** Writes two digits of a number below 100; two bytes must be free. */
export function putTwo(out: Buffer, pos: number, value: number): void {
  out[pos] = TENS[value]!
  out[pos + 1] = ONES[value]!
}

/** Writes four digits of a number below 10,000; four bytes must be free. */
export function putFour(out: Buffer, pos: number, value: number): void {
  const high = (value / 100) | 0
  putTwo(out, pos, high)
  putTwo(out, pos + 2, value - high * 100)
}

/** Writes exactly `digits` digits of `value` (0 … 2^31-1), zeros in front, and returns the position behind them. */
export function putPadded(out: Buffer, pos: number, value: number, digits: number): number {
  let at = pos + digits
  while (at - pos >= 4) {
    const rest = (value / 10_000) | 0
    at -= 4
    putFour(out, at, value - rest * 10_000)
    value = rest
  }
  if (at - pos >= 2) {
    const rest = (value / 100) | 0
    at -= 2
    putTwo(out, at, value - rest * 100)
    value = rest
  }
  if (at > pos) out[pos] = 0x30 + (value % 10)
  return pos + digits
}

/** Writes a number below 10,000 without zeros in front. */
function putShort(out: Buffer, pos: number, value: number): number {
  if (value < 100) {
    if (value < 10) {
      out[pos] = 0x30 + value
      return pos + 1
    }
    putTwo(out, pos, value)
    return pos + 2
  }
  const high = (value / 100) | 0
  const low = value - high * 100
  if (high < 10) {
    out[pos] = 0x30 + high
    putTwo(out, pos + 1, low)
    return pos + 3
  }
  putTwo(out, pos, high)
  putTwo(out, pos + 2, low)
  return pos + 4
}

/** Writes `value`, a 32-bit integer below 100,000,000, without zeros in front. */
function putMiddle(out: Buffer, pos: number, value: number): number {
  if (value < 10_000) return putShort(out, pos, value)
  const high = (value / 10_000) | 0
  pos = putShort(out, pos, high)
  putFour(out, pos, value - high * 10_000)
  return pos + 4
}

/** Writes `value` (0 … 2^53-1) and returns the position behind it; up to 16 bytes must be free. */
export function putUint(out: Buffer, pos: number, value: number): number {
  // From here on integers only: a division of doubles takes five times as long.
  if (value < 100_000_000) return putMiddle(out, pos, value | 0)
  const high = (value / 100_000_000) | 0
  pos = putMiddle(out, pos, high)
  const low = (value - high * 100_000_000) | 0
  const middle = (low / 10_000) | 0
  putFour(out, pos, middle)
  putFour(out, pos + 4, low - middle * 10_000)
  return pos + 8
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
