// CREATE TABLE.

import { charsetOfCollation } from './collation-charset.ts'
import type { TableId } from './cursor.ts'
import type { DdlStatement } from './ddl-result.ts'
import { type ColumnText, readColumn, readText } from './read-column.ts'
import { isElement, type KeyText, readElement } from './read-key.ts'
import { acceptCharset, type CharsetText } from './read-type.ts'
import type { DdlSession } from './session.ts'
import { TableDraft } from './table-draft.ts'
import type { TableChange, TableModel } from './table-model.ts'

/** Reads a statement whose words up to TABLE are taken. `start`: offset of its first token. */
export function readCreateTable(session: DdlSession, start: number, isReplace: boolean): DdlStatement {
  const { cursor } = session
  const hasGuard = cursor.acceptWords('IF', 'NOT', 'EXISTS')
  const id = cursor.tableId(session.database)
  const existing = session.table(id)
  if (hasGuard && existing !== undefined && !isReplace) {
    cursor.skipToEnd()
    return { kind: 'tables', action: 'create', changes: [], events: [], unknownTables: [] }
  }
  if (cursor.isWords('LIKE') || (cursor.isSymbol('(') && isLikeNext(session))) return readLike(session, start, id)
  const model = readDefinition(session, id)
  const change: TableChange = { kind: 'CREATE', table: model }
  return created(session, start, id, [change], [])
}

function created(
  session: DdlSession,
  start: number,
  id: TableId,
  changes: readonly TableChange[],
  unknownTables: readonly TableId[],
): DdlStatement {
  for (const change of changes) session.apply(change)
  const event = { database: id.database, ddl: session.textFrom(start), changes, table: id }
  return { kind: 'tables', action: 'create', changes, events: [event], unknownTables }
}

function isLikeNext(session: DdlSession): boolean {
  const token = session.cursor.peek(1)
  return token.kind === 'word' && token.text === 'LIKE'
}

function readLike(session: DdlSession, start: number, id: TableId): DdlStatement {
  const { cursor } = session
  const hasParens = cursor.acceptSymbol('(')
  cursor.expectWords('LIKE')
  const source = cursor.tableId(session.database)
  if (hasParens) cursor.expectSymbol(')')
  cursor.skipToEnd()
  const model = session.table(source)
  if (model === undefined) return created(session, start, id, [], [source])
  // Debezium does not take over the table's comment.
  const copy: TableModel = { ...model, database: id.database, name: id.name, comment: null }
  return created(session, start, id, [{ kind: 'CREATE', table: copy }], [])
}

function readDefinition(session: DdlSession, id: TableId): TableModel {
  const { cursor } = session
  const columns: ColumnText[] = []
  const keys: KeyText[] = []
  if (!cursor.isSymbol('(')) cursor.fail('column definitions expected')
  cursor.take()
  do {
    if (isElement(cursor)) keys.push(readElement(cursor))
    else {
      const column = readColumn(cursor, cursor.identifier('a column name'))
      columns.push(column)
      if (column.isPrimary) keys.push({ kind: 'primary', columns: [column.name] })
      else if (column.isUnique) keys.push({ kind: 'unique', columns: [column.name] })
    }
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  const options = readTableOptions(session)
  const charset = options.charset ?? session.databaseCharset(id.database)
  const draft = new TableDraft(charset, session.dialect.noBackslashEscapes)
  for (const column of columns) draft.add(column)
  for (const key of keys) draft.addKey(key)
  draft.comment = options.comment
  return draft.model(id.database, id.name)
}

interface TableOptions extends CharsetText {
  comment: string | null
}

/** Reads everything behind the definitions. Rows that a SELECT brings are only known where the server expanded it into columns. */
function readTableOptions(session: DdlSession): TableOptions {
  const { cursor } = session
  const options: TableOptions = { charset: null, collation: null, comment: null }
  while (!cursor.isAtEnd) {
    if (cursor.acceptWords('COMMENT')) options.comment = readText(cursor)
    else if (acceptCharset(cursor, options)) continue
    else if (cursor.isWords('PARTITION', 'BY')) {
      cursor.skipToEnd()
    } else if (
      cursor.isWords('SELECT') ||
      cursor.isWords('AS') ||
      cursor.isWords('VALUES') ||
      cursor.isWords('TABLE') ||
      cursor.isWords('WITH', 'RECURSIVE')
    ) {
      cursor.fail('columns come from a query')
    } else cursor.skipOne()
  }
  if (options.charset === null && options.collation !== null) options.charset = charsetOfCollation(options.collation)
  return options
}
