// The four compressions of record batches, as Kafka's clients frame them: gzip and zstd from Node, snappy (xerial blocks) and lz4 (frames)
// from WebAssembly.
import { createRequire } from 'node:module'
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type * as WasmCodecs from '@platformatic/wasm-utils'
import { KafkaError } from '../error.ts'

/** Names as in Kafka's `compression.type`. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Compressions by their number in a batch's attributes. */
export const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** A batch that unpacks to more than this is refused: no producer makes one, but a hostile one could (bytes). */
export const MAX_UNPACKED_BYTES = 512 * 1024 * 1024

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
const XERIAL_BLOCK_BYTES = 32 * 1024

let codecs: typeof WasmCodecs | undefined

/** Loaded when a batch needs it: it takes some 8 MB in each thread, and most have no such batch. */
function wasm(): typeof WasmCodecs {
  codecs ??= createRequire(import.meta.url)('@platformatic/wasm-utils') as typeof WasmCodecs
  return codecs
}

/** Compresses the records of one batch. */
export function compress(compression: Exclude<Compression, 'none'>, bytes: Buffer): Buffer {
  switch (compression) {
    case 'gzip':
      return gzipSync(bytes, { level: constants.Z_BEST_SPEED })
    case 'zstd':
      return zstdCompressSync(bytes)
    case 'lz4':
      return wasm().lz4Compress(bytes)
    case 'snappy':
      return xerialCompress(bytes)
  }
}

/**
 * Unpacks the records of one batch. Throws CORRUPT_MESSAGE when they are damaged or unpack to more than `maxBytes`.
 * `none` returns the bytes themselves.
 */
export function decompress(compression: Compression, bytes: Buffer, maxBytes = MAX_UNPACKED_BYTES): Buffer {
  try {
    switch (compression) {
      case 'none':
        return bytes
      case 'gzip':
        return gunzipSync(bytes, { maxOutputLength: maxBytes })
      case 'zstd':
        return zstdDecompressSync(bytes, { maxOutputLength: maxBytes })
      case 'lz4':
        checkLz4Size(bytes, maxBytes)
        return wasm().lz4Decompress(bytes)
      case 'snappy':
        return xerialDecompress(bytes, maxBytes)
    }
  } catch (error) {
    if (error instanceof KafkaError) throw error
    throw new KafkaError('CORRUPT_MESSAGE', `records cannot be unpacked (${compression})`, { cause: error })
  }
}

function xerialCompress(bytes: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL_MAGIC]
  for (let pos = 0; pos < bytes.length; pos += XERIAL_BLOCK_BYTES) {
    const block = wasm().snappyCompress(bytes.subarray(pos, pos + XERIAL_BLOCK_BYTES))
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** Both forms that clients write: xerial blocks (Java, librdkafka reads both), or one raw snappy block. */
function xerialDecompress(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, 8).equals(XERIAL_MAGIC.subarray(0, 8))) return snappyBlock(bytes, maxBytes)
  const parts: Buffer[] = []
  let total = 0
  let pos = XERIAL_MAGIC.length
  while (pos < bytes.length) {
    const length = bytes.readInt32BE(pos)
    pos += 4
    if (length < 0 || length > bytes.length - pos)
      throw new KafkaError('CORRUPT_MESSAGE', 'a snappy block is cut short')
    const part = snappyBlock(bytes.subarray(pos, pos + length), maxBytes - total)
    total += part.length
    parts.push(part)
    pos += length
  }
  return Buffer.concat(parts, total)
}

/** A raw snappy block starts with its unpacked size, which is checked before any memory is taken. */
function snappyBlock(block: Buffer, maxBytes: number): Buffer {
  let size = 0
  let pos = 0
  for (let shift = 0; ; shift += 7) {
    const byte = block[pos++]
    if (byte === undefined || shift > 28) throw new KafkaError('CORRUPT_MESSAGE', 'a snappy block without a size')
    size += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  // One byte of snappy cannot stand for more than 64 bytes (a copy of three bytes yields at most that).
  if (size > maxBytes || size > block.length * 64)
    throw new KafkaError('CORRUPT_MESSAGE', `a snappy block claims ${size} bytes`)
  return size === 0 ? Buffer.alloc(0) : wasm().snappyDecompress(block)
}

/** Walks the blocks of lz4 frames: none unpacks to more than the frame's block size, so their count bounds the whole. */
function checkLz4Size(bytes: Buffer, maxBytes: number): void {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== 0x184d2204)
    throw new KafkaError('CORRUPT_MESSAGE', 'records are not an lz4 frame')
  const flags = bytes[4]!
  const blockBytes = 2 ** (8 + 2 * ((bytes[5]! >>> 4) & 7))
  let pos = 6 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0) + 1
  let blocks = 0
  for (;;) {
    if (pos + 4 > bytes.length) throw new KafkaError('CORRUPT_MESSAGE', 'an lz4 frame is cut short')
    const length = bytes.readUInt32LE(pos) & 0x7fffffff
    if (length === 0) break
    blocks++
    pos += 4 + length + (flags & 16 ? 4 : 0)
  }
  // lz4 packs at most 255 to 1.
  if (Math.min(blocks * blockBytes, bytes.length * 255) > maxBytes)
    throw new KafkaError('CORRUPT_MESSAGE', `lz4 records unpack to more than ${maxBytes} bytes`)
}
