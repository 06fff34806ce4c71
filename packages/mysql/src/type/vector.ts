// VECTOR: an array of little-endian 4-byte floats, the same bytes in both forms.

import { MAX_FLOAT_TEXT, putJavaFloat } from '../text/java-float.ts'
import type { ColumnType } from './column-type.ts'
import { schemaOf, type TypeRequest } from './type-request.ts'

const FLOAT_BYTES = 4

/** Compiles VECTOR(n): `read` gives an array of numbers. */
export function vectorType(request: TypeRequest): ColumnType {
  return {
    schema: {
      ...schemaOf(request, 'array', { name: 'io.debezium.data.FloatVector' }),
      items: { kind: 'float32', optional: false },
    },
    read: (bytes, start, end) => {
      const values: number[] = []
      for (let at = start; at + FLOAT_BYTES <= end; at += FLOAT_BYTES) values.push(bytes.readFloatLE(at))
      return values
    },
    writeJson: (bytes, start, end, sink) => {
      sink.reserve(1)
      sink.bytes[sink.pos++] = 0x5b
      for (let at = start; at + FLOAT_BYTES <= end; at += FLOAT_BYTES) {
        sink.reserve(MAX_FLOAT_TEXT + 2)
        if (at > start) sink.bytes[sink.pos++] = 0x2c
        sink.pos = putJavaFloat(sink.bytes, sink.pos, bytes.readFloatLE(at))
      }
      sink.reserve(1)
      sink.bytes[sink.pos++] = 0x5d
    },
  }
}
