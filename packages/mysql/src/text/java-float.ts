// Floating-point numbers as Java 17 prints them (Float.toString, Double.toString): the runtime that Debezium's records come from. Before
// Java 19 these are not always the shortest digits, so that V8's own conversion would give other bytes for one number in a hundred.
import { putPadded, putUint } from './json-digits.ts'

/** Significand bits of a double and of a float, the hidden one included. */
const DOUBLE_BITS = 53
const FLOAT_BITS = 24

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

/** Longest text: sign, 17 digits, point, exponent. */
export const MAX_FLOAT_TEXT = 26

/**
 * Writes a double and returns the position behind it; {@link MAX_FLOAT_TEXT} bytes must be free. What is not finite is quoted, as Jackson
 * does (the server stores no such numbers; damaged bytes may hold them).
 */
export function putJavaDouble(out: Buffer, pos: number, value: number): number {
  if (!Number.isFinite(value)) return pos + out.write(`"${value}"`, pos, 'latin1')
  const done = putShort(out, pos, value, 1e15, false)
  return done > 0 ? done : putDigits(out, pos, value, DOUBLE_BITS)
}

/** Writes a number that is exactly a 32-bit float; otherwise as {@link putJavaDouble}. */
export function putJavaFloat(out: Buffer, pos: number, value: number): number {
  if (!Number.isFinite(value)) return pos + out.write(`"${value}"`, pos, 'latin1')
  const done = putShort(out, pos, value, 1e6, true)
  return done > 0 ? done : putDigits(out, pos, value, FLOAT_BITS)
}

/** `Double.toString` of a finite double. */
export function javaDoubleText(value: number): string {
  const scratch = Buffer.allocUnsafe(MAX_FLOAT_TEXT)
  return scratch.toString('latin1', 0, putJavaDouble(scratch, 0, value))
}

/** `Float.toString` of a finite number that is exactly a 32-bit float. */
export function javaFloatText(value: number): string {
  const scratch = Buffer.allocUnsafe(MAX_FLOAT_TEXT)
  return scratch.toString('latin1', 0, putJavaFloat(scratch, 0, value))
}

/**
 * Writes numbers of 0.001 up to 10^7 that have few digits, the usual ones: the fewest decimals whose quotient is the number again. Exact
 * because a decimal of up to 15 (float: 6) digits is the only one of its length that rounds to the number. 0 = not such a number.
 */
function putShort(out: Buffer, pos: number, value: number, limit: number, isFloat: boolean): number {
  const magnitude = Math.abs(value)
  if (magnitude === 0) {
    if (Object.is(value, -0)) out[pos++] = 0x2d
    out[pos] = 0x30
    out[pos + 1] = 0x2e
    out[pos + 2] = 0x30
    return pos + 3
  }
  if (!(magnitude >= 1e-3 && magnitude < 1e7)) return 0
  for (let decimals = 1; decimals <= 15; decimals++) {
    const power = POWERS_OF_TEN[decimals]!
    const scaled = Math.round(magnitude * power)
    if (scaled >= limit) return 0
    const back = scaled / power
    if ((isFloat ? Math.fround(back) : back) !== magnitude) continue
    if (value < 0) out[pos++] = 0x2d
    const whole = Math.floor(scaled / power)
    pos = putUint(out, pos, whole)
    out[pos++] = 0x2e
    return putFractionDigits(out, pos, scaled - whole * power, decimals)
  }
  return 0
}

function putFractionDigits(out: Buffer, pos: number, fraction: number, digits: number): number {
  if (digits <= 9) return putPadded(out, pos, fraction, digits)
  const high = Math.floor(fraction / 1e9)
  pos = putPadded(out, pos, high, digits - 9)
  return putPadded(out, pos, fraction - high * 1e9, 9)
}

const digits = new Uint8Array(32)
let digitCount = 0
/** The value is 0.d1d2d3… times ten to this power. */
let pointAt = 0

function putDigits(out: Buffer, pos: number, value: number, significandBits: number): number {
  if (value < 0) out[pos++] = 0x2d
  developDigits(Math.abs(value), significandBits)
  if (pointAt > 0 && pointAt < 8) {
    for (let i = 0; i < pointAt; i++) out[pos++] = 0x30 + (i < digitCount ? digits[i]! : 0)
    out[pos++] = 0x2e
    return putRest(out, pos, pointAt)
  }
  if (pointAt <= 0 && pointAt > -3) {
    out[pos++] = 0x30
    out[pos++] = 0x2e
    for (let i = pointAt; i < 0; i++) out[pos++] = 0x30
    return putRest(out, pos, 0)
  }
  out[pos++] = 0x30 + digits[0]!
  out[pos++] = 0x2e
  pos = putRest(out, pos, 1)
  out[pos++] = 0x45
  const exponent = pointAt - 1
  if (exponent < 0) out[pos++] = 0x2d
  return putUint(out, pos, Math.abs(exponent))
}

/** Digits from index `from` on, at least one. */
function putRest(out: Buffer, pos: number, from: number): number {
  if (from >= digitCount) out[pos++] = 0x30
  for (let i = from; i < digitCount; i++) out[pos++] = 0x30 + digits[i]!
  return pos
}

const view = new DataView(new ArrayBuffer(8))
const LOG10_2 = Math.log10(2)

/**
 * Fills `digits`, `digitCount` and `pointAt` for a positive number: digits are developed by long division until what is left is below half
 * a unit in the last binary place, the number's neighbours counted as equally far away on both sides.
 */
