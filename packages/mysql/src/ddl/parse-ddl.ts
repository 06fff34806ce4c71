// Statement text of a binlog or of SHOW CREATE TABLE → what it does to tables and databases.
import { readAlterTable } from './alter-table.ts'
import { readCreateTable } from './create-table.ts'
import { readDatabase, readSet, readUse } from './database.ts'
import type { DdlContext, DdlResult, DdlStatement } from './ddl-result.ts'
import { readDropTable, readIndex, readRenameTable, readTruncate } from './other-tables.ts'
import { DdlSession } from './session.ts'

/** First words of statements that change no table, and what they are about. */
const HARMLESS: Readonly<Record<string, string>> = {
  ANALYZE: 'MAINTENANCE',
  BEGIN: 'TRANSACTION',
  BINLOG: 'ADMIN',
  CALL: 'CALL',
  CHECK: 'MAINTENANCE',
  COMMIT: 'TRANSACTION',
  DELETE: 'DML',
  FLUSH: 'FLUSH',
  GRANT: 'ACCOUNT',
  INSERT: 'DML',
  INSTALL: 'ADMIN',
  LOAD: 'DML',
  OPTIMIZE: 'MAINTENANCE',
  RELEASE: 'TRANSACTION',
  REPAIR: 'MAINTENANCE',
  REPLACE: 'DML',
  REVOKE: 'ACCOUNT',
  ROLLBACK: 'TRANSACTION',
  SAVEPOINT: 'TRANSACTION',
  START: 'TRANSACTION',
  UNINSTALL: 'ADMIN',
  UPDATE: 'DML',
  XA: 'TRANSACTION',
}

/** Reads a text. Throws MysqlDdlError for a statement that may change a table and cannot be read. */
export function parseDdl(sql: string, context: DdlContext): DdlResult {
  const session = new DdlSession(sql, context)
  const { cursor } = session
  const statements: DdlStatement[] = []
  for (;;) {
    while (cursor.acceptSymbol(';'));
    if (cursor.peek().kind === 'end') return statements
    const statement = readStatement(session)
    statements.push(statement)
    // A stored program's body holds semicolons of its own, and what is not known is not looked into.
    if (statement.kind === 'harmless') return statements
    if (!cursor.isAtEnd) cursor.fail('the statement goes on where its end was expected')
  }
}

function readStatement(session: DdlSession): DdlStatement {
  const { cursor } = session
  const { start, kind, text } = cursor.peek()
  if (kind !== 'word') return { kind: 'harmless', what: 'UNKNOWN' }
  cursor.take()
  switch (text) {
    case 'CREATE':
      return readCreate(session, start)
    case 'ALTER':
      return readAlter(session, start)
    case 'DROP':
      return readDrop(session, start)
    case 'RENAME':
      if (!cursor.acceptWords('TABLE') && !cursor.acceptWords('TABLES')) return harmless(session)
      return readRenameTable(session)
    case 'TRUNCATE':
      return readTruncate(session, start)
    case 'USE':
      return readUse(session, start)
    case 'UNIQUE':
      // How the history holds a CREATE UNIQUE INDEX that made a key.
      return cursor.acceptWords('INDEX') ? readIndex(session, start) : harmless(session)
    case 'SET':
      if (cursor.acceptWords('STATEMENT')) return readPrefixed(session)
      return readSet(session, start)
    default:
      return { kind: 'harmless', what: HARMLESS[text] ?? 'UNKNOWN' }
  }
}

/** MariaDB: `SET STATEMENT variables FOR statement`. */
function readPrefixed(session: DdlSession): DdlStatement {
  const { cursor } = session
  while (!cursor.acceptWords('FOR')) {
    if (cursor.isAtEnd) cursor.fail('FOR expected')
    cursor.skipOne()
  }
  if (cursor.isWords('SET', 'STATEMENT')) cursor.fail('a statement expected')
  return readStatement(session)
}

function readCreate(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  const isReplace = cursor.acceptWords('OR', 'REPLACE')
  if (cursor.isWords('TEMPORARY', 'TABLE') || cursor.isWords('TEMPORARY', 'SEQUENCE')) {
    return { kind: 'harmless', what: 'TEMPORARY_TABLE' }
  }
  if (cursor.acceptWords('TABLE')) return readCreateTable(session, start, isReplace)
  if (cursor.acceptWords('DATABASE') || cursor.acceptWords('SCHEMA')) {
    return readDatabase(session, start, 'create', isReplace)
  }
  const at = cursor.peek().start
  const uniqueAt = cursor.acceptWords('UNIQUE') ? at : null
  if (uniqueAt === null && !cursor.acceptWords('ONLINE') && !cursor.acceptWords('OFFLINE')) {
    if (!cursor.acceptWords('FULLTEXT') && !cursor.acceptWords('SPATIAL')) cursor.acceptWords('VECTOR')
  }
  if (cursor.acceptWords('INDEX')) return readIndex(session, uniqueAt)
  return harmless(session)
}

function readAlter(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  while (cursor.acceptWords('ONLINE') || cursor.acceptWords('OFFLINE') || cursor.acceptWords('IGNORE'));
  if (cursor.acceptWords('TABLE')) return readAlterTable(session, start)
  if (cursor.acceptWords('DATABASE') || cursor.acceptWords('SCHEMA')) return readDatabase(session, start, 'alter')
  return harmless(session)
}

function readDrop(session: DdlSession, start: number): DdlStatement {
  const { cursor } = session
  if (cursor.isWords('TEMPORARY')) return { kind: 'harmless', what: 'TEMPORARY_TABLE' }
  if (cursor.acceptWords('TABLE') || cursor.acceptWords('TABLES')) return readDropTable(session)
  if (cursor.acceptWords('DATABASE') || cursor.acceptWords('SCHEMA')) return readDatabase(session, start, 'drop')
  if (!cursor.acceptWords('ONLINE')) cursor.acceptWords('OFFLINE')
  if (cursor.acceptWords('INDEX')) return readIndex(session, null)
  return harmless(session)
}

const OBJECTS = new Set(
  'VIEW EVENT TRIGGER PROCEDURE FUNCTION USER ROLE SERVER TABLESPACE LOGFILE SEQUENCE PACKAGE INSTANCE LIBRARY RESOURCE SPATIAL'.split(
    ' ',
  ),
)

/** CREATE, ALTER, DROP or RENAME of something that holds no rows: its kind is the first known word behind the options. */
function harmless(session: DdlSession): DdlStatement {
  const { cursor } = session
  for (let i = 0; i < 16; i++) {
    const token = cursor.peek(i)
    if (token.kind === 'end') break
    if (token.kind === 'word' && token.text === 'TABLE') cursor.fail('an unknown kind of table statement')
    if (token.kind === 'word' && OBJECTS.has(token.text)) return { kind: 'harmless', what: token.text }
  }
  return { kind: 'harmless', what: 'UNKNOWN' }
}
