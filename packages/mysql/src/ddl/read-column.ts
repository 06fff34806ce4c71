// A column definition: name (read by the caller), type, attributes.
import type { SqlCursor } from './cursor.ts'
import { readDefault } from './read-default.ts'
import {
  acceptCharset,
  acceptCharsetWord,
  type CharsetText,
  emptyCharset,
  readType,
  type TypeText,
} from './read-type.ts'
import type { ColumnModel } from './table-model.ts'
import { unescapeLiteral } from './unescape.ts'

/** A column as written: its character set is settled when the table's is known. */
export interface ColumnText {
  readonly name: string
  readonly type: TypeText
  readonly charset: string | null
  readonly collation: string | null
  /** What ASCII, UNICODE or BYTE stands for. */
  readonly charsetWord: string | null
  /** BINARY behind a character set: its `_bin` collation. */
  readonly isBinary: boolean
  readonly isNullable: boolean
  readonly isAutoIncremented: boolean
  readonly isGenerated: boolean
  readonly hasConstantDefault: boolean
  readonly defaultText: string | null
  readonly comment: string | null
  /** `PRIMARY KEY` or `KEY` in the definition. */
  readonly isPrimary: boolean
  readonly isUnique: boolean
}

interface Draft extends CharsetText {
  isBinary: boolean
  charsetWord: string | null
  isNullable: boolean
  isAutoIncremented: boolean
  isGenerated: boolean
  hasConstantDefault: boolean
  defaultText: string | null
  comment: string | null
  isPrimary: boolean
  isUnique: boolean
}

/** Words with one value that say nothing of what rows look like. */
const ONE_VALUE = new Set([
  'COLUMN_FORMAT',
  'STORAGE',
  'ENGINE_ATTRIBUTE',
  'SECONDARY_ENGINE_ATTRIBUTE',
  'SRID',
  'REF_SYSTEM_ID',
])
/** Words without a value that say nothing of what rows look like. */
const BARE = new Set(['VISIBLE', 'INVISIBLE', 'VIRTUAL', 'STORED', 'PERSISTENT', 'ENFORCED', 'SECONDARY'])

/** Reads a definition after its name, up to `,`, `)`, FIRST or AFTER. Throws MysqlDdlError for an attribute it does not know. */
export function readColumn(cursor: SqlCursor, name: string): ColumnText {
  const type = readType(cursor)
  const draft: Draft = {
    ...emptyCharset(),
    charsetWord: null,
    isBinary: false,
    isNullable: !type.isSerial,
    isAutoIncremented: type.isSerial,
    isGenerated: false,
    hasConstantDefault: false,
    defaultText: null,
    comment: null,
    isPrimary: false,
    isUnique: type.isSerial,
  }
  while (!cursor.isAtEnd && !cursor.isSymbol(',') && !cursor.isSymbol(')')) {
    if (cursor.isWords('FIRST') || cursor.isWords('AFTER')) break
    // The last action of ALTER TABLE may be followed by these without a comma.
    if (cursor.isWords('PARTITION', 'BY') || cursor.isWords('REMOVE', 'PARTITIONING')) break
    if (!acceptValueAttribute(cursor, draft) && !acceptKeyAttribute(cursor, draft) && !acceptOther(cursor, draft)) {
      cursor.fail('an unknown column attribute')
    }
  }
  if (draft.isPrimary) draft.isNullable = false
  return { name, type, ...draft }
}

function acceptValueAttribute(cursor: SqlCursor, draft: Draft): boolean {
  if (cursor.acceptWords('NOT', 'NULL')) draft.isNullable = false
  else if (cursor.acceptWords('NULL')) draft.isNullable = true
  else if (cursor.acceptWords('AUTO_INCREMENT')) draft.isAutoIncremented = true
  else if (cursor.acceptWords('ON', 'UPDATE')) {
    readDefault(cursor)
    draft.isAutoIncremented = true
  } else if (cursor.acceptWords('SERIAL', 'DEFAULT', 'VALUE')) {
    draft.isNullable = false
    draft.isAutoIncremented = true
    draft.isUnique = true
  } else if (cursor.acceptWords('DEFAULT')) {
    const value = readDefault(cursor)
    draft.hasConstantDefault = value.kind === 'constant'
    draft.defaultText = value.kind === 'constant' ? value.text : null
  } else if (cursor.acceptWords('COMMENT')) draft.comment = readText(cursor)
  else return acceptCharset(cursor, draft) || acceptCharsetAddition(cursor, draft)
  return true
}

/** ASCII, UNICODE, BYTE, and the BINARY that may stand before or behind a character set: its `_bin` collation. */
function acceptCharsetAddition(cursor: SqlCursor, draft: Draft): boolean {
  const charset = acceptCharsetWord(cursor)
  if (charset === null) {
    if (!cursor.acceptWords('BINARY')) return false
    draft.isBinary = true
    return true
  }
  draft.charsetWord = charset
  return true
}

