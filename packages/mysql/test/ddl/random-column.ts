// Random column definitions: every type word, attribute and character set clause that a server takes.
import type { Dice } from './dice.ts'

/** The server that is to take the statements. */
export type Flavour = 'mysql' | 'mariadb'

/** What a type can have besides. */
type Kind =
  | 'number'
  | 'bit'
  | 'text'
  | 'label'
  | 'blob'
  | 'temporal'
  | 'json'
  | 'shape'
  | 'bytes'
  | 'uuid'
  | 'inet'
  | 'vector'

const INTEGERS =
  'TINYINT SMALLINT MEDIUMINT INT BIGINT INTEGER INT1 INT2 INT3 INT4 INT8 MIDDLEINT TINYINT(1) INT(5) BIGINT(20) MEDIUMINT(8)'.split(
    ' ',
  )
const DECIMALS = 'DECIMAL DEC NUMERIC FIXED DECIMAL(7) DEC(9,3) NUMERIC(65,30) FIXED(4,4)'.split(' ')
const FLOATS = [
  'FLOAT',
  'FLOAT(24)',
  'FLOAT(25)',
  'FLOAT(7,3)',
  'DOUBLE',
  'DOUBLE PRECISION',
  'DOUBLE(12,2)',
  'REAL',
  'FLOAT4',
  'FLOAT8',
]
const TEXTS = [
  ...['CHAR', 'CHARACTER(4)', 'CHAR(0)', 'CHAR(40)', 'VARCHAR(20)', 'CHAR VARYING(7)', 'CHARACTER VARYING(9)'],
  ...['VARCHARACTER(3)', 'VARCHAR(0)', 'VARCHAR(300)'],
]
const NATIONALS = [
  'NATIONAL CHAR(3)',
  'NATIONAL CHARACTER(3)',
  'NATIONAL VARCHAR(5)',
  'NVARCHAR(4)',
  'NCHAR',
  'NCHAR(2)',
  'NCHAR VARCHAR(5)',
]
const VARYING_NATIONALS = [
  'NATIONAL CHAR VARYING(3)',
  'NATIONAL CHARACTER VARYING(3)',
  'NCHAR VARYING(3)',
  'NATIONAL VARCHARACTER(4)',
]
const LABELS = [
  "ENUM('a','b''c','d,e')",
  `ENUM("x""y", '(', ')')`,
  "SET('x','y z')",
  "ENUM('y  ', ' z')",
  "SET('1','2','3')",
  "ENUM ( 'q' , '\\'' )",
  "SET('é', 'e')",
  "ENUM('ж ', '', 'ü')",
  "ENUM(N'é', x'41', 0x4243, _latin1'w')",
  "ENUM('漢', '字')",
  'ENUM("\\t", "it\'s", \'back\\\\slash\')',
]
const LONG_TEXTS = [
  'TEXT',
  'TINYTEXT',
  'MEDIUMTEXT',
  'LONGTEXT',
  'LONG',
  'LONG VARCHAR',
  'LONG CHAR VARYING',
  'TEXT(50)',
  'TEXT(300)',
  'TEXT(20000)',
  'LONG CHARACTER VARYING',
]
const BLOBS = ['BLOB', 'TINYBLOB', 'MEDIUMBLOB', 'LONGBLOB', 'LONG VARBINARY', 'BLOB(200)', 'BLOB(70000)']
const BYTES = ['BINARY', 'BINARY(3)', 'VARBINARY(8)', 'VARBINARY(300)']
const TEMPORALS = [
  'DATE',
  'TIME',
  'TIME(3)',
  'DATETIME',
  'DATETIME(6)',
  'TIMESTAMP NULL',
  'TIMESTAMP(3) NULL',
  'YEAR',
  'YEAR(4)',
  'TIME(0)',
]
const SHAPES = 'GEOMETRY POINT LINESTRING POLYGON MULTIPOINT MULTILINESTRING MULTIPOLYGON GEOMETRYCOLLECTION'.split(' ')

const CHARSETS =
  'latin1 utf8mb4 utf8mb3 utf8 ascii latin2 koi8r ucs2 utf16 utf32 cp1251 gbk sjis big5 euckr binary cp932 latin5 greek'.split(
    ' ',
  )
const COLLATIONS =
  'latin1_bin utf8mb4_bin utf8mb4_general_ci cp1251_bin latin2_general_ci utf8mb3_unicode_ci ascii_bin utf16_bin binary'.split(
    ' ',
  )

