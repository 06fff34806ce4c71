// The error of a statement that may touch a table and cannot be read.
import { MysqlError } from '../error.ts'

/** A statement that may change a table is not understood: going on would decode rows with a wrong model. Code `MYSQL_DDL_UNREADABLE`. */
export class MysqlDdlError extends MysqlError {
  /** Offset in the statement's text where reading stopped, in UTF-16 units. */
  readonly at: number

  constructor(reason: string, sql: string, at: number) {
    super({
      code: 'MYSQL_DDL_UNREADABLE',
      message: `DDL statement cannot be read: ${reason} at offset ${at} near "${excerpt(sql, at)}"`,
      hint: 'Skip it with schema.history.internal.skip.unparseable.ddl=true if it does not change a captured table, and report the statement.',
    })
    this.at = at
  }
}

/** A short piece of the statement, literals masked: DEFAULT texts and comments may be data. */
function excerpt(sql: string, at: number): string {
  return sql
    .slice(Math.max(0, at - 40), at + 40)
    .replace(/'[^']*'?/g, "'…'")
    .replace(/\s+/g, ' ')
}
