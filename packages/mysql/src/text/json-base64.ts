// Writes bytes as base64 inside a JSON string, straight from bytes to bytes.
import type { ByteSink } from '../type/column-type.ts'

const STANDARD = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const URL_SAFE = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const PAD = 0x3d
const QUOTE = 0x22

/** Bytes encoded between two reservations; a multiple of 3. */
const CHUNK_BYTES = 24_576

/** Appends `bytes[start, end)` as a JSON string in padded base64, standard alphabet. */
export function writeBase64(bytes: Uint8Array, start: number, end: number, sink: ByteSink): void {
  writeWithAlphabet(STANDARD, bytes, start, end, sink)
}

/** Appends `bytes[start, end)` as a JSON string in padded base64, URL alphabet. */
export function writeBase64Url(bytes: Uint8Array, start: number, end: number, sink: ByteSink): void {
  writeWithAlphabet(URL_SAFE, bytes, start, end, sink)
}

/** Writes base64 without quotes and returns the position behind it; 4 bytes per 3 (or part of 3) must be free. */
export function putBase64(out: Buffer, pos: number, bytes: Uint8Array, start: number, end: number): number {
  return putGroups(STANDARD, out, pos, bytes, start, end)
}

function writeWithAlphabet(alphabet: Buffer, bytes: Uint8Array, start: number, end: number, sink: ByteSink): void {
  if (end - start <= CHUNK_BYTES) {
    sink.reserve((((end - start + 2) / 3) | 0) * 4 + 2)
    const out = sink.bytes
    out[sink.pos] = QUOTE
    const pos = putGroups(alphabet, out, sink.pos + 1, bytes, start, end)
    out[pos] = QUOTE
    sink.pos = pos + 1
    return
  }
  sink.reserve(1)
  sink.bytes[sink.pos++] = QUOTE
  while (start < end) {
    const cut = Math.min(start + CHUNK_BYTES, end)
    sink.reserve(Math.ceil((cut - start) / 3) * 4)
    sink.pos = putGroups(alphabet, sink.bytes, sink.pos, bytes, start, cut)
    start = cut
  }
  sink.reserve(1)
  sink.bytes[sink.pos++] = QUOTE
}

function putGroups(a: Buffer, out: Buffer, pos: number, bytes: Uint8Array, i: number, end: number): number {
  for (; i + 2 < end; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!
    out[pos] = a[group >> 18]!
    out[pos + 1] = a[(group >> 12) & 63]!
    out[pos + 2] = a[(group >> 6) & 63]!
    out[pos + 3] = a[group & 63]!
    pos += 4
  }
  if (i < end) {
    const hasTwo = i + 1 < end
    const group = (bytes[i]! << 16) | (hasTwo ? bytes[i + 1]! << 8 : 0)
    out[pos] = a[group >> 18]!
    out[pos + 1] = a[(group >> 12) & 63]!
    out[pos + 2] = hasTwo ? a[(group >> 6) & 63]! : PAD
    out[pos + 3] = PAD
    pos += 4
  }
  return pos
}
