// A double's exact value in plain decimal digits, as Java's `new BigDecimal(double).toPlainString()`.

const view = new DataView(new ArrayBuffer(8))

/** Plain digits of a finite double; whole numbers without a point. */
export function plainDigits(value: number): string {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  let significand = biased === 0 ? fraction : fraction | (1n << 52n)
  let exponent = Math.max(biased, 1) - 1075
  while (exponent < 0 && (significand & 1n) === 0n && significand !== 0n) {
    significand >>= 1n
    exponent++
  }
  const sign = bits >> 63n === 1n ? '-' : ''
  if (exponent >= 0) return `${sign}${significand << BigInt(exponent)}`
  // significand / 2^n = significand * 5^n / 10^n
  const scale = -exponent
  const digits = (significand * 5n ** BigInt(scale)).toString().padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
