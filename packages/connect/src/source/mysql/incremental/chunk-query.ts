// The statements of an incremental snapshot: a table's largest key, and the rows of one chunk.
import type { TableModel } from '@millrace/mysql'
import { quoted } from '../snapshot/server-questions.ts'
import { type ChunkKey, type KeyColumn, keyLiteral } from './chunk-key.ts'

/** What a chunk is cut out of. */
export interface ChunkRange {
  readonly model: TableModel
  readonly keys: readonly KeyColumn[]
  /** A WHERE fragment of the signal; null for none. */
  readonly condition: string | null
}

/** The largest key; no row for an empty table. */
export function maximumKeyQuery(range: ChunkRange): string {
  const order = range.keys.map(({ expression }) => `${expression} DESC`).join(', ')
  return `SELECT ${expressions(range)} FROM ${tableOf(range)}${where([range.condition])} ORDER BY ${order} LIMIT 1`
}

/** The key of a chunk's last row, which is row `size` behind `last`; no row when fewer are left. */
export function chunkEndQuery(range: ChunkRange, last: ChunkKey | null, maximum: ChunkKey, size: number): string {
  const { keys } = range
  const order = keys.map(({ expression }) => expression).join(', ')
  const limits = [last === null ? null : above(keys, last), `NOT (${above(keys, maximum)})`, range.condition]
  return `SELECT ${expressions(range)} FROM ${tableOf(range)}${where(limits)} ORDER BY ${order} LIMIT ${size - 1}, 1`
}

/** Rows behind `last` up to and with `end`; `columns`: what is selected in front of the key. */
export function chunkQuery(range: ChunkRange, columns: string, last: ChunkKey | null, end: ChunkKey): string {
  const { keys } = range
  const order = keys.map(({ expression }) => expression).join(', ')
  const limits = [last === null ? null : above(keys, last), `NOT (${above(keys, end)})`, range.condition]
  return `SELECT ${columns}, ${expressions(range)} FROM ${tableOf(range)}${where(limits)} ORDER BY ${order}`
}

function expressions({ keys }: ChunkRange): string {
  return keys.map(({ expression }) => expression).join(', ')
}

function tableOf({ model }: ChunkRange): string {
  return `${quoted(model.database)}.${quoted(model.name)}`
}

function where(parts: readonly (string | null)[]): string {
  const there = parts.filter((part) => part !== null)
  return there.length === 0 ? '' : ` WHERE ${there.map((part) => `(${part})`).join(' AND ')}`
}

/** Keys that are sorted behind `key`, never NULL itself; NULL comes first. */
function above(keys: readonly KeyColumn[], key: ChunkKey): string {
  const parts: string[] = []
  let equals = ''
  for (const [i, column] of keys.entries()) {
    const value = key[i] ?? null
    const { expression, isNullable } = column
    const greater = value === null ? `${expression} IS NOT NULL` : `${expression} > ${keyLiteral(column, value)}`
    // A comparison with NULL is NULL, and so is its negation: NULL itself is not behind anything.
    parts.push(`${equals}${isNullable && value !== null ? `(${expression} IS NOT NULL AND ${greater})` : greater}`)
    equals +=
      value === null
        ? `${expression} IS NULL AND `
        : `${expression} ${isNullable ? '<=>' : '='} ${keyLiteral(column, value)} AND `
  }
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(' OR ')
}
