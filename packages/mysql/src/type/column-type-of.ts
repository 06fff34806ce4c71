// From a column's definition to its compiled type: picks the family by the type word.
import type { ColumnModel } from '../ddl/table-model.ts'
import { MysqlUnsupportedError } from '../error.ts'
import { binaryType } from './binary.ts'
import { bitType } from './bit.ts'
import type { CellForm, ColumnType, ValueOptions } from './column-type.ts'
import { dateType } from './date.ts'
import { datetimeType } from './datetime.ts'
import { decimalType } from './decimal.ts'
import { enumType, setType } from './enumeration.ts'
import { floatType } from './float.ts'
import { geometryType, pointType } from './geometry.ts'
import { booleanType, integerType } from './integer.ts'
import { jsonType } from './json-column.ts'
import { inet4Type, inet6Type, uuidType } from './network.ts'
import { textType } from './text.ts'
import { timeType } from './time.ts'
import { timestampType } from './timestamp.ts'
import { type BinlogColumn, mismatch, type TypeRequest } from './type-request.ts'
import { vectorType } from './vector.ts'
import { yearType } from './year.ts'

type Family = (request: TypeRequest) => ColumnType

/** Families by the first word of the type name, aliases included. */
const FAMILIES: Readonly<Record<string, Family>> = {
  __proto__: null as unknown as Family,
  TINYINT: integerType,
  SMALLINT: integerType,
  MEDIUMINT: integerType,
  INT: integerType,
  BIGINT: integerType,
  BOOLEAN: booleanType,
  CHAR: textType,
  VARCHAR: textType,
  TINYTEXT: textType,
  TEXT: textType,
  MEDIUMTEXT: textType,
  LONGTEXT: textType,
  BINARY: binaryType,
  VARBINARY: binaryType,
  TINYBLOB: binaryType,
  BLOB: binaryType,
  MEDIUMBLOB: binaryType,
  LONGBLOB: binaryType,
  DECIMAL: decimalType,
  FLOAT: floatType,
  DOUBLE: floatType,
  REAL: floatType,
  BIT: bitType,
  DATE: dateType,
  TIME: timeType,
  DATETIME: datetimeType,
  TIMESTAMP: timestampType,
  YEAR: yearType,
  ENUM: enumType,
  SET: setType,
  JSON: jsonType,
  POINT: pointType,
  GEOMETRY: geometryType,
  LINESTRING: geometryType,
  POLYGON: geometryType,
  MULTIPOINT: geometryType,
  MULTILINESTRING: geometryType,
  MULTIPOLYGON: geometryType,
  GEOMETRYCOLLECTION: geometryType,
  VECTOR: vectorType,
  UUID: uuidType,
  INET4: inet4Type,
  INET6: inet6Type,
}

/** Other words that the server takes for a type. */
const ALIASES: Readonly<Record<string, string>> = {
  __proto__: null as unknown as string,
  BOOL: 'BOOLEAN',
  INT1: 'TINYINT',
  INT2: 'SMALLINT',
  INT3: 'MEDIUMINT',
  MIDDLEINT: 'MEDIUMINT',
  INT4: 'INT',
  INTEGER: 'INT',
  INT8: 'BIGINT',
  SERIAL: 'BIGINT',
  NUMERIC: 'DECIMAL',
  DEC: 'DECIMAL',
  FIXED: 'DECIMAL',
  FLOAT4: 'FLOAT',
  FLOAT8: 'DOUBLE',
  GEOMCOLLECTION: 'GEOMETRYCOLLECTION',
  CHARACTER: 'CHAR',
  NCHAR: 'CHAR',
  NVARCHAR: 'VARCHAR',
  VARCHARACTER: 'VARCHAR',
}

/**
 * Compiles a column for one form. `binlog` is needed for the binlog form: type code and metadata of the TABLE_MAP event. Throws
 * MysqlUnsupportedError for a type or character set that is not built, MysqlDataError where log and definition do not fit.
 */
export function columnType(
  column: ColumnModel,
  form: CellForm,
  options: ValueOptions,
  binlog?: BinlogColumn,
): ColumnType {
  const typeName = column.typeName.toUpperCase()
  const word = typeWord(typeName)
  const isUnsigned = /\b(UNSIGNED|ZEROFILL)\b/.test(typeName) || /^SERIAL\b/.test(typeName)
  const request: TypeRequest = { column, form, options, word, isUnsigned, binlog: binlog ?? null }
  if (form === 'binlog' && binlog === undefined) throw mismatch(request)
  const family = familyOf(request)
  if (family === undefined) {
    throw new MysqlUnsupportedError({
      code: 'MYSQL_UNSUPPORTED_TYPE',
      message: `Column ${column.name}: type ${column.typeName} is not supported`,
      hint: 'Exclude the column.',
    })
  }
  return family(request)
}

/** Character type words whose bytes are binary when the character set is `binary`. */
function familyOf(request: TypeRequest): Family | undefined {
  const family = FAMILIES[request.word]
  return family === textType && request.column.charset?.toLowerCase() === 'binary' ? binaryType : family
}

/** The type word, aliases and compound names resolved. */
function typeWord(typeName: string): string {
  const words = typeName.split(/[\s(]+/)
  const first = words[0] ?? ''
  const rest = words.slice(1).join(' ')
  if (first === 'NATIONAL') return /\bVARYING\b|\bVARCHAR/.test(rest) ? 'VARCHAR' : 'CHAR'
  if (first === 'LONG') return rest.startsWith('VARBINARY') ? 'MEDIUMBLOB' : 'MEDIUMTEXT'
  if (/^(CHAR|CHARACTER|NCHAR)$/.test(first) && /\bVARYING\b/.test(rest)) return 'VARCHAR'
  return ALIASES[first] ?? first
}
