// BINARY, VARBINARY and the BLOB types in the four representations of `binary.handling.mode`.

import { writeBase64, writeBase64Url } from '../text/json-base64.ts'
import type { ByteSink, CellJsonWriter, ColumnType } from './column-type.ts'
import { schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

const LOWER_HEX = Buffer.from('0123456789abcdef')
const QUOTE = 0x22
const CHUNK_BYTES = 16_384

/** Compiles a binary column. BINARY(n) is padded with zero bytes to n: the binlog strips them. */
export function binaryType(request: TypeRequest): ColumnType {
  const fixedLength = request.word === 'BINARY' || request.word === 'CHAR' ? (request.column.length ?? 1) : 0
  const mode = request.options.binaryHandling
  const render = (bytes: Buffer): unknown => {
    switch (mode) {
      case 'bytes':
        return bytes
      case 'base64':
        return bytes.toString('base64')
      case 'base64-url-safe':
        return urlSafe(bytes)
      case 'hex':
        return bytes.toString('hex')
    }
  }
  const stated = statedDefault(request)
  const schema = schemaOf(request, mode === 'bytes' ? 'bytes' : 'string', {
    default: stated === null ? undefined : render(padded(Buffer.from(stated, 'utf8'), fixedLength)),
  })
  const write = WRITERS[mode]
  if (fixedLength === 0) {
    return { schema, read: (bytes, start, end) => render(Buffer.from(bytes.subarray(start, end))), writeJson: write }
  }
  const scratch = Buffer.alloc(fixedLength)
  return {
    schema,
    read: (bytes, start, end) => render(padded(Buffer.from(bytes.subarray(start, end)), fixedLength)),
    writeJson: (bytes, start, end, sink) => {
      if (end - start >= fixedLength) write(bytes, start, end, sink)
      else {
        scratch.fill(0, bytes.copy(scratch, 0, start, end))
        write(scratch, 0, fixedLength, sink)
      }
    },
  }
}

const WRITERS: Readonly<Record<TypeRequest['options']['binaryHandling'], CellJsonWriter>> = {
  bytes: writeBase64,
  base64: writeBase64,
  'base64-url-safe': writeBase64Url,
  hex: writeHex,
}

/** Debezium's URL-safe form keeps the padding, unlike Node's. */
function urlSafe(bytes: Buffer): string {
  const text = bytes.toString('base64url')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

function padded(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes : Buffer.concat([bytes], length)
}

function writeHex(bytes: Buffer, start: number, end: number, sink: ByteSink): void {
  sink.reserve(1)
  sink.bytes[sink.pos++] = QUOTE
  while (start < end) {
    const cut = Math.min(start + CHUNK_BYTES, end)
    sink.reserve((cut - start) * 2)
    const out = sink.bytes
    let pos = sink.pos
    for (; start < cut; start++) {
      out[pos] = LOWER_HEX[bytes[start]! >> 4]!
      out[pos + 1] = LOWER_HEX[bytes[start]! & 15]!
      pos += 2
    }
    sink.pos = pos
  }
  sink.reserve(1)
  sink.bytes[sink.pos++] = QUOTE
}
