// Events written by hand, for tests.
import { crc32, zstdCompressSync } from 'node:zlib'

/** Header members that tests choose. */
export interface WrittenHeader {
  readonly logPos?: number
  readonly flags?: number
  readonly timestampSec?: number
  readonly serverId?: number
}

/** An event without a checksum, as it stands inside a compressed transaction. */
export function bareEvent(typeCode: number, body: Buffer, header: WrittenHeader = {}): Buffer {
  const bytes = Buffer.alloc(19 + body.length)
  bytes.writeUInt32LE(header.timestampSec ?? 1_700_000_000, 0)
  bytes[4] = typeCode
  bytes.writeUInt32LE(header.serverId ?? 1, 5)
  bytes.writeUInt32LE(bytes.length, 9)
  bytes.writeUInt32LE(header.logPos ?? 0, 13)
  bytes.writeUInt16LE(header.flags ?? 0, 17)
  body.copy(bytes, 19)
  return bytes
}

/** An event with a right checksum. */
export function writtenEvent(typeCode: number, body: Buffer, header: WrittenHeader = {}): Buffer {
  return sealed(Buffer.concat([bareEvent(typeCode, body, header), Buffer.alloc(4)]))
}

/** Makes length and checksum of an event right, in place. */
export function sealed(event: Buffer): Buffer {
  event.writeUInt32LE(event.length, 9)
  event.writeUInt32LE(crc32(event.subarray(0, -4)), event.length - 4)
  return event
}

/** A length-encoded integer. */
export function lenenc(value: number): Buffer {
  if (value < 0xfb) return Buffer.from([value])
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xfe
  bytes.writeBigUInt64LE(BigInt(value), 1)
  return bytes
}

/** The body of a TRANSACTION_PAYLOAD event; `unpackedBytes` may lie. */
export function payloadBody(
  events: Buffer,
  options: { readonly isPacked?: boolean; readonly unpackedBytes?: number } = {},
): Buffer {
  const isPacked = options.isPacked ?? true
  const block = isPacked ? zstdCompressSync(events) : events
  const fields: [number, number][] = [
    [2, isPacked ? 0 : 255],
    [1, block.length],
  ]
  if (isPacked) fields.push([3, options.unpackedBytes ?? events.length])
  const head = fields.map(([field, value]) => {
    const bytes = lenenc(value)
    return Buffer.concat([lenenc(field), lenenc(bytes.length), bytes])
  })
  return Buffer.concat([...head, Buffer.from([0]), block])
}
