// Numbers as Java prints them: floats as Float.toString and Double.toString, decimals as BigDecimal.toString.
import { javaDoubleText, javaFloatText } from '@millrace/mysql'

/** `Double.toString`; also of what is not finite. */
export function javaDouble(value: number): string {
  return Number.isFinite(value) ? javaDoubleText(value) : String(value)
}

/** `Float.toString` of a number that is exactly a 32-bit float; also of what is not finite. */
export function javaFloat(value: number): string {
  return Number.isFinite(value) ? javaFloatText(value) : String(value)
}

/** The integer that big-endian two's complement bytes hold. */
export function bigIntOfBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  const magnitude = BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`)
  return (bytes[0] as number) < 0x80 ? magnitude : magnitude - (1n << BigInt(bytes.length * 8))
}

/** The shortest big-endian two's complement bytes of an integer: Java's `BigInteger.toByteArray`. */
export function bytesOfBigInt(value: bigint): Buffer {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0')
  return Buffer.from(hex, 'hex')
}

/** `BigDecimal.toString` of unscaled bytes and a scale. */
export function javaDecimal(unscaled: Uint8Array, scale: number): string {
  const value = bigIntOfBytes(unscaled)
  const negative = value < 0n
  const digits = (negative ? -value : value).toString()
  const sign = negative ? '-' : ''
  if (scale === 0) return sign + digits
  const adjusted = -scale + (digits.length - 1)
  if (scale > 0 && adjusted >= -6) {
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, padded.length - scale)}.${padded.slice(padded.length - scale)}`
  }
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
  if (adjusted === 0) return sign + mantissa
  return `${sign}${mantissa}E${adjusted > 0 ? '+' : ''}${adjusted}`
}

/** Unscaled bytes of a decimal text at a given scale; null when the text has more fractional digits than that, or is no number. */
export function parseDecimal(text: string, scale: number): Buffer | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match === null || (match[2] === '' && (match[3] ?? '') === '')) return null
  const fraction = match[3] ?? ''
  const shift = scale - fraction.length + Number(match[4] ?? 0)
  let unscaled = BigInt(`${match[2]}${fraction}` || '0')
  if (shift >= 0) unscaled *= 10n ** BigInt(shift)
  else {
    const divisor = 10n ** BigInt(-shift)
    if (unscaled % divisor !== 0n) return null
    unscaled /= divisor
  }
  return bytesOfBigInt(match[1] === '-' ? -unscaled : unscaled)
}
