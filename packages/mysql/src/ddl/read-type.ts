// The type part of a column definition: words, parentheses and attributes that belong to the type.
import { charsetOfCollation } from './collation-charset.ts'
import type { SqlCursor } from './cursor.ts'

/** What a column's type says. */
export interface TypeText {
  /** As in {@link ColumnModel.typeName}. */
  readonly typeName: string
  readonly length: number | null
  readonly scale: number | null
  /** `text` inherits the table's character set, `national` has its own; `other` has none. */
  readonly family: 'text' | 'national' | 'other'
  /** Labels of ENUM and SET with their quotes, as written. */
  readonly labels: readonly string[]
  /** SERIAL: NOT NULL AUTO_INCREMENT UNIQUE. */
  readonly isSerial: boolean
}

const TEXT_TYPES = new Set(
  'CHAR CHARACTER VARCHAR VARCHARACTER VARCHAR2 TINYTEXT TEXT MEDIUMTEXT LONGTEXT LONG CLOB ENUM SET'.split(' '),
)
const OTHER_TYPES = new Set(
  (
    'BIT BOOL BOOLEAN TINYINT INT1 SMALLINT INT2 MEDIUMINT INT3 MIDDLEINT INT INTEGER INT4 BIGINT INT8 DECIMAL DEC FIXED NUMERIC NUMBER ' +
    'FLOAT FLOAT4 FLOAT8 DOUBLE REAL DATE TIME DATETIME TIMESTAMP YEAR BINARY VARBINARY RAW TINYBLOB BLOB MEDIUMBLOB LONGBLOB JSON ' +
    'GEOMETRY POINT LINESTRING POLYGON MULTIPOINT MULTILINESTRING MULTIPOLYGON GEOMETRYCOLLECTION GEOMCOLLECTION VECTOR UUID INET4 ' +
    'INET6 XMLTYPE'
  ).split(' '),
)
const DECIMALS = new Set(['DECIMAL', 'DEC', 'FIXED', 'NUMERIC', 'NUMBER'])
const SUFFIXES = new Set(['UNSIGNED', 'SIGNED', 'ZEROFILL', 'BINARY'])

/** Reads a column's type. Throws MysqlDdlError for a word that is no type. */
export function readType(cursor: SqlCursor): TypeText {
  const schema = acceptTypeSchema(cursor)
  const token = cursor.peek()
  if (token.kind !== 'word') cursor.fail('a column type expected')
  const first = meantType(cursor, token.text, schema)
  if (first === 'SERIAL') {
    cursor.take()
    return type('BIGINT UNSIGNED', null, null, 'other', [], true)
  }
  if (first === 'NATIONAL' || first === 'NCHAR' || first === 'NVARCHAR') return readNational(cursor)
  const isText = TEXT_TYPES.has(first)
  if (!isText && !OTHER_TYPES.has(first)) cursor.fail('a column type expected')
  cursor.take()
  if (first === 'ENUM' || first === 'SET') return readLabels(cursor, first)
  let name = first
  if (first === 'DOUBLE' && cursor.acceptWords('PRECISION')) name = 'DOUBLE PRECISION'
  else if ((first === 'CHAR' || first === 'CHARACTER') && cursor.acceptWords('VARYING')) name = `${first} VARYING`
  else if (first === 'LONG') name = readLong(cursor)
  let [length, scale] = readNumbers(cursor)
  const suffixes = readSuffixes(cursor)
  if (DECIMALS.has(first)) {
    scale ??= 0
    length ??= 10
  } else if (first === 'BIT') length ??= 1
  const isBytes = name === 'LONG VARBINARY'
  return type(name + suffixes, length, scale, isText && !isBytes ? 'text' : 'other', [], false)
}

/** MariaDB: the mode whose types are meant, written before the type: `oracle_schema.DATE`. */
function acceptTypeSchema(cursor: SqlCursor): string | null {
  const [token, dot] = [cursor.peek(), cursor.peek(1)]
  if (token.kind !== 'word' || dot.kind !== 'symbol' || dot.text !== '.' || !token.text.endsWith('_SCHEMA')) return null
  cursor.take()
  cursor.take()
  return token.text
}

/** Oracle's words, which MariaDB knows in that mode only. */
const ORACLE_WORDS: Readonly<Record<string, string>> = {
  __proto__: null as unknown as string,
  CLOB: 'LONGTEXT',
  RAW: 'VARBINARY',
  VARCHAR2: 'VARCHAR',
}

/** The type that a word stands for where the server gives it another meaning: sql_mode ORACLE and MAXDB. */
function meantType(cursor: SqlCursor, word: string, schema: string | null): string {
  const { oracleTypes, maxdbTypes } = cursor.dialect
  if (schema === null ? oracleTypes : schema === 'ORACLE_SCHEMA') {
    if (word === 'DATE') return 'DATETIME'
    if (word === 'BLOB') return 'LONGBLOB'
    if (word === 'NUMBER') {
      const next = cursor.peek(1)
      return next.kind === 'symbol' && next.text === '(' ? 'DECIMAL' : 'DOUBLE'
    }
    return ORACLE_WORDS[word] ?? word
  }
  const isMaxdb = schema === null ? maxdbTypes : schema === 'MAXDB_SCHEMA'
  return isMaxdb && word === 'TIMESTAMP' ? 'DATETIME' : word
}

