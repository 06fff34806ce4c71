// ALTER TABLE: a list of actions on one table.
import type { TableId } from './cursor.ts'
import type { DdlStatement } from './ddl-result.ts'
import { readColumn, readText } from './read-column.ts'
import { readDefault } from './read-default.ts'
import { isElement, readElement } from './read-key.ts'
import { acceptCharset, type CharsetText } from './read-type.ts'
import type { DdlSession } from './session.ts'
import { type ColumnPlace, TableDraft } from './table-draft.ts'
import type { TableChange } from './table-model.ts'

/** The state of one ALTER TABLE. */
interface Alteration {
  readonly session: DdlSession
  /** Null where the table is not known: its actions are read without effect. */
  readonly draft: TableDraft
  readonly isKnown: boolean
  /** RENAME COLUMN actions happen at once, after the others. */
  readonly columnRenames: (readonly [string, string])[]
  newId: TableId
}

/** Reads a statement whose words up to TABLE are taken. `start`: offset of its first token. */
export function readAlterTable(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  cursor.acceptWords('IF', 'EXISTS')
  const id = cursor.tableId(session.database)
  if (cursor.acceptWords('WAIT')) cursor.take()
  else cursor.acceptWords('NOWAIT')
  const before = session.table(id)
  const alteration: Alteration = {
    session,
    draft: new TableDraft(before ?? null, session.databaseCharset(id.database), session.dialect.noBackslashEscapes),
    isKnown: before !== undefined,
    columnRenames: [],
    newId: id,
  }
  if (!cursor.isAtEnd) {
    do readAction(alteration)
    while (cursor.acceptSymbol(',') || !cursor.isAtEnd)
  }
  const { newId, draft } = alteration
  if (!draft.rename(alteration.columnRenames) && alteration.isKnown) cursor.fail('an unknown column is renamed')
  const ddl = session.textFrom(start)
  const isRename = newId.database !== id.database || newId.name !== id.name
  if (!alteration.isKnown) {
    return {
      kind: 'tables',
      action: 'alter',
      changes: [],
      events: [{ database: newId.database, ddl, changes: [], table: newId }],
      unknownTables: [id],
    }
  }
  const table = draft.model(newId.database, newId.name)
  const change: TableChange = { kind: 'ALTER', table, previous: isRename ? id : null }
  session.apply(change)
  // Debezium publishes a rename by ALTER TABLE without the former name.
  const published: TableChange = { kind: 'ALTER', table, previous: null }
  return {
    kind: 'tables',
    action: 'alter',
    changes: [change],
    events: [{ database: newId.database, ddl, changes: [published], table: newId }],
    unknownTables: [],
  }
}

function readAction(alteration: Alteration): void {
  const { cursor } = alteration.session
  const token = cursor.peek()
  if (token.kind !== 'word') cursor.fail('an action of ALTER TABLE expected')
  switch (token.text) {
    case 'ADD':
      readAdd(alteration)
      return
    case 'ALTER':
      readAlter(alteration)
      return
    case 'CHANGE':
    case 'MODIFY':
      readChange(alteration)
      return
    case 'DROP':
      readDrop(alteration)
      return
    case 'RENAME':
      readRename(alteration)
      return
    case 'CONVERT':
      readConvert(alteration)
      return
    case 'COMMENT':
      cursor.take()
      alteration.draft.comment = readText(cursor)
      return
    case 'PARTITION':
    case 'REORGANIZE':
    case 'REMOVE':
      cursor.skipToEnd()
      return
    default:
      readOption(alteration)
      return
  }
}

/** Table options, locks, partition maintenance, order: only a default character set says something of later columns. */
function readOption(alteration: Alteration): void {
  const { session, draft } = alteration
  const { cursor } = session
  const charset: CharsetText = { charset: null, collation: null }
  if (
    cursor.isWords('DEFAULT') ||
    cursor.isWords('CHARACTER') ||
    cursor.isWords('CHARSET') ||
    cursor.isWords('COLLATE')
  ) {
    cursor.acceptWords('DEFAULT')
    if (!acceptCharset(cursor, charset)) cursor.fail('a default character set expected')
    // Debezium ignores this action; it matters only where table maps do not state the collations of columns.
    if (charset.charset !== null && !session.hasCharsetsInTableMaps) draft.charset = charset.charset
    return
  }
  cursor.take()
  while (!cursor.isAtEnd && !cursor.isSymbol(',')) {
    // Options may follow each other without a comma; only these say something.
    if (cursor.isWords('COMMENT') || cursor.isWords('DEFAULT', 'CHARACTER') || cursor.isWords('DEFAULT', 'CHARSET'))
      return
    cursor.skipOne()
  }
}

function readAdd(alteration: Alteration): void {
  const { session, draft, isKnown } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.isWords('PARTITION') || cursor.isWords('SYSTEM')) {
    cursor.skipToEnd()
    return
  }
  if (isElement(cursor)) {
    draft.addKey(readElement(cursor))
    return
  }
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'NOT', 'EXISTS')
  if (cursor.acceptSymbol('(')) {
    do {
      if (isElement(cursor)) draft.addKey(readElement(cursor))
      else readAddedColumn(alteration, hasGuard)
    } while (cursor.acceptSymbol(','))
    cursor.expectSymbol(')')
    return
  }
  if (!readAddedColumn(alteration, hasGuard) && isKnown) cursor.fail('AFTER an unknown column')
}

