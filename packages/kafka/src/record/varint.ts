// Zigzag varints of record batch v2: lengths and deltas inside a record.
import { KafkaError } from '../error.ts'

/** Bytes that the zigzag varint of `value` takes. `value`: an integer within ±2^52. */
export function varintSize(value: number): number {
  let u = value >= 0 ? value * 2 : -value * 2 - 1
  let size = 1
  while (u >= 128) {
    u = Math.floor(u / 128)
    size++
  }
  return size
}

/** Writes `value` (an integer within ±2^52) as a zigzag varint at `pos`; returns the position after it. The room must be there. */
export function writeVarint(bytes: Uint8Array, pos: number, value: number): number {
  if (value < 0x3fffffff && value > -0x3fffffff) {
    let u = ((value << 1) ^ (value >> 31)) >>> 0
    while (u > 127) {
      bytes[pos++] = (u & 127) | 128
      u >>>= 7
    }
    bytes[pos++] = u
    return pos
  }
  let u = value >= 0 ? value * 2 : -value * 2 - 1
  while (u >= 128) {
    bytes[pos++] = (u % 128) | 128
    u = Math.floor(u / 128)
  }
  bytes[pos++] = u
  return pos
}

/** A place in bytes that varints are read from. */
export interface VarintCursor {
  bytes: Buffer
  pos: number
}

/** Reads a zigzag varint of up to 32 bits and moves the cursor. Throws CORRUPT_MESSAGE at the end of the bytes or when it is too long. */
export function readVarint(cursor: VarintCursor): number {
  const { bytes } = cursor
  let { pos } = cursor
  let byte = bytes[pos++]
  if (byte === undefined) throw cut()
  if (byte < 128) {
    cursor.pos = pos
    return (byte >>> 1) ^ -(byte & 1)
  }
  let u = byte & 127
  let shift = 7
  do {
    byte = bytes[pos++]
    if (byte === undefined) throw cut()
    if (shift === 28 && byte > 15)
      throw new KafkaError('CORRUPT_MESSAGE', 'a varint of a record is longer than 32 bits')
    u |= (byte & 127) << shift
    shift += 7
  } while (byte > 127)
  cursor.pos = pos
  return (u >>> 1) ^ -(u & 1)
}

/** Reads a zigzag varint of up to 64 bits as a number; beyond 2^53 it is rounded (time stamps that no clock gives). Errors as {@link readVarint}. */
export function readVarlong(cursor: VarintCursor): number {
  const { bytes } = cursor
  let { pos } = cursor
  let low = 0
  let high = 0
  let shift = 0
  let byte: number | undefined
  do {
    byte = bytes[pos++]
    if (byte === undefined) throw cut()
    if (shift < 28) low += (byte & 127) * 2 ** shift
    else if (shift < 70) high += (byte & 127) * 2 ** (shift - 28)
    else throw new KafkaError('CORRUPT_MESSAGE', 'a varint of a record is longer than 64 bits')
    shift += 7
  } while (byte > 127)
  cursor.pos = pos
  const half = high * 2 ** 27 + Math.floor(low / 2)
  return low % 2 === 0 ? half : -half - 1
}

function cut(): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', 'a record ends in the middle of a number')
}
