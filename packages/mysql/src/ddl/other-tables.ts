// DROP TABLE, RENAME TABLE, TRUNCATE, CREATE and DROP INDEX.
import { carryOut, emptyPlan, isSameName } from './alter-plan.ts'
import type { TableId } from './cursor.ts'
import type { DdlEvent, DdlStatement } from './ddl-result.ts'
import { readKeyParts } from './read-key.ts'
import { backquoted, type DdlSession } from './session.ts'
import type { TableChange } from './table-model.ts'

/** Reads a statement whose words up to TABLE are taken. One event per table, its text rewritten as Debezium does. */
export function readDropTable(session: DdlSession): DdlStatement {
  const { cursor } = session
  const hasGuard = cursor.acceptWords('IF', 'EXISTS')
  const changes: TableChange[] = []
  const events: DdlEvent[] = []
  do {
    const id = cursor.tableId(session.database)
    const change: TableChange = { kind: 'DROP', database: id.database, name: id.name }
    session.apply(change)
    changes.push(change)
    const ddl = `DROP TABLE ${hasGuard ? 'IF EXISTS ' : ''}${backquoted(id.database)}.${backquoted(id.name)}`
    events.push({ database: id.database, ddl, changes: [change], table: id })
  } while (cursor.acceptSymbol(','))
  cursor.skipToEnd()
  return { kind: 'tables', action: 'drop', changes, events, unknownTables: [] }
}

/** Reads a statement whose words up to TABLE are taken. Published changes show the tables as they are after all renames. */
export function readRenameTable(session: DdlSession): DdlStatement {
  const { cursor } = session
  const changes: TableChange[] = []
  const pairs: { readonly from: TableId; readonly to: TableId; readonly ddl: string }[] = []
  cursor.acceptWords('IF', 'EXISTS')
  do {
    const start = cursor.peek().start
    const from = cursor.tableId(session.database)
    const fromText = cursor.sql.slice(start, cursor.lastEnd)
    if (cursor.acceptWords('WAIT')) cursor.take()
    else cursor.acceptWords('NOWAIT')
    cursor.expectWords('TO')
    const toStart = cursor.peek().start
    const to = cursor.tableId(session.database)
    pairs.push({ from, to, ddl: `RENAME TABLE ${fromText} TO ${cursor.sql.slice(toStart, cursor.lastEnd)}` })
    const model = session.table(from)
    if (model === undefined) continue
    const change: TableChange = { kind: 'ALTER', table: { ...model, ...to }, previous: from }
    session.apply(change)
    changes.push(change)
  } while (cursor.acceptSymbol(','))
  const unknownTables = pairs.filter((pair) => session.table(pair.to) === undefined && !changes.some(isFrom(pair.from)))
  const events = pairs.map(({ from, to, ddl }): DdlEvent => {
    const table = session.table(to)
    return {
      database: to.database,
      ddl,
      changes: table === undefined ? [] : [{ kind: 'ALTER', table, previous: from }],
      table: to,
    }
  })
  return { kind: 'tables', action: 'rename', changes, events, unknownTables: unknownTables.map((pair) => pair.from) }
}

function isFrom(id: TableId): (change: TableChange) => boolean {
  return (change) =>
    change.kind === 'ALTER' && change.previous?.database === id.database && change.previous.name === id.name
}

/** Reads a statement whose word TRUNCATE is taken. */
export function readTruncate(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  cursor.acceptWords('TABLE')
  const table = cursor.tableId(session.database)
  cursor.skipToEnd()
  return { kind: 'truncate', table, ddl: session.textFrom(start) }
}

/**
 * Reads CREATE or DROP INDEX with the words up to INDEX taken. A unique index over NOT NULL columns becomes the key of a table without one;
 * Debezium publishes that with the text from UNIQUE on, and every other statement whole and without changes. `uniqueAt`: offset of UNIQUE, null without.
 */
export function readIndex(session: DdlSession, uniqueAt: number | null): DdlStatement {
  const { cursor } = session
  cursor.acceptWords('IF', 'EXISTS')
  const isPrimary = uniqueAt === null && isSameName(cursor.peek().text, 'PRIMARY')
  while (!cursor.isWords('ON')) {
    if (cursor.isAtEnd) cursor.fail('ON expected')
    cursor.take()
  }
  cursor.take()
  const id = cursor.tableId(session.database)
  const changes: TableChange[] = []
  const before = session.table(id)
  if (uniqueAt !== null && before !== undefined && cursor.isSymbol('(')) {
    const columns = readKeyParts(cursor)
    const plan = { ...emptyPlan(), keys: [{ kind: 'unique' as const, columns, hasGuard: false }] }
    const draft = carryOut(before, plan, session.columnSetting(before.charset))
    if (typeof draft === 'string') return cursor.fail(draft)
    const table = draft.model(id.database, id.name)
    if (table.primaryKey.length !== before.primaryKey.length) changes.push({ kind: 'ALTER', table, previous: null })
  }
  // DROP INDEX `PRIMARY`: the server drops the key.
  else if (isPrimary && before !== undefined && !cursor.isSymbol('(')) {
    changes.push({ kind: 'ALTER', table: { ...before, primaryKey: [] }, previous: null })
  }
  for (const change of changes) session.apply(change)
  cursor.skipToEnd()
  const hasEvent = uniqueAt !== null && changes.length > 0
  const events = hasEvent ? [{ database: id.database, ddl: session.textFrom(uniqueAt), changes, table: id }] : []
  return { kind: 'tables', action: 'index', changes, events, unknownTables: [] }
}
