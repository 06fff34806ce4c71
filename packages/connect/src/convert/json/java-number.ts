// Numbers as Java prints them: floats as Float.toString and Double.toString, decimals as BigDecimal.toString.

/** `Double.toString`: shortest digits, at least one after the point, `E` notation below 10^-3 and from 10^7 on. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  return javaDigits(value.toExponential())
}

/** `Float.toString` of a number that is exactly a 32-bit float. */
export function javaFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return javaDouble(value)
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits)
    if (Math.fround(Number(text)) === value) return javaDigits(text)
  }
  return javaDigits(value.toExponential())
}

/** From `d.ddde±x` to Java's notation. */
function javaDigits(exponential: string): string {
  const at = exponential.indexOf('e')
  const exponent = Number(exponential.slice(at + 1))
  let mantissa = exponential.slice(0, at)
  let sign = ''
  if (mantissa.startsWith('-')) {
    sign = '-'
    mantissa = mantissa.slice(1)
  }
  const digits = trimZeros(mantissa.replace('.', ''))
  if (exponent < -3 || exponent >= 7) {
    return `${sign}${digits[0]}.${digits.length > 1 ? digits.slice(1) : '0'}E${exponent}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.length > exponent + 1 ? digits.slice(exponent + 1) : '0'}`
}

function trimZeros(digits: string): string {
  let end = digits.length
  while (end > 1 && digits.charCodeAt(end - 1) === 48) end--
  return digits.slice(0, end)
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
