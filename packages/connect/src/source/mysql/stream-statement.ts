// What a QUERY event's text is about, as far as transactions are concerned.

/** `other`: everything that the DDL tracker has to look at. */
export type StatementKind = 'begin' | 'commit' | 'rollback' | 'rollback-to' | 'savepoint' | 'release' | 'xa' | 'other'

/** A statement about an XA transaction. */
export interface XaStatement {
  readonly verb: 'start' | 'end' | 'prepare' | 'commit' | 'rollback'
  /** `X'hex',X'hex',format`, as XA_PREPARE events are decoded. */
  readonly xid: string
  readonly isOnePhase: boolean
}

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
  if (/^SAVEPOINT\b/i.test(text)) return 'savepoint'
  if (/^RELEASE\s+SAVEPOINT\b/i.test(text)) return 'release'
  if (/^XA\s+(START|BEGIN|END|PREPARE|COMMIT|ROLLBACK)\b/i.test(text)) return 'xa'
  return 'other'
}

const SAVEPOINT =
  /^(?:ROLLBACK\s+(?:WORK\s+)?TO(?:\s+SAVEPOINT)?|RELEASE\s+SAVEPOINT|SAVEPOINT)\s+(?:`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|([^\s;]+))/i

/** Name of the savepoint that a statement sets, releases or goes back to, without case, which the server does not see; null if none is there. */
export function savepointName(sql: string): string | null {
  const match = SAVEPOINT.exec(sql.replace(COMMENT, ''))
  if (match === null) return null
  const name = match[1]?.replaceAll('``', '`') ?? match[2]?.replaceAll('""', '"') ?? match[3]!
  return name.toLowerCase()
}

const XA =
  /^XA\s+(START|BEGIN|END|PREPARE|COMMIT|ROLLBACK)\s+X'([0-9a-f]*)'\s*,\s*X'([0-9a-f]*)'\s*,\s*(\d+)\s*(ONE\s+PHASE)?/i

/** Reads a statement about an XA transaction as servers log it; null for a form that they do not write. */
export function xaStatement(sql: string): XaStatement | null {
  const match = XA.exec(sql.replace(COMMENT, ''))
  if (match === null) return null
  const [, word, global, branch, format, onePhase] = match
  const verb = word!.toLowerCase()
  return {
    verb: verb === 'begin' ? 'start' : (verb as XaStatement['verb']),
    xid: `X'${global!.toLowerCase()}',X'${branch!.toLowerCase()}',${format}`,
    isOnePhase: onePhase !== undefined,
  }
}
