// FLOAT, DOUBLE and REAL: numbers printed as Java prints them.

import { MAX_FLOAT_TEXT, putJavaDouble, putJavaFloat } from '../text/java-float.ts'
import type { CellReader, ColumnType } from './column-type.ts'
import { defaultNumber } from './integer.ts'
import { MYSQL_TYPE_DOUBLE, MYSQL_TYPE_FLOAT } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** FLOAT(p) up to this many bits is a 4-byte float. */
const MAX_FLOAT_BITS = 24

/** Compiles FLOAT (also with precision or digits), DOUBLE and REAL. */
export function floatType(request: TypeRequest): ColumnType {
  const isFloat32 = hasFloatSchema(request)
  const readCell = cellReader(request, isFloat32)
  const stated = statedDefault(request)
  const parsed = stated === null ? Number.NaN : defaultNumber(stated)
  const defaultValue = Number.isNaN(parsed) ? undefined : isFloat32 ? Math.fround(parsed) : parsed
  const put = isFloat32 ? putJavaFloat : putJavaDouble
  return {
    schema: schemaOf(request, isFloat32 ? 'float32' : 'float64', { default: defaultValue }),
    read: readCell,
    writeJson: (bytes, start, end, sink) => {
      sink.reserve(MAX_FLOAT_TEXT)
      sink.pos = put(sink.bytes, sink.pos, readCell(bytes, start, end))
    },
  }
}

/** FLOAT with digits behind the point is float64 in Debezium; REAL, which only streamed DDL says, is float32. */
function hasFloatSchema(request: TypeRequest): boolean {
  if (request.word === 'REAL') return true
  if (request.word !== 'FLOAT' || request.column.scale !== null) return false
  return (request.column.length ?? 0) <= MAX_FLOAT_BITS
}

function cellReader(request: TypeRequest, isFloat32: boolean): (...cell: Parameters<CellReader>) => number {
  if (request.form === 'text') {
    // FLOAT(M,D) is stored in four bytes and widened: 12345.67 becomes 12345.669921875, as in the log.
    const isStoredAsFloat = isFloat32 || (request.word === 'FLOAT' && !isDoublePrecision(request))
    return (bytes, start, end) => {
      const value = Number(bytes.toString('latin1', start, end))
      return isStoredAsFloat ? Math.fround(value) : value
    }
  }
  switch (request.binlog?.typeCode) {
    case MYSQL_TYPE_FLOAT:
      return (bytes, start) => bytes.readFloatLE(start)
    case MYSQL_TYPE_DOUBLE:
      return isFloat32
        ? (bytes, start) => Math.fround(bytes.readDoubleLE(start))
        : (bytes, start) => bytes.readDoubleLE(start)
    default:
      throw mismatch(request)
  }
}

/** FLOAT(25) to FLOAT(53) are DOUBLE columns. */
function isDoublePrecision(request: TypeRequest): boolean {
  return request.column.scale === null && (request.column.length ?? 0) > MAX_FLOAT_BITS
}
