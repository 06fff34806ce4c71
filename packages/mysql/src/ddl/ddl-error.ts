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
  const from = Math.max(0, at - 40)
  const to = at + 40
  let text = ''
  // From the beginning: where a literal starts is not seen in its middle. What quotes mean depends on sql_mode, so each kind is masked.
  for (let i = 0; i < Math.min(sql.length, to); ) {
    const c = sql[i] as string
    const end = c === "'" || c === '"' ? literalEnd(sql, i) : i + 1
    if (end > from) text += end === i + 1 ? c : `${c}…${c}`
    i = end
  }
  return text.replace(/\s+/g, ' ')
}

function literalEnd(sql: string, start: number): number {
  const quote = sql[start]
  let i = start + 1
  for (; i < sql.length && sql[i] !== quote; i++) if (sql[i] === '\\') i++
  return Math.min(i + 1, sql.length)
}
