// Options of tables, in CREATE TABLE and ALTER TABLE: most are passed over; what says something of columns is kept.
import { charsetOfCollation } from './collation-charset.ts'
import type { SqlCursor } from './cursor.ts'
import { readText } from './read-column.ts'
import { acceptCharset, type CharsetText, emptyCharset } from './read-type.ts'

/** What options say. */
export interface TableOptions {
  readonly charset: CharsetText
  comment: string | null
}

/** Options that say nothing yet. */
export function emptyOptions(): TableOptions {
  return { charset: emptyCharset(), comment: null }
}

/** Options with a value, `=` or not before it. */
const VALUED = new Set(
  (
    'AUTO_INCREMENT AUTOEXTEND_SIZE AVG_ROW_LENGTH CHECKSUM TABLE_CHECKSUM PAGE_CHECKSUM COMPRESSION CONNECTION DELAY_KEY_WRITE ENCRYPTED ' +
    'ENCRYPTION ENCRYPTION_KEY_ID ENGINE TYPE ENGINE_ATTRIBUTE SECONDARY_ENGINE_ATTRIBUTE SECONDARY_ENGINE IETF_QUOTES INSERT_METHOD ' +
    'KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS NODEGROUP PACK_KEYS PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL PASSWORD ROW_FORMAT SEQUENCE ' +
    'STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES STORAGE TABLESPACE TRANSACTIONAL UNION ALGORITHM LOCK'
  ).split(' '),
)

/** Takes one option if it comes next; what ALTER and CREATE have for themselves is not one. Throws MysqlDdlError for a malformed one. */
export function acceptOption(cursor: SqlCursor, into: TableOptions): boolean {
  if (cursor.acceptWords('COMMENT')) {
    into.comment = readText(cursor)
    return true
  }
  if (isCharset(cursor)) {
    cursor.acceptWords('DEFAULT')
    if (!acceptCharset(cursor, into.charset)) cursor.fail('a default character set expected')
    return true
  }
  if (cursor.acceptWords('WITH', 'SYSTEM', 'VERSIONING') || cursor.acceptWords('START', 'TRANSACTION')) return true
  if (cursor.isWords('DATA', 'DIRECTORY') || cursor.isWords('INDEX', 'DIRECTORY')) {
    cursor.take()
    cursor.take()
    readValue(cursor)
    return true
  }
  const token = cursor.peek()
  const isAssignment = cursor.peek(1).kind === 'symbol' && cursor.peek(1).text === '='
  // MariaDB's engines have options of their own, written `name=value`.
  const isOption =
    token.kind === 'word' ? VALUED.has(token.text) || isAssignment : token.kind === 'name' && isAssignment
  if (!isOption) return false
  cursor.take()
  readValue(cursor)
  return true
}

/** The character set that options ask for: null where they say nothing, or where the collation fits several. */
export function optionCharset({ charset }: TableOptions, ofDatabase: string | null): string | null {
  if (charset.charset !== null) return charset.charset
  if (charset.isDefault) return ofDatabase
  return charset.collation === null ? null : charsetOfCollation(charset.collation)
}

function isCharset(cursor: SqlCursor): boolean {
  const at = cursor.isWords('DEFAULT') ? 1 : 0
  const token = cursor.peek(at)
  if (token.kind !== 'word') return false
  return token.text === 'CHARSET' || token.text === 'CHARACTER' || token.text === 'CHAR' || token.text === 'COLLATE'
}

function readValue(cursor: SqlCursor): void {
  cursor.acceptSymbol('=')
  if (cursor.isAtEnd || cursor.isSymbol(',') || cursor.isSymbol(')')) cursor.fail("an option's value expected")
  if (cursor.acceptSymbol('-')) cursor.take()
  else cursor.skipOne()
}