function type(
  typeName: string,
  length: number | null,
  scale: number | null,
  family: TypeText['family'],
  labels: readonly string[],
  isSerial = false,
): TypeText {
  return { typeName, length, scale, family, labels, isSerial }
}

function readLong(cursor: SqlCursor): string {
  if (cursor.acceptWords('VARBINARY')) return 'LONG VARBINARY'
  if (cursor.acceptWords('VARCHAR')) return 'LONG VARCHAR'
  if (cursor.acceptWords('VARCHARACTER')) return 'LONG VARCHARACTER'
  if (cursor.acceptWords('CHAR', 'VARYING')) return 'LONG CHAR VARYING'
  if (cursor.acceptWords('CHARACTER', 'VARYING')) return 'LONG CHARACTER VARYING'
  return 'LONG'
}

function readNational(cursor: SqlCursor): TypeText {
  let name = cursor.take().text
  if (name === 'NATIONAL') name += ` ${cursor.take().text}`
  if (name === 'NCHAR' && cursor.acceptWords('VARCHAR')) name += ' VARCHAR'
  if (cursor.acceptWords('VARYING')) name += ' VARYING'
  const [length] = readNumbers(cursor)
  return type(name + readSuffixes(cursor), length, null, 'national', [])
}

/** `(p)`, `(p, s)` or nothing; a MariaDB `BLOB(…)` or `FLOAT(…)` the same. */
function readNumbers(cursor: SqlCursor): [number | null, number | null] {
  if (!cursor.acceptSymbol('(')) return [null, null]
  if (cursor.acceptSymbol(')')) return [null, null]
  const length = readNumber(cursor)
  const scale = cursor.acceptSymbol(',') ? readNumber(cursor) : null
  cursor.expectSymbol(')')
  return [length, scale]
}

function readNumber(cursor: SqlCursor): number {
  const token = cursor.peek()
  if (token.kind !== 'number') cursor.fail('a number expected')
  cursor.take()
  return Number(token.text)
}

function readSuffixes(cursor: SqlCursor): string {
  let suffixes = ''
  for (let word = cursor.acceptOneOf(SUFFIXES); word !== null; word = cursor.acceptOneOf(SUFFIXES))
    suffixes += ` ${word}`
  return suffixes
}

function readLabels(cursor: SqlCursor, name: string): TypeText {
  const labels: string[] = []
  cursor.expectSymbol('(')
  do {
    if (cursor.peek().kind === 'word') cursor.take() // a charset introducer
    const token = cursor.peek()
    if (token.kind !== 'string' && token.kind !== 'hex' && token.kind !== 'bits') cursor.fail('a label expected')
    cursor.take()
    labels.push(cursor.sql.slice(token.start, token.end))
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  const length = name === 'ENUM' ? 1 : Math.max(0, labels.length * 2 - 1)
  return type(name + readSuffixes(cursor), length, null, 'text', labels)
}

/** Character set and collation as an attribute states them. */
export interface CharsetText {
  charset: string | null
  collation: string | null
  /** DEFAULT is stated: what the level above has. */
  isDefault: boolean
}

/** Nothing stated. */
export function emptyCharset(): CharsetText {
  return { charset: null, collation: null, isDefault: false }
}

/** Takes `[DEFAULT] CHARACTER SET x`, `CHARSET x` or `COLLATE x` if one comes next. */
export function acceptCharset(cursor: SqlCursor, into: CharsetText): boolean {
  if (cursor.acceptWords('COLLATE')) {
    cursor.acceptSymbol('=')
    into.collation = charsetName(cursor)
    if (into.collation === null) into.isDefault = true
    else into.charset ??= charsetOfCollation(into.collation)
    return true
  }
  if (!cursor.acceptWords('CHARSET') && !cursor.acceptWords('CHARACTER', 'SET') && !cursor.acceptWords('CHAR', 'SET')) {
    return false
  }
  cursor.acceptSymbol('=')
  into.charset = charsetName(cursor)
  into.isDefault = into.charset === null
  return true
}

/** Words that stand for a character set. Debezium's history leaves them out. */
const CHARSET_WORDS: Readonly<Record<string, string>> = { ASCII: 'latin1', UNICODE: 'ucs2', BYTE: 'binary' }
const CHARSET_WORD_SET = new Set(Object.keys(CHARSET_WORDS))

/** Takes `ASCII`, `UNICODE` or `BYTE` if one comes next; answers the character set that it stands for. */
export function acceptCharsetWord(cursor: SqlCursor): string | null {
  const word = cursor.acceptOneOf(CHARSET_WORD_SET)
  return word === null ? null : (CHARSET_WORDS[word] as string)
}

/** A charset or collation name in lower case; null for DEFAULT. */
function charsetName(cursor: SqlCursor): string | null {
  const token = cursor.peek()
  if (token.kind === 'string') return cursor.take().text.toLowerCase()
  if (token.kind === 'word' && token.text === 'DEFAULT') {
    cursor.take()
    return null
  }
  return cursor.identifier('a character set').toLowerCase()
}
