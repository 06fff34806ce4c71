// DECIMAL in a row image: groups of up to nine digits, big-endian, left to right; the first bit is the sign (set for positive numbers) and
// all bytes of a negative number are inverted.

import { putPadded, putUint } from './json-digits.ts'
import type { UnscaledValue } from './unscaled.ts'

/** Bytes of a group by its number of digits. */
const GROUP_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
const POINT = 0x2e
const MINUS = 0x2d
const ZERO = 0x30

/** Longest text: sign, 65 digits, a zero before the point, the point. */
export const MAX_DECIMAL_TEXT = 96

/** Layout of DECIMAL(precision, scale): the digits of each group, and how many groups stand before the point. */
export interface DecimalGroups {
  readonly digits: readonly number[]
  readonly whole: number
}

/** The groups of DECIMAL(precision, scale). */
export function decimalGroups(precision: number, scale: number): DecimalGroups {
  const wholeDigits = precision - scale
  const digits: number[] = []
  if (wholeDigits % 9 > 0) digits.push(wholeDigits % 9)
  for (let i = 0; i < Math.floor(wholeDigits / 9); i++) digits.push(9)
  const whole = digits.length
  for (let i = 0; i < Math.floor(scale / 9); i++) digits.push(9)
  if (scale % 9 > 0) digits.push(scale % 9)
  return { digits, whole }
}

/** Bytes that these groups take. */
export function packedBytes({ digits }: DecimalGroups): number {
  return digits.reduce((sum, count) => sum + GROUP_BYTES[count]!, 0)
}

/** Reads the unscaled value of a packed decimal. */
export function readPacked(bytes: Buffer, start: number, { digits }: DecimalGroups, into: UnscaledValue): void {
  const flip = bytes[start]! < 0x80 ? 0xff : 0
  into.clear(flip !== 0)
  let at = start
  for (let i = 0; i < digits.length; i++) {
    const count = digits[i]!
    const size = GROUP_BYTES[count]!
    into.append(readGroup(bytes, at, size, flip, i === 0), count)
    at += size
  }
}

/** Writes a packed decimal as plain text, zeros at the end kept; {@link MAX_DECIMAL_TEXT} bytes must be free. */
export function putPacked(out: Buffer, pos: number, bytes: Buffer, start: number, groups: DecimalGroups): number {
  const { digits, whole } = groups
  const flip = bytes[start]! < 0x80 ? 0xff : 0
  if (flip !== 0) out[pos++] = MINUS
  let at = start
  let isLeading = true
  for (let i = 0; i < digits.length; i++) {
    const count = digits[i]!
    if (i === whole) {
      if (isLeading) out[pos++] = ZERO
      isLeading = false
      out[pos++] = POINT
    }
    const size = GROUP_BYTES[count]!
    const group = readGroup(bytes, at, size, flip, i === 0)
    at += size
    if (!isLeading) pos = putPadded(out, pos, group, count)
    else if (group > 0) {
      pos = putUint(out, pos, group)
      isLeading = false
    }
  }
  if (isLeading) out[pos++] = ZERO
  return pos
}

function readGroup(bytes: Buffer, at: number, size: number, flip: number, isFirst: boolean): number {
  let value = (bytes[at]! ^ flip) & (isFirst ? 0x7f : 0xff)
  for (let i = 1; i < size; i++) value = value * 256 + (bytes[at + i]! ^ flip)
  return value
}
