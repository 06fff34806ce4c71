// CREATE TABLE.

import type { SqlCursor, TableId } from './cursor.ts'
import type { DdlStatement } from './ddl-result.ts'
import { type ColumnText, readColumn } from './read-column.ts'
import { isElement, type KeyText, readElement } from './read-key.ts'
import type { DdlSession } from './session.ts'
import { TableDraft } from './table-draft.ts'
import type { TableChange, TableModel } from './table-model.ts'
import { acceptOption, emptyOptions, optionCharset, type TableOptions } from './table-options.ts'

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
  if (cursor.isWords('LIKE') || (cursor.isSymbol('(') && isWordBehindParens(cursor, 'LIKE')))
    return readLike(session, start, id)
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

function isWordBehindParens(cursor: SqlCursor, word: string): boolean {
  const token = cursor.peek(1)
  return token.kind === 'word' && token.text === word
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
  const attributes: KeyText[] = []
  if (!cursor.isSymbol('(') || ['SELECT', 'WITH', 'VALUES'].some((word) => isWordBehindParens(cursor, word))) {
    cursor.fail(isQuery(cursor) ? 'columns come from a query' : 'column definitions expected')
  }
  cursor.take()
  do {
    if (isElement(cursor)) keys.push(readElement(cursor))
    else {
      const column = readColumn(cursor, cursor.identifier('a column name'))
      columns.push(column)
      if (column.isPrimary) keys.push({ kind: 'primary', columns: [column.name], hasGuard: false })
      else if (column.isUnique)
        attributes.push({ kind: 'unique', columns: [column.name], hasGuard: false, isAttribute: true })
    }
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  const options = readTableOptions(session)
  const ofDatabase = session.databaseCharset(id.database)
  const draft = new TableDraft(session.columnSetting(optionCharset(options, ofDatabase) ?? ofDatabase))
  for (const column of columns) draft.add(column)
  // As in Debezium a column's own UNIQUE goes before indexes, wherever they stand.
  for (const key of [...attributes, ...keys]) draft.addKey(key)
  draft.comment = options.comment
  return draft.model(id.database, id.name)
}

/** Reads everything behind the definitions. Columns that a SELECT brings are only known where the server expanded it into columns. */
function readTableOptions(session: DdlSession): TableOptions {
  const { cursor } = session
  const options = emptyOptions()
  while (!cursor.isAtEnd) {
    if (cursor.isWords('PARTITION', 'BY')) skipPartitions(cursor)
    else if (!acceptOption(cursor, options) && !cursor.acceptSymbol(',')) {
      cursor.fail(isQuery(cursor) ? 'columns come from a query' : 'an unknown table option')
    }
  }
  return options
}

function skipPartitions(cursor: SqlCursor): void {
  while (!cursor.isAtEnd) {
    if (cursor.isWords('AS') || cursor.isWords('SELECT')) cursor.fail('columns come from a query')
    cursor.skipOne()
  }
}

const QUERY_WORDS = ['SELECT', 'AS', 'VALUES', 'TABLE', 'WITH', 'IGNORE', 'REPLACE']

function isQuery(cursor: SqlCursor): boolean {
  return cursor.isSymbol('(') || QUERY_WORDS.some((word) => cursor.isWords(word))
}