function developDigits(value: number, significandBits: number): void {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  let exponent = Number(bits >> 52n) - 1023
  let significand = bits & 0xfffffffffffffn
  if (exponent === -1023) {
    // A subnormal double: shift its highest bit to the hidden bit's place.
    const length = significand.toString(2).length
    significand <<= BigInt(53 - length)
    exponent = length - 53 - 1022
    significandBits = length
  } else {
    significand |= 1n << 52n
    // A subnormal float is a normal double with fewer significant bits.
    if (significandBits === FLOAT_BITS && exponent < -126) significandBits = FLOAT_BITS + exponent + 126
  }

  let usedBits = 53
  while ((significand & 1n) === 0n) {
    significand >>= 1n
    usedBits--
  }
  const binaryFractionDigits = Math.max(0, usedBits - exponent - 1)
  if (binaryFractionDigits === 0 && exponent <= 62) {
    developWhole(significand << BigInt(exponent - usedBits + 1), exponent, significandBits)
    return
  }
  developFraction(significand, usedBits, exponent, significandBits, binaryFractionDigits)
}

/** A whole number below 2^63: all its digits, less those that the significand does not determine. */
function developWhole(whole: bigint, exponent: number, significandBits: number): void {
  const spareBits = exponent - significandBits - 1
  const dropped = exponent > significandBits && spareBits > 1 ? Math.floor(spareBits * LOG10_2) : 0
  if (dropped > 0) {
    const power = 10n ** BigInt(dropped)
    const rest = whole % power
    whole /= power
    if (rest >= power >> 1n) whole++
  }
  const text = whole.toString()
  digitCount = text.length
  while (digitCount > 1 && text.charCodeAt(digitCount - 1) === 0x30) digitCount--
  for (let i = 0; i < digitCount; i++) digits[i] = text.charCodeAt(i) - 0x30
  pointAt = text.length + dropped
}

function developFraction(
  significand: bigint,
  usedBits: number,
  exponent: number,
  significandBits: number,
  binaryFractionDigits: number,
): void {
  let decimalExponent = estimateDecimalExponent(significand, usedBits, exponent)
  // value / 10^decimalExponent = dividend / divisor; margin is half a unit in the last binary place, as a part of the divisor.
  const dividendFives = Math.max(0, -decimalExponent)
  let dividendTwos = dividendFives + binaryFractionDigits + exponent
  const divisorFives = Math.max(0, decimalExponent)
  let divisorTwos = divisorFives + binaryFractionDigits
  let marginTwos = dividendTwos - significandBits
  dividendTwos -= usedBits - 1
  const common = Math.min(dividendTwos, divisorTwos)
  dividendTwos -= common
  divisorTwos -= common
  marginTwos -= common
  if (usedBits === 1) marginTwos--
  if (marginTwos < 0) {
    dividendTwos -= marginTwos
    divisorTwos -= marginTwos
    marginTwos = 0
  }
  let dividend = (significand * 5n ** BigInt(dividendFives)) << BigInt(dividendTwos)
  const divisor = (5n ** BigInt(divisorFives)) << BigInt(divisorTwos)
  let margin = (5n ** BigInt(dividendFives)) << BigInt(marginTwos)
  const tens = divisor * 10n
  // Java computes in 32, 64 or unlimited bits, whichever its estimate asks for. The narrow widths let sums overflow, and only the
  // unlimited one counts a remainder exactly on the margin as reached: both show in the digits.
  const dividendBits = usedBits + dividendTwos + bitsOfFivePower(dividendFives)
  const tensBits = divisorTwos + 1 + bitsOfFivePower(divisorFives + 1)
  const needed = Math.max(dividendBits, tensBits)
  const width = needed < 32 ? 32 : needed < 64 ? 64 : 0
  let isLow = false
  let isHigh = false
  digitCount = 0
  const step = (isFirst: boolean): number => {
    const digit = Number(dividend / divisor)
    dividend = (dividend % divisor) * 10n
    margin *= 10n
    if (width === 0) {
      isLow = dividend < margin
      isHigh = dividend + margin >= tens
    } else {
      margin = BigInt.asIntN(width, margin)
      const hasOverflowed = !isFirst && margin <= 0n
      isLow = hasOverflowed || dividend < margin
      isHigh = hasOverflowed || BigInt.asIntN(width, dividend + margin) > tens
    }
    return digit
  }
  const first = step(true)
  if (first === 0 && !isHigh) decimalExponent--
  else digits[digitCount++] = first
  // At least two digits where the text will have an exponent.
  if (decimalExponent < -3 || decimalExponent >= 8) {
    isLow = false
    isHigh = false
  }
  while (!isLow && !isHigh) digits[digitCount++] = step(false)
  pointAt = decimalExponent + 1
  if (isHigh && (!isLow || roundsUp(dividend * 2n - tens, width))) roundUp()
}

function roundsUp(difference: bigint, width: number): boolean {
  if (width !== 0) difference = BigInt.asIntN(width, difference)
  return difference === 0n ? (digits[digitCount - 1]! & 1) !== 0 : difference > 0n
}

function roundUp(): void {
  let i = digitCount - 1
  while (i > 0 && digits[i] === 9) digits[i--] = 0
  if (digits[i] === 9) {
    digits[i] = 1
    pointAt++
  } else digits[i]!++
}

/** A first guess of floor(log10(value)), by the tangent of the logarithm at 1.5; at most one too high. */
function estimateDecimalExponent(significand: bigint, usedBits: number, exponent: number): number {
  const fraction = Number(significand) / 2 ** (usedBits - 1)
  return Math.floor((fraction - 1.5) * 0.289529654 + 0.176091259 + exponent * 0.301029995663981)
}

/** Bits of 5^n as Java's table has them, and its bound beyond the table. */
function bitsOfFivePower(n: number): number {
  return n < 27 ? (5n ** BigInt(n)).toString(2).length : n * 3
}
