// YEAR: a number. The stored 0 is 1900 in both forms, as Debezium streams it.

import { putInt } from '../text/json-digits.ts'
import type { ColumnType } from './column-type.ts'
import { defaultNumber } from './integer.ts'
import { readTextInteger } from './integer-cell.ts'
import { adjustedYear } from './invalid-date.ts'
import { MYSQL_TYPE_YEAR } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

const FIRST_YEAR = 1900

/** Compiles YEAR. */
export function yearType(request: TypeRequest): ColumnType {
  if (request.form === 'binlog' && request.binlog?.typeCode !== MYSQL_TYPE_YEAR) throw mismatch(request)
  const readCell =
    request.form === 'binlog'
      ? (bytes: Buffer, start: number): number => bytes[start]! + FIRST_YEAR
      : (bytes: Buffer, start: number, end: number): number => readTextInteger(bytes, start, end) || FIRST_YEAR
  const stated = statedDefault(request)
  const parsed = stated === null ? Number.NaN : defaultNumber(stated)
  const isAdjusted = request.options.enableTimeAdjuster
  return {
    schema: schemaOf(request, 'int32', {
      name: 'io.debezium.time.Year',
      default: Number.isNaN(parsed) ? undefined : adjustedYear(parsed, isAdjusted),
    }),
    read: readCell,
    writeJson: (bytes, start, end, sink) => {
      sink.reserve(11)
      sink.pos = putInt(sink.bytes, sink.pos, readCell(bytes, start, end))
    },
  }
}
