// How many bytes a cell takes in a row image, by the type code and metadata of its column in the TABLE_MAP event.
import { MysqlUnsupportedError } from '../error.ts'
import { decimalGroups, packedBytes } from '../text/packed-decimal.ts'
import {
  MYSQL_TYPE_BIT,
  MYSQL_TYPE_BLOB,
  MYSQL_TYPE_DATE,
  MYSQL_TYPE_DATETIME,
  MYSQL_TYPE_DATETIME2,
  MYSQL_TYPE_DOUBLE,
  MYSQL_TYPE_ENUM,
  MYSQL_TYPE_FLOAT,
  MYSQL_TYPE_GEOMETRY,
  MYSQL_TYPE_INT24,
  MYSQL_TYPE_JSON,
  MYSQL_TYPE_LONG,
  MYSQL_TYPE_LONG_BLOB,
  MYSQL_TYPE_LONGLONG,
  MYSQL_TYPE_MEDIUM_BLOB,
  MYSQL_TYPE_NEWDATE,
  MYSQL_TYPE_NEWDECIMAL,
  MYSQL_TYPE_SET,
  MYSQL_TYPE_SHORT,
  MYSQL_TYPE_STRING,
  MYSQL_TYPE_TIME,
  MYSQL_TYPE_TIME2,
  MYSQL_TYPE_TIMESTAMP,
  MYSQL_TYPE_TIMESTAMP2,
  MYSQL_TYPE_TINY,
  MYSQL_TYPE_TINY_BLOB,
  MYSQL_TYPE_VAR_STRING,
  MYSQL_TYPE_VARCHAR,
  MYSQL_TYPE_VECTOR,
  MYSQL_TYPE_YEAR,
} from '../type/type-codes.ts'

/**
 * Layout of a cell: a positive number is its fixed size in bytes; a negative one, -1 to -4, says that a little-endian length of so many
 * bytes stands before it. Throws MysqlUnsupportedError for a type that never stands in a row image.
 */
export function cellLayout(typeCode: number, meta: number): number {
  switch (typeCode) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_YEAR:
      return 1
    case MYSQL_TYPE_SHORT:
      return 2
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_TIME:
      return 3
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_TIMESTAMP:
      return 4
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_DOUBLE:
    case MYSQL_TYPE_DATETIME:
      return 8
    case MYSQL_TYPE_TIMESTAMP2:
      return 4 + ((meta + 1) >> 1)
    case MYSQL_TYPE_DATETIME2:
      return 5 + ((meta + 1) >> 1)
    case MYSQL_TYPE_TIME2:
      return 3 + ((meta + 1) >> 1)
    case MYSQL_TYPE_NEWDECIMAL:
      return packedBytes(decimalGroups(meta >> 8, meta & 0xff))
    case MYSQL_TYPE_BIT:
      return (meta + 7) >> 3
    case MYSQL_TYPE_ENUM:
    case MYSQL_TYPE_SET:
      return meta & 0xff
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
      return meta > 255 ? -2 : -1
    case MYSQL_TYPE_TINY_BLOB:
      return -1
    case MYSQL_TYPE_MEDIUM_BLOB:
      return -3
    case MYSQL_TYPE_LONG_BLOB:
      return -4
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_GEOMETRY:
    case MYSQL_TYPE_JSON:
    case MYSQL_TYPE_VECTOR:
      return -meta
    default:
      throw new MysqlUnsupportedError({
        code: 'MYSQL_UNSUPPORTED_COLUMN_TYPE',
        message: `Column type code ${typeCode} in a TABLE_MAP event is not supported`,
        hint: 'Exclude the table, or report the server version and the column definition.',
      })
  }
}
