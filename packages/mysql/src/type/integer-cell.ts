// Integer cells: little-endian bytes of a row image and digits of the text protocol → numbers.

/** A reader of a whole number that fits a JavaScript number exactly. */
export type IntegerReader = (bytes: Buffer, start: number, end: number) => number

/** Reads the digits of a text cell, leading zeros included (ZEROFILL); exact up to 15 digits. */
export function readTextInteger(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d
  let value = 0
  for (let i = isNegative ? start + 1 : start; i < end; i++) value = value * 10 + (bytes[i]! - 0x30)
  return isNegative ? -value : value
}

/** Reads the digits of a text cell of any length. */
export function readTextBigint(bytes: Buffer, start: number, end: number): bigint {
  if (end - start <= 15) return BigInt(readTextInteger(bytes, start, end))
  return BigInt(bytes.toString('latin1', start, end))
}

/** The signed binlog readers by size in bytes. */
export const SIGNED_READERS: Readonly<Record<number, IntegerReader>> = {
  1: (bytes, start) => (bytes[start]! << 24) >> 24,
  2: (bytes, start) => ((bytes[start]! | (bytes[start + 1]! << 8)) << 16) >> 16,
  3: (bytes, start) => ((bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)) << 8) >> 8,
  4: (bytes, start) => readInt32(bytes, start),
}

/** The unsigned binlog readers by size in bytes. */
export const UNSIGNED_READERS: Readonly<Record<number, IntegerReader>> = {
  1: (bytes, start) => bytes[start]!,
  2: (bytes, start) => bytes[start]! | (bytes[start + 1]! << 8),
  3: (bytes, start) => bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16),
  4: (bytes, start) => readUint32(bytes, start),
}

/** Little-endian signed 32 bits. */
export function readInt32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** Little-endian unsigned 32 bits. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0
}
