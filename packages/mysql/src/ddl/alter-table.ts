// ALTER TABLE: a list of actions on one table.
import { type AlterPlan, carryOut, emptyPlan, isSameName } from './alter-plan.ts'
import type { SqlCursor, TableId } from './cursor.ts'
import type { DdlStatement } from './ddl-result.ts'
import { type ColumnText, readColumn } from './read-column.ts'
import { readDefault } from './read-default.ts'
import { isElement, readElement } from './read-key.ts'
import { acceptCharset, emptyCharset } from './read-type.ts'
import type { DdlSession } from './session.ts'
import type { ColumnPlace } from './table-draft.ts'
import type { TableChange, TableModel } from './table-model.ts'
import { acceptOption, optionCharset } from './table-options.ts'

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
    while (
      // Options follow each other without commas, and PARTITION BY follows anything.
      cursor.acceptSymbol(',') ||
      !cursor.isAtEnd
    )
  }
  return altered(alteration, id, session.textFrom(start))
}

function altered(alteration: Alteration, id: TableId, ddl: string): DdlStatement {
  const { session, before, plan, newId } = alteration
  const isRename = newId.database !== id.database || newId.name !== id.name
  const place = { database: newId.database, ddl, table: newId }
  const merges = plan.merges.map((merged): TableChange => ({ kind: 'DROP', ...merged }))
  for (const merge of merges) session.apply(merge)
  if (before === undefined) {
    const events = [{ ...place, changes: [] }]
    return { kind: 'tables', action: 'alter', changes: merges, events, unknownTables: [id] }
  }
  const { options } = plan
  const ofDatabase = session.databaseCharset(newId.database)
  // Debezium does not follow a new default; it matters only where table maps do not state the collations of columns.
  const stated = session.tracksCharsets ? optionCharset(options, ofDatabase) : null
  if (plan.conversion !== null && session.tracksCharsets) plan.conversion.charset ??= ofDatabase
  const draft = carryOut(before, plan, session.columnSetting(stated ?? plan.conversion?.charset ?? before.charset))
  if (typeof draft === 'string') return session.cursor.fail(draft)
  const table = draft.model(newId.database, newId.name)
  const change: TableChange = { kind: 'ALTER', table, previous: isRename ? id : null }
  session.apply(change)
  const splits = plan.splits.map((split): TableChange => ({ kind: 'CREATE', table: { ...table, ...split } }))
  for (const split of splits) session.apply(split)
  // Debezium publishes a rename by ALTER TABLE without the former name.
  const published: TableChange = { kind: 'ALTER', table, previous: null }
  return {
    kind: 'tables',
    action: 'alter',
    changes: [change, ...merges, ...splits],
    events: [{ ...place, changes: [published, ...merges, ...splits] }],
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
    case 'PARTITION':
    case 'REORGANIZE':
    case 'REMOVE':
      cursor.skipToEnd()
      break
    case 'ORDER':
      readOrder(cursor)
      break
    default:
      if (!acceptOption(cursor, alteration.plan.options)) readMaintenance(cursor)
  }
}

/** Actions that leave columns as they are, and the words that may follow their first one (none: the action is one word). */
const MAINTENANCE: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as unknown as readonly string[],
  ANALYZE: ['PARTITION'],
  CHECK: ['PARTITION'],
  COALESCE: ['PARTITION'],
  DISABLE: ['KEYS'],
  DISCARD: ['TABLESPACE', 'PARTITION'],
  ENABLE: ['KEYS'],
  EXCHANGE: ['PARTITION'],
  FORCE: [],
  IMPORT: ['TABLESPACE', 'PARTITION'],
  OPTIMIZE: ['PARTITION'],
  REBUILD: ['PARTITION'],
  REPAIR: ['PARTITION'],
  SECONDARY_LOAD: [],
  SECONDARY_UNLOAD: [],
  TRUNCATE: ['PARTITION'],
  UPGRADE: ['PARTITIONING'],
  WITH: ['VALIDATION'],
  WITHOUT: ['VALIDATION'],
}

function readMaintenance(cursor: SqlCursor): void {
  const token = cursor.peek()
  const seconds = token.kind === 'word' ? MAINTENANCE[token.text] : undefined
  if (seconds === undefined) cursor.fail('an unknown action of ALTER TABLE')
  cursor.take()
  if (seconds.length === 0) return
  if (!seconds.some((second) => cursor.acceptWords(second))) cursor.fail('an unknown action of ALTER TABLE')
  while (!cursor.isAtEnd && !cursor.isSymbol(',')) cursor.skipOne()
  // Names of partitions are a list; no further action may follow them.
  if (cursor.isSymbol(',') && seconds.includes('PARTITION')) cursor.skipToEnd()
}

