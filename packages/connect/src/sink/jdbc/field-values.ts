// Values of Connect records as plain text, the same for every target.
import { CdcError } from '../../base/errors.ts'
import { javaDecimal } from '../../data/java-number.ts'
import type { ConnectSchema } from '../../data/schema.ts'
import { isStruct, rawField } from '../../data/struct.ts'

/** Text of a Decimal (unscaled bytes) of a scale. */
export function decimalText(scale: number): (value: unknown) => string {
  return (value) => javaDecimal(bytesOf(value), scale)
}

/** Text of Debezium's VariableScaleDecimal: a struct of scale and unscaled bytes. */
export function variableDecimalText(value: unknown): string {
  if (!isStruct(value)) throw unfit('VariableScaleDecimal')
  return javaDecimal(bytesOf(rawField(value, 'value')), Number(rawField(value, 'scale')))
}

/** Bits, first to last, of io.debezium.data.Bits (little endian bytes), `length` of them. */
export function bitsText(length: number): (value: unknown) => string {
  return (value) => {
    const bytes = bytesOf(value)
    let bits = ''
    for (let i = length - 1; i >= 0; i--) bits += ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1 ? '1' : '0'
    return bits
  }
}

/** Length of a Bits schema. */
export function bitsLength(schema: ConnectSchema): number {
  return Number(schema.parameters?.length ?? 1) || 1
}

/** Hexadecimal digits. */
export function hexText(value: unknown): string {
  return bytesOf(value).toString('hex')
}

/** WKB and SRID of Debezium's geometry structs. */
export function geometryOf(value: unknown): { readonly wkb: Buffer; readonly srid: number } {
  if (!isStruct(value)) throw unfit('Geometry')
  return { wkb: bytesOf(rawField(value, 'wkb')), srid: Number(rawField(value, 'srid') ?? 0) }
}

/** Nanoseconds of a number in a unit. */
export function nanoseconds(unit: bigint): (value: unknown) => bigint {
  return (value) => BigInt(value as bigint | number) * unit
}

/** The vectors' text: `[1,2.5]`. */
export function vectorText(value: unknown): string {
  return `[${(value as readonly number[]).join(',')}]`
}

/** Allowed values of Enum and EnumSet. */
export function allowedValues(schema: ConnectSchema): string[] {
  return (schema.parameters?.allowed ?? '').split(',').map((label) => label.trim())
}

/** Bytes of a value. */
export function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  throw unfit('bytes')
}

function unfit(what: string): CdcError {
  return new CdcError('CDC_DATA_INVALID', `a value is no ${what} although its schema says so`)
}
