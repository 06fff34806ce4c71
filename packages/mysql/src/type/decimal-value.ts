// Connect's Decimal: a schema with scale and precision, and the unscaled value as big-endian two's complement.
import type { ValueSchema } from './column-type.ts'
import { schemaOf, type TypeRequest } from './type-request.ts'

/** Schema of a Decimal; both parameters as Debezium writes them. */
export function decimalSchema(
  request: TypeRequest,
  precision: number,
  scale: number,
  defaultValue: Buffer | undefined,
): ValueSchema {
  return schemaOf(request, 'bytes', {
    name: 'org.apache.kafka.connect.data.Decimal',
    parameters: { scale: String(scale), 'connect.decimal.precision': String(precision) },
    default: defaultValue,
  })
}

/** The shortest big-endian two's complement of a whole number, as Java's `BigInteger.toByteArray`. */
export function unscaledBytesOfBigint(value: bigint): Buffer {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  const bytes = Buffer.alloc(length)
  let rest = BigInt.asUintN(length * 8, value)
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

/** A default's unscaled value in the form that a schema holds. */
export function decimalDefault(unscaled: bigint): Buffer {
  return unscaledBytesOfBigint(unscaled)
}

/** Unscaled value of decimal text at `scale`, rounded half up as Debezium rescales defaults; null for text that is no number. */
export function unscaledOfText(text: string, scale: number): bigint | null {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim())
  if (match === null || (match[2] === '' && match[3] === '')) return null
  const digits = `${match[2]}${match[3]}`
  const shift = scale - match[3]!.length + Number(match[4] ?? 0)
  if (Math.abs(shift) > 1000) return null
  let unscaled = BigInt(digits)
  if (shift >= 0) unscaled *= 10n ** BigInt(shift)
  else {
    const divisor = 10n ** BigInt(-shift)
    unscaled = (unscaled + divisor / 2n) / divisor
  }
  return match[1] === '-' ? -unscaled : unscaled
}
