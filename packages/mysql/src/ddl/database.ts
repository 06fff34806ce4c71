// CREATE, ALTER and DROP DATABASE, USE and SET.
import type { DdlStatement, SetAssignment } from './ddl-result.ts'
import { acceptCharset, type CharsetText, emptyCharset } from './read-type.ts'
import type { DdlSession } from './session.ts'

/** Reads a statement whose words up to DATABASE or SCHEMA are taken. */
export function readDatabase(
  session: DdlSession,
  start: number,
  action: 'create' | 'alter' | 'drop',
  isReplace = false,
): DdlStatement {
  const { cursor } = session
  const hasGuard = cursor.acceptWords('IF', 'NOT', 'EXISTS')
  if (!hasGuard) cursor.acceptWords('IF', 'EXISTS')
  const hasName = !cursor.isAtEnd && !(action === 'alter' && isOptionNext(session))
  const database = hasName ? cursor.identifier('a database name') : session.database
  const stated = emptyCharset()
  while (!cursor.isAtEnd) {
    if (!acceptCharset(cursor, stated)) cursor.skipOne()
  }
  const charset = databaseCharset(session, database, stated, action === 'create', hasGuard)
  if (action === 'drop') session.setDatabaseCharset(database, null)
  else if (charset !== null) session.setDatabaseCharset(database, charset)
  const ddl = session.textFrom(start)
  // Debezium has no event of its own for ALTER DATABASE: the text is published as that of a statement without changes.
  const events = action === 'alter' ? [] : [{ database, ddl, changes: [], table: null }]
  return { kind: 'database', action, database, charset, replaces: isReplace, events }
}

/** What the statement makes of the default character set; null = it stays. */
function databaseCharset(
  session: DdlSession,
  database: string,
  stated: CharsetText,
  isCreate: boolean,
  hasGuard: boolean,
): string | null {
  // IF NOT EXISTS on a database that is there changes nothing, whatever it states.
  if (hasGuard && session.hasDatabaseCharset(database)) return null
  if (stated.charset !== null) return stated.charset
  return isCreate || stated.isDefault ? session.context.serverCharset : null
}

function isOptionNext(session: DdlSession): boolean {
  const { cursor } = session
  return ['DEFAULT', 'CHARACTER', 'CHARSET', 'COLLATE', 'ENCRYPTION', 'READ', 'UPGRADE', 'COMMENT'].some((word) =>
    cursor.isWords(word),
  )
}

/** Reads a statement whose word USE is taken. */
export function readUse(session: DdlSession, start: number): DdlStatement {
  const database = session.cursor.identifier('a database name')
  session.database = database
  return { kind: 'use', database, ddl: session.textFrom(start) }
}

/** Reads a statement whose word SET is taken; what is no list of variables (PASSWORD, ROLE, TRANSACTION …) is harmless. */
export function readSet(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  const assignments: SetAssignment[] = []
  if (cursor.acceptWords('NAMES')) {
    const charset = cursor.take().text.toLowerCase()
    for (const name of ['character_set_client', 'character_set_connection', 'character_set_results']) {
      assignments.push({ scope: 'session', name, value: charset })
    }
    cursor.skipToEnd()
  } else if (cursor.acceptWords('CHARACTER', 'SET') || cursor.acceptWords('CHARSET')) {
    assignments.push({ scope: 'session', name: 'character_set_client', value: cursor.take().text.toLowerCase() })
    cursor.skipToEnd()
  } else {
    do {
      const assignment = readAssignment(session)
      if (assignment !== null) assignments.push(assignment)
    } while (cursor.acceptSymbol(','))
    cursor.skipToEnd()
  }
  if (assignments.length === 0) return { kind: 'harmless', what: 'SET' }
  return { kind: 'set', assignments, ddl: session.textFrom(start) }
}

const SCOPES: Readonly<Record<string, SetAssignment['scope']>> = {
  GLOBAL: 'global',
  PERSIST: 'global',
  PERSIST_ONLY: 'global',
  SESSION: 'session',
  LOCAL: 'session',
}

function readAssignment(session: DdlSession): SetAssignment | null {
  const { cursor } = session
  let scope: SetAssignment['scope'] = 'session'
  let token = cursor.take()
  const stated = SCOPES[token.text]
  if (token.kind === 'word' && stated !== undefined && cursor.peek().kind !== 'symbol') {
    scope = stated
    token = cursor.take()
  }
  let name = cursor.sql.slice(token.start, token.end)
  if (token.kind === 'variable') {
    if (!name.startsWith('@@')) scope = 'user'
    name = name.replace(/^@+/, '')
    if (SCOPES[name.toUpperCase()] !== undefined && cursor.acceptSymbol('.')) {
      scope = SCOPES[name.toUpperCase()] as SetAssignment['scope']
      name = cursor.identifier('a variable name')
    }
  }
  if (!cursor.acceptSymbol('=') && !cursor.acceptSymbol(':=')) {
    cursor.skipToEnd()
    return null
  }
  const value = cursor.peek()
  const valueStart = value.start
  while (!cursor.isAtEnd && !cursor.isSymbol(',')) cursor.skipOne()
  const text = value.kind === 'string' ? value.text : cursor.sql.slice(valueStart, cursor.lastEnd)
  return { scope, name: name.toLowerCase(), value: text }
}
