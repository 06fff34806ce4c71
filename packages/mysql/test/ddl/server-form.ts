// Tables in one form, from two sides: as information_schema has them, and as our models say the server must have them.

import type { ColumnModel, TableModel } from '../../src/ddl/table-model.ts'
import { unescapeLiteral } from '../../src/ddl/unescape.ts'
import type { TextSession } from '../../src/index.ts'
import type { Flavour } from './random-column.ts'

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
    `SELECT table_schema, table_name, column_name, column_type, character_set_name, is_nullable, column_default, extra, column_comment FROM information_schema.columns WHERE table_schema IN (${list}) ORDER BY table_schema, table_name, ordinal_position`,
  )
  for (const row of columns) forms.get(`${row[0]}.${row[1]}`)?.push(serverColumn(row.slice(2), flavour))
  return forms
}

const MARIADB_CONSTANT =
  /^(?:'(?:[^']|'')*'|-?[\d.]+(?:e\d+)?|b'[01]*'|x'[0-9a-f]*'|(?:current_timestamp|localtimestamp|curtime)(?:\(\d*\))?)$/is

function serverColumn(row: readonly (string | null)[], flavour: Flavour): string {
  const [name, type, charset, nullable, value, extra, comment] = row as [
    string,
    string,
    string | null,
    string,
    string | null,
    string,
    string,
  ]
  const isGenerated = /\b(VIRTUAL|STORED)\b/.test(extra)
  // MySQL marks expressions and prints constants bare; MariaDB prints both as they would be written.
  const isExpression = /DEFAULT_GENERATED/.test(extra) && !/^CURRENT_TIMESTAMP/i.test(value ?? '')
  const isConstant = flavour === 'mysql' ? value !== null && !isExpression : MARIADB_CONSTANT.test(value ?? '')
  return columnLine({
    name,
    type: type.replace(/ \/\*.*?\*\//g, '').replace(/\butf8mb3\b/g, 'utf8'),
    charset: charset?.replace('utf8mb3', 'utf8') ?? null,
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
  readonly isNullable: boolean
  readonly isGenerated: boolean
  readonly hasConstant: boolean
  readonly comment: string
}

function columnLine({ name, type, charset, isNullable, isGenerated, hasConstant, comment }: ColumnForm): string {
  // Which of the four sizes a text has follows its length and character set; the log states it with every table map.
  const known = type.replace(/^(?:tiny|medium|long)(text|blob)/, '$1')
  return `${name} ${known} ${charset === null || charset === 'binary' ? '-' : charset}${isNullable ? '' : ' NOT NULL'}${isGenerated ? ' GENERATED' : ''}${hasConstant ? ' DEFAULT' : ''} ${comment}`
}

/** What the server must say of tables of which we have these models. `realKey`: the key that the server has, see below. */
export function modelForm(model: TableModel, flavour: Flavour, server: readonly string[]): readonly string[] {
  const realKey = server[2] ?? 'key '
  return [
    `charset ${model.charset?.replace('utf8mb3', 'utf8') ?? '?'}`,
    // CREATE LIKE takes over the comment, but not in Debezium's history.
    model.comment === null && model.name.startsWith('u')
      ? (server[1] as string)
      : `comment ${unescapeLiteral(model.comment ?? '', "'", false).replaceAll('""', '"')}`,
    // Without a primary key the model has a unique one, which the server keeps to itself.
    realKey === 'key ' ? realKey : `key ${model.primaryKey.map((name) => `${name}|`).join('')}`,
    ...model.columns.map((column, i) => modelColumn(column, flavour, server[i + 3] ?? '', realKey)),
  ]
}

function modelColumn(column: ColumnModel, flavour: Flavour, server: string, key: string): string {
  const type = serverType(column, flavour)
  const isBytes = /^(binary|varbinary|tinyblob|blob|mediumblob|longblob)\b/.test(type)
  const isText = !isBytes && column.charset !== null
  const isMariaJson = flavour === 'mariadb' && column.typeName === 'JSON'
  const charset = isMariaJson
    ? (/ text (\S+) /.exec(server)?.[1] ?? null)
    : isText
      ? (column.charset as string).replace('utf8mb3', 'utf8')
      : null
  const isNow = column.defaultExpression === '1970-01-01 00:00:00'
  const isCounter = column.isAutoIncremented && !/^(?:DATETIME|TIMESTAMP)/.test(column.typeName)
  const hasConstant = !isCounter && !column.isGenerated && column.hasDefault && column.defaultExpression !== null
  return columnLine({
    name: column.name,
    type,
    charset,
    // Debezium lets a definition say that a member of the key is nullable; it cannot be.
    isNullable: column.isNullable && !key.slice(4).split('|').includes(column.name),
    isGenerated: column.isGenerated,
    hasConstant: isNow || hasConstant,
    comment: unescapeLiteral(column.comment ?? '', "'", false).replaceAll('""', '"'),
  })
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
  if (/^(char|varchar|binary|varbinary)$/.test(name)) return `${name}(${length ?? 1})`
  return name === 'bit' || name === 'vector' ? `${name}(${length})` : name
}