function acceptKeyAttribute(cursor: SqlCursor, draft: Draft): boolean {
  if (cursor.acceptWords('PRIMARY', 'KEY') || cursor.acceptWords('PRIMARY') || cursor.acceptWords('KEY')) {
    draft.isPrimary = true
  } else if (cursor.acceptWords('UNIQUE')) {
    cursor.acceptWords('KEY')
    draft.isUnique = true
  } else if (cursor.acceptWords('REFERENCES')) skipReference(cursor)
  else if (cursor.acceptWords('CHECK')) cursor.skipParens()
  else if (cursor.acceptWords('CONSTRAINT')) {
    if (!cursor.isWords('CHECK')) cursor.identifier('a constraint name')
  } else return false
  return true
}

function acceptOther(cursor: SqlCursor, draft: Draft): boolean {
  if (cursor.acceptOneOf(BARE) !== null) return true
  if (cursor.acceptOneOf(ONE_VALUE) !== null) {
    cursor.acceptSymbol('=')
    cursor.take()
    return true
  }
  if (cursor.acceptWords('GENERATED', 'ALWAYS', 'AS') || cursor.acceptWords('AS')) {
    draft.isGenerated = true
    // MariaDB's period columns: AS ROW START, AS ROW END.
    if (cursor.acceptWords('ROW')) cursor.take()
    else cursor.skipParens()
    return true
  }
  if (cursor.acceptWords('NOT')) return cursor.acceptOneOf(BARE) !== null
  if (cursor.acceptWords('COMPRESSED')) {
    if (cursor.acceptSymbol('=')) cursor.take()
    return true
  }
  return cursor.acceptWords('WITH', 'SYSTEM', 'VERSIONING') || cursor.acceptWords('WITHOUT', 'SYSTEM', 'VERSIONING')
}

/** `[=] 'text'`: the text between the quotes, unchanged, as Debezium keeps comments. */
export function readText(cursor: SqlCursor): string {
  cursor.acceptSymbol('=')
  const token = cursor.peek()
  if (token.kind !== 'string') cursor.fail('a text expected')
  cursor.take()
  return token.text
}

/** What follows REFERENCES. */
export function skipReference(cursor: SqlCursor): void {
  cursor.tableId('')
  if (cursor.isSymbol('(')) cursor.skipParens()
  for (;;) {
    if (cursor.acceptWords('MATCH')) cursor.take()
    else if (cursor.isWords('ON', 'DELETE') || cursor.isWords('ON', 'UPDATE')) {
      cursor.take()
      cursor.take()
      if (
        !cursor.acceptWords('SET', 'NULL') &&
        !cursor.acceptWords('SET', 'DEFAULT') &&
        !cursor.acceptWords('NO', 'ACTION')
      ) {
        cursor.take()
      }
    } else return
  }
}

/** Where a column stands: what its definition leaves open. */
export interface ColumnSetting {
  /** What text columns inherit. */
  readonly charset: string | null
  readonly noBackslashEscapes: boolean
  /** ASCII, UNICODE and BYTE count. */
  readonly tracksCharsets: boolean
}

/** The model of a column in its table. */
export function columnModel(column: ColumnText, { charset, ...way }: ColumnSetting): ColumnModel {
  const { type } = column
  const { labels } = type
  const ownCharset = charsetOf(column, charset, way.tracksCharsets)
  // The server cuts spaces behind a label off, unless they are bytes.
  const ending = ownCharset === 'binary' ? '' : / +$/
  return {
    name: column.name,
    // Debezium writes BINARY behind the type, wherever it stood.
    typeName: column.isBinary ? `${type.typeName} BINARY` : type.typeName,
    length: type.length,
    scale: type.scale,
    charset: ownCharset,
    collation: type.family === 'other' ? null : column.collation,
    isNullable: column.isNullable,
    isAutoIncremented: column.isAutoIncremented,
    isGenerated: column.isGenerated,
    enumValues: labels.map((label) => labelText(label, way.noBackslashEscapes).replace(ending, '')),
    ...(labels.length === 0 ? {} : { enumLiterals: labels }),
    hasDefault: column.hasConstantDefault || column.isNullable,
    defaultExpression: column.defaultText,
    comment: column.comment,
  }
}

/** The value of a label as written: `'a'`, `"a"`, `N'a'`, `x'61'`, `0x61`, `b'…'`. */
function labelText(label: string, noBackslashEscapes: boolean): string {
  const digits = /^(?:0x|x')([0-9a-f]*)'?$/i.exec(label)?.[1]
  if (digits !== undefined) return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex').toString('utf8')
  const quoteAt = label.search(/['"]/)
  return unescapeLiteral(label.slice(quoteAt + 1, -1), label[quoteAt] as string, noBackslashEscapes)
}

function charsetOf(column: ColumnText, tableCharset: string | null, tracksCharsets: boolean): string | null {
  if (column.type.family === 'other') return null
  if (tracksCharsets && column.charsetWord !== null) return column.charsetWord
  if (column.charset !== null) return column.charset
  return column.type.family === 'national' ? 'utf8' : tableCharset
}
