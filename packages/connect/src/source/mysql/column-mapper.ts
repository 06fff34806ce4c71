// Column options that change values and schemas: truncation, masks, hashes, and source types as schema parameters. Keys are left alone.
import { createHash, getHashes } from 'node:crypto'
import { type ColumnModel, type TableModel, writeString } from '@millrace/mysql'
import { CdcError } from '../../base/errors.ts'
import type { ColumnRule, ColumnRules } from '../../config/mysql/column-rules.ts'
import type { CellColumn } from '../../data/change-row.ts'
import { withTraits } from '../../data/schema-builder.ts'
import { jdbcType } from './schema/jdbc-type.ts'

/** java.sql.Types of character columns: CHAR (ENUM and SET too), VARCHAR and its long and national forms, CLOB, NCLOB. */
const CHARACTER_TYPES: ReadonlySet<number> = new Set([1, 12, -1, 2005, -15, -9, -16, 2011])

/**
 * The column as the first rule that matches it wants it: truncation, mask, propagated type, hash, in Debezium's order. Throws
 * CDC_CONFIG_INVALID for a hash algorithm that does not exist.
 */
export function mappedColumn(
  compiled: CellColumn,
  table: Pick<TableModel, 'database' | 'name'>,
  column: ColumnModel,
  rules: ColumnRules,
): CellColumn {
  const place = `${table.database}.${table.name}`
  const id = `${place}.${column.name}`
  const rule = (kind: ColumnRule['kind'], version?: 1 | 2) =>
    rules.rules.find(
      (candidate) =>
        candidate.kind === kind &&
        (candidate.kind !== 'hash' || candidate.version === version) &&
        candidate.matches(id),
    )
  const cut = rule('truncate') ?? rule('mask')
  if (cut !== undefined) return ruledColumn(compiled, column, cut)
  const isPropagated =
    rules.propagatesSourceType?.(id) === true || rules.propagatesDataType?.(`${place}.${column.typeName}`) === true
  if (isPropagated) return withParameters(compiled, sourceParameters(column))
  const hash = rule('hash', 1) ?? rule('hash', 2)
  return hash === undefined ? compiled : ruledColumn(compiled, column, hash)
}

function ruledColumn(compiled: CellColumn, column: ColumnModel, rule: ColumnRule): CellColumn {
  const isText = CHARACTER_TYPES.has(jdbcType(column.typeName))
  switch (rule.kind) {
    case 'truncate': {
      const { characters } = rule
      if (!isText || (column.length !== null && column.length <= characters)) return compiled
      const cut = withParameters(compiled, { truncateLength: String(characters) })
      return withText(cut, (text) => text.slice(0, characters))
    }
    case 'mask': {
      const masked = withParameters(compiled, MASKED)
      const stars = '*'.repeat(rule.characters)
      return isText ? { ...withText(masked, () => stars), nullValue: stars, absentValue: stars } : masked
    }
    case 'hash': {
      const masked = withParameters(compiled, MASKED)
      const digest = digestOf(rule)
      return isText ? withText(masked, (text) => digest(text).slice(0, column.length ?? undefined)) : masked
    }
  }
}

const MASKED = { masked: 'true' }

function withParameters(compiled: CellColumn, parameters: Readonly<Record<string, string>>): CellColumn {
  const { schema } = compiled
  return { ...compiled, schema: withTraits(schema, { parameters: { ...schema.parameters, ...parameters } }) }
}

/** The column with its texts changed; the value's own JSON writer no longer fits. */
function withText(compiled: CellColumn, change: (text: string) => string): CellColumn {
  const read: CellColumn['read'] = (bytes, start, end) => {
    const value = compiled.read(bytes, start, end)
    return typeof value === 'string' ? change(value) : value
  }
  const writeJson: CellColumn['writeJson'] = (bytes, start, end, sink) => {
    const value = read(bytes, start, end)
    if (typeof value === 'string') writeString(value, sink)
    else compiled.writeJson(bytes, start, end, sink)
  }
  return { ...compiled, read, writeJson }
}

function sourceParameters(column: ColumnModel): Readonly<Record<string, string>> {
  const { typeName, length, scale, name, comment } = column
  const at = '__debezium.source.column'
  return {
    [`${at}.type`]: typeName.toUpperCase(),
    ...(length === null ? {} : { [`${at}.length`]: String(length) }),
    ...(scale === null ? {} : { [`${at}.scale`]: String(scale) }),
    [`${at}.name`]: name,
    ...(comment === null ? {} : { [`${at}.comment`]: comment }),
  }
}

function digestOf({ algorithm, salt, version }: ColumnRule & { readonly kind: 'hash' }): (text: string) => string {
  const name = algorithm.toLowerCase().replace(/^sha-/, 'sha')
  if (!getHashes().some((known) => known.toLowerCase() === name)) {
    throw new CdcError('CDC_CONFIG_INVALID', `${algorithm} MessageDigest not available`, {
      javaClass: 'java.security.NoSuchAlgorithmException',
      hint: 'Name a digest in column.mask.hash.…: SHA-256, SHA-512, MD5.',
    })
  }
  return (text) =>
    createHash(name)
      .update(salt)
      .update(version === 1 ? javaSerialized(text) : text)
      .digest('hex')
}

/** A Java string as ObjectOutputStream writes it: what the first version of the hash is taken of. */
export function javaSerialized(text: string): Buffer {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit !== 0 && unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  const isLong = bytes.length > 0xffff
  const head = Buffer.alloc(isLong ? 13 : 7)
  head.writeUInt32BE(0xaced0005, 0)
  head[4] = isLong ? 0x7c : 0x74
  if (isLong) head.writeBigUInt64BE(BigInt(bytes.length), 5)
  else head.writeUInt16BE(bytes.length, 5)
  return Buffer.concat([head, Buffer.from(bytes)])
}
