// ALTER TABLE: a list of actions on one table.
import { type AlterPlan, carryOut, emptyPlan, isSameName } from './alter-plan.ts'
import type { TableId } from './cursor.ts'
import type { DdlStatement } from './ddl-result.ts'
import { type ColumnText, readColumn, readText } from './read-column.ts'
import { readDefault } from './read-default.ts'
import { isElement, readElement } from './read-key.ts'
import { acceptCharset, type CharsetText } from './read-type.ts'
import type { DdlSession } from './session.ts'
import type { ColumnPlace } from './table-draft.ts'
import type { TableChange, TableModel } from './table-model.ts'

/** The state of one ALTER TABLE. */
interface Alteration {
  readonly session: DdlSession
  /** Undefined where the table is not known: its actions are read without effect. */
  readonly before: TableModel | undefined
  readonly plan: AlterPlan
  newId: TableId
}

/** Reads a statement whose words up to TABLE are taken. `start`: offset of its first token. */
export function readAlterTable(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  cursor.acceptWords('IF', 'EXISTS')
  const id = cursor.tableId(session.database)
  if (cursor.acceptWords('WAIT')) cursor.take()
  else cursor.acceptWords('NOWAIT')
  const alteration: Alteration = { session, before: session.table(id), plan: emptyPlan(), newId: id }
  if (!cursor.isAtEnd) {
    do readAction(alteration)
    while (cursor.acceptSymbol(',') || !cursor.isAtEnd)
  }
  return altered(alteration, id, session.textFrom(start))
}

function altered(alteration: Alteration, id: TableId, ddl: string): DdlStatement {
  const { session, before, plan, newId } = alteration
  const isRename = newId.database !== id.database || newId.name !== id.name
  const place = { database: newId.database, ddl, table: newId }
  if (before === undefined) {
    return { kind: 'tables', action: 'alter', changes: [], events: [{ ...place, changes: [] }], unknownTables: [id] }
  }
  const draft = carryOut(before, plan, session.dialect.noBackslashEscapes)
  if (typeof draft === 'string') return session.cursor.fail(draft)
  const table = draft.model(newId.database, newId.name)
  const change: TableChange = { kind: 'ALTER', table, previous: isRename ? id : null }
  session.apply(change)
  // Debezium publishes a rename by ALTER TABLE without the former name.
  const published: TableChange = { kind: 'ALTER', table, previous: null }
  return {
    kind: 'tables',
    action: 'alter',
    changes: [change],
    events: [{ ...place, changes: [published] }],
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
      break
    case 'ALTER':
      readAlter(alteration)
      break
    case 'CHANGE':
    case 'MODIFY':
      readChange(alteration)
      break
    case 'DROP':
      readDrop(alteration)
      break
    case 'RENAME':
      readRename(alteration)
      break
    case 'CONVERT':
      readConvert(alteration)
      break
    case 'COMMENT':
      cursor.take()
      alteration.plan.comment = readText(cursor)
      break
    case 'PARTITION':
    case 'REORGANIZE':
    case 'REMOVE':
      cursor.skipToEnd()
      break
    default:
      readOption(alteration)
  }
}

/** Table options, locks, partition maintenance, order: only a default character set says something of later columns. */
function readOption(alteration: Alteration): void {
  const { session, plan } = alteration
  const { cursor } = session
  const isCharset = ['DEFAULT', 'CHARACTER', 'CHARSET', 'COLLATE'].some((word) => cursor.isWords(word))
  if (isCharset) {
    const charset: CharsetText = { charset: null, collation: null }
    cursor.acceptWords('DEFAULT')
    if (!acceptCharset(cursor, charset)) cursor.fail('a default character set expected')
    // Debezium ignores this action; it matters only where table maps do not state the collations of columns.
    if (!session.hasCharsetsInTableMaps) plan.charset = charset.charset
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
  const { session, plan } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.isWords('PARTITION') || cursor.isWords('SYSTEM')) {
    cursor.skipToEnd()
    return
  }
  if (isElement(cursor)) {
    plan.keys.push(readElement(cursor))
    return
  }
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'NOT', 'EXISTS')
  if (!cursor.acceptSymbol('(')) {
    readAddedColumn(alteration, hasGuard)
    return
  }
  do {
    if (isElement(cursor)) plan.keys.push(readElement(cursor))
    else readAddedColumn(alteration, hasGuard)
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
}

