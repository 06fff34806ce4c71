// The unscaled value of a decimal cell, built from groups of up to nine digits, without BigInt: a JavaScript number while it is small,
// else limbs of 16 bits.

/** Limbs for 65 digits (216 bits) and one more. */
const LIMBS = 15
const LIMIT = 2 ** 53
const POWERS = Array.from({ length: 10 }, (_, i) => 10 ** i)

/** One reused number: `clear`, `append` groups from the left, then read it out. */
export class UnscaledValue {
  isNegative = false
  /** Big-endian two's complement after {@link toBytes}: `bytes[from, bytes.length)`. */
  readonly bytes = Buffer.alloc(LIMBS * 2 + 1)
  #small = 0
  #isSmall = true
  readonly #limbs = new Uint32Array(LIMBS)
  #limbCount = 0

  clear(isNegative: boolean): void {
    this.isNegative = isNegative
    this.#small = 0
    this.#isSmall = true
  }

  /** Appends `digits` (0 to 9) more decimal digits, whose value is `group`. */
  append(group: number, digits: number): void {
    const power = POWERS[digits]!
    if (this.#isSmall) {
      const next = this.#small * power + group
      if (next < LIMIT) {
        this.#small = next
        return
      }
      this.#toLimbs()
    }
    const limbs = this.#limbs
    let carry = group
    for (let i = 0; i < this.#limbCount; i++) {
      // Below 2^16 * 10^9 + 2^31: exact.
      const product = limbs[i]! * power + carry
      carry = Math.floor(product / 65536)
      limbs[i] = product - carry * 65536
    }
    while (carry > 0) {
      limbs[this.#limbCount++] = carry & 0xffff
      carry = Math.floor(carry / 65536)
    }
  }

  /** Fills `bytes` and returns where the shortest two's complement starts, as in Java's `BigInteger.toByteArray`. */
  toBytes(): number {
    const { bytes } = this
    let from = this.#isSmall ? this.#magnitudeOfSmall() : this.#magnitudeOfLimbs()
    if (this.isNegative) {
      let carry = 1
      for (let i = bytes.length - 1; i >= from; i--) {
        const value = (~bytes[i]! & 0xff) + carry
        bytes[i] = value & 0xff
        carry = value >> 8
      }
    }
    const hasSignBit = bytes[from]! >= 0x80
    const isZero = from === bytes.length - 1 && bytes[from] === 0
    if (hasSignBit !== this.isNegative && !isZero) bytes[--from] = this.isNegative ? 0xff : 0
    return from
  }

  #toLimbs(): void {
    let rest = this.#small
    this.#isSmall = false
    this.#limbCount = 0
    while (rest > 0) {
      const upper = Math.floor(rest / 65536)
      this.#limbs[this.#limbCount++] = rest - upper * 65536
      rest = upper
    }
  }

  #magnitudeOfSmall(): number {
    const { bytes } = this
    let rest = this.#small
    let at = bytes.length
    do {
      const upper = Math.floor(rest / 256)
      bytes[--at] = rest - upper * 256
      rest = upper
    } while (rest > 0)
    return at
  }

  #magnitudeOfLimbs(): number {
    const { bytes } = this
    let at = bytes.length
    for (let i = 0; i < this.#limbCount; i++) {
      bytes[--at] = this.#limbs[i]! & 0xff
      bytes[--at] = this.#limbs[i]! >> 8
    }
    while (at < bytes.length - 1 && bytes[at] === 0) at++
    return at
  }
}
