// Tables in one form, from two sides: as information_schema has them, and as our models say the server must have them.

import type { ColumnModel, TableModel } from '../../src/ddl/table-model.ts'
import { unescapeLiteral } from '../../src/ddl/unescape.ts'
import type { TextSession } from '../../src/index.ts'
import type { Flavour } from './random-column.ts'
import type { DdlLab } from './read.ts'

/** Table name → what it is made of, one line per column, and its key, character set and comment. */
export type ServerForm = ReadonlyMap<string, readonly string[]>

/** What information_schema says of the tables of databases. */
export async function serverTables(
  session: TextSession,
  databases: readonly string[],
  flavour: Flavour,
): Promise<ServerForm> {
  const list = databases.map((name) => `'${name}'`).join(',')
  const tables = await session.query(
    `SELECT t.table_schema, t.table_name, substring_index(t.table_collation, '_', 1), t.table_comment FROM information_schema.tables t WHERE t.table_schema IN (${list}) AND t.table_type IN ('BASE TABLE','SYSTEM VERSIONED')`,
  )
  const forms = new Map<string, string[]>()
  for (const [database, name, charset, comment] of tables) {
    const collationCharset = charset?.replace('utf8mb3', 'utf8') ?? '?'
    forms.set(`${database}.${name}`, [`charset ${collationCharset}`, `comment ${comment}`, 'key '])
  }
  const keys = await session.query(
    `SELECT table_schema, table_name, column_name FROM information_schema.statistics WHERE table_schema IN (${list}) AND index_name='PRIMARY' ORDER BY table_schema, table_name, seq_in_index`,
  )
  for (const [database, name, column] of keys) {
    const form = forms.get(`${database}.${name}`)
    if (form !== undefined) form[2] += `${column}|`
  }
  const columns = await session.query(
    `SELECT table_schema, table_name, column_name, column_type, character_set_name, is_nullable, column_default, extra, column_comment, collation_name FROM information_schema.columns WHERE table_schema IN (${list}) ORDER BY table_schema, table_name, ordinal_position`,
  )
  for (const row of columns) forms.get(`${row[0]}.${row[1]}`)?.push(serverColumn(row.slice(2), flavour))
  return forms
}

const MARIADB_CONSTANT =
  /^(?:(?:_\w+)?'(?:[^'\\]|\\.|'')*'|-?[\d.]+(?:e\d+)?|b'[01]*'|x'[0-9a-f]*'|(?:current_timestamp|localtimestamp|curtime)(?:\(\d*\))?)$/is

