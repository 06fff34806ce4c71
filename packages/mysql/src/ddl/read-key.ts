// Keys and other elements of a table definition that are no columns.
import type { SqlCursor } from './cursor.ts'
import { skipReference } from './read-column.ts'

/** A key as written. `columns` is null where a part is an expression. */
export interface KeyText {
  readonly kind: 'primary' | 'unique' | 'other'
  readonly columns: readonly string[] | null
  /** MariaDB's IF NOT EXISTS. */
  readonly hasGuard: boolean
  /** UNIQUE as an attribute of a column. */
  readonly isAttribute?: boolean
}

const OTHER: KeyText = { kind: 'other', columns: null, hasGuard: false }

/** Whether a key, constraint or period comes next, and not a column. */
export function isElement(cursor: SqlCursor): boolean {
  const token = cursor.peek()
  if (token.kind !== 'word') return false
  switch (token.text) {
    case 'PRIMARY':
    case 'UNIQUE':
    case 'KEY':
    case 'INDEX':
    case 'FULLTEXT':
    case 'SPATIAL':
    case 'CONSTRAINT':
    case 'FOREIGN':
    case 'CHECK':
      return true
    case 'PERIOD':
      return cursor.isWords('PERIOD', 'FOR')
    case 'VECTOR':
      return cursor.isWords('VECTOR', 'INDEX') || cursor.isWords('VECTOR', 'KEY')
    default:
      return false
  }
}

/** Reads a key, constraint or period up to the `,` or `)` after it. */
export function readElement(cursor: SqlCursor): KeyText {
  let isGuarded = false
  if (cursor.acceptWords('CONSTRAINT')) {
    isGuarded = cursor.acceptWords('IF', 'NOT', 'EXISTS')
    if (!isElement(cursor)) cursor.identifier('a constraint name')
  }
  if (cursor.acceptWords('PRIMARY', 'KEY')) return readKey(cursor, 'primary', isGuarded)
  if (cursor.acceptWords('UNIQUE')) {
    if (!cursor.acceptWords('KEY')) cursor.acceptWords('INDEX')
    return readKey(cursor, 'unique', isGuarded)
  }
  if (cursor.acceptWords('FOREIGN', 'KEY')) {
    while (!cursor.isSymbol('(')) {
      if (cursor.isAtEnd) cursor.fail('columns of a foreign key expected')
      cursor.take()
    }
    cursor.skipParens()
    if (cursor.acceptWords('REFERENCES')) skipReference(cursor)
    return OTHER
  }
  // FULLTEXT, SPATIAL, VECTOR, KEY, INDEX, CHECK, PERIOD: nothing of rows.
  cursor.skipToComma()
  return OTHER
}

/** Reads `[name] [USING x] (parts) options` after the words that begin a key. */
export function readKey(cursor: SqlCursor, kind: 'primary' | 'unique', isGuarded = false): KeyText {
  const hasGuard = cursor.acceptWords('IF', 'NOT', 'EXISTS') || isGuarded
  while (!cursor.isSymbol('(')) {
    if (cursor.isAtEnd) cursor.fail('key parts expected')
    cursor.take()
  }
  const columns = readKeyParts(cursor)
  cursor.skipToComma()
  return { kind, columns, hasGuard }
}

/** `(a, b(10) DESC, (expression))`: names, or null where a part is an expression. */
export function readKeyParts(cursor: SqlCursor): readonly string[] | null {
  let names: string[] | null = []
  cursor.expectSymbol('(')
  do {
    if (cursor.isSymbol('(')) {
      cursor.skipParens()
      names = null
    } else {
      names?.push(cursor.identifier('a column name'))
      if (cursor.isSymbol('(')) cursor.skipParens()
    }
    // ASC, DESC, and MariaDB's WITHOUT OVERLAPS.
    while (!cursor.isSymbol(',') && !cursor.isSymbol(')') && !cursor.isAtEnd) cursor.take()
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return names
}
