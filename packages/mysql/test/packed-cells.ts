// Packs values the way a row image holds them: the other direction of the decoders, for property tests.

/** Little-endian integer of `size` bytes. */
export function packInteger(value: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, value))
  return bytes.subarray(0, size)
}

/** Packed DECIMAL(precision, scale) of an unscaled value. */
export function packDecimal(unscaled: bigint, precision: number, scale: number): Buffer {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(precision, '0')
  const whole = digits.slice(0, precision - scale)
  const fraction = digits.slice(precision - scale)
  const sizes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
  const parts: Buffer[] = []
  const put = (group: string): void => {
    if (group === '') return
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(Number(group))
    parts.push(bytes.subarray(4 - sizes[group.length]!))
  }
  put(whole.slice(0, whole.length % 9))
  for (let i = whole.length % 9; i < whole.length; i += 9) put(whole.slice(i, i + 9))
  for (let i = 0; i < fraction.length; i += 9) put(fraction.slice(i, i + 9))
  const packed = Buffer.concat(parts)
  if (unscaled < 0n) for (let i = 0; i < packed.length; i++) packed[i] = ~packed[i]! & 0xff
  packed[0]! ^= 0x80
  return packed
}

/** Calendar and clock parts of a moment or a duration. */
export interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  micros: number
}

/** Fraction bytes of `fsp` digits, the microseconds already a multiple of what it holds. */
function packFraction(micros: number, fsp: number): Buffer {
  const bytes = Buffer.alloc(4)
  const size = (fsp + 1) >> 1
  bytes.writeUInt32BE(micros / [1, 10_000, 100, 1][size]!)
  return bytes.subarray(4 - size)
}

/** DATETIME2 of `fsp` digits. */
export function packDatetime2(parts: Parts, fsp: number): Buffer {
  const date = BigInt(parts.year * 13 + parts.month) * 32n + BigInt(parts.day)
  const clock = BigInt((parts.hour << 12) | (parts.minute << 6) | parts.second)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE((date << 17n) + clock + 0x8000000000n)
  return Buffer.concat([bytes.subarray(3), packFraction(parts.micros, fsp)])
}

/** TIME2 of `fsp` digits; hours up to 838. */
export function packTime2(parts: Parts, isNegative: boolean, fsp: number): Buffer {
  const size = (fsp + 1) >> 1
  const whole = BigInt((parts.hour << 12) | (parts.minute << 6) | parts.second)
  const fraction = BigInt(parts.micros / [1, 10_000, 100, 1][size]!)
  const bits = BigInt(8 * size)
  const magnitude = (whole << bits) | fraction
  const biased = (isNegative ? -magnitude : magnitude) + (0x800000n << bits)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(biased)
  return bytes.subarray(8 - 3 - size)
}

/** DATE. */
export function packDate(parts: Parts): Buffer {
  return packInteger(BigInt((parts.year << 9) | (parts.month << 5) | parts.day), 3)
}

/** TIMESTAMP2 of `fsp` digits. */
export function packTimestamp2(epochSeconds: number, micros: number, fsp: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(epochSeconds)
  return Buffer.concat([bytes, packFraction(micros, fsp)])
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `hh:mm:ss[.f]` with `fsp` digits. */
export function timeText(parts: Parts, fsp: number): string {
  const fraction = fsp === 0 ? '' : `.${String(parts.micros).padStart(6, '0').slice(0, fsp)}`
  return `${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}${fraction}`
}

/** `YYYY-MM-DD`. */
export function dateText(parts: Parts): string {
  return `${String(parts.year).padStart(4, '0')}-${two(parts.month)}-${two(parts.day)}`
}