function serverColumn(row: readonly (string | null)[], flavour: Flavour): string {
  const [name, type, charset, nullable, value, extra, comment, collation] = row as [
    string,
    string,
    string | null,
    string,
    string | null,
    string,
    string,
    string | null,
  ]
  const isGenerated = /\b(VIRTUAL|STORED)\b/.test(extra)
  // MySQL marks expressions and prints constants bare; MariaDB prints both as they would be written.
  const isExpression = /DEFAULT_GENERATED/.test(extra) && !/^CURRENT_TIMESTAMP/i.test(value ?? '')
  const isConstant = flavour === 'mysql' ? value !== null && !isExpression : MARIADB_CONSTANT.test(value ?? '')
  return columnLine({
    name,
    // Backslashes in labels are shown as they would be written.
    type: type
      .replace(/\\([\\0])/g, (_, c: string) => (c === '0' ? '\0' : c))
      .replace(/ \/\*.*?\*\//g, '')
      .replace(/\butf8mb3\b/g, 'utf8'),
    charset: charset?.replace('utf8mb3', 'utf8') ?? null,
    collation: collation?.replace('utf8mb3', 'utf8') ?? '-',
    isNullable: nullable === 'YES',
    isGenerated,
    hasConstant: isConstant && !isGenerated && !extra.includes('auto_increment'),
    comment,
  })
}

interface ColumnForm {
  readonly name: string
  readonly type: string
  readonly charset: string | null
  readonly collation: string
  readonly isNullable: boolean
  readonly isGenerated: boolean
  readonly hasConstant: boolean
  readonly comment: string
}

function columnLine(column: ColumnForm): string {
  const { name, type, charset, collation, isNullable, isGenerated, hasConstant, comment } = column
  const isText = charset !== null && charset !== 'binary'
  const flags = `${isNullable ? '' : ' NOT NULL'}${isGenerated ? ' GENERATED' : ''}${hasConstant ? ' DEFAULT' : ''}`
  return `${name} ${type} ${isText ? `${charset} ${COLLATE}${collation}` : '-'}${flags} ${comment}`
}

const COLLATE = 'collate '

/** What the server must say of tables of which we have these models. `realKey`: the key that the server has, see below. */
export function modelForm(model: TableModel, lab: DdlLab, server: readonly string[]): readonly string[] {
  const realKey = server[2] ?? 'key '
  return [
    `charset ${model.charset?.replace('utf8mb3', 'utf8') ?? '?'}`,
    // CREATE LIKE takes over the comment, but not in Debezium's history.
    model.comment === null && model.name.startsWith('u')
      ? (server[1] as string)
      : `comment ${unescapeLiteral(model.comment ?? '', "'", false).replaceAll('""', '"')}`,
    // Without a primary key the model has a unique one, which the server keeps to itself.
    realKey === 'key ' ? realKey : `key ${model.primaryKey.map((name) => `${name}|`).join('')}`,
    ...model.columns.map((column, i) => modelColumn(column, model, lab, server[i + 3] ?? '', realKey)),
  ]
}

function modelColumn(column: ColumnModel, table: TableModel, lab: DdlLab, server: string, key: string): string {
  const { flavour } = lab
  const own = serverType(column, flavour)
  const type = lab.mayBeConverted(table) ? sizedAs(server, own) : own
  const isBytes = /^(binary|varbinary|tinyblob|blob|mediumblob|longblob)\b/.test(type)
  const isText = !isBytes && column.charset !== null
  const isMariaJson = flavour === 'mariadb' && column.typeName === 'JSON'
  const charset = isMariaJson
    ? (/ longtext (\S+) /.exec(server)?.[1] ?? null)
    : isText
      ? (column.charset as string).replace('utf8mb3', 'utf8')
      : null
  const isNow = column.defaultExpression === '1970-01-01 00:00:00'
  const isCounter = column.isAutoIncremented && !/^(?:DATETIME|TIMESTAMP)/.test(column.typeName)
  const hasConstant = !isCounter && !column.isGenerated && column.hasDefault && column.defaultExpression !== null
  const stated = column.collation?.replace('utf8mb3', 'utf8')
  const collation = stated?.startsWith('uca1400_') ? `${charset}_${stated}` : stated
  return columnLine({
    name: column.name,
    type: relabelled(server, type, lab.isConverted(column)),
    charset,
    // What a definition leaves open follows the character set, but not by a rule that rows depend on.
    collation: isText && collation != null ? collation : (/ collate (\S+)/.exec(server)?.[1] ?? '-'),
    // Debezium lets a definition say that a member of the key is nullable; it cannot be.
    isNullable: column.isNullable && !key.slice(4).split('|').includes(column.name),
    isGenerated: column.isGenerated,
    hasConstant: isNow || hasConstant,
    comment: unescapeLiteral(column.comment ?? '', "'", false).replaceAll('""', '"'),
  })
}

/**
 * Labels that go into a character set which lacks them come out as something else, differently by server: `?`, or their bytes as that set has them.
 * Those of a column that was converted are not compared.
 */
function relabelled(server: string, type: string, isConverted: boolean): string {
  const found = / ((?:enum|set)\(.*'\)) \S+ collate /s.exec(server)?.[1]
  if (found === undefined) return type
  // What is no text of its set MySQL shows in hexadecimal digits.
  const isLost =
    /[(,]x'/.test(found) ||
    (found.length === type.length && Array.from(type).every((c, i) => found[i] === '?' || found[i] === c))
  return isLost || isConverted ? found : type
}

/** CONVERT gives texts, and blobs that are defined beside it, another size; table maps say how large they are. */
function sizedAs(server: string, type: string): string {
  const base = /^(?:tiny|medium|long)?(text|blob)$/.exec(type)?.[1]
  const found = / ((?:tiny|medium|long)?(?:text|blob)) /.exec(server)?.[1]
  if (base === undefined || found === undefined) return type
  return found.endsWith(base) ? found : type
}

const CHARACTER_BYTES: Readonly<Record<string, number>> = {
  ...{ utf8: 3, utf8mb3: 3, utf8mb4: 4, ucs2: 2, utf16: 4, utf32: 4, gbk: 2, sjis: 2, big5: 2, euckr: 2, cp932: 2 },
}

/** TEXT(n) and BLOB(n): the smallest that holds n characters. */
function sizeWord({ length, charset }: ColumnModel): string {
  const bytes = (length ?? 0) * (CHARACTER_BYTES[charset ?? ''] ?? 1)
  if (length === null || length === 0) return ''
  return bytes < 256 ? 'tiny' : bytes < 65_536 ? '' : bytes < 16_777_216 ? 'medium' : 'long'
}

const INTEGER_WIDTHS: Readonly<Record<string, readonly [signed: number, unsigned: number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
}
const WORDS: Readonly<Record<string, string>> = {
  ...{
    INT1: 'tinyint',
    INT2: 'smallint',
    INT3: 'mediumint',
    MIDDLEINT: 'mediumint',
    INT4: 'int',
    INTEGER: 'int',
    INT8: 'bigint',
  },
  ...{
    DEC: 'decimal',
    NUMERIC: 'decimal',
    FIXED: 'decimal',
    FLOAT4: 'float',
    FLOAT8: 'double',
    REAL: 'double',
    'DOUBLE PRECISION': 'double',
  },
  ...{
    CHARACTER: 'char',
    'CHAR VARYING': 'varchar',
    'CHARACTER VARYING': 'varchar',
    VARCHARACTER: 'varchar',
    NCHAR: 'char',
    NVARCHAR: 'varchar',
  },
  ...{
    'NATIONAL CHAR': 'char',
    'NATIONAL CHARACTER': 'char',
    'NATIONAL VARCHAR': 'varchar',
    'NCHAR VARCHAR': 'varchar',
    'NCHAR VARYING': 'varchar',
  },
  ...{
    'NATIONAL CHAR VARYING': 'varchar',
    'NATIONAL CHARACTER VARYING': 'varchar',
    'NATIONAL VARCHARACTER': 'varchar',
    'NATIONAL VARYING': 'varchar',
  },
  ...{
    LONG: 'mediumtext',
    'LONG VARCHAR': 'mediumtext',
    'LONG CHAR VARYING': 'mediumtext',
    'LONG CHARACTER VARYING': 'mediumtext',
    'LONG VARCHARACTER': 'mediumtext',
  },
  ...{ 'LONG VARBINARY': 'mediumblob', BOOL: 'tinyint', BOOLEAN: 'tinyint' },
}
const BINARY_FORMS: Readonly<Record<string, string>> = {
  ...{
    char: 'binary',
    varchar: 'varbinary',
    tinytext: 'tinyblob',
    text: 'blob',
    mediumtext: 'mediumblob',
    longtext: 'longblob',
  },
}

/** The type as the server prints it. */
export function serverType(column: ColumnModel, flavour: Flavour): string {
  const [, word, suffixes] = /^(.*?)((?: (?:UNSIGNED|SIGNED|ZEROFILL|BINARY))*)$/.exec(column.typeName) as unknown as [
    string,
    string,
    string,
  ]
  let name = WORDS[word] ?? word.toLowerCase()
  const isBool = word === 'BOOL' || word === 'BOOLEAN'
  const sign = suffixes.includes('ZEROFILL') ? ' unsigned zerofill' : suffixes.includes('UNSIGNED') ? ' unsigned' : ''
  const { length, scale } = column
  const widths = INTEGER_WIDTHS[name]
  if (widths !== undefined) {
    const width = isBool ? 1 : (length ?? widths[sign === '' ? 0 : 1])
    const isShown =
      flavour === 'mariadb' || sign.includes('zerofill') || (name === 'tinyint' && width === 1 && sign === '')
    return isShown ? `${name}(${width})${sign}` : `${name}${sign}`
  }
  if (name === 'decimal') return `decimal(${length},${scale})${sign}`
  if (name === 'float' && scale === null && (length ?? 0) > 24) name = 'double'
  if (name === 'float' || name === 'double') return `${name}${scale === null ? '' : `(${length},${scale})`}${sign}`
  if (name === 'enum' || name === 'set')
    return `${name}(${column.enumValues.map((label) => `'${label.replaceAll("'", "''")}'`).join(',')})`
  if (name === 'geometrycollection' && flavour === 'mysql') name = 'geomcollection'
  if (name === 'geomcollection' && flavour === 'mariadb') name = 'geometrycollection'
  if (name === 'json' && flavour === 'mariadb') return 'longtext'
  if (name === 'year') return flavour === 'mariadb' ? 'year(4)' : 'year'
  if (['time', 'datetime', 'timestamp'].includes(name))
    return length === null || length === 0 ? name : `${name}(${length})`
  if (column.charset === 'binary') name = BINARY_FORMS[name] ?? name
  if (name === 'text' || name === 'blob') name = `${sizeWord(column)}${name}`
  if (/^(char|varchar|binary|varbinary)$/.test(name)) return `${name}(${length ?? 1})`
  return name === 'bit' || name === 'vector' ? `${name}(${length})` : name
}
