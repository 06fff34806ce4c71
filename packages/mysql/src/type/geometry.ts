// The spatial types: SRID and WKB, as a struct; a cell is a little-endian SRID of four bytes and the WKB in both forms.
import { MysqlDataError } from '../error.ts'
import { MAX_FLOAT_TEXT, putJavaDouble } from '../text/java-float.ts'
import { writeBase64 } from '../text/json-base64.ts'
import { putInt } from '../text/json-digits.ts'
import { writeConstant, writeNull } from '../text/json-literal.ts'
import type { ByteSink, ColumnType, ValueSchema } from './column-type.ts'
import { readUint32 } from './integer-cell.ts'
import { schemaOf, type TypeRequest } from './type-request.ts'

const SRID_BYTES = 4
/** Byte order, kind, x, y. */
const POINT_WKB_BYTES = 21

const WKB_KEY = Buffer.from('{"wkb":')
const X_KEY = Buffer.from('{"x":')
const Y_KEY = Buffer.from(',"y":')
const NEXT_WKB_KEY = Buffer.from(',"wkb":')
const SRID_KEY = Buffer.from(',"srid":')
const CLOSE = Buffer.from('}')

const SRID_FIELD = { name: 'srid', schema: { kind: 'int32', optional: true } } as const
const GEOMETRY_FIELDS = [{ name: 'wkb', schema: { kind: 'bytes', optional: false } }, SRID_FIELD] as const
const POINT_FIELDS = [
  { name: 'x', schema: { kind: 'float64', optional: false } },
  { name: 'y', schema: { kind: 'float64', optional: false } },
  { name: 'wkb', schema: { kind: 'bytes', optional: true } },
  SRID_FIELD,
] as const

/** Compiles POINT: `read` gives [x, y, wkb, srid]. */
export function pointType(request: TypeRequest): ColumnType {
  const require = lengthCheck(request, SRID_BYTES + POINT_WKB_BYTES)
  return {
    schema: structSchema(request, 'io.debezium.data.geometry.Point', 'Geometry (POINT)', POINT_FIELDS),
    read: (bytes, start, end) => {
      require(start, end)
      return [coordinate(bytes, start, 0), coordinate(bytes, start, 1), wkbOf(bytes, start, end), sridOf(bytes, start)]
    },
    writeJson: (bytes, start, end, sink) => {
      require(start, end)
      writeConstant(X_KEY, sink)
      writeDouble(coordinate(bytes, start, 0), sink)
      writeConstant(Y_KEY, sink)
      writeDouble(coordinate(bytes, start, 1), sink)
      writeConstant(NEXT_WKB_KEY, sink)
      writeTail(bytes, start, end, sink)
    },
  }
}

/** Compiles the other spatial types: `read` gives [wkb, srid]. */
export function geometryType(request: TypeRequest): ColumnType {
  const require = lengthCheck(request, SRID_BYTES)
  return {
    schema: structSchema(request, 'io.debezium.data.geometry.Geometry', 'Geometry', GEOMETRY_FIELDS),
    read: (bytes, start, end) => {
      require(start, end)
      return [wkbOf(bytes, start, end), sridOf(bytes, start)]
    },
    writeJson: (bytes, start, end, sink) => {
      require(start, end)
      writeConstant(WKB_KEY, sink)
      writeTail(bytes, start, end, sink)
    },
  }
}

function structSchema(
  request: TypeRequest,
  name: string,
  doc: string,
  fields: NonNullable<ValueSchema['fields']>,
): ValueSchema {
  return { ...schemaOf(request, 'struct', { name }), doc, fields }
}

function lengthCheck(request: TypeRequest, least: number): (start: number, end: number) => void {
  return (start, end) => {
    if (end - start >= least) return
    throw new MysqlDataError({
      code: 'MYSQL_DATA_GEOMETRY',
      message: `Column ${request.column.name}: a spatial value of ${end - start} bytes is too short`,
    })
  }
}

/** SRID 0 is printed as null. */
function sridOf(bytes: Buffer, start: number): number | null {
  const srid = readUint32(bytes, start) | 0
  return srid === 0 ? null : srid
}

function wkbOf(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(bytes.subarray(start + SRID_BYTES, end))
}

/** X (0) or y (1) of a point. */
function coordinate(bytes: Buffer, start: number, which: number): number {
  const at = start + SRID_BYTES + 5 + which * 8
  return bytes[start + SRID_BYTES] === 0 ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at)
}

function writeDouble(value: number, sink: ByteSink): void {
  sink.reserve(MAX_FLOAT_TEXT)
  sink.pos = putJavaDouble(sink.bytes, sink.pos, value)
}

function writeTail(bytes: Buffer, start: number, end: number, sink: ByteSink): void {
  writeBase64(bytes, start + SRID_BYTES, end, sink)
  writeConstant(SRID_KEY, sink)
  const srid = sridOf(bytes, start)
  if (srid === null) writeNull(sink)
  else {
    sink.reserve(11)
    sink.pos = putInt(sink.bytes, sink.pos, srid)
  }
  writeConstant(CLOSE, sink)
}
