// The error of JSON bytes that cannot be read.
import { MysqlDataError } from '../error.ts'

/** A document or a change of one does not follow the format. */
export function damagedJson(): MysqlDataError {
  return new MysqlDataError({
    code: 'MYSQL_DATA_JSON',
    message: 'A JSON value in the log is damaged or of a newer format',
    hint: 'Check the log with mysqlbinlog --verify-binlog-checksum.',
  })
}
