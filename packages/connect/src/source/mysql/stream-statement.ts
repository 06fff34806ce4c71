// What a QUERY event's text is about, as far as transactions are concerned.

/** `other`: everything that the DDL tracker has to look at. */
export type StatementKind = 'begin' | 'commit' | 'rollback' | 'rollback-to' | 'savepoint' | 'xa' | 'other'

const COMMENT = /^(?:\s+|\/\*(?!!)[\s\S]*?\*\/|--[^\n]*\n|#[^\n]*\n)+/

/** Classifies a statement text. */
export function statementKind(sql: string): StatementKind {
  // Nearly every statement of a log is this one.
  if (sql === 'BEGIN') return 'begin'
  const text = sql.replace(COMMENT, '').slice(0, 64)
  if (/^(BEGIN|START\s+TRANSACTION)\b/i.test(text)) return 'begin'
  if (/^COMMIT\b/i.test(text)) return 'commit'
  if (/^ROLLBACK\s+(WORK\s+)?TO\b/i.test(text)) return 'rollback-to'
  if (/^ROLLBACK\b/i.test(text)) return 'rollback'
  if (/^(RELEASE\s+)?SAVEPOINT\b/i.test(text)) return 'savepoint'
  if (/^XA\b/i.test(text)) return 'xa'
  return 'other'
}
