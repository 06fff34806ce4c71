// BIT: a boolean for BIT(1), else little-endian bytes; both forms of a cell hold the same big-endian bytes.

import { writeBase64 } from '../text/json-base64.ts'
import { writeFalse, writeTrue } from '../text/json-literal.ts'
import type { ColumnType } from './column-type.ts'
import { MYSQL_TYPE_BIT } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** Compiles BIT(n). */
export function bitType(request: TypeRequest): ColumnType {
  if (request.form === 'binlog' && request.binlog?.typeCode !== MYSQL_TYPE_BIT) throw mismatch(request)
  const bits = request.column.length ?? 1
  const stated = bitsOfText(statedDefault(request))
  if (bits === 1) {
    const isSet = (bytes: Buffer, start: number, end: number): boolean => (bytes[end - 1]! & 1) === 1 && end > start
    return {
      schema: schemaOf(request, 'boolean', { default: stated === null ? undefined : stated !== 0n }),
      read: isSet,
      writeJson: (bytes, start, end, sink) => {
        if (isSet(bytes, start, end)) writeTrue(sink)
        else writeFalse(sink)
      },
    }
  }
  const size = (bits + 7) >> 3
  const scratch = Buffer.alloc(size)
  const reverse = (bytes: Buffer, start: number, end: number): void => {
    for (let i = 0; i < size; i++) scratch[i] = end - 1 - i >= start ? bytes[end - 1 - i]! : 0
  }
  return {
    schema: schemaOf(request, 'bytes', {
      name: 'io.debezium.data.Bits',
      parameters: { length: String(bits) },
      default: stated === null ? undefined : littleEndian(stated, size),
    }),
    read: (bytes, start, end) => {
      reverse(bytes, start, end)
      return Buffer.from(scratch)
    },
    writeJson: (bytes, start, end, sink) => {
      reverse(bytes, start, end)
      writeBase64(scratch, 0, size, sink)
    },
  }
}

/** Value of a default: binary digits, with or without `b'…'`; TRUE and FALSE; null for other text. */
function bitsOfText(stated: string | null): bigint | null {
  if (stated === null) return null
  const text = stated.trim().replace(/^b'(.*)'$/i, '$1')
  if (/^[01]+$/.test(text)) return BigInt(`0b${text}`)
  if (/^true$/i.test(text)) return 1n
  if (/^false$/i.test(text)) return 0n
  return /^\d+$/.test(text) ? BigInt(text) : null
}

function littleEndian(value: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn)
  return bytes
}
