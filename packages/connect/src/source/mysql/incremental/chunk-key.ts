// The columns by which a table is cut into chunks: how the server sorts and compares them, and their values as SQL literals.
import type { ColumnModel, TableModel } from '@millrace/mysql'
import type { MessageKeyRule } from '../../../config/mysql/column-rules.ts'
import type { CellRow } from '../../../data/change-row.ts'
import { quotedText } from '../reselect/value-literal.ts'
import { keyColumns } from '../shape-key.ts'
import { quoted } from '../snapshot/server-questions.ts'
import type { JavaElement } from './java-object-array.ts'

/** One value per key column: the text that the server prints; hex digits for binary columns; null for NULL. */
export type ChunkKey = readonly (string | null)[]

/** How values of a column are written in statements. */
type KeyKind = 'integer' | 'decimal' | 'text' | 'bytes'

/** One column of a chunk key. */
export interface KeyColumn {
  readonly name: string
  /** Index in the table's model. */
  readonly cell: number
  readonly kind: KeyKind
  readonly isNullable: boolean
  /** What is selected, compared and sorted: the column, or a number that sorts like it. */
  readonly expression: string
}

/**
 * The key of a table: the surrogate column, else the columns of `message.key.columns`, else the primary key; empty for a table without any.
 * Null when the surrogate column does not exist.
 */
export function chunkKeyColumns(
  model: TableModel,
  rules: readonly MessageKeyRule[],
  surrogate: string | null,
): readonly KeyColumn[] | null {
  if (surrogate === null) return keyColumns(model, rules).map((column) => keyColumn(model, column))
  const found = model.columns.find(({ name }) => name.toLowerCase() === surrogate.toLowerCase())
  return found === undefined ? null : [keyColumn(model, found)]
}

function keyColumn(model: TableModel, column: ColumnModel): KeyColumn {
  const { name, isNullable } = column
  const kind = kindOf(column)
  // ENUM and SET are sorted by number but compared as texts; BIT comes as bytes.
  const isNumbered = /^(ENUM|SET|BIT)/i.test(column.typeName)
  const isRounded = /^(FLOAT|DOUBLE|REAL)/i.test(column.typeName)
  const expression = isNumbered ? `${quoted(name)} + 0` : isRounded ? `${quoted(name)} * 1e0` : quoted(name)
  return { name, cell: model.columns.indexOf(column), kind, isNullable, expression }
}

function kindOf({ typeName, charset }: ColumnModel): KeyKind {
  if (
    /^(TINYINT|SMALLINT|MEDIUMINT|INT|INTEGER|BIGINT|SERIAL|BOOL|BOOLEAN|INT[1-8]|MIDDLEINT|YEAR|ENUM|SET|BIT)/i.test(
      typeName,
    )
  )
    return 'integer'
  if (/^(DECIMAL|DEC|NUMERIC|FIXED|FLOAT|DOUBLE|REAL)/i.test(typeName)) return 'decimal'
  if (/BINARY|BLOB/i.test(typeName) || charset?.toLowerCase() === 'binary') return 'bytes'
  return 'text'
}

/** Reads a key from cells `first` and following of a text-protocol row. */
export function keyOfCells(columns: readonly KeyColumn[], row: CellRow, first: number): ChunkKey {
  return columns.map(({ kind }, i) => {
    const end = row.ends[first + i]!
    return end < 0 ? null : row.bytes.toString(kind === 'bytes' ? 'hex' : 'utf8', row.starts[first + i]!, end)
  })
}

/** A value as a literal. */
export function keyLiteral({ kind }: KeyColumn, value: string): string {
  switch (kind) {
    case 'integer':
    case 'decimal':
      return /^-?[\d.]+(e[+-]?\d+)?$/i.test(value) ? value : quotedText(value)
    case 'bytes':
      return `x'${value.replace(/[^0-9a-f]/gi, '')}'`
    case 'text':
      return quotedText(value)
  }
}

/** As the offset keeps it. */
export function javaKey(columns: readonly KeyColumn[], key: ChunkKey): readonly JavaElement[] {
  return key.map((value, i) => {
    if (value === null) return null
    const kind = columns[i]?.kind
    if (kind === 'bytes') return Buffer.from(value, 'hex')
    if (kind !== 'integer' || !/^-?\d{1,18}$/.test(value)) return value
    const number = BigInt(value)
    return BigInt.asIntN(32, number) === number ? Number(number) : number
  })
}

/** The inverse of {@link javaKey}. */
export function keyOfJava(elements: readonly JavaElement[]): ChunkKey {
  return elements.map((element) =>
    element === null ? null : Buffer.isBuffer(element) ? element.toString('hex') : String(element),
  )
}

/** As notifications show it. */
export function keyText(key: ChunkKey): string {
  return key.map((value) => value ?? '<null>').join(',')
}