function readAddedColumn(alteration: Alteration, hasGuard: boolean): void {
  const { cursor } = alteration.session
  const name = cursor.identifier('a column name')
  const definition = readColumn(cursor, name)
  const place = readPlace(alteration)
  alteration.plan.steps.push({ from: null, name, definition, place, hasGuard })
  addColumnKey(alteration, definition)
}

function addColumnKey(alteration: Alteration, { isPrimary, isUnique, name }: ColumnText): void {
  if (isPrimary) alteration.plan.keys.push({ kind: 'primary', columns: [name] })
  else if (isUnique) alteration.plan.keys.push({ kind: 'unique', columns: [name] })
}

function readPlace(alteration: Alteration): ColumnPlace | null {
  const { cursor } = alteration.session
  if (cursor.acceptWords('FIRST')) return { kind: 'first' }
  if (cursor.acceptWords('AFTER')) return { kind: 'after', column: cursor.identifier('a column name') }
  return null
}

function readChange(alteration: Alteration): void {
  const { session, before, plan } = alteration
  const { cursor } = session
  const isChange = cursor.take().text === 'CHANGE'
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  const from = cursor.identifier('a column name')
  // MODIFY keeps the name's case as it was created.
  const created = before?.columns.find((column) => isSameName(column.name, from))?.name ?? from
  const name = isChange ? cursor.identifier('a column name') : created
  const definition = readColumn(cursor, name)
  plan.steps.push({ from, name, definition, place: readPlace(alteration), hasGuard })
  addColumnKey(alteration, definition)
}

function readDrop(alteration: Alteration): void {
  const { session, plan } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('PRIMARY', 'KEY')) {
    plan.dropsPrimaryKey = true
    return
  }
  if (cursor.isWords('PARTITION') || cursor.isWords('SYSTEM')) {
    cursor.skipToEnd()
    return
  }
  const isOther =
    cursor.isWords('PERIOD', 'FOR') ||
    ['INDEX', 'KEY', 'FOREIGN', 'CHECK', 'CONSTRAINT'].some((word) => cursor.isWords(word))
  if (isOther) {
    cursor.skipToComma()
    return
  }
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  plan.drops.push({ name: cursor.identifier('a column name'), hasGuard })
  if (!cursor.acceptWords('RESTRICT')) cursor.acceptWords('CASCADE')
}

function readAlter(alteration: Alteration): void {
  const { session, plan } = alteration
  const { cursor } = session
  cursor.take()
  if (['INDEX', 'KEY', 'CHECK', 'CONSTRAINT'].some((word) => cursor.isWords(word))) {
    cursor.skipToComma()
    return
  }
  cursor.acceptWords('COLUMN')
  cursor.acceptWords('IF', 'EXISTS')
  const name = cursor.identifier('a column name')
  if (cursor.acceptWords('DROP', 'DEFAULT')) plan.defaults.push({ name, text: null })
  else if (cursor.acceptWords('SET', 'DEFAULT')) {
    const value = readDefault(cursor)
    plan.defaults.push({ name, text: value.kind === 'constant' ? value.text : null })
  } else if (!cursor.acceptWords('SET', 'VISIBLE') && !cursor.acceptWords('SET', 'INVISIBLE')) {
    cursor.fail('SET or DROP DEFAULT expected')
  }
}

function readRename(alteration: Alteration): void {
  const { session, plan } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('COLUMN')) {
    const hasGuard = cursor.acceptWords('IF', 'EXISTS')
    const from = cursor.identifier('a column name')
    cursor.expectWords('TO')
    plan.steps.push({ from, name: cursor.identifier('a column name'), definition: null, place: null, hasGuard })
    return
  }
  const isIndexRename =
    (cursor.isWords('INDEX') || cursor.isWords('KEY')) && !['end', 'symbol'].includes(cursor.peek(1).kind)
  if (isIndexRename) {
    cursor.skipToComma()
    return
  }
  if (!cursor.acceptWords('TO') && !cursor.acceptWords('AS')) cursor.acceptSymbol('=')
  alteration.newId = cursor.tableId(session.database)
}

function readConvert(alteration: Alteration): void {
  const { cursor } = alteration.session
  cursor.take()
  if (cursor.acceptWords('PARTITION') || cursor.acceptWords('TABLE')) {
    cursor.skipToEnd()
    return
  }
  cursor.expectWords('TO')
  const stated: CharsetText = { charset: null, collation: null }
  acceptCharset(cursor, stated)
  acceptCharset(cursor, stated)
  const { charset, collation } = stated
  if (charset !== null) alteration.plan.conversion = { charset, collation }
}