/** `ORDER BY a, b DESC`: its commas are its own, and only options may follow. */
function readOrder(cursor: SqlCursor): void {
  cursor.take()
  cursor.expectWords('BY')
  do {
    cursor.identifier('a column name')
    while (cursor.acceptSymbol('.')) cursor.identifier('a column name')
    if (!cursor.acceptWords('ASC')) cursor.acceptWords('DESC')
  } while (isColumnBehindComma(cursor) && cursor.acceptSymbol(','))
}

function isColumnBehindComma(cursor: SqlCursor): boolean {
  const [comma, name, next] = [cursor.peek(), cursor.peek(1), cursor.peek(2)]
  if (comma.kind !== 'symbol' || comma.text !== ',') return false
  const isName = name.kind === 'name' || name.kind === 'word'
  const isDirected = next.kind === 'word' && (next.text === 'ASC' || next.text === 'DESC')
  return isName && (next.kind === 'end' || (next.kind === 'symbol' && next.text !== '=') || isDirected)
}

function readAdd(alteration: Alteration): void {
  const { session, plan } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('SYSTEM', 'VERSIONING')) return
  if (cursor.isWords('PARTITION')) {
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

/** As in Debezium the attribute UNIQUE makes a key in statements of MariaDB; in those of MySQL it does in CREATE TABLE only. */
function addColumnKey({ session, plan }: Alteration, { isPrimary, isUnique, name }: ColumnText): void {
  if (isPrimary) plan.keys.push({ kind: 'primary', columns: [name], hasGuard: false })
  else if (isUnique && session.dialect.flavour === 'mariadb')
    plan.keys.push({ kind: 'unique', columns: [name], hasGuard: false, isAttribute: true })
}

function readPlace(alteration: Alteration): ColumnPlace | null {
  const { cursor } = alteration.session
  if (cursor.acceptWords('FIRST')) return { kind: 'first' }
  if (cursor.acceptWords('AFTER')) return { kind: 'after', column: cursor.identifier('a column name') }
  return null
}

function readChange(alteration: Alteration): void {
  const { session, plan } = alteration
  const { cursor } = session
  const isChange = cursor.take().text === 'CHANGE'
  cursor.acceptWords('COLUMN')
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  const from = cursor.identifier('a column name')
  // MODIFY gives the name the case in which it writes it.
  const name = isChange ? cursor.identifier('a column name') : from
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
  if (cursor.acceptWords('SYSTEM', 'VERSIONING')) return
  if (cursor.isWords('PARTITION')) {
    cursor.skipToEnd()
    return
  }
  if (cursor.isWords('PERIOD', 'FOR') || cursor.isWords('FOREIGN') || cursor.isWords('CHECK')) {
    cursor.skipToComma()
    return
  }
  if (cursor.acceptWords('INDEX') || cursor.acceptWords('KEY') || cursor.acceptWords('CONSTRAINT')) {
    cursor.acceptWords('IF', 'EXISTS')
    if (isSameName(cursor.identifier('a name'), 'PRIMARY')) plan.dropsPrimaryKey = true
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
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  const name = cursor.identifier('a column name')
  if (cursor.acceptWords('DROP', 'DEFAULT')) plan.defaults.push({ name, text: null, hasGuard })
  else if (cursor.acceptWords('SET', 'DEFAULT')) {
    const value = readDefault(cursor)
    plan.defaults.push({ name, text: value.kind === 'constant' ? value.text : null, hasGuard })
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
  const { session, plan } = alteration
  const { cursor } = session
  cursor.take()
  if (cursor.acceptWords('PARTITION')) {
    cursor.identifier('a partition name')
    cursor.expectWords('TO')
    cursor.expectWords('TABLE')
    plan.splits.push(cursor.tableId(session.database))
    cursor.skipToEnd()
    return
  }
  if (cursor.acceptWords('TABLE')) {
    plan.merges.push(cursor.tableId(session.database))
    cursor.skipToEnd()
    return
  }
  cursor.expectWords('TO')
  const stated = emptyCharset()
  if (!acceptCharset(cursor, stated)) cursor.fail('a character set expected')
  acceptCharset(cursor, stated)
  plan.conversion = { charset: stated.charset, collation: stated.collation }
}
