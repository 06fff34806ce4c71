// The binary form of MySQL's GTID sets.
//
//   plain:  source count (8) | per source: uuid (16) | interval count (8) | per interval: first (8) | behind the last (8)
//   tagged: bytes 0 and 7 of the count are the format 1, the count lies between; per source: uuid (16) | tag length * 2 (1) | tag | …
import { MysqlProtocolError } from '../error.ts'
import type { GtidSource } from './gtid-set.ts'
import { uuidBytes, uuidText } from './uuid.ts'

const TAGGED = 1n

/** Bytes of sorted sources. */
export function encodeGtidSet(sources: readonly GtidSource[]): Buffer {
  const isTagged = sources.some(({ tag }) => tag !== '')
  let length = 8
  for (const { tag, intervals } of sources) length += 16 + (isTagged ? 1 + tag.length : 0) + 8 + 16 * intervals.length
  const bytes = Buffer.alloc(length)
  const count = BigInt(sources.length)
  bytes.writeBigUInt64LE(isTagged ? (TAGGED << 56n) | (count << 8n) | TAGGED : count, 0)
  let at = 8
  for (const { uuid, tag, intervals } of sources) {
    at += uuidBytes(uuid).copy(bytes, at)
    if (isTagged) {
      bytes[at++] = tag.length << 1
      at += bytes.write(tag, at, 'latin1')
    }
    at = bytes.writeBigUInt64LE(BigInt(intervals.length), at)
    for (const { first, last } of intervals) {
      at = bytes.writeBigUInt64LE(first, at)
      at = bytes.writeBigUInt64LE(last + 1n, at)
    }
  }
  return bytes
}

/** The sources in the bytes. Throws MYSQL_PROTOCOL_GTID_SET for anything that is cut short, too long or not a set. */
export function decodeGtidSet(input: Uint8Array): GtidSource[] {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length)
  let at = 0
  const take = (count: number): number => {
    if (bytes.length - at < count) throw corrupt()
    at += count
    return at - count
  }
  const head = bytes.readBigUInt64LE(take(8))
  const isTagged = head >> 56n === TAGGED
  const count = isTagged ? (head >> 8n) & 0xffff_ffff_ffffn : head
  const sources: GtidSource[] = []
  for (let i = 0n; i < count; i++) {
    const uuid = uuidText(bytes, take(16))
    let tag = ''
    if (isTagged) {
      const length = bytes[take(1)]! >> 1
      const tagAt = take(length)
      tag = bytes.toString('latin1', tagAt, tagAt + length)
    }
    const intervals: { first: bigint; last: bigint }[] = []
    const intervalCount = bytes.readBigUInt64LE(take(8))
    for (let k = 0n; k < intervalCount; k++) {
      const first = bytes.readBigUInt64LE(take(8))
      const last = bytes.readBigUInt64LE(take(8)) - 1n
      if (first < 1n || last < first) throw corrupt()
      intervals.push({ first, last })
    }
    sources.push({ uuid, tag, intervals })
  }
  if (at !== bytes.length) throw corrupt()
  return sources
}

function corrupt(): MysqlProtocolError {
  return new MysqlProtocolError({ code: 'MYSQL_PROTOCOL_GTID_SET', message: 'The bytes are no GTID set' })
}