/** A character set clause of a column, or nothing. */
function charsetClause(dice: Dice, flavour: Flavour): string {
  switch (dice.below(12)) {
    case 0:
    case 1:
      return ` CHARACTER SET ${dice.pick(CHARSETS)}`
    case 2:
      return ` CHARSET ${dice.pick(CHARSETS)}${dice.maybe(' BINARY', 4)}`
    case 3:
      return ` COLLATE ${dice.pick(COLLATIONS)}`
    case 4:
      return dice.pick([
        ' CHARACTER SET latin1 COLLATE latin1_bin',
        ' CHARACTER SET `utf8mb4` COLLATE utf8mb4_unicode_ci',
        " CHARSET 'koi8r'",
        ' CHAR SET gbk',
      ])
    case 5:
      return dice.pick([' ASCII', ' UNICODE', ' BYTE', ' BINARY', ' ASCII BINARY', ' BINARY ASCII'])
    case 6:
      return flavour === 'mariadb'
        ? dice.pick([' CHARACTER SET utf8mb4 COLLATE uca1400_ai_ci', ' COLLATE utf8mb4_uca1400_ai_ci'])
        : ''
    default:
      return ''
  }
}

function randomType(dice: Dice, flavour: Flavour): { readonly text: string; readonly kind: Kind } {
  const sign = () => dice.pick(['', '', '', ' UNSIGNED', ' ZEROFILL', ' UNSIGNED ZEROFILL', ' SIGNED'])
  switch (dice.below(16)) {
    case 0:
    case 1:
    case 2:
      return {
        text: dice.chance(9) ? dice.pick(['BOOL', 'BOOLEAN']) : `${dice.pick(INTEGERS)}${sign()}`,
        kind: 'number',
      }
    case 3:
      return { text: `${dice.pick(DECIMALS)}${sign()}`, kind: 'number' }
    case 4:
      return { text: `${dice.pick(FLOATS)}${dice.maybe(' UNSIGNED', 5)}`, kind: 'number' }
    case 5:
      return { text: dice.pick(['BIT', 'BIT(9)', 'BIT(64)']), kind: 'bit' }
    case 6:
    case 7:
    case 8:
      return { text: `${dice.pick(TEXTS)}${charsetClause(dice, flavour)}`, kind: 'text' }
    case 9:
      return { text: dice.pick(dice.chance(3) ? VARYING_NATIONALS : NATIONALS), kind: 'text' }
    case 10:
      return { text: `${dice.pick(LABELS)}${charsetClause(dice, flavour)}`, kind: 'label' }
    case 11:
      return { text: `${dice.pick(LONG_TEXTS)}${charsetClause(dice, flavour)}`, kind: 'blob' }
    case 12:
      return { text: dice.pick(BLOBS), kind: 'blob' }
    case 13:
      return { text: dice.pick(BYTES), kind: 'bytes' }
    case 14:
      return { text: dice.pick(TEMPORALS), kind: 'temporal' }
    default:
      return rareType(dice, flavour)
  }
}

function rareType(dice: Dice, flavour: Flavour): { readonly text: string; readonly kind: Kind } {
  if (dice.chance(3)) return { text: 'JSON', kind: 'json' }
  if (dice.chance(2)) return { text: dice.pick(SHAPES), kind: 'shape' }
  if (flavour === 'mysql')
    return dice.chance(2) ? { text: 'VECTOR(3)', kind: 'vector' } : { text: 'GEOMCOLLECTION', kind: 'shape' }
  return dice.chance(3)
    ? { text: 'VECTOR(3)', kind: 'vector' }
    : dice.pick([
        { text: 'UUID', kind: 'uuid' as const },
        { text: 'INET4', kind: 'inet' as const },
        { text: 'INET6', kind: 'inet' as const },
      ])
}

function defaultClause(dice: Dice, kind: Kind, text: string, flavour: Flavour): string {
  if (dice.below(3) > 0) return ''
  switch (kind) {
    case 'number':
      return ` DEFAULT ${dice.pick(['0', '1', '.0', '0e0', "'1'", '-0', '+0', 'TRUE', 'false', '0x01', 'NULL', '(1+0)'])}`
    case 'bit':
      return ` DEFAULT ${dice.pick(["b'1'", '0b1', "x'01'", '0', 'NULL'])}`
    case 'text':
      return text.includes('(0)')
        ? " DEFAULT ''"
        : ` DEFAULT ${dice.pick(["''", "'q'", `"a"`, "_latin1'q'", "N'z'", "x'41'", "(concat('a'))", 'NULL', "'' ''", '5'])}`
    case 'label':
      return ' DEFAULT NULL'
    case 'temporal':
      if (/^(DATETIME|TIMESTAMP NULL)$/.test(text))
        return dice.pick([
          ' DEFAULT CURRENT_TIMESTAMP',
          ' DEFAULT NOW() ON UPDATE CURRENT_TIMESTAMP()',
          ' DEFAULT LOCALTIME',
          ' ON UPDATE LOCALTIMESTAMP()',
          " DEFAULT '2020-01-02 03:04:05'",
          " DEFAULT TIMESTAMP'2020-01-02 03:04:05'",
        ])
      if (text.startsWith('TIMESTAMP(3)'))
        return dice.pick([' DEFAULT CURRENT_TIMESTAMP(3)', ' DEFAULT NOW(3) ON UPDATE NOW(3)'])
      return text === 'DATE'
        ? dice.pick([
            " DEFAULT '2020-01-02'",
            " DEFAULT DATE'2020-01-02'",
            ' DEFAULT (CURRENT_DATE)',
            ' DEFAULT 20200102',
          ])
        : ' DEFAULT NULL'
    case 'uuid':
      return flavour === 'mariadb' ? ' DEFAULT uuid()' : ''
    case 'json':
      return ' DEFAULT (json_array())'
    case 'blob':
      return flavour === 'mariadb'
        ? dice.pick([" DEFAULT 'x'", " DEFAULT concat('a', 'b')", ' DEFAULT NULL'])
        : " DEFAULT ('x')"
    default:
      return ' DEFAULT NULL'
  }
}

