// Record headers: encoded once for many records, decoded on demand.
import type { EncodedHeaders } from './appender.ts'
import { varintSize, writeVarint } from './varint.ts'

/** One record header. The key is text; a null value is allowed. */
export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Encodes headers in their order, as they stand in a record of batch v2 without the count. */
export function encodeHeaders(headers: readonly RecordHeader[]): EncodedHeaders {
  const keys = headers.map((header) => Buffer.from(header.key))
  let size = 0
  headers.forEach((header, i) => {
    const key = keys[i]!.length
    size += varintSize(key) + key
    size += header.value === null ? 1 : varintSize(header.value.length) + header.value.length
  })
  const bytes = Buffer.allocUnsafe(size)
  let pos = 0
  headers.forEach((header, i) => {
    const key = keys[i]!
    pos = writeVarint(bytes, pos, key.length)
    bytes.set(key, pos)
    pos += key.length
    if (header.value === null) bytes[pos++] = 1
    else {
      pos = writeVarint(bytes, pos, header.value.length)
      bytes.set(header.value, pos)
      pos += header.value.length
    }
  })
  return { count: headers.length, bytes }
}
