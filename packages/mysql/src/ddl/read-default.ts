// The DEFAULT clause of a column.
import type { SqlCursor } from './cursor.ts'

/** `constant` with its text; `none` for NULL; `expression` for what the server computes per row. */
export type DefaultText =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'none' | 'expression' }

// CURTIME: what some versions of MariaDB print for LOCALTIME.
const NOW_WORDS = new Set(['CURRENT_TIMESTAMP', 'NOW', 'LOCALTIME', 'LOCALTIMESTAMP', 'CURTIME'])
/** What Debezium's history has in place of the current time. */
const EPOCH_TEXT = '1970-01-01 00:00:00'

/** Reads what follows DEFAULT. Constants keep their text: quotes and escapes inside are unchanged, as in Debezium's history. */
export function readDefault(cursor: SqlCursor): DefaultText {
  const token = cursor.peek()
  switch (token.kind) {
    case 'string':
      return { kind: 'constant', text: joinedStrings(cursor) }
    case 'hex':
      cursor.take()
      return { kind: 'constant', text: cursor.sql.slice(token.start, token.end) }
    case 'bits':
    case 'number':
      cursor.take()
      return { kind: 'constant', text: token.text }
    case 'symbol':
      return readSigned(cursor)
    case 'word':
      return readWord(cursor)
    default:
      return cursor.fail('a default value expected')
  }
}

function readSigned(cursor: SqlCursor): DefaultText {
  if (cursor.isSymbol('(')) {
    cursor.skipParens()
    return { kind: 'expression' }
  }
  const sign = cursor.take().text
  const number = cursor.peek()
  if ((sign !== '-' && sign !== '+') || number.kind !== 'number') cursor.fail('a default value expected')
  cursor.take()
  return { kind: 'constant', text: sign === '-' ? `-${number.text}` : number.text }
}

function readWord(cursor: SqlCursor): DefaultText {
  const token = cursor.take()
  const word = token.text
  if (word === 'NULL') return { kind: 'none' }
  const next = cursor.peek()
  // A charset introducer: _utf8mb4'x', _binary 0x41; and DATE '…', TIMESTAMP '…'.
  if (next.kind === 'string' || next.kind === 'hex' || next.kind === 'bits') return readDefault(cursor)
  if (word === 'TRUE' || word === 'FALSE') {
    return { kind: 'constant', text: cursor.sql.slice(token.start, token.end) }
  }
  if (NOW_WORDS.has(word)) {
    if (cursor.isSymbol('(')) cursor.skipParens()
    return { kind: 'constant', text: EPOCH_TEXT }
  }
  // MariaDB: a function call, CASE or NEXT VALUE FOR without parentheses around it.
  if (word === 'CASE') {
    skipCase(cursor)
    return { kind: 'expression' }
  }
  if (word === 'NEXT' && cursor.acceptWords('VALUE', 'FOR')) cursor.tableId('')
  while (cursor.acceptSymbol('.')) cursor.identifier('a function name')
  if (cursor.isSymbol('(')) cursor.skipParens()
  return { kind: 'expression' }
}

/** Takes everything up to the END of a CASE whose first word is taken. */
function skipCase(cursor: SqlCursor): void {
  for (let depth = 1; depth > 0; ) {
    if (cursor.isAtEnd) cursor.fail('END expected')
    if (cursor.isWords('CASE')) depth++
    else if (cursor.isWords('END')) depth--
    cursor.skipOne()
  }
}

/** Adjacent literals are one string; their text is joined as it stands, quotes between them included. */
function joinedStrings(cursor: SqlCursor): string {
  const { sql } = cursor
  const first = cursor.take()
  const prefix = sql.charCodeAt(first.start) === 39 || sql.charCodeAt(first.start) === 34 ? 1 : 2
  let text = sql.slice(first.start + prefix, first.end)
  while (cursor.peek().kind === 'string') {
    const part = cursor.take()
    text += sql.slice(part.start, part.end)
  }
  return text.slice(0, -1)
}