/** False where the column's place does not exist. */
function readAddedColumn(alteration: Alteration, hasGuard: boolean): boolean {
  const { session, draft } = alteration
  const { cursor } = session
  const name = cursor.identifier('a column name')
  const column = readColumn(cursor, name)
  const place = readPlace(alteration) ?? { kind: 'last' }
  if (hasGuard && draft.indexOf(name) >= 0) return true
  const isPlaced = draft.add(column, place)
  if (column.isPrimary) draft.addKey({ kind: 'primary', columns: [name] })
  else if (column.isUnique) draft.addKey({ kind: 'unique', columns: [name] })
  return isPlaced
}

function readPlace(alteration: Alteration): ColumnPlace | null {
  const { cursor } = alteration.session
  if (cursor.acceptWords('FIRST')) return { kind: 'first' }
  if (cursor.acceptWords('AFTER')) return { kind: 'after', column: cursor.identifier('a column name') }
  return null
}

function readChange(alteration: Alteration): void {
  const { session, draft, isKnown } = alteration
  const { cursor } = session
  const isChange = cursor.take().text === 'CHANGE'
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  const oldName = cursor.identifier('a column name')
  const newName = isChange ? cursor.identifier('a column name') : oldName
  // MODIFY keeps the name's case as it was created.
  const index = draft.indexOf(oldName)
  const kept = isChange || index < 0 ? newName : (draft.columns[index]?.name ?? newName)
  const column = readColumn(cursor, kept)
  const place = readPlace(alteration)
  if (!draft.change(oldName, column, place) && isKnown && !hasGuard) cursor.fail('an unknown column is changed')
  if (column.isPrimary) draft.addKey({ kind: 'primary', columns: [kept] })
  else if (column.isUnique) draft.addKey({ kind: 'unique', columns: [kept] })
}

function readDrop(alteration: Alteration): void {
  const { session, draft, isKnown } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('PRIMARY', 'KEY')) {
    draft.primaryKey = []
    return
  }
  if (cursor.isWords('PARTITION') || cursor.isWords('SYSTEM')) {
    cursor.skipToEnd()
    return
  }
  if (cursor.isWords('PERIOD', 'FOR')) {
    cursor.skipToComma()
    return
  }
  const isOther =
    cursor.isWords('INDEX') ||
    cursor.isWords('KEY') ||
    cursor.isWords('FOREIGN') ||
    cursor.isWords('CHECK') ||
    cursor.isWords('CONSTRAINT')
  if (isOther) {
    cursor.skipToComma()
    return
  }
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  const isDropped = draft.drop(cursor.identifier('a column name'))
  if (!cursor.acceptWords('RESTRICT')) cursor.acceptWords('CASCADE')
  if (!isDropped && isKnown && !hasGuard) cursor.fail('an unknown column is dropped')
}

function readAlter(alteration: Alteration): void {
  const { session, draft, isKnown } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.isWords('INDEX') || cursor.isWords('KEY') || cursor.isWords('CHECK') || cursor.isWords('CONSTRAINT')) {
    cursor.skipToComma()
    return
  }
  cursor.acceptWords('COLUMN')
  cursor.acceptWords('IF', 'EXISTS')
  const name = cursor.identifier('a column name')
  let isFound = true
  if (cursor.acceptWords('DROP', 'DEFAULT')) {
    isFound = draft.edit(name, (column) => ({ ...column, hasDefault: column.isNullable, defaultExpression: null }))
  } else if (cursor.acceptWords('SET', 'DEFAULT')) {
    const value = readDefault(cursor)
    const text = value.kind === 'constant' ? value.text : null
    isFound = draft.edit(name, (column) => ({
      ...column,
      hasDefault: text !== null || column.isNullable,
      defaultExpression: text,
    }))
  } else if (!cursor.acceptWords('SET', 'VISIBLE') && !cursor.acceptWords('SET', 'INVISIBLE')) {
    cursor.fail('SET or DROP DEFAULT expected')
  }
  if (!isFound && isKnown) cursor.fail('an unknown column is altered')
}

function readRename(alteration: Alteration): void {
  const { session } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('COLUMN')) {
    cursor.acceptWords('IF', 'EXISTS')
    const from = cursor.identifier('a column name')
    cursor.expectWords('TO')
    const to = cursor.identifier('a column name')
    if (alteration.isKnown) alteration.columnRenames.push([from, to])
    return
  }
  const next = cursor.peek(1)
  const isIndexRename =
    (cursor.isWords('INDEX') || cursor.isWords('KEY')) && next.kind !== 'end' && !(next.kind === 'symbol')
  if (isIndexRename) {
    cursor.skipToComma()
    return
  }
  if (!cursor.acceptWords('TO') && !cursor.acceptWords('AS')) cursor.acceptSymbol('=')
  alteration.newId = cursor.tableId(session.database)
}

function readConvert(alteration: Alteration): void {
  const { session, draft } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('PARTITION') || cursor.acceptWords('TABLE')) {
    cursor.skipToEnd()
    return
  }
  cursor.expectWords('TO')
  const charset: CharsetText = { charset: null, collation: null }
  acceptCharset(cursor, charset)
  acceptCharset(cursor, charset)
  if (charset.charset !== null) draft.convert(charset.charset, charset.collation)
}