function tail(dice: Dice, flavour: Flavour, mayHide: boolean): string {
  const parts: string[] = []
  if (dice.chance(6))
    parts.push(
      dice.pick([
        ` COMMENT 'it''s, (a) "note" \\' /* x */'`,
        ` COMMENT "say ""x"" -- y"`,
        " COMMENT ''",
        " COMMENT 'ş; DROP'",
      ]),
    )
  if (mayHide && dice.chance(12)) parts.push(flavour === 'mysql' ? ' /*!80023 INVISIBLE */' : ' INVISIBLE')
  if (dice.chance(14))
    parts.push(dice.pick([' CHECK (1 < 2)', ' CHECK (\'a,b)\' <> "(")', ' CONSTRAINT CHECK (2 > 1)']))
  if (flavour === 'mysql') {
    if (dice.chance(14)) parts.push(' COLUMN_FORMAT DYNAMIC')
    if (dice.chance(20)) parts.push(' /*!99999 FROB */')
  } else {
    if (dice.chance(90)) parts.push(' WITHOUT SYSTEM VERSIONING')
    if (dice.chance(14)) parts.push(' /*M!999999 FROB */')
    if (dice.chance(14)) parts.push(' /*!80023 FROB */')
    if (dice.chance(14)) parts.push(" /*M!100100 COMMENT 'm' */")
  }
  return parts.join('')
}

/** A definition without a name. `maybeGenerated`: it may be one that is computed. */
export function randomColumn(dice: Dice, flavour: Flavour, maybeGenerated = true): string {
  if (maybeGenerated && dice.chance(9)) return generated(dice, flavour)
  const { text, kind } = randomType(dice, flavour)
  const isCompressed =
    flavour === 'mariadb' && dice.chance(6) && /^(VARCHAR\(\d{2,}\)|TEXT|BLOB|MEDIUMTEXT|LONGBLOB)$/.test(text)
  // MariaDB shows a default that nobody stated for compressed columns that are NOT NULL.
  const nullness = isCompressed || /NULL/.test(text) ? '' : dice.pick(['', '', ' NULL', ' NOT NULL'])
  const value = nullness === ' NOT NULL' && kind !== 'number' ? '' : defaultClause(dice, kind, text, flavour)
  if (nullness === ' NOT NULL' && value.endsWith('NULL')) return `${text}${nullness}`
  const type = isCompressed ? `${text} COMPRESSED${dice.maybe('=zlib')}` : text
  return `${type}${nullness}${value}${tail(dice, flavour, nullness !== ' NOT NULL' || value !== '')}`
}

function generated(dice: Dice, flavour: Flavour): string {
  const kept = flavour === 'mysql' ? ['', ' VIRTUAL', ' STORED'] : ['', ' VIRTUAL', ' STORED', ' PERSISTENT']
  const body = dice
    .pick(['INT|1 + (2 * 3)', 'VARCHAR(9)|concat(\'a)\', "(b")', 'INT|(if(1 < 2, 3, 4))'])
    .split('|') as [string, string]
  return `${body[0]} ${dice.maybe('GENERATED ALWAYS ')}AS (${body[1]})${dice.pick(kept)}${flavour === 'mysql' ? dice.maybe(' NOT NULL', 4) : ''}${dice.maybe(" COMMENT 'g'", 4)}`
}

/** A default character set of a table or database, without the word DEFAULT. */
export function randomTableCharset(dice: Dice): string {
  return dice.pick([
    'CHARACTER SET latin1',
    'CHARSET=utf8mb4',
    'CHARACTER SET = koi8r',
    'COLLATE latin2_general_ci',
    'COLLATE = utf8mb4_bin',
    'CHARSET ucs2',
    'CHARSET utf8',
    'CHARACTER SET binary',
    'CHARSET gbk COLLATE gbk_bin',
  ])
}

/** The same for a database. */
export function randomDatabaseCharset(dice: Dice): string {
  return dice.pick([
    'CHARACTER SET latin1',
    'CHARACTER SET utf8mb4',
    'COLLATE latin2_general_ci',
    'CHARACTER SET = gbk COLLATE gbk_bin',
    'CHARACTER SET koi8r',
    'CHARACTER SET utf16',
  ])
}
